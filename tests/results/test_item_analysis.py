"""Item analysis of a round: from the stored answers, as a job, what the hand computes."""

import pytest

from contest.results import item_analysis
from core import jobs
from core.access import SYSTEM
from core.errors import Conflict
from tests.world import World, rules


def _sat(world: World, rights: list[int]) -> str:
    round_id = world.round(attempts=1)
    for number, right in enumerate(rights):
        world.sit(world.person(name=f"Nguyễn Thị Số {'A' * (number + 1)}"), round_id, right=right)
    return round_id


def test_every_question_is_counted_as_it_was_answered(world: World) -> None:
    questions = rules().questions
    round_id = _sat(world, [questions, questions, 0])
    world.later(days=8)
    with world.inside():
        item_analysis.enqueue(actor=SYSTEM, now=world.now, round_id=round_id)
        assert jobs.run_waiting(now=world.now) == 1
        found = item_analysis.of_round(world.view(round_id))
    assert found is not None
    assert (found.paper.n, round(found.paper.mean, 6)) == (3, round(2 / 3, 6))
    assert sum(one.statistics.n for one in found.items) == 3 * questions
    rights = sum(one.statistics.facility * one.statistics.n for one in found.items)
    assert round(rights, 6) == 2 * questions
    for one in found.items:
        keys = {share.choice for share in one.statistics.choices if share.is_key}
        assert keys == set(one.item.keys)


def test_a_running_round_is_not_analysed(world: World) -> None:
    round_id = world.round()
    with world.inside(), pytest.raises(Conflict, match="sau khi vòng thi kết thúc"):
        item_analysis.enqueue(actor=SYSTEM, now=world.now, round_id=round_id)


def test_analysing_again_replaces_what_stood(world: World) -> None:
    round_id = _sat(world, [1])
    world.later(days=8)
    for _ in range(2):
        with world.inside():
            item_analysis.enqueue(actor=SYSTEM, now=world.now, round_id=round_id)
            jobs.run_waiting(now=world.now)
    with world.inside():
        found = item_analysis.of_round(world.view(round_id))
    assert found is not None
    assert len(found.items) == rules().questions
