"""Marking: exactly the right choices, wherever the shuffling put them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.drawing import Cell, Slot, draw
from questions.marking import answered, correct_slots, points
from tests.questions.test_drawing import SEED, pool_of

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
    assert points(PAPER, answers, KEYS) == sum(right)


def test_a_question_without_any_right_choice_gives_no_point() -> None:
    assert points(PAPER[:1], {"1": []}, {11: ()}) == 0
    assert points(PAPER[:1], {"1": [0]}, {11: ()}) == 0


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
        assert points(paper, dict(items), keys) == expected
        assert answered(sheet) == sum(1 for choice in chosen if choice is not None)


@settings(max_examples=100, deadline=None)
@given(st.permutations(range(5)), st.sets(st.integers(0, 4), min_size=1), st.lists(st.integers(0, 4), max_size=5))
def test_only_the_exact_set_of_choices_is_right(order: list[int], key: set[int], places: list[int]) -> None:
    slot = Slot(1, tuple(order))
    right = {order[place] for place in places} == key
    assert points([slot], {"1": places}, {1: sorted(key)}) == int(right)
    assert points([slot], {"1": places[::-1]}, {1: sorted(key, reverse=True)}) == int(right)
