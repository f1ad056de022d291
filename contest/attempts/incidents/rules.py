"""Decisions about incidents: which records are complete, what may be decided when, which late sheets count. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from contest.rounds.lifecycle import WINDOW_MAX, over
from contest.rounds.rules import Reveal, RoundRules, RoundState
from core.i18n import N_

LENGTH_MAX = timedelta(hours=24)
AROUND = timedelta(hours=1)
"""The figures tell of so much time before and after an incident, so that a gap shows."""
STEPS = (1, 2, 5, 10, 15)
COLUMNS_MAX = 150
MINUTES_MAX = 180
ATTEMPTS_MAX = 5
MARGIN_MAX = 60


class Kind(StrEnum):
    """What failed."""

    CONNECTION = "connection"
    SOFTWARE = "software"
    POWER = "power"
    OTHER = "other"


class IncidentState(StrEnum):
    """How far a record is: from proposed on it does not change any more, approved is decided, applied is done."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    APPLIED = "applied"
    REJECTED = "rejected"


class How(StrEnum):
    """How an incident touched somebody: they still sit, their attempt is over, or they could not start."""

    SITTING = "sitting"
    ENDED = "ended"
    REFUSED = "refused"


class What(StrEnum):
    """What was done for (or told of) a person; :attr:`TOUCHED` is written for everybody."""

    TOUCHED = "touched"
    TIME = "time"
    ATTEMPTS = "attempts"
    VOID = "void"
    LATE = "late"


class Cause(StrEnum):
    """Why a start was refused, where the taker could do nothing about it."""

    PAUSED = "paused"
    WAITING = "waiting"
    BUSY = "busy"
    ERROR = "error"


class Sheet(StrEnum):
    """Whether a late sheet may count, or why not."""

    ADMISSIBLE = "admissible"
    OUTSIDE = "outside"
    SEEN = "seen"


KINDS = {
    Kind.CONNECTION: N_("Mất kết nối"),
    Kind.SOFTWARE: N_("Lỗi phần mềm"),
    Kind.POWER: N_("Mất điện"),
    Kind.OTHER: N_("Sự cố khác"),
}


class Measures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done for those touched; any combination that does not contradict itself.

    ``minutes`` for attempts in progress, ``attempts`` a person, a later close for the agencies
    (``closes_at``), ``void`` the touched attempts, count ``late`` sheets that came during the incident
    or up to ``late_margin`` minutes after it.
    """

    minutes: int = 0
    attempts: int = 0
    closes_at: datetime | None = None
    void: bool = False
    late: bool = False
    late_margin: int = 15

    def __bool__(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.minutes or self.attempts or self.closes_at or self.void or self.late)


Problems = dict[str, str]
"""Field -> sentence."""


def window_problems(
    *, starts_at: datetime, ends_at: datetime, opens_at: datetime, closes_at: datetime, now: datetime
) -> Problems:
    """What is wrong with the time of an incident in a round that is open from ``opens_at`` to ``closes_at``."""
    if ends_at <= starts_at:
        return {"ends_at": N_("Thời điểm hết sự cố phải sau thời điểm bắt đầu sự cố.")}
    if ends_at > now:
        return {"ends_at": N_("Chỉ ghi nhận khoảng thời gian đã qua: sau thời điểm này chưa có số liệu.")}
    if ends_at - starts_at > LENGTH_MAX:
        return {"ends_at": N_("Một sự cố ghi không dài quá 24 giờ; sự cố dài hơn đề nghị ghi thành nhiều lần.")}
    if ends_at <= opens_at or starts_at >= closes_at:
        return {"starts_at": N_("Khoảng thời gian này nằm ngoài thời gian của vòng thi.")}
    return {}


def measure_problems(
    measures: Measures,
    *,
    rules: RoundRules,
    state: RoundState,
    closes: list[datetime],
    opens_at: datetime,
    now: datetime,
) -> Problems:
    """Why these measures cannot be decided now, by field. ``closes`` are those of the agencies concerned."""
    found: Problems = {}
    if not measures:
        return found
    if state is RoundState.PUBLISHED:
        return {"measures": N_("Kết quả đã công bố nên không áp dụng được biện pháp; chỉ ghi nhận sự cố.")}
    if over(state):
        late = N_("Vòng thi đã kết thúc: điểm và bảng xếp hạng có thể đã hiện nên không cho thi thêm.")
        found |= {name: late for name in ("minutes", "attempts", "closes_at") if getattr(measures, name)}
    if not 0 <= measures.minutes <= MINUTES_MAX:
        found["minutes"] = N_("Số phút bù từ 1 đến 180.")
    if not 0 <= measures.attempts <= ATTEMPTS_MAX:
        found["attempts"] = N_("Số lượt bù từ 1 đến 5.")
    elif measures.attempts and rules.unlimited:
        found["attempts"] = N_("Vòng thi này không giới hạn số lượt nên không cần bù lượt thi.")
    if not 0 <= measures.late_margin <= MARGIN_MAX:
        found["late_margin"] = N_("Thời gian nhận thêm từ 0 đến 60 phút.")
    if measures.void and measures.minutes:
        found["minutes"] = N_("Lượt thi đã hủy thì không bù thời gian. Đề nghị chọn một trong hai.")
    if measures.void and measures.late:
        found["late"] = N_("Lượt thi đã hủy thì không nhận bài gửi muộn. Đề nghị chọn một trong hai.")
    if measures.closes_at is not None and "closes_at" not in found:
        found |= _close_problems(measures.closes_at, closes, opens_at, now)
    return found


def _close_problems(closes_at: datetime, closes: list[datetime], opens_at: datetime, now: datetime) -> Problems:
    if closes_at <= now or closes_at <= max(closes):
        return {"closes_at": N_("Thời điểm kết thúc mới phải muộn hơn thời điểm hiện tại và thời điểm cũ.")}
    if closes_at - opens_at > WINDOW_MAX:
        return {"closes_at": N_("Một vòng thi không dài quá 45 ngày.")}
    return {}


def seen_since(
    *, rules: RoundRules, state: RoundState, ends_at: datetime, first_finished_at: datetime | None
) -> datetime | None:
    """Since when scores, answers or counts of a round that is not published could be seen by anybody (promise 6)."""
    reveals = {rules.show_score, rules.show_answers}
    moments = []
    if Reveal.RECEIPT in reveals and first_finished_at is not None:
        moments.append(first_finished_at)
    # With a prediction question the close also shows the numbers that were to be predicted.
    if over(state) and (Reveal.CLOSE in reveals or rules.prediction is not None):
        moments.append(ends_at)
    return min(moments, default=None)


def sheet(
    received_at: datetime, *, starts_at: datetime, ends_at: datetime, margin: int, seen: datetime | None
) -> Sheet:
    """Whether a sheet that came late because of an incident may count."""
    if not starts_at <= received_at <= ends_at + timedelta(minutes=margin):
        return Sheet.OUTSIDE
    return Sheet.SEEN if seen is not None and received_at >= seen else Sheet.ADMISSIBLE


def step_of(starts_at: datetime, ends_at: datetime) -> int:
    """Minutes that one column of an incident's figures stands for: as few as fit on a page."""
    minutes = (ends_at - starts_at + 2 * AROUND) / timedelta(minutes=1)
    return next((step for step in STEPS if minutes / step <= COLUMNS_MAX), STEPS[-1])
