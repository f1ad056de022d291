"""What a taker has to hear once about an attempt of theirs: questions that proved wrong, time that was taken out."""

from dataclasses import dataclass

import sqlalchemy as sa

from contest.attempts import rules as r
from contest.attempts.models import Attempt
from contest.rounds.models import Amendment
from contest.rounds.queries import RoundView
from core.db import read
from core.i18n import N_


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence (msgid with params); ``id`` is stable, so that it is shown once."""

    id: str
    message: str
    params: dict[str, object]


def of_attempt(attempt: Attempt, round_: RoundView) -> list[Notice]:
    """Amendments of keys that touch this paper. One statement, and none in a round without amendments."""
    if round_.moves == 0:
        return []
    slots = {slot.version_id: place for place, slot in enumerate(r.paper_from_data(attempt.paper), start=1)}
    rows = read().scalars(
        sa.select(Amendment)
        .where(Amendment.round_id == attempt.round_id, Amendment.kind == "keys", Amendment.at >= attempt.started_at)
        .order_by(Amendment.number)
    )
    last = {row.after["version"]: row for row in rows if row.after["version"] in slots}  # the newest word holds
    return [Notice(f"amendment-{row.number}", _text(row), {"slot": slots[version]}) for version, row in last.items()]


def _text(row: Amendment) -> str:
    if not row.after["neutral"]:
        return N_(
            "Câu %(slot)s của bài thi này có sai sót về đáp án. Ban Tổ chức đã sửa đáp án; bài thi được chấm theo "
            "đáp án đúng. Người dự thi không cần làm gì thêm."
        )
    return N_(
        "Câu %(slot)s của bài thi này có sai sót nên không dùng để xếp hạng: điểm của câu được tính theo Thể lệ. "
        "Người dự thi không cần làm gì thêm."
    )
