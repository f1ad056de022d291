"""Marking: what a sheet of answers is worth. Pure."""

from collections.abc import Mapping, Sequence

from questions.drawing import Slot

Answers = Mapping[str, Sequence[int] | None]
"""Slot ("1", "2", …) -> chosen places in the shuffled list; ``None`` is unanswered."""


def correct_slots(paper: Sequence[Slot], answers: Answers, keys: Mapping[int, Sequence[int]]) -> list[bool]:
    """For each slot whether exactly the right choices were chosen; ``keys`` go by version."""
    return [
        _is_right(slot, answers.get(str(place)), keys[slot.version_id]) for place, slot in enumerate(paper, start=1)
    ]


def points(paper: Sequence[Slot], answers: Answers, keys: Mapping[int, Sequence[int]]) -> int:
    """One point a right slot."""
    return sum(correct_slots(paper, answers, keys))


def answered(answers: Answers) -> int:
    """How many slots have an answer."""
    return sum(1 for chosen in answers.values() if chosen)


def _is_right(slot: Slot, chosen: Sequence[int] | None, key: Sequence[int]) -> bool:
    return bool(chosen) and {slot.order[place] for place in chosen or ()} == set(key)
