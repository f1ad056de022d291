"""Pausing, resuming and extending for everybody or one agency; extra time of one person."""

from datetime import timedelta

import pytest

from contest.attempts import queries, service, sweep, window
from contest.attempts import rules as r
from contest.rounds.rules import RoundState
from core.access import SYSTEM
from core.errors import Conflict, DomainError, Invalid, NotFound
from tests.world import World


def _save(world: World, person, attempt, seq: int):
    with world.inside():
        return service.save(
            person_id=person.id,
            now=world.now,
            attempt_id=attempt.public_id,
            epoch=attempt.epoch,
            seq=seq,
            answers=r.blank_answers(r.paper_from_data(attempt.paper)),
        )


def test_a_pause_takes_no_time_from_anybody(world: World) -> None:
    person, round_id = world.person(), world.round(lasts=timedelta(minutes=15))
    attempt = world.start(person, round_id)
    world.later(minutes=4)
    world.pause(round_id)
    world.later(minutes=30)  # far behind the deadline and the close
    assert world.view(round_id).state is RoundState.OPEN
    saved = _save(world, person, attempt, 1)
    assert (saved.paused, saved.remaining_ms) == (True, 6 * 60_000)
    with world.inside():
        assert sweep.sweep(now=world.now) == 0
    with pytest.raises(DomainError) as refused:
        world.start(world.person(), round_id)
    assert refused.value.code == "not-open"
    world.resume(round_id)
    assert world.stored(attempt).deadline == attempt.deadline + timedelta(minutes=30)
    assert world.view(round_id).closes_at == attempt.started_at + timedelta(minutes=45)
    world.later(minutes=5)
    with world.inside():
        receipt = service.submit(
            person_id=person.id,
            now=world.now,
            attempt_id=attempt.public_id,
            epoch=attempt.epoch,
            answers=world.sheet(attempt, right=4),
        )
    assert receipt.elapsed_ms == 9 * 60_000


def test_after_a_pause_the_close_is_a_full_minute_and_who_it_had_cut_sits_until_then(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=30))
    close = world.view(round_id).closes_at
    world.later(minutes=18)
    whole = world.start(world.person(), round_id)
    world.later(minutes=7)
    cut = world.start(world.person(), round_id)
    assert (whole.deadline, cut.deadline) == (close - timedelta(minutes=2), close)
    world.pause(round_id)
    world.later(seconds=83)
    world.resume(round_id)
    assert world.view(round_id).closes_at == close + timedelta(minutes=2)
    assert world.view(round_id).ends_at == close + timedelta(minutes=2)
    assert world.stored(whole).deadline == whole.deadline + timedelta(seconds=83)
    assert world.stored(cut).deadline == close + timedelta(minutes=2)


def test_one_agency_pauses_while_the_others_go_on(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=15))
    here, there = world.person("SO-NV"), world.person("SO-TP")
    mine, other = world.start(here, round_id), world.start(there, round_id)
    world.later(minutes=1)
    world.pause(round_id, "SO-NV")
    with pytest.raises(DomainError):
        world.start(world.person("SO-NV"), round_id)
    world.start(world.person("SO-TP"), round_id)
    world.later(minutes=20)
    with world.inside():
        assert sweep.sweep(now=world.now) == 2  # of the other agency: their time went on
    world.resume(round_id, "SO-NV")
    assert world.stored(mine).deadline == mine.deadline + timedelta(minutes=20)
    assert world.stored(other).deadline == other.deadline
    late = world.start(world.person("SO-NV"), round_id)
    assert late.deadline == world.now + timedelta(minutes=10)
    with pytest.raises(DomainError) as closed:
        world.start(world.person("SO-TP"), round_id)
    assert closed.value.code == "closed"


def test_overlapping_pauses_of_an_agency_and_of_everybody_count_once(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=1))
    attempt = world.start(world.person("SO-NV"), round_id)
    closes_at = world.view(round_id).closes_at
    world.pause(round_id, "SO-NV")
    world.later(minutes=10)
    world.pause(round_id)
    world.later(minutes=10)
    world.resume(round_id)
    assert world.stored(attempt).paused_at is not None
    world.later(minutes=10)
    world.resume(round_id, "SO-NV")
    view = world.view(round_id)
    assert world.stored(attempt).deadline == attempt.deadline + timedelta(minutes=30)
    assert view.exceptions.close_of(view.closes_at, attempt.agency_path) == closes_at + timedelta(minutes=30)
    assert view.closes_at == closes_at + timedelta(minutes=10)


def test_what_cannot_be_paused_is_refused(world: World) -> None:
    scheduled, round_id = world.round(opens=timedelta(hours=1)), world.round()
    with pytest.raises(Conflict):
        world.pause(scheduled)
    with pytest.raises(Conflict):
        world.resume(round_id)
    with pytest.raises(NotFound):
        world.pause(round_id, "KHONG-CO")
    world.pause(round_id)
    for act in (World.pause, lambda w, i: window.close_now(actor=SYSTEM, now=w.now, round_id=i, reason="x")):
        with world.inside(), pytest.raises(Conflict):
            act(world, round_id)


def test_many_who_sit_are_moved_together(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=12))
    world.later(minutes=5)
    attempts = [world.start(world.person(), round_id) for _ in range(5)]
    window.ROWS, before = 2, window.ROWS
    try:
        with world.inside():
            later = world.now + timedelta(minutes=30)
            window.extend(actor=SYSTEM, now=world.now, round_id=round_id, closes_at=later, reason="sự cố")
    finally:
        window.ROWS = before
    assert {world.stored(a).deadline for a in attempts} == {world.now + timedelta(minutes=10)}
    assert {(world.stored(a).paused_ms, world.stored(a).paused_at) for a in attempts} == {(0, None)}


def test_extra_time_holds_for_the_attempt_that_runs_and_for_the_next(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)

    def grant(minutes: int) -> None:
        with world.inside():
            window.grant_time(
                actor=SYSTEM, now=world.now, round_id=round_id, person_id=person.id, extra_minutes=minutes, reason="-"
            )

    grant(5)
    assert world.stored(attempt).deadline == attempt.deadline + timedelta(minutes=5)
    grant(8)
    assert world.stored(attempt).deadline == attempt.deadline + timedelta(minutes=8)
    grant(3)
    assert world.stored(attempt).deadline == attempt.deadline + timedelta(minutes=8), "it never loses time"
    grant(8)
    assert world.stored(attempt).deadline == attempt.deadline + timedelta(minutes=8), "nor gains it twice"
    with pytest.raises(Invalid):
        grant(181)
    world.later(minutes=19)
    with world.inside():
        assert sweep.sweep(now=world.now) == 1
    second = world.start(person, round_id)
    assert second.deadline == world.now + timedelta(minutes=18)
    grant(0)
    assert world.stored(second).deadline == second.deadline
    with world.inside():
        mine = queries.mine(person_id=person.id, round_=world.view(round_id))
    assert mine.used == 2
