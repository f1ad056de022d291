"""What takes the place of a withdrawn question: only what the blueprint of that group's papers names."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.rounds.pools import refilled
from core.errors import Conflict
from questions.drawing import Cell, PoolItem
from questions.marking import MarkingRule
from tests.questions.test_drawing import SEED, SIZES, draw, pool_of

PLAIN, MINUS = MarkingRule.ALL_OR_NOTHING, MarkingRule.RIGHT_MINUS_WRONG
quick = settings(max_examples=200, deadline=None)


def cells(**counts: int) -> list[dict[str, Any]]:
    return [{"topic": topic, "difficulty": 1, "count": count} for topic, count in counts.items()]


def pool(withdrawn: str = "", keys: dict[str, int] | None = None, **sizes: int) -> list[PoolItem]:
    """So many questions of each topic, one of a topic withdrawn; ``keys``: right choices a question, by topic."""
    items = [
        replace(item, keys=tuple(range((keys or {}).get(item.topic, 1))))
        for item in pool_of({(topic, 1): size for topic, size in sizes.items()})
    ]
    first = next((place for place, item in enumerate(items) if item.topic == withdrawn), None)
    return [replace(item, withdrawn=place == first) for place, item in enumerate(items)]


def test_a_group_never_gets_a_question_of_another_group() -> None:
    groups = {"A": cells(a=2, b=1), "B": cells(c=2)}
    made = refilled(groups, pool("a", a=2, b=2, c=9), rule=PLAIN)
    assert made == {"A": cells(a=1, b=2), "B": cells(c=2)}


def test_a_group_whose_own_questions_are_too_few_is_refused() -> None:
    with pytest.raises(Conflict) as refusal:
        refilled({"A": cells(a=2), "B": cells(c=2)}, pool("a", a=2, c=9), rule=PLAIN)
    assert refusal.value.code == "pool-too-small"


def test_the_same_topic_comes_first_then_the_nearest_difficulty() -> None:
    where = {("a", 1): 1, ("a", 3): 2, ("b", 1): 9, ("b", 2): 9}
    items = pool_of(where)
    items[0] = replace(items[0], withdrawn=True)
    blueprint = [{"topic": topic, "difficulty": level, "count": 1} for topic, level in where]
    (made,) = refilled({"": blueprint}, items, rule=PLAIN).values()
    assert {(c["topic"], c["difficulty"]): c["count"] for c in made} == {("a", 3): 2, ("b", 1): 1, ("b", 2): 1}


def test_right_minus_wrong_replaces_only_by_questions_that_are_worth_as_much() -> None:
    """Else the papers drawn from now on would have another maximum than those before."""
    items = pool("a", {"b": 2}, a=1, b=9, c=2)
    blueprint = cells(a=1, b=1, c=1)
    assert refilled({"": blueprint}, items, rule=MINUS) == {"": cells(b=1, c=2)}
    with pytest.raises(Conflict):
        refilled({"": cells(a=1, b=1)}, items, rule=MINUS)
    assert refilled({"": cells(a=1, b=1)}, items, rule=PLAIN) == {"": cells(b=2)}


@quick
@given(SIZES, st.data())
def test_whatever_is_withdrawn(sizes: dict[tuple[str, int], int], data: st.DataObject) -> None:
    items = [replace(item, withdrawn=data.draw(st.booleans())) for item in pool_of(sizes)]
    groups = {
        code: [
            {"topic": topic, "difficulty": level, "count": data.draw(st.integers(1, sizes[topic, level]))}
            for topic, level in data.draw(st.lists(st.sampled_from(sorted(sizes)), min_size=1, unique=True))
        ]
        for code in ("A", "B")
    }
    try:
        made = refilled(groups, items, rule=PLAIN)
    except Conflict:
        left = {code: sum((i.topic, i.difficulty) in _named(g) for i in items if not i.withdrawn)
                for code, g in groups.items()}  # fmt: skip
        assert any(left[code] < sum(cell["count"] for cell in g) for code, g in groups.items())
        return
    for code, blueprint in made.items():
        assert _named(blueprint) <= _named(groups[code])
        paper = draw(items, [Cell(**cell) for cell in blueprint], seed=SEED, person="an", number=1)
        assert len({slot.version_id for slot in paper}) == sum(cell["count"] for cell in groups[code])


def _named(blueprint: list[dict[str, Any]]) -> set[tuple[str, int]]:
    return {(cell["topic"], cell["difficulty"]) for cell in blueprint}
