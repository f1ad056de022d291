"""Marking: what a sheet of answers is worth. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from questions.drawing import Slot

Answers = Mapping[str, Sequence[int] | None]
"""Slot ("1", "2", …) -> chosen places in the shuffled list; ``None`` is unanswered."""
Keys = Mapping[int, Sequence[int]]
"""Version id -> positions of its right choices."""


class MarkingRule(StrEnum):
    """What a question with several keys is worth; one with one key is worth a point under both.

    ``all-or-nothing``: a point for exactly the right choices. ``right-minus-wrong``: a point for
    each right choice less one for each wrong one, never below nothing.
    """

    ALL_OR_NOTHING = "all-or-nothing"
    RIGHT_MINUS_WRONG = "right-minus-wrong"


def correct_slots(paper: Sequence[Slot], answers: Answers, keys: Keys) -> list[bool]:
    """For each slot whether exactly the right choices were chosen."""
    return [
        _chosen(slot, answers.get(str(place))) == set(keys[slot.version_id]) != set()
        for place, slot in enumerate(paper, start=1)
    ]


def points(paper: Sequence[Slot], answers: Answers, keys: Keys, rule: MarkingRule = MarkingRule.ALL_OR_NOTHING) -> int:
    """What the whole sheet is worth, in whole points."""
    if rule is MarkingRule.ALL_OR_NOTHING:
        return sum(correct_slots(paper, answers, keys))
    return sum(
        _right_minus_wrong(_chosen(slot, answers.get(str(place))), set(keys[slot.version_id]))
        for place, slot in enumerate(paper, start=1)
    )


def points_max(paper: Sequence[Slot], keys: Keys, rule: MarkingRule = MarkingRule.ALL_OR_NOTHING) -> int:
    """What a perfect sheet is worth."""
    if rule is MarkingRule.ALL_OR_NOTHING:
        return len(paper)
    return sum(len(keys[slot.version_id]) for slot in paper)


def answered(answers: Answers) -> int:
    """How many slots have an answer."""
    return sum(1 for chosen in answers.values() if chosen)


def _chosen(slot: Slot, places: Sequence[int] | None) -> set[int]:
    return {slot.order[place] for place in places or ()}


def _right_minus_wrong(chosen: set[int], key: set[int]) -> int:
    return max(0, len(chosen & key) - len(chosen - key))
