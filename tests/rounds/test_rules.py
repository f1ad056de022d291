"""What may be opened, what is refused and why, and what follows from the moments."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.rounds import checks, lifecycle
from contest.rounds import rules as r
from contest.rounds.eligibility import Bar, Taker, group_of
from contest.rounds.rules import (
    AgencyPrize,
    BlueprintCell,
    BoardPolicy,
    Group,
    LastStart,
    Prediction,
    PredictionOver,
    Prize,
    Qualified,
    Reveal,
    RoundRules,
    RoundState,
)
from questions.drawing import Shortage
from tests.questions.test_drawing import SEED, draw, ids, pool_of

OPENS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=7)
AVAILABLE = {("kiem-soat", 1): 8, ("mot-cua", 2): 4}
BLUEPRINT = (BlueprintCell("kiem-soat", 1, 2), BlueprintCell("mot-cua", 2, 1))
A = Group("A", "Cán bộ, công chức, viên chức", BLUEPRINT, agencies=("UBND",))
B = Group("B", "Người dân", BLUEPRINT)
FIRST = Prize("Giải nhất", 1)
quick = settings(max_examples=100, deadline=None)


def rules(**changes: Any) -> RoundRules:
    """Three questions, twenty minutes, two attempts."""
    return RoundRules(**({"minutes": 20, "attempts": 2, "blueprint": BLUEPRINT} | changes))


def check(opens: datetime = OPENS, closes: datetime = CLOSES, **changes: Any) -> checks.Check:
    return checks.check(rules(**changes), opens_at=opens, closes_at=closes, available=AVAILABLE)


def sentences(found: checks.Check) -> list[str]:
    return [message % params for message, params in found.problems]


def big(count: int) -> tuple[BlueprintCell, ...]:
    return (BlueprintCell("kiem-soat", 1, count),)


def test_a_plain_round_is_fine() -> None:
    assert check() == checks.Check()
    assert check().ok
    assert rules().questions == 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"minutes": 0}, "1 đến 180 phút"),
        ({"minutes": 181}, "1 đến 180 phút"),
        ({"attempts": 0}, "không giới hạn"),
        ({"attempts": -1}, "1 đến 20"),
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
        ({"show_answers": Reveal.PUBLICATION, "show_explanations": Reveal.CLOSE}, "không được hiện sớm hơn"),
        ({"attempts": 5}, "4 đề không trùng câu"),
        ({"groups": (Group("A", "Bảng A", BLUEPRINT),)}, "không có ma trận chung"),
        ({"blueprint": (), "groups": (Group("", "Bảng A", BLUEPRINT),)}, "ký hiệu"),
        ({"blueprint": (), "groups": (A, A)}, "không trùng nhau"),
        ({"blueprint": (), "groups": (Group("A", "Mọi người", BLUEPRINT), B)}, "đứng cuối"),
        ({"blueprint": (), "groups": (A, Group("B", "Bảng B", ()))}, "1 đến 100 câu"),
        ({"blueprint": (), "groups": (A, Group("B", "Bảng B", BLUEPRINT, age_from=30, age_to=18))}, "Độ tuổi"),
        ({"age_from": -1}, "Độ tuổi"),
        ({"age_to": 100}, "Độ tuổi"),
        ({"qualified": Qualified(1)}, "một trong ba cách"),
        ({"qualified": Qualified(1, top=10, points=5)}, "một trong ba cách"),
        ({"qualified": Qualified(0, top=10)}, "một trong ba cách"),
        ({"qualified": Qualified(1, top=-1, points=5)}, "một trong ba cách"),
        ({"criteria": ("points", "lots", "elapsed")}, "cuối cùng"),
        ({"criteria": ("points", "prediction")}, "phải đi cùng nhau"),
        ({"prediction": Prediction()}, "phải đi cùng nhau"),
        ({"prediction": Prediction(over=PredictionOver.GROUP), "criteria": ("points", "prediction")}, "từng bảng"),
        ({"trial": True, "prizes": (FIRST,)}, "không có giải"),
        ({"prizes": (FIRST, FIRST)}, "tên riêng"),
        ({"prizes": (Prize(" ", 1),)}, "tên riêng"),
        ({"prizes": (Prize("Giải nhất", 0),)}, "1 đến 1.000"),
        ({"prizes": (Prize("Giải nhất", 1, each_group=True),)}, "từng bảng"),
        ({"agency_prizes": (AgencyPrize("Giải nhất", 1),), "prizes": (FIRST,)}, "tên riêng"),
        ({"agency_prizes": (AgencyPrize("Giải tập thể", 1, floor=101),)}, "0 đến 100 phần trăm"),
        ({"attempts": 0, "show_score": Reveal.CLOSE}, "không giới hạn"),
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
        {"show_answers": Reveal.CLOSE},
        {"show_answers": Reveal.CLOSE, "show_explanations": Reveal.CLOSE},
        {"show_answers": Reveal.RECEIPT, "trial": True},
        {"attempts": 0, "show_score": Reveal.CLOSE, "board": BoardPolicy.HIDDEN},
        {"blueprint": (), "groups": (A, B)},
        {"age_from": 15, "age_to": 15},
        {"qualified": Qualified(1, per_agency=3)},
        {"prediction": Prediction(), "criteria": ("points", "prediction", "submitted_at", "lots")},
        {"prizes": (FIRST, Prize("Giải nhì", 1000)), "agency_prizes": (AgencyPrize("Giải tập thể", 1, floor=100),)},
    ],
)
def test_what_stands_on_the_border_is_fine(changes: dict[str, Any]) -> None:
    assert check(**changes) == checks.Check()


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


def test_answers_at_the_receipt_tell_as_much_as_scores_do() -> None:
    silent = {"show_score": Reveal.CLOSE, "board": BoardPolicy.HIDDEN, "trial": True}
    assert check(attempts=4, show_answers=Reveal.RECEIPT, **silent).ok
    assert check(attempts=5, show_answers=Reveal.RECEIPT, **silent).places.popitem()[1] == "attempts"
    assert not check(attempts=0, show_answers=Reveal.RECEIPT, **silent).ok


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
    found = checks.check(asked, opens_at=OPENS, closes_at=CLOSES, available=sizes)
    tells = lifecycle.shown(score, RoundState.OPEN) or board is not BoardPolicy.HIDDEN
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


def _state(now: datetime, *, prepared: bool = True, published: bool = False, paused: bool = False) -> RoundState:
    return lifecycle.state(
        prepared=prepared, published=published, opens_at=OPENS, ends_at=CLOSES, paused=paused, now=now
    )


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
    assert _state(OPENS - tick, paused=True) is RoundState.SCHEDULED
    assert _state(CLOSES + timedelta(days=1), paused=True) is RoundState.OPEN


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
    end = lifecycle.deadline(started_at=started, closes_at=CLOSES, allowance=timedelta(minutes=minutes))
    assert started < end <= CLOSES
    assert end == CLOSES or end - started == timedelta(minutes=minutes)


DAY = OPENS.date()


def test_eligible_are_the_named_agencies_and_blocs_with_all_below_them() -> None:
    named = rules(agencies=("UBND", "17950"), blocs=("trung-uong",))
    for path in ("40/UBND/SO-NV/", "40/17950/", "40/UBND/"):
        assert group_of(named, Taker(path), on=DAY) == ""
    assert group_of(named, Taker("40/KBNN/", bloc="trung-uong"), on=DAY) == ""
    for path in ("40/", "40/1795/", "40/179500/", "40/DU-UBND/", ""):
        assert group_of(named, Taker(path, bloc="cap-xa"), on=DAY) is Bar.AGENCY
        assert group_of(rules(), Taker(path), on=DAY) == ""


def test_ages_count_in_full_years_on_the_first_day() -> None:
    teens = rules(age_from=15, age_to=17)
    for born, expected in (
        (date(2011, 11, 23), ""),
        (date(2011, 11, 24), Bar.AGE),
        (date(2008, 11, 24), ""),
        (date(2008, 11, 23), Bar.AGE),
        (None, Bar.AGE_UNKNOWN),
    ):
        assert group_of(teens, Taker("40/", birth_date=born), on=DAY) == expected
    assert group_of(rules(age_from=18), Taker("", birth_date=date(2008, 2, 29)), on=date(2026, 2, 28)) is Bar.AGE
    assert group_of(rules(age_from=18), Taker("", birth_date=date(2008, 2, 29)), on=date(2026, 3, 1)) == ""


def test_the_first_group_that_fits_takes_the_person() -> None:
    grouped = rules(blueprint=(), groups=(A, B))
    assert group_of(grouped, Taker("40/UBND/SO-NV/"), on=DAY) == "A"
    assert group_of(grouped, Taker(""), on=DAY) == "B"
    only = rules(blueprint=(), groups=(A, Group("C", "Cấp xã", BLUEPRINT, blocs=("cap-xa",))))
    assert group_of(only, Taker("40/17950/", bloc="cap-xa"), on=DAY) == "C"
    assert group_of(only, Taker("40/TU/"), on=DAY) is Bar.GROUP


def test_the_last_start_leaves_the_whole_time_where_the_rules_say_so() -> None:
    assert lifecycle.last_start(rules(), CLOSES) == CLOSES
    whole = rules(last_start=LastStart.FULL_TIME)
    assert lifecycle.last_start(whole, CLOSES) == CLOSES - timedelta(minutes=20)
    assert lifecycle.last_start(whole, CLOSES, in_turn=True) == CLOSES - timedelta(minutes=20) + lifecycle.IN_TURN
    assert lifecycle.last_start(rules(), CLOSES, in_turn=True) == CLOSES


def test_exceptions_hold_for_an_agency_with_all_below_it() -> None:
    hour = timedelta(hours=1)
    some = lifecycle.Exceptions(closes={"UBND": CLOSES + hour}, paused={"17950": OPENS + hour})
    assert some.close_of(CLOSES, "40/UBND/SO-NV/") == CLOSES + hour
    assert some.close_of(CLOSES + 2 * hour, "40/UBND/SO-NV/") == CLOSES + 2 * hour
    assert some.close_of(CLOSES, "40/17950/") == some.close_of(CLOSES, "") == CLOSES
    assert some.paused_since("40/17950/") == OPENS + hour
    assert some.paused_since("40/UBND/") is None
    assert lifecycle.Exceptions(paused={lifecycle.EVERYBODY: OPENS}).paused_since("") == OPENS


def test_when_things_are_shown() -> None:
    early, late = (RoundState.SCHEDULED, RoundState.OPEN), (RoundState.CLOSED, RoundState.PUBLISHED)
    seen = {reveal: {s for s in RoundState if lifecycle.shown(reveal, s)} for reveal in Reveal}
    assert seen == {
        Reveal.RECEIPT: set(RoundState),
        Reveal.CLOSE: set(late),
        Reveal.PUBLICATION: {RoundState.PUBLISHED},
        Reveal.NEVER: set(),
    }
    for reveal in (Reveal.CLOSE, Reveal.PUBLICATION, Reveal.NEVER):
        assert not any(lifecycle.board_shows_points(rules(show_score=reveal), s) for s in early)
    assert lifecycle.board_shows_points(rules(), RoundState.OPEN)


def test_a_frozen_board_stands_still_before_the_close() -> None:
    frozen = rules(board=BoardPolicy.FROZEN, freeze_minutes=90)
    assert lifecycle.freeze_moment(frozen, CLOSES) == CLOSES - timedelta(minutes=90)
    assert lifecycle.freeze_moment(rules(freeze_minutes=90), CLOSES) is None
    assert lifecycle.freeze_moment(rules(board=BoardPolicy.HIDDEN, freeze_minutes=90), CLOSES) is None
