"""Marking: what a sheet of answers is worth. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


class NeutralRule(StrEnum):
    """Who gets the points of a question that proves wrong: everybody who had it, or who answered it."""

    EVERYBODY = "everybody"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Scheme:
    """By what papers are marked: the keys, the rule, and the questions that are marked by no key any more."""

    keys: Keys
    rule: MarkingRule = MarkingRule.ALL_OR_NOTHING
    neutral: frozenset[int] = frozenset()
    neutral_rule: NeutralRule = NeutralRule.EVERYBODY


def correct_slots(paper: Sequence[Slot], answers: Answers, keys: Keys) -> list[bool]:
    """For each slot whether exactly the right choices were chosen."""
    return [
        _chosen(slot, answers.get(str(place))) == set(keys[slot.version_id]) != set()
        for place, slot in enumerate(paper, start=1)
    ]


def points(paper: Sequence[Slot], answers: Answers, scheme: Scheme) -> int:
    """What the whole sheet is worth, in whole points."""
    return sum(_slot_points(slot, answers.get(str(place)), scheme) for place, slot in enumerate(paper, start=1))


def points_max(paper: Sequence[Slot], scheme: Scheme) -> int:
    """What a perfect sheet is worth; a neutral question keeps its worth, so that papers stay comparable."""
    return sum(_slot_max(slot, scheme) for slot in paper)


def answered(answers: Answers) -> int:
    """How many slots have an answer."""
    return sum(1 for chosen in answers.values() if chosen)


def _slot_points(slot: Slot, places: Sequence[int] | None, scheme: Scheme) -> int:
    if slot.version_id in scheme.neutral:
        earned = places or scheme.neutral_rule is NeutralRule.EVERYBODY
        return _slot_max(slot, scheme) if earned else 0
    chosen, key = _chosen(slot, places), set(scheme.keys[slot.version_id])
    if scheme.rule is MarkingRule.ALL_OR_NOTHING:
        return int(chosen == key != set())
    return max(0, len(chosen & key) - len(chosen - key))


def _slot_max(slot: Slot, scheme: Scheme) -> int:
    return 1 if scheme.rule is MarkingRule.ALL_OR_NOTHING else len(scheme.keys[slot.version_id])


def _chosen(slot: Slot, places: Sequence[int] | None) -> set[int]:
    return {slot.order[place] for place in places or ()}
