"""Classical test theory: by hand, by law and by simulation."""

import math
import random
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.statistics import (
    ANSWERS_MIN,
    ItemStatistics,
    Response,
    Shape,
    Tally,
    suggested_difficulty,
    worst_first,
)

FOUR = Shape(4, (0,))


def answer(version: int, choice: int | None) -> Response:
    """Choice 0 is right."""
    return version, choice == 0, () if choice is None else (choice,)


def tally(papers: Sequence[Sequence[Response]]) -> Tally:
    counted = Tally()
    for paper in papers:
        counted.add(sum(right for _, right, _ in paper), paper)
    return counted


def items(papers: Sequence[Sequence[Response]], shape: Shape = FOUR) -> dict[int, ItemStatistics]:
    shapes = {version: shape for paper in papers for version, _, _ in paper}
    return {item.version_id: item for item in tally(papers).items(shapes)}


LADDER = [
    [answer(item, 0 if right == "1" else 1) for item, right in enumerate(row, start=1)]
    for row in ("111", "110", "100", "000")
]


def test_items_of_a_ladder_by_hand() -> None:
    """Four people with 3, 2, 1, 0 right; a group is 27 % of 4 = 1.08 people: one whole and 0.08 of the next.

    Question 1: (1.08 - 0.08) / 1.08 = 25/27. Question 2: (1.08 - 0) / 1.08. Question 3: (1 - 0) / 1.08.
    Question 2 (1, 1, 0, 0) with the rest (2, 1, 1, 0): 1 / sqrt(1 · 2).
    """
    found = items(LADDER)
    assert [item.facility for item in found.values()] == [0.75, 0.5, 0.25]
    assert [item.discrimination for item in found.values()] == pytest.approx([25 / 27, 1, 25 / 27])
    assert found[2].point_biserial == pytest.approx(1 / math.sqrt(2))
    assert [(c.choice, c.is_key, c.all) for c in found[1].choices] == [
        (0, True, 0.75),
        (1, False, 0.25),
        (2, False, 0),
        (3, False, 0),
    ]
    assert (found[1].choices[0].upper, found[1].choices[0].lower) == pytest.approx((1, 2 / 27))
    assert found[1].warnings == ()


def test_kr_20_of_a_ladder_by_hand() -> None:
    """Σpq = 3/16 + 4/16 + 3/16 = 5/8, σ² = 5/4: KR-20 = 3/2 (1 - 1/2) = 3/4."""
    paper = tally(LADDER).paper()
    assert (paper.n, paper.mean, paper.method) == (4, 0.5, "kr-20")
    assert paper.deviation == pytest.approx(math.sqrt(5 / 4) / 3)
    assert paper.reliability == pytest.approx(0.75)


def test_nested_reliability_by_hand() -> None:
    """Shares 1, 1/2, 0 on two own questions each: MS_p = 2 · 1/2 / 2 = 1/2, MS_i:p = 2 · 1/4 / 3 = 1/6."""
    papers = [
        [answer(1, 0), answer(2, 0)],
        [answer(3, 0), answer(4, 1)],
        [answer(5, 1), answer(6, None)],
    ]
    paper = tally(papers).paper()
    assert paper.method == "nested"
    assert paper.reliability == pytest.approx(2 / 3)


def test_the_cut_among_equals_takes_a_part_of_each() -> None:
    """Ten people, 2.7 in a group. Scores 2, 1 (eight times), 0: the upper group is one whole and 1.7/8 of eight.

    Four of the eight are right on question 1: p_upper = (1 + 1.7/2) / 2.7, p_lower = 1.7/2 / 2.7.
    """
    papers = [[answer(1, 0), answer(2, 0)], [answer(1, 1), answer(2, 1)]]
    papers += [[answer(1, 0), answer(2, 1)], [answer(1, 1), answer(2, 0)]] * 4
    found = items(papers)[1]
    assert found.discrimination == pytest.approx(1 / 2.7)
    assert found.choices[0].upper == pytest.approx(1.85 / 2.7)


def test_nothing_varies() -> None:
    alike = [[answer(1, 0), answer(2, 1)]] * 5
    found = items(alike)
    assert [(item.discrimination, item.point_biserial) for item in found.values()] == [(0, None), (0, None)]
    assert tally(alike).paper().reliability is None
    assert items([[answer(1, 0)], [answer(1, 1)]])[1].point_biserial is None, "there is no rest"


def test_nobody_and_empty_papers() -> None:
    assert Tally().items({}) == []
    assert (Tally().paper().n, Tally().paper().reliability) == (0, None)
    assert tally([[]]).paper().n == 0
    assert tally([[answer(1, 0)]]).paper().reliability is None


def test_papers_of_different_length_compare_by_share() -> None:
    """1 of 1 beats 2 of 4; reliability has no meaning."""
    papers = [[answer(1, 0)], [answer(1, 1), answer(2, 0), answer(3, 0), answer(4, 1)]]
    assert items(papers)[1].discrimination == 1
    assert tally(papers).paper().reliability is None


def test_open_and_several_choices() -> None:
    both = (1, True, (0, 2))
    found = items([[both], [(1, False, (2, 1))], [(1, False, ())], [both]], Shape(3, (0, 2)))[1]
    assert (found.omitted, found.facility) == (0.25, 0.5)
    assert [choice.all for choice in found.choices] == [0.5, 0.25, 0.75]


def test_a_wrong_score_or_a_missing_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="score"):
        Tally().add(2, [answer(1, 0)])
    with pytest.raises(KeyError):
        tally([[answer(1, 0)]]).items({})


Choices = tuple[int, int, int, int]


def judged(best: Choices, middle: Choices, worst: Choices) -> ItemStatistics:
    """Question 1 as chosen by the best 27, the middle 46 and the worst 27 of 100; choice 0 is right.

    Nine, five and one of ten other questions are right, so question 1 moves nobody to another group.
    """
    assert (sum(best), sum(middle), sum(worst)) == (27, 46, 27)
    papers = []
    for counts, right in ((best, 9), (middle, 5), (worst, 1)):
        rest = [answer(version, 0 if version < 10 + right else 1) for version in range(10, 20)]
        for choice, count in enumerate(counts):
            papers += [[answer(1, choice), *rest]] * count
    return items(papers)[1]


SOUND = judged((21, 2, 2, 2), (23, 8, 8, 7), (6, 7, 7, 7))
NEGATIVE = judged((6, 5, 5, 11), (23, 8, 8, 7), (9, 6, 6, 6))
LOW = judged((15, 4, 4, 4), (23, 8, 8, 7), (12, 5, 5, 5))
IDLE = judged((21, 3, 3, 0), (23, 12, 8, 3), (6, 14, 6, 1))
EASY = judged((27, 0, 0, 0), (46, 0, 0, 0), (21, 2, 2, 2))
HARD = judged((10, 6, 6, 5), (9, 12, 12, 13), (2, 8, 8, 9))
WRONG = judged((8, 19, 0, 0), (12, 20, 7, 7), (2, 9, 8, 8))


@pytest.mark.parametrize(
    ("item", "discrimination", "expected"),
    [
        (SOUND, 15 / 27, []),
        (NEGATIVE, -3 / 27, ["negative-discrimination", "wrong-key"]),
        (LOW, 3 / 27, ["low-discrimination"]),
        (IDLE, 15 / 27, ["idle-distractor"]),
        (EASY, 6 / 27, ["idle-distractor"] * 3),
        (
            judged((27, 0, 0, 0), (46, 0, 0, 0), (26, 1, 0, 0)),
            1 / 27,
            ["low-discrimination", "too-easy", *["idle-distractor"] * 3],
        ),
        (HARD, 8 / 27, ["too-hard"]),
        (WRONG, 6 / 27, ["too-hard", "wrong-key"]),
    ],
)
def test_warnings(item: ItemStatistics, discrimination: float, expected: list[str]) -> None:
    assert item.discrimination == pytest.approx(discrimination)
    assert [flaw.code for flaw in item.warnings] == expected
    assert all(flaw.message % flaw.params for flaw in item.warnings)


def test_few_answers_give_no_warnings() -> None:
    papers = [[answer(1, 0), answer(2, 1)], [answer(1, 1), answer(2, 1)]] * (ANSWERS_MIN // 2)
    assert items(papers)[2].warnings
    assert not items(papers[1:])[2].warnings


def test_the_worst_come_first() -> None:
    order = (NEGATIVE, WRONG, LOW, HARD, EASY, IDLE, SOUND)
    named = [msgspec.structs.replace(item, version_id=version) for version, item in enumerate(order)]
    assert [item.version_id for item in worst_first(named[::-1])] == list(range(7))


@pytest.mark.parametrize(("facility", "level"), [(1, 1), (0.8, 1), (0.79, 2), (0.45, 2), (0.44, 3), (0, 3)])
def test_suggested_difficulty(facility: float, level: int) -> None:
    assert suggested_difficulty(facility) == level


def test_statistics_can_be_stored() -> None:
    found = tally(LADDER)
    kept = found.items(dict.fromkeys((1, 2, 3), FOUR))
    assert msgspec.json.decode(msgspec.json.encode(kept), type=list[ItemStatistics]) == kept


def simulated(rng: random.Random, people: int, length: int, pool: int) -> list[list[Response]]:
    """Abilities Beta(6, 4), all questions alike: the reliability is length / (length + 10) (Keats & Lord 1962)."""
    papers = []
    for _ in range(people):
        ability = rng.betavariate(6, 4)
        versions = rng.sample(range(pool), length)
        papers.append([answer(version, 0 if rng.random() < ability else rng.randint(1, 3)) for version in versions])
    return papers


@pytest.mark.parametrize(("pool", "method"), [(20, "kr-20"), (300, "nested")])
def test_reliability_of_simulated_answers_is_the_known_one(pool: int, method: str) -> None:
    paper = tally(simulated(random.Random(7), 4_000, 20, pool)).paper()
    assert paper.method == method
    assert paper.reliability == pytest.approx(20 / 30, abs=0.025)
    assert paper.mean == pytest.approx(0.6, abs=0.01)


def test_both_estimates_are_close_for_questions_alike() -> None:
    papers = simulated(random.Random(8), 2_000, 10, 10)
    apart = [[(100 * person + row[0], *row[1:]) for row in paper] for person, paper in enumerate(papers)]
    common, nested = tally(papers).paper(), tally(apart).paper()
    assert (common.method, nested.method) == ("kr-20", "nested")
    assert nested.reliability == pytest.approx(common.reliability, abs=0.005)


PAPERS = st.lists(
    st.lists(
        st.tuples(st.integers(1, 6), st.none() | st.integers(0, 3)),
        min_size=1,
        max_size=6,
        unique_by=lambda row: row[0],
    ).map(lambda rows: [answer(*row) for row in rows]),
    min_size=1,
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(PAPERS, st.randoms())
def test_laws(papers: list[list[Response]], rng: random.Random) -> None:
    found = items(papers)
    for version, item in found.items():
        had = [row for paper in papers for row in paper if row[0] == version]
        assert item.n == len(had)
        assert item.facility == sum(right for _, right, _ in had) / len(had) == item.choices[0].all
        assert -1 <= item.discrimination <= 1
        assert item.discrimination == pytest.approx(item.choices[0].upper - item.choices[0].lower)
        assert item.point_biserial is None or -1 <= item.point_biserial <= 1
        assert sum(choice.all for choice in item.choices) + item.omitted == pytest.approx(1)
        assert all(0 <= share <= 1 for c in item.choices for share in (c.all, c.upper, c.lower))
    paper = tally(papers).paper()
    assert paper.reliability is None or paper.reliability <= 1
    rng.shuffle(papers)
    assert items(papers) == found
    assert tally(papers).paper() == paper


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=20))
def test_the_correlation_is_pearsons(rows: list[list[bool]]) -> None:
    papers = [[answer(item, 0 if right else 1) for item, right in enumerate(row)] for row in rows]
    for version, item in items(papers).items():
        one = [float(row[version]) for row in rows]
        rest = [float(sum(row) - row[version]) for row in rows]
        spreads = [math.fsum((x - math.fsum(xs) / len(xs)) ** 2 for x in xs) for xs in (one, rest)]
        if min(spreads) < 1e-9:
            assert item.point_biserial is None
            continue
        means = [math.fsum(xs) / len(xs) for xs in (one, rest)]
        common = math.fsum((x - means[0]) * (y - means[1]) for x, y in zip(one, rest, strict=True))
        assert item.point_biserial == pytest.approx(common / math.sqrt(spreads[0] * spreads[1]), abs=1e-9)
