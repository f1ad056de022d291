"""Another number of keys under "right minus wrong": refused where the highest possible score would differ."""

from datetime import timedelta

import pytest

from contest.attempts import key_changes, papers, remarking
from contest.attempts import rules as r
from contest.attempts.models import Attempt
from contest.rounds import queries as rounds
from contest.rounds.rules import BlueprintCell
from core import jobs
from core.access import Actor
from core.errors import Conflict
from questions.items import Item, Kind
from questions.marking import MarkingRule
from tests.world import World

MINUS, PLAIN = MarkingRule.RIGHT_MINUS_WRONG, MarkingRule.ALL_OR_NOTHING


def _round(world: World, *, questions: int, marking: MarkingRule = MINUS) -> str:
    """Two of so many questions on a paper, each with two right choices of four."""
    world.ask_only(
        [
            Item(
                stem=f"Câu {n}?", choices=("Ý một", "Ý hai", "Ý ba", "Ý bốn"), keys=(0, 1), kind=Kind.MULTIPLE,
                shuffle=True, topic="mot-cua", difficulty=1,
            )
            for n in range(questions)
        ]
    )  # fmt: skip
    blueprint = (BlueprintCell("mot-cua", 1, 2),)
    return world.round(blueprint=blueprint, attempts=1, marking=marking, lasts=timedelta(hours=1))


def _committee(world: World) -> tuple[Actor, Actor]:
    first, second = (world.actor(world.person("VP-UBND", role="organiser")) for _ in range(2))
    return first, second


def _first(attempt: Attempt) -> int:
    return r.paper_from_data(attempt.paper)[0].version_id


def _pool(world: World, round_id: str) -> list[int]:
    view = world.view(round_id)
    with world.inside():
        return list(rounds.pool(view.pk, view.revision).keys)


def _rehearse(world: World, round_id: str, version_id: int, *keys: int) -> remarking.Effect:
    with world.inside():
        return key_changes.rehearse(world.view(round_id), version_id=version_id, keys=keys)


def test_another_number_of_keys_is_refused_with_the_papers_concerned(world: World) -> None:
    round_id = _round(world, questions=5)
    done, sitting = world.sit(world.person(), round_id, right=2), world.start(world.person(), round_id)
    version_id = _first(done)
    holding = 1 + (version_id in {slot.version_id for slot in r.paper_from_data(sitting.paper)})
    for keys in ((0,), (0, 1, 2)):
        with pytest.raises(Conflict) as refusal:
            _rehearse(world, round_id, version_id, *keys)
        assert (refusal.value.code, refusal.value.params) == ("uneven", {"papers": holding})
    assert _rehearse(world, round_id, version_id, 0, 2).worth == 0, "as many as before"
    assert _rehearse(world, round_id, version_id).worth == 0, "a neutral question keeps its worth"


def test_the_other_rule_gives_a_point_whatever_the_number(world: World) -> None:
    round_id = _round(world, questions=5, marking=PLAIN)
    version_id = _first(world.sit(world.person(), round_id, right=2))
    assert _rehearse(world, round_id, version_id, 0).worth == 0


def test_a_question_on_nobodys_paper_may_have_any_number(world: World) -> None:
    round_id = _round(world, questions=5)
    asked = {slot.version_id for slot in r.paper_from_data(world.start(world.person(), round_id).paper)}
    unasked = next(version_id for version_id in _pool(world, round_id) if version_id not in asked)
    assert _rehearse(world, round_id, unasked, 0).papers == 0


def test_the_second_person_is_refused_where_a_paper_came_meanwhile(world: World) -> None:
    round_id = _round(world, questions=4)
    by, now = _committee(world), world.now
    version_id = _pool(world, round_id)[0]
    with world.inside():
        change = key_changes.propose(
            actor=by[0], now=now, round_id=round_id, version_id=version_id, keys=(0,), reason="sai"
        ).public_id
    while _first(world.start(world.person(), round_id)) != version_id:
        pass
    with world.inside(), pytest.raises(Conflict) as refusal:
        key_changes.approve(actor=by[1], now=now, change_id=change)
    assert refusal.value.code == "uneven"


def test_where_every_paper_has_it_and_none_follows_all_change_alike(world: World) -> None:
    round_id = _round(world, questions=2)
    attempts = [world.sit(world.person(), round_id, right=n) for n in (0, 1, 2)]
    version_id = _first(attempts[0])
    with pytest.raises(Conflict):
        _rehearse(world, round_id, version_id, 0)
    world.later(hours=2)
    assert _rehearse(world, round_id, version_id, 0).worth == -1
    by, now = _committee(world), world.now
    with world.inside():
        change = key_changes.propose(
            actor=by[0], now=now, round_id=round_id, version_id=version_id, keys=(0,), reason="sai"
        )
        key_changes.approve(actor=by[1], now=now, change_id=change.public_id)
        remarking.pass_over(now=now)
        assert {papers.points_max(world.stored(a), world.view(round_id)) for a in attempts} == {3}
    assert [world.stored(a).points for a in attempts] == [0, *([2] if _first(attempts[1]) != version_id else [0]), 2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_proposal_page_says_it(world: World) -> None:
    round_id = _round(world, questions=2)
    version_id = _first(world.sit(world.person(), round_id, right=1))
    client = world.client(world.person("VP-UBND", role="organiser"))
    form = {"version": str(version_id), "how": "keys", "keys": ["0"], "reason": "sai"}
    answer = client.post(f"/organiser/rounds/{round_id}/keys/rehearsal", data=form)
    assert answer.status_code == 409
    assert "điểm tối đa của 1 bài có câu này sẽ không bằng các bài khác" in answer.text
    world.later(hours=2)
    begun = client.post(f"/organiser/rounds/{round_id}/keys/rehearsal", data=form)
    with world.inside():
        jobs.run_waiting(now=world.now)
    answer = client.get(begun.location)
    assert "điểm tối đa của cả 1 bài có câu này thay đổi như nhau" in answer.text
