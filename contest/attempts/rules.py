"""Decisions about attempts: which maps are sheets, when it is too late, how long it took. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from msgspec import UNSET, UnsetType

from contest.rounds.predictions import PREDICTION_MAX
from core.errors import Invalid
from core.i18n import N_
from questions.drawing import Slot

GRACE = timedelta(seconds=15)
"""A save or submission in flight at the deadline still counts."""
SWEEP_MARGIN = timedelta(seconds=30)
"""The sweep waits this much longer, so that a submission in flight wins."""
SEQ_MAX = 2**31 - 1

AnswerMap = dict[str, list[int] | None]
Predicted = int | None | UnsetType
"""A prediction as sent: ``None`` is unanswered, ``UNSET`` is not sent at all."""


def paper_to_data(paper: Sequence[Slot]) -> list[Any]:
    """A paper as stored: ``[[version id, [order]], …]``; a third ``true`` where several may be chosen."""
    return [[slot.version_id, list(slot.order), *([True] if slot.multiple else [])] for slot in paper]


def paper_from_data(data: Sequence[Any]) -> list[Slot]:
    """The inverse of :func:`paper_to_data`."""
    return [_slot(version_id, tuple(order), bool(several)) for version_id, order, *several in data]


@lru_cache(maxsize=20_000)
def _slot(version_id: int, order: tuple[int, ...], multiple: bool) -> Slot:
    """Equal slots are one object: a process keeps thousands of papers."""
    return Slot(version_id, order, multiple)


def blank_answers(paper: Sequence[Slot]) -> AnswerMap:
    """Every slot named, none answered."""
    return {str(place): None for place in range(1, len(paper) + 1)}


def without_empty(answers: Mapping[str, list[int] | None]) -> AnswerMap:
    """``[]`` and null both mean unanswered; stored as null, choices ascending and once each."""
    return {slot: sorted(set(chosen)) if chosen else None for slot, chosen in answers.items()}


def checked_answers(paper: Sequence[Slot], answers: Mapping[str, list[int] | None]) -> AnswerMap:
    """The canonical map: slots in order, ``[]`` as null; raises :class:`Invalid`.

    Every slot of the paper is named, none besides, and several choices only where that is asked.
    """
    blank = blank_answers(paper)
    if answers.keys() != blank.keys():
        raise Invalid(
            N_("Bài làm gửi lên phải nêu đủ %(count)s câu của đề. Đề nghị tải lại trang để đồng bộ bài làm."),
            code="incomplete-map",
            count=len(paper),
        )
    for place, slot in enumerate(paper, start=1):
        chosen = answers[str(place)]
        if chosen and ((len(chosen) != 1 and not slot.multiple) or min(chosen) < 0 or max(chosen) >= len(slot.order)):
            raise Invalid(
                N_("Câu %(slot)s có phương án không thuộc đề. Đề nghị chọn lại phương án của câu này."),
                code="bad-choice",
                slot=place,
            )
    return without_empty({slot: answers[slot] for slot in blank})


def checked_prediction(asked: bool, prediction: Predicted) -> int | None:
    """The prediction to store; raises :class:`Invalid` unless it is sent exactly where one is asked for."""
    if asked == (prediction is UNSET):
        raise Invalid(
            N_("Bài làm gửi lên phải có câu hỏi dự đoán đúng như đề. Đề nghị tải lại trang để đồng bộ bài làm."),
            code="incomplete-map",
        )
    if isinstance(prediction, int) and not 0 <= prediction <= PREDICTION_MAX:
        raise Invalid(N_("Số dự đoán phải là số nguyên từ 0 đến 99.999.999."), code="bad-prediction")
    return None if isinstance(prediction, UnsetType) else prediction


def is_late(now: datetime, deadline: datetime, paused_at: datetime | None = None) -> bool:
    """Whether a save or submission is refused; while an attempt is paused its time stands still."""
    return paused_at is None and now > deadline + GRACE


def finish(
    now: datetime,
    *,
    started_at: datetime,
    deadline: datetime,
    paused_ms: int = 0,
    paused_at: datetime | None = None,
) -> tuple[datetime, int]:
    """(finish time, elapsed in ms); nothing finishes after its deadline, nor before its start.

    Time in which the attempt was paused is not elapsed.
    """
    finished_at = max(started_at, now if paused_at else min(now, deadline))
    elapsed = (paused_at or finished_at) - started_at
    return finished_at, max(0, milliseconds(elapsed) - paused_ms)


def remaining_ms(now: datetime, deadline: datetime, paused_at: datetime | None = None) -> int:
    """Milliseconds until the deadline, never negative."""
    return max(0, milliseconds(deadline - (paused_at or now)))


def milliseconds(time: timedelta) -> int:
    """Whole milliseconds."""
    return time // timedelta(milliseconds=1)
