"""Roles are held once and taken back whole, with and without an agency."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from contest.people import service
from contest.people.models import RoleGrant
from core.access import SYSTEM
from core.audit import AuditEntry
from core.db import read, transaction
from core.errors import NotFound
from tests.world import World


def _held(world: World, person_id: int) -> list[tuple[str, int | None]]:
    with world.inside():
        rows = read().scalars(sa.select(RoleGrant).where(RoleGrant.person_id == person_id).order_by(RoleGrant.id))
        return [(row.role, row.agency_id) for row in rows]


def _change(world: World, person_id: int, role: str, agency_id: int | None, *, granted: bool) -> None:
    act = service.grant_role if granted else service.revoke_role
    with world.inside():
        act(actor=SYSTEM, now=world.now, person_id=person_id, role=role, agency_id=agency_id)


@pytest.mark.parametrize("of_agency", [False, True])
def test_a_double_click_gives_one_role_and_one_revocation_takes_it(world: World, of_agency: bool) -> None:
    person = world.person()
    agency_id = person.agency_id if of_agency else None
    with ThreadPoolExecutor(4) as clicks:
        for done in [clicks.submit(_change, world, person.id, "author", agency_id, granted=True) for _ in range(4)]:
            done.result()
    assert _held(world, person.id) == [("author", agency_id)]
    with world.inside():
        acts = read().scalars(sa.select(AuditEntry.action).where(AuditEntry.subject == f"person:{person.id}"))
        assert list(acts).count("people.role-granted") == 1
    _change(world, person.id, "author", agency_id, granted=False)
    assert _held(world, person.id) == []
    with pytest.raises(NotFound):
        _change(world, person.id, "author", agency_id, granted=False)


def test_a_role_for_the_province_and_one_for_an_agency_are_two(world: World) -> None:
    person = world.person()
    for agency_id in (None, person.agency_id):
        _change(world, person.id, "reviewer", agency_id, granted=True)
    _change(world, person.id, "reviewer", None, granted=False)
    assert _held(world, person.id) == [("reviewer", person.agency_id)]


def test_the_database_itself_refuses_a_second_one(world: World) -> None:
    person = world.person(role="organiser")
    with world.inside(), pytest.raises(IntegrityError), transaction() as session:
        session.add(RoleGrant(person_id=person.id, role="organiser", agency_id=None))
