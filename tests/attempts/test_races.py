"""Races with real threads on real databases: the constraints decide, nobody gets a failure."""

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from contest.attempts import service
from contest.attempts.models import Attempt, Standing, StandingChange
from contest.attempts.sweep import sweep
from core.db import db
from core.errors import DomainError
from tests.world import World

THREADS = 8


def _together(world: World, works: list[Callable[[], Any]]) -> list[Any]:
    """Run all at the same moment, each in its thread and context; results or errors."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        with world.inside():
            barrier.wait()
            try:
                results[place] = works[place]()
            except DomainError as error:
                results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _count(world: World, query: sa.Select[Any]) -> int:
    with world.inside():
        return db.session.scalar(query) or 0


def test_parallel_starts_make_one_attempt(world: World) -> None:
    person, round_id = world.person(), world.round(attempts=1)
    actor = world.actor(person)
    results = _together(world, [lambda: service.start(actor=actor, now=world.now, round_id=round_id)] * THREADS)
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

    results = _together(world, [submit, submit, submit, lambda: sweep(now=overdue)])
    stored = world.stored(attempt)
    assert stored.state in ("submitted", "expired")
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

    _together(world, [save(seq) for seq in range(1, THREADS + 1)])
    stored = world.stored(attempt)
    assert stored.seq == THREADS
    assert stored.answers == sheets[THREADS - 1]
