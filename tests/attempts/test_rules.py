"""Decisions about attempts: sheets, lateness, durations."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.attempts import rules as r
from core.errors import Invalid
from questions.drawing import Slot

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
END = START + timedelta(minutes=10)
PAPER = [Slot(n, (1, 0, 3, 2)) for n in range(1, 13)]
BLANK = {str(n): None for n in range(1, 13)}
TICK = timedelta(microseconds=1)
quick = settings(max_examples=100, deadline=None)
SLOTS = st.lists(
    st.tuples(st.integers(1, 10**9), st.permutations(range(4)), st.booleans()).map(
        lambda s: Slot(s[0], tuple(s[1]), s[2])
    ),
    max_size=8,
)


@quick
@given(SLOTS)
def test_a_paper_survives_storage(paper: list[Slot]) -> None:
    assert r.paper_from_data(json.loads(json.dumps(r.paper_to_data(paper)))) == paper
    assert list(r.blank_answers(paper)) == [str(n) for n in range(1, len(paper) + 1)]
    assert set(r.blank_answers(paper).values()) <= {None}


def test_a_sheet_in_any_order_becomes_the_one_canonical_map() -> None:
    sent = {"12": [0], "2": [], "10": None, **{slot: [3] for slot in BLANK if slot not in ("2", "10", "12")}}
    checked = r.checked_answers(PAPER, sent)
    assert list(checked) == list(BLANK)
    assert (checked["2"], checked["10"], checked["12"], checked["1"]) == (None, None, [0], [3])


@pytest.mark.parametrize(
    "sent",
    [
        {},
        dict.fromkeys(list(BLANK)[1:]),
        {**BLANK, "13": None},
        {**BLANK, "0": None},
        {**dict.fromkeys(list(BLANK)[1:]), "01": None},
        {**dict.fromkeys(list(BLANK)[1:]), " 1": None},
        {**BLANK, "": [0]},
    ],
)
def test_every_slot_is_named_and_none_besides(sent: dict[str, list[int] | None]) -> None:
    with pytest.raises(Invalid) as refused:
        r.checked_answers(PAPER, sent)
    assert (refused.value.code, refused.value.params) == ("incomplete-map", {"count": 12})


@pytest.mark.parametrize("chosen", [[4], [-1], [0, 1], [0, 0], [99], [2**63]])
def test_single_choice_is_one_choice_of_the_paper(chosen: list[int]) -> None:
    with pytest.raises(Invalid) as refused:
        r.checked_answers(PAPER, {**BLANK, "7": chosen})
    assert (refused.value.code, refused.value.params) == ("bad-choice", {"slot": 7})


@quick
@given(st.lists(st.none() | st.just([]) | st.integers(0, 3).map(lambda c: [c]), min_size=12, max_size=12), st.randoms())
def test_equal_sheets_have_equal_bytes(chosen: list[list[int] | None], chance: random.Random) -> None:
    sheet = dict(zip(BLANK, chosen, strict=True))
    items = list(sheet.items())
    chance.shuffle(items)
    checked = r.checked_answers(PAPER, dict(items))
    assert json.dumps(checked) == json.dumps(r.checked_answers(PAPER, sheet))
    assert r.checked_answers(PAPER, checked) == checked == r.without_empty(sheet)
    assert [] not in checked.values()
    assert all(checked[slot] == (answer or None) for slot, answer in sheet.items())
    assert sheet == dict(items)


SEVERAL = [Slot(n, (1, 0, 3, 2), n > 6) for n in range(1, 13)]


@quick
@given(st.lists(st.integers(0, 3), max_size=6), st.integers(7, 12))
def test_several_choices_become_ascending_and_once_each(chosen: list[int], place: int) -> None:
    checked = r.checked_answers(SEVERAL, {**BLANK, str(place): chosen})
    assert checked[str(place)] == (sorted(set(chosen)) or None)
    assert r.checked_answers(SEVERAL, checked) == checked
    assert list(checked) == list(BLANK)


@pytest.mark.parametrize(
    ("place", "chosen"), [("6", [0, 1]), ("6", [0, 0]), ("7", [0, 4]), ("7", [-1, 0]), ("12", [0, 1, 2, 3, 4])]
)
def test_several_choices_only_where_asked_and_of_the_paper(place: str, chosen: list[int]) -> None:
    with pytest.raises(Invalid) as refused:
        r.checked_answers(SEVERAL, {**BLANK, place: chosen})
    assert (refused.value.code, refused.value.params) == ("bad-choice", {"slot": int(place)})


def test_the_grace_is_inclusive_and_short() -> None:
    assert not r.is_late(END, END)
    assert not r.is_late(END + r.GRACE, END)
    assert r.is_late(END + r.GRACE + TICK, END)
    assert timedelta(0) < r.GRACE <= timedelta(seconds=30)
    assert timedelta(seconds=30) <= r.SWEEP_MARGIN


@pytest.mark.parametrize(
    ("now", "finished", "elapsed"),
    [
        (START, START, 0),
        (START + timedelta(milliseconds=1, microseconds=999), None, 1),
        (START + timedelta(seconds=61.5), None, 61_500),
        (END, END, 600_000),
        (END + TICK, END, 600_000),
        (END + timedelta(days=3), END, 600_000),
    ],
)
def test_nothing_finishes_after_its_deadline(now: datetime, finished: datetime | None, elapsed: int) -> None:
    assert r.finish(now, started_at=START, deadline=END) == (finished or now, elapsed)


def test_nothing_finishes_before_it_started() -> None:
    finished, elapsed = r.finish(START - timedelta(seconds=2), started_at=START, deadline=END)
    assert (finished, elapsed) == (START, 0)


@quick
@given(st.timedeltas(timedelta(0), timedelta(days=2)), st.timedeltas(timedelta(0), timedelta(minutes=180)))
def test_what_is_left_and_what_is_spent_make_the_whole(after: timedelta, whole: timedelta) -> None:
    now, deadline = START + after, START + whole
    finished, elapsed = r.finish(now, started_at=START, deadline=deadline)
    assert START <= finished <= deadline
    assert 0 <= elapsed <= whole // timedelta(milliseconds=1)
    left = r.remaining_ms(now, deadline)
    assert left >= 0
    # Both round down: together they miss less than two milliseconds.
    assert 0 <= whole / timedelta(milliseconds=1) - elapsed - left < 2


def test_remaining_time_rounds_down_and_stops_at_nothing() -> None:
    assert r.remaining_ms(START, END) == 600_000
    assert r.remaining_ms(END - TICK, END) == 0
    assert r.remaining_ms(END + timedelta(days=1), END) == 0
