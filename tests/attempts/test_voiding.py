"""An earlier attempt that is voided, or whose late sheet is admitted, leaves what else counts."""

from datetime import timedelta

import sqlalchemy as sa

from contest.attempts import voiding
from contest.attempts.models import Standing
from contest.attempts.sweep import sweep
from contest.people.models import Person
from contest.rounds.rules import BoardPolicy, Reveal
from core.access import SYSTEM
from core.db import db
from tests.attempts.incidents.outage import Outage, submit
from tests.world import World


def _standing(world: World, person: Person) -> tuple[int | None, int | None]:
    query = sa.select(Standing.attempt_id, Standing.points).where(Standing.person_id == person.id)
    with world.inside():
        attempt_id, points = db.session.execute(query).one()
    return attempt_id, points


def _void(world: World, attempt_id: str) -> None:
    with world.inside():
        voiding.void(actor=SYSTEM, now=world.now, attempt_id=attempt_id, details={})


def test_the_first_attempt_is_voided_after_a_second_one(world: World) -> None:
    round_id, person = world.round(attempts=2), world.person()
    first = world.sit(person, round_id, right=4)
    second = world.sit(person, round_id, right=2)
    assert _standing(world, person) == (first.id, 4)
    _void(world, first.public_id)
    assert _standing(world, person) == (second.id, 2)
    _void(world, second.public_id)
    assert _standing(world, person) == (None, None)


def test_the_late_sheet_of_the_first_attempt_is_admitted_after_a_better_second_one(world: World) -> None:
    round_id = world.round(attempts=2, show_score=Reveal.CLOSE, board=BoardPolicy.HIDDEN)
    person, outage = world.person(), Outage(world, round_id)
    first = world.start(person, round_id)
    answers = world.sheet(first, right=1)
    world.now = first.deadline + timedelta(minutes=1)
    with world.inside():
        sweep(now=world.now)
    submit(world, person, first, answers)
    better = world.sit(person, round_id, right=3)
    outage.over()
    outage.applied(late=True)
    assert world.stored(first).state == "submitted"
    assert _standing(world, person) == (better.id, 3)


def test_two_late_sheets_of_one_person_count_as_they_are_marked_anew(world: World) -> None:
    """Both in one transaction: what it has read of the second before it was marked is old."""
    round_id = world.round(attempts=2, show_score=Reveal.CLOSE, board=BoardPolicy.HIDDEN)
    person, outage = world.person(), Outage(world, round_id)
    late = []
    for right in (1, 3):
        attempt = world.start(person, round_id)
        answers = world.sheet(attempt, right=right)
        world.now = attempt.deadline + timedelta(minutes=1)
        with world.inside():
            sweep(now=world.now)
        submit(world, person, attempt, answers)
        late.append(attempt)
    outage.ends_at = world.now
    outage.applied(late=True)
    assert [world.stored(attempt).points for attempt in late] == [1, 3]
    assert _standing(world, person) == (late[1].id, 3)
