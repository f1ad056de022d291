"""Incidents beside those who sit: nobody's sheet is lost, nothing deadlocks, nothing is done twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts import service as attempts
from contest.attempts.incidents import applying, service
from contest.attempts.incidents.models import Incident, IncidentEffect
from contest.attempts.incidents.rules import IncidentState
from contest.attempts.models import Attempt, Standing
from contest.attempts.receipts import Receipt
from contest.attempts.sweep import sweep
from contest.rounds.models import Entry
from core import jobs
from core.db import db
from core.errors import DomainError
from tests.attempts.incidents.outage import Outage
from tests.world import World


def _together(world: World, works: list[Callable[[], Any]]) -> list[Any]:
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        with world.inside():
            barrier.wait()
            try:
                results[place] = works[place]()
            except Exception as error:  # looked at by the test
                results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _submits(world: World, sitting: list[Attempt]) -> list[Callable[[], Any]]:
    sheets = [world.sheet(attempt, right=4) for attempt in sitting]

    def submit(attempt: Attempt, answers: dict[str, Any]) -> Callable[[], Any]:
        return lambda: attempts.submit(
            person_id=attempt.person_id, now=world.now, attempt_id=attempt.public_id, epoch=1, answers=answers
        )

    return [submit(*pair) for pair in zip(sitting, sheets, strict=True)]


@pytest.mark.parametrize("measures", [{"void": True}, {"minutes": 5, "attempts": 1}])
def test_submissions_while_an_incident_is_applied(
    world: World, measures: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "BATCH", 2)
    monkeypatch.setattr(applying, "BATCH_ONE_BY_ONE", 2)
    round_id = world.round(attempts=1, lasts=timedelta(hours=3))
    outage = Outage(world, round_id)
    world.later(minutes=5)
    sitting = [world.start(world.person(), round_id) for _ in range(6)]
    outage.over()
    outage.approved(**measures)
    results = _together(world, [*_submits(world, sitting), lambda: jobs.run_waiting(now=world.now)])
    assert results[-1] == 1
    assert all(isinstance(result, Receipt | DomainError) for result in results[:-1]), results
    stored = [world.stored(attempt) for attempt in sitting]
    with world.inside():
        assert db.session.scalar(sa.select(Incident.state)) == IncidentState.APPLIED
        counted = dict(db.session.execute(sa.select(Standing.person_id, Standing.attempt_id)).all())
        effects = db.session.scalar(sa.select(sa.func.count()).where(IncidentEffect.what == "touched"))
    assert effects == len(sitting)
    if "void" in measures:
        assert {one.state for one in stored} == {"voided"}
        assert set(counted.values()) == {None}
    else:
        assert {one.state for one in stored} == {"submitted"}
        assert counted == {one.person_id: one.id for one in stored}


def test_two_approvals_at_once_are_one(world: World) -> None:
    outage = Outage(world, world.round())
    world.start(world.person(), outage.round_id)
    outage.over()
    incident_id = outage.reported(attempts=1)
    third = world.actor(world.person(role="organiser"))
    with world.inside():
        service.propose(actor=outage.first, now=world.now, incident_id=incident_id)

    def approve(actor: Any) -> Callable[[], Any]:
        return lambda: service.approve(actor=actor, now=world.now, incident_id=incident_id)

    results = _together(world, [approve(outage.second), approve(third), approve(outage.second)])
    assert sum(isinstance(result, Incident) for result in results) == 1, results
    assert all(isinstance(result, Incident | DomainError) for result in results), results
    outage.work()
    with world.inside():
        assert list(db.session.scalars(sa.select(Entry.extra_attempts))) == [1]


def test_two_processes_with_the_same_job_give_once(world: World) -> None:
    round_id = world.round(attempts=1)
    outage = Outage(world, round_id)
    sitting = [world.start(world.person(), round_id) for _ in range(5)]
    outage.over()
    incident_id = outage.approved(attempts=1)
    job_id = outage.view(incident_id).job_id or ""
    with world.inside():
        assert jobs.claim(now=world.now) == job_id
    _together(world, [lambda: jobs.run(job_id, tries=1), lambda: jobs.run(job_id, tries=1)])
    with world.inside():
        assert list(db.session.scalars(sa.select(Entry.extra_attempts))) == [1] * len(sitting)


def test_the_sweep_beside_extra_time_leaves_who_got_it(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=3))
    outage = Outage(world, round_id)
    sitting = [world.start(world.person(), round_id) for _ in range(5)]
    outage.over()
    world.now = sitting[0].deadline + timedelta(minutes=1)  # overdue: whoever comes first decides
    outage.approved(minutes=10)
    results = _together(world, [lambda: sweep(now=world.now), lambda: jobs.run_waiting(now=world.now)])
    assert not [result for result in results if isinstance(result, Exception)], results
    with world.inside():
        got = set(db.session.scalars(sa.select(IncidentEffect.attempt_id).where(IncidentEffect.what == "time")))
    for attempt in map(world.stored, sitting):
        assert (attempt.state == "in_progress") == (attempt.id in got)
        assert attempt.allowance_ms == (20 if attempt.id in got else 10) * 60_000
