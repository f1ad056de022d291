"""Who may do what: grants, scopes, and the one question."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access import SYSTEM, Actor, Grant, Permission, require
from core.errors import Forbidden

READ = Permission.AGENCY_TAKERS_READ
AGENCIES = st.integers(1, 6)
GRANTS = st.lists(
    st.builds(Grant, st.sampled_from(Permission), st.none() | st.frozensets(AGENCIES, max_size=4)), max_size=5
)
quick = settings(max_examples=100, deadline=None)


def _actor(*grants: Grant) -> Actor:
    return Actor(person_id=1, full_name="Nguyễn Văn An", agency_id=3, grants=grants)


def test_without_a_grant_nothing_is_allowed_not_even_in_the_own_agency() -> None:
    nobody = _actor()
    for permission in Permission:
        assert not nobody.may(permission)
        assert not nobody.may(permission, 3)
        assert nobody.scope(permission) == frozenset()
        with pytest.raises(Forbidden):
            require(nobody, permission, 3)
    assert (nobody.is_organiser, nobody.is_contact) == (False, False)


def test_a_contact_reads_their_agencies_and_no_other() -> None:
    contact = _actor(Grant(READ, frozenset({3, 4})))
    assert contact.may(READ, 3)
    assert contact.may(READ, 4)
    assert not contact.may(READ, 5)
    assert not contact.may(READ)
    assert not contact.may(Permission.TAKERS_READ, 3)
    assert (contact.is_organiser, contact.is_contact) == (False, True)
    require(contact, READ, 3)
    with pytest.raises(Forbidden) as refused:
        require(contact, READ, 5)
    assert (refused.value.status, refused.value.code) == (403, "forbidden")


def test_two_roles_add_up() -> None:
    twice = _actor(Grant(READ, frozenset({1})), Grant(READ, frozenset({2})))
    assert twice.scope(READ) == {1, 2}
    both = _actor(Grant(READ, frozenset({1})), Grant(READ))
    assert both.scope(READ) is None
    assert both.may(READ, 99)


def test_an_organiser_is_no_contact_and_a_grant_for_no_agency_makes_none() -> None:
    organiser = _actor(*(Grant(permission) for permission in Permission))
    assert (organiser.is_organiser, organiser.is_contact) == (True, False)
    assert not _actor(Grant(READ, frozenset())).is_contact


def test_the_system_may_everything_everywhere() -> None:
    assert SYSTEM.person_id is None
    for permission in Permission:
        require(SYSTEM, permission)
        require(SYSTEM, permission, 7)
        assert SYSTEM.scope(permission) is None


@quick
@given(GRANTS, st.sampled_from(Permission), AGENCIES)
def test_may_scope_and_require_agree(grants: list[Grant], permission: Permission, agency: int) -> None:
    actor = _actor(*grants)
    scope = actor.scope(permission)
    allowed = actor.may(permission, agency)
    assert allowed == (scope is None or agency in scope)
    assert actor.may(permission) == (scope is None)
    if allowed:
        require(actor, permission, agency)
    else:
        with pytest.raises(Forbidden):
            require(actor, permission, agency)


@quick
@given(GRANTS, GRANTS, st.sampled_from(Permission), AGENCIES)
def test_a_further_grant_never_takes_anything_away(
    grants: list[Grant], more: list[Grant], permission: Permission, agency: int
) -> None:
    if _actor(*grants).may(permission, agency):
        assert _actor(*grants, *more).may(permission, agency)
        assert _actor(*more, *grants).may(permission, agency)


def test_every_permission_names_its_scope() -> None:
    for permission in Permission:
        assert permission.value.split(":")[0] in ("province", "agency", "bank")
        assert len(permission.value.split(":")) == 3
