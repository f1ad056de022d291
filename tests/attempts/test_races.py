"""Races with real threads on real databases: the constraints decide, nobody gets a failure."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from contest.attempts import service, window
from contest.attempts.models import Attempt, Standing, StandingChange
from contest.attempts.receipts import Receipt
from contest.attempts.sweep import sweep
from contest.rounds.models import Round
from core.access import SYSTEM
from core.db import db
from core.errors import DomainError
from tests.together import together
from tests.world import World

THREADS = 8


def _count(world: World, query: sa.Select[Any]) -> int:
    with world.inside():
        return db.session.scalar(query) or 0


def test_parallel_starts_make_one_attempt(world: World) -> None:
    person, round_id = world.person(), world.round(attempts=1)
    actor = world.actor(person)
    results = together(world, [lambda: service.start(actor=actor, now=world.now, round_id=round_id)] * THREADS)
    assert {type(result).__name__ for result in results} == {"Started"}, results
    assert len({result.attempt.public_id for result in results}) == 1
    assert sum(result.created for result in results) == 1
    assert _count(world, sa.select(sa.func.count()).select_from(Attempt)) == 1
    assert sorted(result.attempt.epoch for result in results) == list(range(1, THREADS + 1))


def test_submissions_and_sweep_leave_one_result(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=4)
    in_time, overdue = world.now, world.later(days=1)

    def submit() -> Any:
        return service.submit(person_id=person.id, now=in_time, attempt_id=attempt.public_id, epoch=1, answers=answers)

    results = together(world, [submit, submit, submit, lambda: sweep(now=overdue)])
    stored = world.stored(attempt)
    assert stored.state in ("submitted", "expired")
    assert all(isinstance(r, Receipt | DomainError | int) for r in results), results
    codes = {r.code for r in results[:3] if not isinstance(r, DomainError)}
    assert codes <= {stored.code}
    assert _count(world, sa.select(sa.func.count()).select_from(StandingChange)) == 1
    assert _count(world, sa.select(sa.func.max(Standing.version))) == 1


def test_parallel_saves_keep_the_highest_sequence(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    sheets = [world.sheet(attempt, right=n % 5) for n in range(THREADS)]

    def save(seq: int) -> Callable[[], Any]:
        return lambda: service.save(
            person_id=person.id, now=world.now, attempt_id=attempt.public_id, epoch=1, seq=seq, answers=sheets[seq - 1]
        )

    results = together(world, [save(seq) for seq in range(1, THREADS + 1)])
    codes = {r.code if isinstance(r, DomainError) else type(r).__name__ for r in results}
    assert codes <= {"Saved", "stale-seq"}, results
    stored = world.stored(attempt)
    assert stored.seq == THREADS
    assert stored.answers == sheets[THREADS - 1]


def test_a_start_beside_close_now_gets_the_new_close(world: World) -> None:
    for _ in range(6):
        person, round_id = world.person(), world.round()
        actor = world.actor(person)
        started, closed = together(
            world,
            [
                lambda actor=actor, round_id=round_id: service.start(actor=actor, now=world.now, round_id=round_id),
                lambda round_id=round_id: window.close_now(
                    actor=SYSTEM, now=world.now, round_id=round_id, reason="diễn tập"
                ),
            ],
        )
        assert isinstance(closed, Round), closed
        assert world.stored(started.attempt).deadline <= world.now + timedelta(seconds=60)


def test_submissions_beside_closing_and_extending_do_not_deadlock(world: World) -> None:
    for _ in range(4):
        people, round_id = [world.person() for _ in range(4)], world.round()
        attempts = [world.start(person, round_id) for person in people]
        sheets = [world.sheet(attempt, right=2) for attempt in attempts]

        def submit(place: int, attempts=attempts, people=people, sheets=sheets) -> Callable[[], Any]:
            return lambda: service.submit(
                person_id=people[place].id, now=world.now, attempt_id=attempts[place].public_id, epoch=1,
                answers=sheets[place],
            )  # fmt: skip

        def extend(round_id: str = round_id) -> Any:
            return window.extend(
                actor=SYSTEM, now=world.now, round_id=round_id, closes_at=world.now + timedelta(days=8), reason="-"
            )

        def close(round_id: str = round_id) -> Any:
            return window.close_now(actor=SYSTEM, now=world.now, round_id=round_id, reason="-")

        results = together(world, [submit(0), submit(1), extend, submit(2), close, submit(3)])
        unexpected = [r for r in results if not isinstance(r, Receipt | Round | DomainError)]
        assert unexpected == []
        assert {world.stored(attempt).state for attempt in attempts} == {"submitted"}
