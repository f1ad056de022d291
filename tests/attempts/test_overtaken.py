"""A start decides before it locks: whatever the committee moves in between must be seen by its insert."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts import window
from contest.people.models import Person
from contest.rounds import service as round_verbs
from contest.rounds import unmoved
from contest.rounds.queries import RoundView
from core.access import SYSTEM
from core.db import transaction
from tests.world import World, rules

Verb = Callable[[World, str, Person], Any]
VERBS: dict[str, Verb] = {
    "close": lambda world, round_id, _: window.close_now(actor=SYSTEM, now=world.now, round_id=round_id, reason="-"),
    "extend": lambda world, round_id, _: window.extend(
        actor=SYSTEM, now=world.now, round_id=round_id, closes_at=world.now + timedelta(days=8), reason="-"
    ),
    "extend an agency": lambda world, round_id, _: window.extend(
        actor=SYSTEM,
        now=world.now,
        round_id=round_id,
        closes_at=world.now + timedelta(days=8),
        reason="-",
        agency_code="SO-NV",
    ),
    "pause": lambda world, round_id, _: window.pause(actor=SYSTEM, now=world.now, round_id=round_id, reason="-"),
    "grant time": lambda world, round_id, person: window.grant_time(
        actor=SYSTEM, now=world.now, round_id=round_id, person_id=person.id, extra_minutes=5, reason="-"
    ),
    "amend": lambda world, round_id, _: round_verbs.amend_rules(
        actor=SYSTEM, now=world.now, round_id=round_id, rules=rules(attempts=3), reason="-"
    ),
    "publish": lambda world, round_id, _: round_verbs.mark_published(actor=SYSTEM, now=world.now, round_id=round_id),
}


def _unmoved(world: World, seen: RoundView) -> bool:
    with world.inside(), transaction() as session:
        return session.execute(unmoved.if_unmoved(sa.literal(1)), unmoved.as_seen(seen)).one_or_none() is not None


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_round_that_moved_is_not_what_was_seen(world: World, verb: Verb) -> None:
    person, round_id = world.person(), world.round()
    seen = world.view(round_id)
    assert _unmoved(world, seen)
    with world.inside():
        verb(world, round_id, person)
    assert not _unmoved(world, seen)
    assert _unmoved(world, world.view(round_id)) is (verb is not VERBS["publish"])
