"""Fifty at once, with the organiser and the worker in between: exactly one truth is left (promises 1, 3)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts import key_changes, remarking, service, window
from contest.attempts import rules as r
from contest.attempts.models import Attempt, Standing, StandingChange
from contest.attempts.receipts import Receipt
from contest.attempts.service import Saved, Started
from contest.attempts.standings import result_of
from contest.attempts.sweep import sweep
from contest.rounds import queries as rounds
from contest.rounds.ranking import counted
from core.access import SYSTEM
from core.errors import Conflict, DomainError, Gone
from questions import marking
from tests.together import together
from tests.world import World

MANY = 50


def _code(result: Any) -> str:
    """What a result says; anything that nobody expects stays as it is."""
    return result.code if isinstance(result, DomainError) else type(result).__name__


def _standings_agree(world: World, round_id: str) -> None:
    """Marks by the newest keys, standings by the attempts, histories without gaps."""
    view = world.view(round_id)
    attempts = world.all(sa.select(Attempt).where(Attempt.round_id == view.pk, Attempt.finished_at.is_not(None)))
    with world.inside():
        scheme = rounds.pool(view.pk, view.revision).scheme(view.rules)
    for attempt in attempts:
        assert attempt.points == marking.points(r.paper_from_data(attempt.paper), attempt.answers, scheme)
        assert attempt.marked_revision == view.revision
    for standing in world.all(sa.select(Standing).where(Standing.round_id == view.pk)):
        own = [result_of(a, view.rules) for a in attempts if a.person_id == standing.person_id]
        best = counted(own, counting=view.rules.counts, criteria=view.rules.live_criteria)
        assert (best.points, best.elapsed_ms) if best else (standing.points, standing.elapsed_ms) == (None, None)
        changes = world.all(
            sa.select(StandingChange)
            .where(StandingChange.round_id == view.pk, StandingChange.person_id == standing.person_id)
            .order_by(StandingChange.version),
        )
        assert [change.version for change in changes] == list(range(1, standing.version + 1))
        assert not changes or changes[-1].points == standing.points


@pytest.mark.parametrize("limit", [1, 2])
def test_fifty_starts_at_the_limit_make_one_attempt_and_then_none(world: World, limit: int) -> None:
    person, round_id = world.person(), world.round(attempts=limit)
    for right in range(limit - 1):
        world.sit(person, round_id, right=right)
    enter = partial(service.start, actor=world.actor(person), now=world.now, round_id=round_id)
    results = together(world, [enter] * MANY)
    assert {_code(result) for result in results} == {"Started"}, results
    assert sum(result.created for result in results) == 1
    assert sorted(result.attempt.epoch for result in results) == list(range(1, MANY + 1))
    (running,) = world.all(sa.select(Attempt).where(Attempt.state == "in_progress"))

    hand_in = partial(
        service.submit,
        person_id=person.id,
        now=world.now,
        attempt_id=running.public_id,
        epoch=MANY,
        answers=running.answers,
    )
    # Whoever enters before the sheet takes the attempt over; whoever comes after it has none left.
    results = together(world, [hand_in, *[enter] * (MANY - 1)])
    assert {_code(result) for result in results[1:]} <= {"Started", "limit-reached"}, results
    assert not any(result.created for result in results[1:] if isinstance(result, Started))
    assert _code(results[0]) in ("Receipt", "taken-over")
    assert [a.number for a in world.all(sa.select(Attempt).order_by(Attempt.number))] == list(range(1, limit + 1))


def test_fifty_submissions_beside_sweep_and_close_leave_one_result(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    sheets = [world.sheet(attempt, right=place % 5) for place in range(MANY)]
    in_time, overdue = world.now, world.now + timedelta(days=1)
    works: list[Callable[[], Any]] = [
        partial(
            service.submit,
            person_id=person.id,
            now=in_time,
            attempt_id=attempt.public_id,
            epoch=1,
            answers=sheet,
        )
        for sheet in sheets
    ]
    works[10:10] = [partial(sweep, now=overdue)]
    works[30:30] = [partial(window.close_now, actor=SYSTEM, now=in_time, round_id=round_id, reason="sự cố")]
    works[40:40] = [partial(sweep, now=overdue)]
    results = together(world, works)
    answers = results[:10] + results[11:30] + results[31:40] + results[41:]
    stored = world.stored(attempt)
    for sheet, answer in zip(sheets, answers, strict=True):
        if isinstance(answer, Receipt):
            assert (answer.code, sheet) == (stored.code, stored.answers)
        elif isinstance(answer, Conflict):
            assert (answer.code, answer.extra["receipt"]["code"]) == ("finished", stored.code)
            assert sheet != stored.answers
        else:
            assert isinstance(answer, Gone), answer
            assert stored.state == "expired"
    assert stored.state == "expired" or stored.answers in sheets
    assert len(world.all(sa.select(StandingChange))) == 1
    _standings_agree(world, round_id)


def test_saves_beside_pause_resume_and_extension_lose_nothing(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    sheets = [world.sheet(attempt, right=seq % 5) for seq in range(30)]
    works: list[Callable[[], Any]] = [
        partial(
            service.save,
            person_id=person.id,
            now=world.now,
            attempt_id=attempt.public_id,
            epoch=1,
            seq=seq,
            answers=sheet,
        )
        for seq, sheet in enumerate(sheets, start=1)
    ]
    move = {"actor": SYSTEM, "now": world.now, "round_id": round_id, "reason": "sự cố"}
    later = world.view(round_id).closes_at + timedelta(days=1)
    verbs = [partial(verb, **move) for verb in (window.pause, window.resume, window.pause, window.resume)]
    verbs.append(partial(window.extend, closes_at=later, **move))
    verbs.append(partial(window.grant_time, person_id=person.id, extra_minutes=5, **move))
    results = together(world, [*works[:15], *verbs, *works[15:]])
    saves = results[:15] + results[15 + len(verbs) :]
    assert {_code(result) for result in saves} <= {"Saved", "stale-seq"}, results
    assert {_code(result) for result in results[15 : 15 + len(verbs)]} <= {
        "Round", "NoneType", "paused", "not-paused",
    }, results  # fmt: skip
    stored = world.stored(attempt)
    assert stored.seq == max(result.seq for result in saves if isinstance(result, Saved)) == len(sheets)
    assert stored.answers == sheets[stored.seq - 1]
    assert stored.deadline == attempt.deadline + timedelta(minutes=5)


def test_keys_corrected_beside_submissions_leave_nobody_behind(world: World) -> None:
    round_id = world.round(lasts=timedelta(days=1))
    people = [world.person() for _ in range(12)]
    attempts = [world.start(person, round_id) for person in people]
    sheets = [world.sheet(attempt, right=place % 5) for place, attempt in enumerate(attempts)]
    first, second = (world.actor(world.person("VP-UBND", role="organiser")) for _ in range(2))
    with world.inside():
        change = key_changes.propose(
            actor=first,
            now=world.now,
            round_id=round_id,
            version_id=attempts[0].paper[0][0],
            keys=(),
            reason="sai đáp án",
        )
    works: list[Callable[[], Any]] = [
        partial(
            service.submit,
            person_id=person.id,
            now=world.now,
            attempt_id=attempt.public_id,
            epoch=1,
            answers=sheet,
        )
        for person, attempt, sheet in zip(people, attempts, sheets, strict=True)
    ]
    works[6:6] = [
        partial(key_changes.approve, actor=second, now=world.now, change_id=change.public_id),
        partial(remarking.pass_over, now=world.now),
        partial(remarking.pass_over, now=world.now),
    ]
    results = together(world, works)
    assert {_code(result) for result in results} <= {"Receipt", "KeyChange", "int"}, results
    with world.inside():
        remarking.pass_over(now=world.now)
        assert remarking.behind(world.view(round_id)) == 0
    _standings_agree(world, round_id)
