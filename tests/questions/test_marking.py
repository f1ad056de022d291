"""Marking: exactly the right choices, wherever the shuffling put them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.drawing import Cell, Slot
from questions.marking import MarkingRule, NeutralRule, Scheme, answered, correct_slots, points, points_max
from tests.questions.test_drawing import SEED, draw, pool_of

PAPER = [Slot(11, (2, 0, 3, 1)), Slot(12, (0, 1, 2, 3)), Slot(13, (3, 2, 1, 0))]
KEYS = {11: (0,), 12: (3,), 13: (1, 2)}


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        ({"1": [1], "2": [3], "3": [1, 2]}, [True, True, True]),
        ({"1": [0], "2": [3], "3": [2, 1]}, [False, True, True]),
        ({"1": [1], "2": [0], "3": [1]}, [True, False, False]),
        ({"1": [1, 2], "2": [3, 3], "3": [0, 1, 2]}, [False, True, False]),
        ({"1": None, "2": [], "3": None}, [False, False, False]),
        ({}, [False, False, False]),
        ({"2": [3], "4": [0]}, [False, True, False]),
    ],
)
def test_marking_by_example(answers: dict[str, list[int] | None], right: list[bool]) -> None:
    assert correct_slots(PAPER, answers, KEYS) == right
    assert points(PAPER, answers, Scheme(KEYS)) == sum(right)


def test_a_question_without_any_right_choice_gives_no_point() -> None:
    assert points(PAPER[:1], {"1": []}, Scheme({11: ()})) == 0
    assert points(PAPER[:1], {"1": [0]}, Scheme({11: ()})) == 0


def test_an_empty_list_is_no_answer() -> None:
    assert answered({"1": [0], "2": None, "3": [], "4": [1, 2]}) == 2
    assert answered({}) == 0


CHOSEN = st.lists(st.none() | st.integers(0, 3), min_size=8, max_size=8)


@settings(max_examples=100, deadline=None)
@given(CHOSEN, st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8), st.randoms())
def test_marks_do_not_depend_on_the_shuffling(
    chosen: list[int | None], one: str, other: str, chance: random.Random
) -> None:
    """Two people who choose the same words get the same marks, on whatever papers."""
    pool = pool_of({("mot-cua", 1): 8})
    keys = {item.version_id: item.keys for item in pool}
    meant = dict(zip(keys, chosen, strict=True))
    expected = sum(1 for version, choice in meant.items() if choice is not None and keys[version] == (choice,))
    for person in (one, other):
        paper = draw(pool, [Cell("mot-cua", 1, 8)], seed=SEED, person=person, number=1)
        sheet = {
            str(place): None if meant[slot.version_id] is None else [slot.order.index(meant[slot.version_id])]
            for place, slot in enumerate(paper, start=1)
        }
        items = list(sheet.items())
        chance.shuffle(items)
        assert points(paper, dict(items), Scheme(keys)) == expected
        assert answered(sheet) == sum(1 for choice in chosen if choice is not None)


@settings(max_examples=100, deadline=None)
@given(st.permutations(range(5)), st.sets(st.integers(0, 4), min_size=1), st.lists(st.integers(0, 4), max_size=5))
def test_only_the_exact_set_of_choices_is_right(order: list[int], key: set[int], places: list[int]) -> None:
    slot = Slot(1, tuple(order))
    right = {order[place] for place in places} == key
    assert points([slot], {"1": places}, Scheme({1: sorted(key)})) == int(right)
    assert points([slot], {"1": places[::-1]}, Scheme({1: sorted(key, reverse=True)})) == int(right)


RULES = st.sampled_from(MarkingRule)
PLACES = st.lists(st.integers(0, 4), max_size=6) | st.none()
KEY = st.sets(st.integers(0, 4), min_size=1).map(sorted)
SHEETS = st.lists(st.tuples(st.permutations(range(5)), KEY, PLACES), min_size=1, max_size=6)
Asked = list[tuple[list[int], list[int], list[int] | None]]


def _sheet(asked: Asked) -> tuple[list[Slot], dict[str, list[int] | None], dict[int, list[int]]]:
    paper = [Slot(n, tuple(order), True) for n, (order, _, _) in enumerate(asked, start=1)]
    answers = {str(n): places for n, (_, _, places) in enumerate(asked, start=1)}
    return paper, answers, {n: key for n, (_, key, _) in enumerate(asked, start=1)}


@pytest.mark.parametrize(
    ("chosen", "strict", "lenient"),
    [([1, 2], 1, 2), ([1], 0, 1), ([1, 0], 0, 0), ([1, 2, 0], 0, 1), ([0, 3], 0, 0), ([0, 1, 2, 3], 0, 0), ([], 0, 0)],
)
def test_both_rules_by_example(chosen: list[int], strict: int, lenient: int) -> None:
    """Four choices of which the second and the third are right."""
    paper, keys = [Slot(1, (0, 1, 2, 3), True)], {1: (1, 2)}
    assert points(paper, {"1": chosen}, Scheme(keys)) == strict
    assert points(paper, {"1": chosen}, Scheme(keys, MarkingRule.RIGHT_MINUS_WRONG)) == lenient
    assert points_max(paper, Scheme(keys)) == 1
    assert points_max(paper, Scheme(keys, MarkingRule.RIGHT_MINUS_WRONG)) == 2


@settings(max_examples=200, deadline=None)
@given(SHEETS, RULES)
def test_nothing_is_worth_less_than_nothing_nor_more_than_the_maximum(asked: Asked, rule: MarkingRule) -> None:
    paper, answers, keys = _sheet(asked)
    worth, most = points(paper, answers, Scheme(keys, rule)), points_max(paper, Scheme(keys, rule))
    assert 0 <= worth <= most
    assert (worth == most) == all(correct_slots(paper, answers, keys))
    # No slot takes from another: the sheet is the sum of its questions, each marked alone.
    assert worth == sum(
        points([slot], {"1": answers[str(place)]}, Scheme(keys, rule)) for place, slot in enumerate(paper, start=1)
    )
    assert points(paper, {}, Scheme(keys, rule)) == 0


@settings(max_examples=200, deadline=None)
@given(SHEETS, RULES)
def test_the_perfect_sheet_is_worth_the_maximum(asked: Asked, rule: MarkingRule) -> None:
    paper, _, keys = _sheet(asked)
    perfect = {str(n): [slot.order.index(key) for key in keys[n]] for n, slot in enumerate(paper, start=1)}
    assert points(paper, perfect, Scheme(keys, rule)) == points_max(paper, Scheme(keys, rule))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.permutations(range(4)), st.integers(0, 3), st.none() | st.integers(0, 3)), max_size=8))
def test_with_one_key_each_both_rules_are_one(asked: list[tuple[list[int], int, int | None]]) -> None:
    paper = [Slot(n, tuple(order)) for n, (order, _, _) in enumerate(asked, start=1)]
    answers = {str(n): None if place is None else [place] for n, (_, _, place) in enumerate(asked, start=1)}
    keys = {n: (key,) for n, (_, key, _) in enumerate(asked, start=1)}
    assert len({points(paper, answers, Scheme(keys, rule)) for rule in MarkingRule}) == 1
    assert {points_max(paper, Scheme(keys, rule)) for rule in MarkingRule} == {len(paper)}


@pytest.mark.parametrize("rule", list(MarkingRule))
def test_a_neutral_question_is_worth_the_same_to_everybody_who_had_it(rule: MarkingRule) -> None:
    everybody = Scheme(KEYS, rule, frozenset({13}))
    answered_only = Scheme(KEYS, rule, frozenset({13}), NeutralRule.ANSWERED)
    worth = 1 if rule is MarkingRule.ALL_OR_NOTHING else 2
    for chosen, earned in (([1, 2], worth), ([0], worth), (None, 0), ([], 0)):
        assert points(PAPER, {"3": chosen}, everybody) == worth
        assert points(PAPER, {"3": chosen}, answered_only) == earned
    assert points_max(PAPER, everybody) == points_max(PAPER, Scheme(KEYS, rule))
    assert points(PAPER, {"1": [1]}, everybody) == 1 + worth
