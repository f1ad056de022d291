"""The ranking rule: total, stable, explained."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.rounds.ranking import AgencyPlace, Result, counted, rank, rank_agencies, rank_agency_totals, sort_key
from contest.rounds.rules import Counting

OPENS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ALL = ("points", "elapsed", "submitted_at")
CRITERIA = st.sampled_from([order[:n] for order in permutations(ALL) for n in (1, 2, 3) if order[0] == "points"])
quick = settings(max_examples=100, deadline=None)


def result(who: str, points: int, elapsed: int = 0, seconds: float = 0) -> Result:
    return Result(who, points, elapsed, OPENS + timedelta(seconds=seconds))


@st.composite
def fields(draw: st.DrawFn) -> list[Result]:
    """Few values, so that ties are frequent; half seconds, which no criterion sees."""
    rows = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 5)), max_size=12))
    return [result(f"p{n:02d}", points, elapsed, halves / 2) for n, (points, elapsed, halves) in enumerate(rows)]


def places(results: list[Result], criteria: tuple[str, ...] = ALL) -> list[tuple[int, str, str]]:
    return [(place.rank, place.result.who, place.decided_by) for place in rank(results, criteria)]


def test_ranking_by_example() -> None:
    results = [
        result("an", 9, 300, 50),
        result("binh", 10, 900, 99),
        result("chi", 9, 300, 40.2),
        result("dung", 9, 200, 60),
        result("em", 9, 300, 40.9),
        result("giang", 1, 1, 1),
    ]
    assert places(results) == [
        (1, "binh", ""),
        (2, "dung", "points"),
        (3, "chi", "elapsed"),
        (3, "em", "shared"),
        (5, "an", "submitted_at"),
        (6, "giang", "points"),
    ]
    assert places(results, ("points",)) == [
        (1, "binh", ""),
        (2, "an", "points"),
        (2, "chi", "shared"),
        (2, "dung", "shared"),
        (2, "em", "shared"),
        (6, "giang", "points"),
    ]
    assert [who for _, who, _ in places(results, ("points", "submitted_at"))] == [
        "binh",
        "chi",
        "em",
        "an",
        "dung",
        "giang",
    ]
    assert places([]) == []


@quick
@given(fields(), CRITERIA, st.randoms())
def test_the_order_of_the_input_does_not_matter(
    results: list[Result], criteria: tuple[str, ...], chance: random.Random
) -> None:
    ranked = rank(results, criteria)
    shuffled = list(results)
    chance.shuffle(shuffled)
    assert rank(shuffled, criteria) == ranked
    assert rank([place.result for place in ranked], criteria) == ranked
    assert Counter(place.result for place in ranked) == Counter(results)


@quick
@given(fields(), CRITERIA)
def test_ranks_count_who_is_better(results: list[Result], criteria: tuple[str, ...]) -> None:
    for place in rank(results, criteria):
        mine = sort_key(place.result, criteria)
        assert place.rank == 1 + sum(1 for other in results if sort_key(other, criteria) < mine)


@quick
@given(fields(), CRITERIA)
def test_decided_by_is_the_first_criterion_that_differs(results: list[Result], criteria: tuple[str, ...]) -> None:
    better = {
        "points": lambda above, below: above.points > below.points,
        "elapsed": lambda above, below: above.elapsed_ms < below.elapsed_ms,
        "submitted_at": lambda above, below: (
            above.submitted_at.replace(microsecond=0) < below.submitted_at.replace(microsecond=0)
        ),
    }
    ranked = rank(results, criteria)
    assert [place.decided_by for place in ranked[:1]] in ([], [""])
    for above, below in pairwise(ranked):
        if below.decided_by == "shared":
            assert below.rank == above.rank
            assert above.result.who < below.result.who
            tied = criteria
        else:
            assert below.rank > above.rank
            assert better[below.decided_by](above.result, below.result)
            tied = criteria[: criteria.index(below.decided_by)]
        for name in tied:
            assert not better[name](above.result, below.result)
            assert not better[name](below.result, above.result)


def best(results: list[Result], criteria: tuple[str, ...]) -> Result | None:
    return counted(results, counting=Counting.BEST, criteria=criteria)


@quick
@given(fields(), CRITERIA)
def test_best_agrees_with_rank(results: list[Result], criteria: tuple[str, ...]) -> None:
    chosen = best(results, criteria)
    if not results:
        assert chosen is None
        return
    assert chosen is not None
    assert chosen in {place.result for place in rank(results, criteria) if place.rank == 1}


@pytest.mark.parametrize("criteria", [("points",), ALL])
def test_best_does_not_depend_on_the_order_of_the_input(criteria: tuple[str, ...]) -> None:
    one, other = result("a", 9, 300, 10.2), result("b", 9, 300 if criteria == ALL else 500, 10.7)
    assert (
        counted([one, other], counting=Counting.BEST, criteria=criteria)
        == counted([other, one], counting=Counting.BEST, criteria=criteria)
        == rank([other, one], criteria)[0].result
    )


@quick
@given(fields(), CRITERIA, st.integers(0, 11))
def test_more_points_never_lower_a_rank(results: list[Result], criteria: tuple[str, ...], which: int) -> None:
    if not results:
        return
    old = results[which % len(results)]
    new = Result(old.who, old.points + 1, old.elapsed_ms, old.submitted_at)
    before = {place.result.who: place.rank for place in rank(results, criteria)}
    after = {place.result.who: place.rank for place in rank([new if r is old else r for r in results], criteria)}
    assert after[old.who] <= before[old.who]


def test_agencies_by_takers_then_by_mean() -> None:
    taken = [("A", 3), ("B", 9), ("B", 1), ("C", 5), ("C", 5), ("D", 10), ("D", 1), ("E", 9)]
    assert rank_agencies(taken) == [
        AgencyPlace(1, "D", 2, 11),
        AgencyPlace(2, "B", 2, 10),
        AgencyPlace(2, "C", 2, 10),
        AgencyPlace(4, "E", 1, 9),
        AgencyPlace(5, "A", 1, 3),
    ]
    assert rank_agencies([]) == []
    assert rank_agency_totals({"A": (0, 0), "B": (1, 0)}) == [AgencyPlace(1, "B", 1, 0)]


@quick
@given(st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(0, 4)), max_size=20), st.randoms())
def test_agency_ranks_count_who_is_better(taken: list[tuple[str, int]], chance: random.Random) -> None:
    ranked = rank_agencies(taken)
    shuffled = list(taken)
    chance.shuffle(shuffled)
    assert rank_agencies(shuffled) == ranked
    assert rank_agency_totals({place.code: (place.takers, place.points) for place in reversed(ranked)}) == ranked
    assert {p.code: p.takers for p in ranked} == Counter(code for code, _ in taken)
    for place in ranked:
        better = [p for p in ranked if (p.takers, p.points / p.takers) > (place.takers, place.points / place.takers)]
        assert place.rank == len(better) + 1
        assert place.points == sum(points for code, points in taken if code == place.code)
