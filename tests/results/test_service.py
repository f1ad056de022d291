"""From a closed round to a published, immutable sheet."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from contest.attempts.sweep import sweep
from contest.results import queries, service
from contest.results.models import Sheet, SheetName
from contest.results.rules import name_commitment
from contest.rounds.rules import RoundState
from core.access import SYSTEM
from core.canonical import sha256
from core.db import transaction
from core.errors import Conflict, Forbidden, NotFound
from tests.world import World


def _finished(world: World) -> str:
    round_id = world.round(lasts=timedelta(hours=2), attempts=2)
    for right, name in ((4, "Lê Văn Châu"), (2, "Trần Thị Bình"), (3, "Hồ Thị Dung")):
        world.sit(world.person(name=name), round_id, right=right)
    world.later(hours=3)
    return round_id


def _freeze(world: World, round_id: str) -> Sheet:
    with world.inside():
        return service.freeze(actor=SYSTEM, now=world.now, round_id=round_id)


def test_a_round_is_ranked_frozen_and_published(world: World) -> None:
    round_id = _finished(world)
    sheet = _freeze(world, round_id)
    assert sheet.number == 1
    assert sheet.sha256 == sha256(sheet.content)
    with world.inside():
        with pytest.raises(NotFound):
            queries.sheet(sheet.public_id)
        service.publish(actor=SYSTEM, now=world.now, sheet_id=sheet.public_id)
        view = queries.sheet(sheet.public_id)
    assert [(line.rank, line.name, line.points) for line in view.lines] == [
        (1, "Lê V. C.", 4),
        (2, "Hồ T. D.", 3),
        (3, "Trần T. B.", 2),
    ]
    with world.inside():
        assert queries.is_intact(sheet.public_id)
    assert world.view(round_id).state is RoundState.PUBLISHED
    with world.inside():
        full = queries.whole_sheet(sheet.public_id)
    assert full.lines[0].name == "Lê Văn Châu"


def test_an_open_or_unswept_round_is_not_ranked(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=30))
    world.later(minutes=25)
    world.start(world.person(), round_id)
    with pytest.raises(Conflict) as refused:
        _freeze(world, round_id)
    assert refused.value.code == "not-closed"
    world.later(minutes=5)
    with pytest.raises(Conflict) as refused:
        _freeze(world, round_id)
    assert refused.value.code == "sweeping"
    world.later(minutes=1)
    with world.inside():
        sweep(now=world.now)
    assert _freeze(world, round_id).number == 1


def test_a_second_sheet_names_the_first_and_replaces_it(world: World) -> None:
    round_id = _finished(world)
    first, second = _freeze(world, round_id), _freeze(world, round_id)
    assert (second.number, second.supersedes_id) == (2, first.id)
    assert json.loads(second.content)["supersedes"] == first.sha256
    with world.inside(), pytest.raises(Conflict):
        service.publish(actor=SYSTEM, now=world.now, sheet_id=first.public_id)


def test_a_sheet_cannot_be_changed_or_deleted(world: World) -> None:
    sheet = _freeze(world, _finished(world))
    for change in (
        sa.update(Sheet).where(Sheet.id == sheet.id).values(sha256="0" * 64),
        sa.delete(Sheet).where(Sheet.id == sheet.id),
    ):
        with world.inside(), pytest.raises(DBAPIError, match="written once"), transaction() as session:
            session.execute(change)


def test_an_erased_name_leaves_the_proof_valid(world: World) -> None:
    sheet = _freeze(world, _finished(world))
    with world.inside():
        service.publish(actor=SYSTEM, now=world.now, sheet_id=sheet.public_id)
        with transaction() as session:
            rows = list(session.scalars(sa.select(SheetName).where(SheetName.sheet_id == sheet.id)))
            commitments = {r["pseudonym"]: r["name_commitment"] for r in json.loads(sheet.content)["rows"]}
            for row in rows:
                assert commitments[row.pseudonym] == name_commitment(
                    full_name=row.full_name, agency=row.agency_code, salt=row.salt
                )
            for row in rows:
                session.delete(row)
        assert queries.is_intact(sheet.public_id)
        view = queries.sheet(sheet.public_id)
    assert "Châu" not in sheet.content
    assert {line.agency for line in view.lines} == {""}


def test_stored_marks_are_not_trusted(world: World) -> None:
    round_id = _finished(world)
    from contest.attempts.models import Attempt

    with world.inside(), transaction() as session:
        session.execute(sa.update(Attempt).values(points=4))
    with world.inside():
        preview = queries.preview(world.view(round_id))
    assert [line.points for line in preview] == [4, 3, 2]


def test_only_the_committee_freezes_and_publishes(world: World) -> None:
    round_id = _finished(world)
    contact = world.actor(world.person(role="contact"))
    with world.inside(), pytest.raises(Forbidden):
        service.freeze(actor=contact, now=world.now, round_id=round_id)
    sheet = _freeze(world, round_id)
    with world.inside(), pytest.raises(Forbidden):
        service.publish(actor=contact, now=world.now, sheet_id=sheet.public_id)
