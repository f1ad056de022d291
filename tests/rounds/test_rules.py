"""What may be opened, what is refused and why, and what follows from the moments."""

import json
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.rounds import rules as r
from contest.rounds.rules import BlueprintCell, BoardPolicy, Reveal, RoundRules, RoundState
from questions.drawing import Shortage, draw
from tests.questions.test_drawing import SEED, ids, pool_of

OPENS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=7)
AVAILABLE = {("kiem-soat", 1): 8, ("mot-cua", 2): 4}
BLUEPRINT = (BlueprintCell("kiem-soat", 1, 2), BlueprintCell("mot-cua", 2, 1))
quick = settings(max_examples=100, deadline=None)


def rules(**changes: Any) -> RoundRules:
    """Three questions, twenty minutes, two attempts."""
    return RoundRules(**({"minutes": 20, "attempts": 2, "blueprint": BLUEPRINT} | changes))


def check(opens: datetime = OPENS, closes: datetime = CLOSES, **changes: Any) -> r.Check:
    return r.check(rules(**changes), opens_at=opens, closes_at=closes, available=AVAILABLE)


def sentences(found: r.Check) -> list[str]:
    return [message % params for message, params in found.problems]


def big(count: int) -> tuple[BlueprintCell, ...]:
    return (BlueprintCell("kiem-soat", 1, count),)


def test_a_plain_round_is_fine() -> None:
    assert check() == r.Check()
    assert check().ok
    assert rules().questions == 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"minutes": 0}, "1 đến 180 phút"),
        ({"minutes": 181}, "1 đến 180 phút"),
        ({"attempts": 0}, "1 đến 20"),
        ({"attempts": 21}, "1 đến 20"),
        ({"blueprint": ()}, "1 đến 100 câu"),
        ({"blueprint": big(101)}, "1 đến 100 câu"),
        ({"top": 0}, "1 đến 100 người"),
        ({"top": 101}, "1 đến 100 người"),
        ({"closes": OPENS}, "phải sau"),
        ({"closes": OPENS - timedelta(hours=1)}, "phải sau"),
        ({"closes": OPENS + timedelta(minutes=20) - timedelta(seconds=1)}, "ngắn hơn"),
        ({"closes": OPENS + timedelta(days=45, seconds=1)}, "45 ngày"),
        ({"board": BoardPolicy.FROZEN}, "dừng cập nhật"),
        ({"board": BoardPolicy.FROZEN, "freeze_minutes": -5}, "dừng cập nhật"),
        ({"criteria": ()}, "bắt đầu bằng điểm"),
        ({"criteria": ("elapsed", "points")}, "bắt đầu bằng điểm"),
        ({"criteria": ("points", "points")}, "bắt đầu bằng điểm"),
        ({"criteria": ("points", "luck")}, "bắt đầu bằng điểm"),
        ({"show_answers": Reveal.RECEIPT}, "Đáp án"),
        ({"show_answers": Reveal.CLOSE}, "Đáp án"),
        ({"attempts": 5}, "4 đề không trùng câu"),
    ],
)
def test_each_refusal(changes: dict[str, Any], reason: str) -> None:
    found = check(**changes)
    assert not found.ok
    assert any(reason in sentence for sentence in sentences(found)), sentences(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"minutes": 1},
        {"minutes": 180},
        {"attempts": 1},
        {"attempts": 4},
        {"top": 1},
        {"top": 100},
        {"closes": OPENS + timedelta(minutes=20)},
        {"closes": OPENS + timedelta(days=45)},
        {"board": BoardPolicy.FROZEN, "freeze_minutes": 1},
        {"criteria": ("points",)},
        {"criteria": ("points", "submitted_at", "elapsed")},
        {"show_answers": Reveal.PUBLICATION},
    ],
)
def test_what_stands_on_the_border_is_fine(changes: dict[str, Any]) -> None:
    assert check(**changes) == r.Check()


def test_a_cell_without_enough_questions_is_named() -> None:
    found = check(blueprint=(*BLUEPRINT, BlueprintCell("dinh-danh", 3, 1)), attempts=1)
    assert not found.ok
    assert found.shortages == [Shortage("dinh-danh", 3, 1, 0)]


@pytest.mark.parametrize("score", Reveal)
@pytest.mark.parametrize("board", BoardPolicy)
def test_more_attempts_than_disjoint_papers_need_silence_until_the_close(score: Reveal, board: BoardPolicy) -> None:
    found = check(attempts=5, show_score=score, board=board, freeze_minutes=60)
    silent = score is not Reveal.RECEIPT and board is BoardPolicy.HIDDEN
    assert found.ok is silent
    if not silent:
        assert found.problems[0][1] == {"papers": 4, "attempts": 5}


@quick
@given(
    st.integers(1, 8),
    st.integers(1, 8),
    st.integers(1, 4),
    st.integers(1, 6),
    st.sampled_from(Reveal),
    st.sampled_from(BoardPolicy),
)
def test_a_round_that_tells_early_never_gives_one_person_a_question_twice(
    one: int, two: int, count: int, attempts: int, score: Reveal, board: BoardPolicy
) -> None:
    """Promise 6, against the papers that are really drawn."""
    sizes = {("kiem-soat", 1): one, ("mot-cua", 2): two}
    cells = (BlueprintCell("kiem-soat", 1, count), BlueprintCell("mot-cua", 2, 1))
    asked = rules(blueprint=cells, attempts=attempts, show_score=score, board=board, freeze_minutes=9)
    found = r.check(asked, opens_at=OPENS, closes_at=CLOSES, available=sizes)
    tells = r.shown(score, RoundState.OPEN) or board is not BoardPolicy.HIDDEN
    if found.shortages:
        assert count > one
        return
    drawn = [
        set(ids(draw(pool_of(sizes), asked.cells, seed=SEED, person="an", number=n))) for n in range(1, attempts + 1)
    ]
    repeats = any(early & late for early, late in combinations(drawn, 2))
    assert found.ok == (not (tells and repeats))


def test_a_cell_named_twice_is_refused() -> None:
    assert not check(blueprint=(*big(2), *big(2)), attempts=1).ok


@pytest.mark.parametrize("count", [0, -1])
def test_a_cell_without_questions_is_refused(count: int) -> None:
    assert not check(blueprint=(*big(2), BlueprintCell("mot-cua", 2, count)), attempts=1).ok


def test_rules_survive_storage_and_know_no_other_field() -> None:
    full = rules(agencies=("SO-NV", "17950"), board=BoardPolicy.FROZEN, freeze_minutes=30, top=7, full_names=True)
    assert r.rules_from_data(json.loads(json.dumps(r.rules_to_data(full)))) == full
    for data in (
        r.rules_to_data(full) | {"secret": 1},
        r.rules_to_data(full) | {"board": "loud"},
        r.rules_to_data(full) | {"minutes": "20"},
        {"minutes": 20},
    ):
        with pytest.raises(msgspec.ValidationError):
            r.rules_from_data(data)


def _state(now: datetime, *, prepared: bool = True, published: bool = False) -> RoundState:
    return r.state(prepared=prepared, published=published, opens_at=OPENS, closes_at=CLOSES, now=now)


def test_state_over_time() -> None:
    tick = timedelta(microseconds=1)
    assert [_state(now) for now in (OPENS - tick, OPENS, CLOSES - tick, CLOSES, CLOSES + timedelta(days=99))] == [
        RoundState.SCHEDULED,
        RoundState.OPEN,
        RoundState.OPEN,
        RoundState.CLOSED,
        RoundState.CLOSED,
    ]
    for now in (OPENS - tick, OPENS, CLOSES):
        assert _state(now, prepared=False) is RoundState.DRAFT
        assert _state(now, published=True) is RoundState.PUBLISHED


@quick
@given(st.lists(st.integers(-1000, 15_000), min_size=2).map(sorted))
def test_a_round_never_goes_back(minutes: list[int]) -> None:
    order = list(RoundState)
    states = [order.index(_state(OPENS + timedelta(minutes=m))) for m in minutes]
    assert all(one <= later for one, later in pairwise(states))


@quick
@given(st.integers(0, 7 * 24 * 60 - 1), st.integers(1, 180))
def test_a_deadline_is_the_own_time_but_never_past_the_close(after: int, minutes: int) -> None:
    started = OPENS + timedelta(minutes=after)
    end = r.deadline(started_at=started, closes_at=CLOSES, minutes=minutes)
    assert started < end <= CLOSES
    assert end == CLOSES or end - started == timedelta(minutes=minutes)


def test_eligible_are_the_named_agencies_with_all_below_them() -> None:
    named = rules(agencies=("UBND", "17950"))
    assert r.is_eligible(named, "40/UBND/SO-NV/")
    assert r.is_eligible(named, "40/17950/")
    assert r.is_eligible(named, "40/UBND/")
    for path in ("40/", "40/1795/", "40/179500/", "40/DU-UBND/", ""):
        assert not r.is_eligible(named, path)
        assert r.is_eligible(rules(), path)


def test_when_things_are_shown() -> None:
    early, late = (RoundState.SCHEDULED, RoundState.OPEN), (RoundState.CLOSED, RoundState.PUBLISHED)
    seen = {reveal: {s for s in RoundState if r.shown(reveal, s)} for reveal in Reveal}
    assert seen == {
        Reveal.RECEIPT: set(RoundState),
        Reveal.CLOSE: set(late),
        Reveal.PUBLICATION: {RoundState.PUBLISHED},
        Reveal.NEVER: set(),
    }
    for reveal in (Reveal.CLOSE, Reveal.PUBLICATION, Reveal.NEVER):
        assert not any(r.board_shows_points(rules(show_score=reveal), s) for s in early)
    assert r.board_shows_points(rules(), RoundState.OPEN)


def test_a_frozen_board_stands_still_before_the_close() -> None:
    frozen = rules(board=BoardPolicy.FROZEN, freeze_minutes=90)
    assert r.freeze_moment(frozen, CLOSES) == CLOSES - timedelta(minutes=90)
    assert r.freeze_moment(rules(freeze_minutes=90), CLOSES) is None
    assert r.freeze_moment(rules(board=BoardPolicy.HIDDEN, freeze_minutes=90), CLOSES) is None
