"""Papers fitted to a bank: never more than it has, as many questions as it can give, near to what was wanted."""

from hypothesis import given
from hypothesis import strategies as st

from contest.rounds.fitting import fit, fitted
from contest.rounds.rules import BlueprintCell, Group, RoundRules
from questions.drawing import Cell, disjoint_papers, shortages

PLACES = st.tuples(st.sampled_from("abcd"), st.integers(1, 3))
BANKS = st.dictionaries(PLACES, st.integers(0, 12), max_size=12)
PAPERS = st.dictionaries(PLACES, st.integers(1, 9), min_size=1, max_size=8)


def cells(paper: dict[tuple[str, int], int]) -> tuple[BlueprintCell, ...]:
    return tuple(BlueprintCell(topic, level, number) for (topic, level), number in sorted(paper.items()))


def drawn(made: tuple[BlueprintCell, ...]) -> list[Cell]:
    return [Cell(one.topic, one.difficulty, one.count) for one in made]


@given(paper=PAPERS, bank=BANKS, attempts=st.integers(0, 4))
def test_it_asks_for_what_there_is_and_for_no_less_than_it_can(
    paper: dict[tuple[str, int], int], bank: dict[tuple[str, int], int], attempts: int
) -> None:
    made, wanted = fitted(cells(paper), bank, attempts=attempts), sum(paper.values())
    assert shortages(bank, drawn(made)) == []
    assert sum(one.count for one in made) == min(wanted, sum(bank.values()))
    assert len({(one.topic, one.difficulty) for one in made}) == len(made)
    assert all(one.count > 0 for one in made)
    if attempts > 1 and sum(number // attempts for number in bank.values()) >= wanted:
        assert disjoint_papers(bank, drawn(made)) >= attempts


@given(paper=PAPERS, attempts=st.integers(0, 4))
def test_a_paper_that_can_be_drawn_often_enough_stays(paper: dict[tuple[str, int], int], attempts: int) -> None:
    bank = {cell: number * max(1, attempts) for cell, number in paper.items()}
    assert fitted(cells(paper), bank, attempts=attempts) == cells(paper)


def test_what_is_missing_comes_from_nearby() -> None:
    paper = cells({("a", 1): 4, ("b", 2): 2})
    assert fitted(paper, {("a", 1): 1, ("a", 2): 1, ("a", 3): 9, ("b", 2): 9, ("c", 1): 99}) == cells(
        {("a", 1): 1, ("a", 2): 1, ("a", 3): 2, ("b", 2): 2}
    )
    assert fitted(paper, {("a", 1): 1, ("b", 2): 9, ("c", 1): 99}) == cells({("a", 1): 1, ("b", 2): 5})
    assert fitted(paper, {("a", 1): 1, ("b", 2): 3, ("c", 1): 99}) == cells({("a", 1): 1, ("b", 2): 3, ("c", 1): 2})


def test_rules_are_fitted_group_by_group_or_left_alone() -> None:
    rules = RoundRules(
        minutes=10,
        attempts=1,
        groups=(
            Group("A", "Bảng A", cells({("a", 1): 3}), age_to=30),
            Group("B", "Bảng B", cells({("a", 1): 1})),
        ),
    )
    found = fit(rules, {("a", 1): 2, ("b", 1): 1})
    assert found is not None
    assert found.rules.papers == {"A": cells({("a", 1): 2, ("b", 1): 1}), "B": cells({("a", 1): 1})}
    assert [(one.topic, one.asked, one.asks) for one in found.changes["A"]] == [("a", 3, 2), ("b", 0, 1)]
    assert found.rules.groups[0].age_to == 30
    assert fit(found.rules, {("a", 1): 2, ("b", 1): 1}) is None
    assert fit(rules, {}) is None
