"""The sweep hands in what was saved, never early, never twice."""

from datetime import timedelta

import sqlalchemy as sa

from contest.attempts import service, window
from contest.attempts.models import Attempt
from contest.attempts.rules import GRACE, SWEEP_MARGIN
from contest.attempts.sweep import sweep
from core.access import SYSTEM
from core.db import transaction
from tests.world import World


def _sweep(world: World) -> int:
    with world.inside():
        return sweep(now=world.now)


def test_an_overdue_attempt_is_handed_in_from_its_saved_map(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=3)
    with world.inside():
        service.save(person_id=person.id, now=world.now, attempt_id=attempt.public_id, epoch=1, seq=1, answers=answers)
    world.now = attempt.deadline + GRACE + SWEEP_MARGIN
    assert _sweep(world) == 0
    world.later(milliseconds=1)
    assert _sweep(world) == 1
    assert _sweep(world) == 0
    stored = world.stored(attempt)
    assert (stored.state, stored.points, stored.finished_at) == ("expired", 3, attempt.deadline)
    assert stored.elapsed_ms == 600_000
    assert stored.code


def test_a_moved_deadline_is_respected(world: World) -> None:
    person, round_id = world.person(), world.round(lasts=timedelta(minutes=12))
    world.later(minutes=10)
    attempt = world.start(person, round_id)
    with world.inside():
        window.extend(
            actor=SYSTEM, now=world.now, round_id=round_id, closes_at=world.now + timedelta(hours=1), reason="mất điện"
        )
    world.now = attempt.deadline + GRACE + SWEEP_MARGIN + timedelta(seconds=1)
    assert _sweep(world) == 0
    assert world.stored(attempt).deadline == attempt.started_at + timedelta(minutes=10)


def test_a_resent_sheet_equal_to_the_swept_one_gets_its_receipt(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=2)
    with world.inside():
        service.save(person_id=person.id, now=world.now, attempt_id=attempt.public_id, epoch=1, seq=1, answers=answers)
    world.now = attempt.deadline + timedelta(minutes=2)
    assert _sweep(world) == 1
    with world.inside():
        receipt = service.submit(
            person_id=person.id, now=world.now, attempt_id=attempt.public_id, epoch=1, answers=answers
        )
    assert receipt.code == world.stored(attempt).code
    assert receipt.expired


def test_one_attempt_in_trouble_does_not_keep_the_others_unfinished(world: World) -> None:
    round_id = world.round()
    attempts = [world.start(world.person(), round_id) for _ in range(3)]
    with world.inside(), transaction() as session:
        session.execute(sa.update(Attempt).where(Attempt.id == attempts[0].id).values(paper=[[0, [0]]]))
    world.now = attempts[0].deadline + timedelta(minutes=2)
    assert _sweep(world) == 2
    assert [world.stored(attempt).state for attempt in attempts] == ["in_progress", "expired", "expired"]
