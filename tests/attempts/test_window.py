"""Extending and closing a round moves those who sit."""

from datetime import timedelta

import pytest

from contest.attempts import window
from contest.rounds.rules import RoundState
from core.access import SYSTEM
from core.errors import Conflict, Forbidden, Invalid
from tests.world import World


def test_extending_moves_deadlines_that_the_close_had_cut(world: World) -> None:
    cut, whole, round_id = world.person(), world.person(), world.round(lasts=timedelta(minutes=15))
    early = world.start(whole, round_id)
    world.later(minutes=10)
    late = world.start(cut, round_id)
    assert late.deadline == world.now + timedelta(minutes=5)
    with world.inside():
        window.extend(
            actor=SYSTEM, now=world.now, round_id=round_id, closes_at=world.now + timedelta(minutes=7), reason="sự cố"
        )
    assert world.stored(late).deadline == late.started_at + timedelta(minutes=7)
    assert world.stored(early).deadline == early.deadline


def test_a_close_may_only_move_later(world: World) -> None:
    round_id = world.round()
    with world.inside(), pytest.raises(Invalid):
        window.extend(
            actor=SYSTEM, now=world.now, round_id=round_id, closes_at=world.now + timedelta(days=1), reason="-"
        )


def test_a_round_that_is_over_stays_over(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=1))
    world.later(hours=1)
    with world.inside(), pytest.raises(Conflict) as refused:
        window.extend(
            actor=SYSTEM, now=world.now, round_id=round_id, closes_at=world.now + timedelta(hours=2), reason="sự cố"
        )
    assert refused.value.code == "closed"


def test_close_now_leaves_sixty_seconds(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    with world.inside():
        window.close_now(actor=SYSTEM, now=world.now, round_id=round_id, reason="diễn tập")
    assert world.stored(attempt).deadline == world.now + timedelta(seconds=60)
    assert world.view(round_id).state is RoundState.OPEN
    world.later(seconds=60)
    assert world.view(round_id).state is RoundState.CLOSED
    with world.inside(), pytest.raises(Conflict):
        window.close_now(actor=SYSTEM, now=world.now, round_id=round_id, reason="lần nữa")


def test_only_the_committee_moves_a_round(world: World) -> None:
    round_id, contact = world.round(), world.actor(world.person(role="contact"))
    with world.inside(), pytest.raises(Forbidden):
        window.close_now(actor=contact, now=world.now, round_id=round_id, reason="-")
