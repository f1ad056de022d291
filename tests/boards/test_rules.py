"""The packed sort key: one exact double orders as the ranking rule does."""

from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.boards.rules import BITS, POINTS_MAX, packed, shared_ranks
from contest.rounds.lifecycle import WINDOW_MAX
from contest.rounds.ranking import Result, rank, sort_key
from contest.rounds.rules import LIVE

OPENS = datetime(2026, 11, 23, 1, 0, 0, 750_000, tzinfo=UTC)
ALL = ("points", "elapsed", "submitted_at")
ORDERS = [order[:n] for order in permutations(ALL) for n in (1, 2, 3)]
WINDOW_S = int(WINDOW_MAX.total_seconds())
EXTENSION_S = 3 * 86_400
quick = settings(max_examples=100, deadline=None)
RESULTS = st.builds(
    Result,
    who=st.just("an"),
    points=st.sampled_from([0, 1, 99, 100]) | st.integers(0, 100),
    elapsed_ms=st.sampled_from([0, 1, 180 * 60_000]) | st.integers(0, 180 * 60_000),
    submitted_at=st.builds(
        lambda seconds, micros: OPENS + timedelta(seconds=seconds, microseconds=micros),
        st.sampled_from([0, 1, WINDOW_S, WINDOW_S + EXTENSION_S]) | st.integers(0, WINDOW_S + EXTENSION_S),
        st.integers(0, 999_999),
    ),
)


def pack(result: Result, criteria: tuple[str, ...] = ALL, opened_at: datetime = OPENS) -> int:
    return packed(
        points=result.points,
        elapsed_ms=result.elapsed_ms,
        submitted_at=result.submitted_at,
        opened_at=opened_at,
        criteria=criteria,
    )


def test_the_layout() -> None:
    assert sum(BITS.values()) == 53
    assert set(BITS) == set(LIVE)
    one = Result("an", 100, 5, OPENS + timedelta(seconds=7))
    assert pack(one) == (POINTS_MAX - 100) << 46 | 5 << 22 | 7
    assert pack(one, ("submitted_at", "points")) == 7 << 7 | 27
    assert pack(one, ("elapsed",)) == 5
    assert pack(one, ()) == 0


@quick
@given(RESULTS, RESULTS, st.sampled_from(ORDERS))
def test_packed_order_is_ranking_order(one: Result, other: Result, criteria: tuple[str, ...]) -> None:
    keys, packs = [sort_key(r, criteria) for r in (one, other)], [pack(r, criteria) for r in (one, other)]
    assert (packs[0] < packs[1]) == (keys[0] < keys[1])
    assert (packs[0] == packs[1]) == (keys[0] == keys[1])
    for key in packs:
        assert 0 <= key < 2**53
        assert int(float(key)) == key
        assert key == 0 or float(key) != float(key - 1)


def test_neighbours_at_the_corners_stay_apart() -> None:
    """Every corner of the allowed box, and one step from it in each criterion."""
    points, elapsed = (0, 1, 99, 100), (0, 1, 180 * 60_000 - 1, 180 * 60_000)
    seconds = (0, 1, WINDOW_S + EXTENSION_S - 1, WINDOW_S + EXTENSION_S)
    box = [Result("", p, e, OPENS + timedelta(seconds=s)) for p, e, s in product(points, elapsed, seconds)]
    for criteria in permutations(ALL):
        assert sorted(box, key=lambda r: pack(r, criteria)) == sorted(box, key=lambda r: sort_key(r, criteria))
        assert len({pack(r, criteria) for r in box}) == len(box)


def test_part_of_a_second_does_not_count() -> None:
    early, late = Result("a", 1, 1, OPENS.replace(microsecond=0)), Result("b", 1, 1, OPENS.replace(microsecond=999_999))
    assert pack(early) == pack(late)
    assert pack(early) & (2**22 - 1) == 0


@pytest.mark.parametrize(
    "result",
    [
        Result("", POINTS_MAX + 1, 0, OPENS),
        Result("", -1, 0, OPENS),
        Result("", 0, -1, OPENS),
        Result("", 0, 2**24, OPENS),
        Result("", 0, 0, OPENS - timedelta(seconds=1)),
        Result("", 0, 0, OPENS + timedelta(seconds=2**22)),
    ],
)
def test_what_does_not_fit_is_refused_where_it_is_ranked_by(result: Result) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        pack(result)
    fits = [name for name in ALL if not _fails(result, name)]
    assert len(fits) == 2
    assert pack(result, tuple(fits)) >= 0


def _fails(result: Result, name: str) -> bool:
    try:
        pack(result, (name,))
    except ValueError:
        return True
    return False


def test_the_last_values_that_fit() -> None:
    assert pack(Result("", 0, 2**24 - 1, OPENS + timedelta(seconds=2**22 - 1))) == 2**53 - 1
    assert pack(Result("", POINTS_MAX, 0, OPENS)) == 0


def test_shared_ranks_by_example() -> None:
    assert shared_ranks([]) == []
    assert shared_ranks([5, 7, 7, 7, 9, 9]) == [1, 2, 2, 2, 5, 5]
    assert shared_ranks([5, 7, 7], before=10) == [11, 12, 12]
    assert shared_ranks([0, 0]) == [1, 1]


@quick
@given(st.lists(RESULTS, max_size=8), st.lists(st.integers(0, 7), max_size=8), st.sampled_from(ORDERS))
def test_the_board_ranks_as_the_rule_does(results: list[Result], copies: list[int], criteria: tuple[str, ...]) -> None:
    rows = results + [results[n % len(results)] for n in copies if results]
    ordered = sorted(pack(row, criteria) for row in rows)
    assert shared_ranks(ordered) == [place.rank for place in rank(rows, criteria)]
