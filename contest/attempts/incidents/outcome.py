"""What became of a decided incident: what was done in full is in its effects, the rest is kept here.

It stands in the audit entry of the application, which nothing changes afterwards.
"""

from enum import StrEnum

import msgspec
import sqlalchemy as sa

from contest.attempts.incidents.models import IncidentEffect
from contest.attempts.incidents.queries import IncidentView
from contest.attempts.incidents.rules import How, What
from core.audit import AuditEntry
from core.db import read
from core.i18n import N_

APPLIED = "incident.applied"


class Why(StrEnum):
    """Why something that was decided was not done."""

    OVER = "over"
    PAPERS = "papers"
    PASSED = "passed"
    GONE = "gone"


WHY = {
    Why.OVER: N_("vòng thi đã kết thúc trước khi hệ thống áp dụng"),
    Why.PAPERS: N_("vòng thi đã kết thúc, hoặc bộ câu hỏi không còn đủ đề không trùng câu, trước khi hệ thống áp dụng"),
    Why.PASSED: N_("thời điểm gia hạn đã qua khi hệ thống áp dụng"),
    Why.GONE: N_("đơn vị không còn trong danh mục"),
}


class Outcome(msgspec.Struct, frozen=True):
    """What was not done, or not in full; numbers of people.

    ``less`` got fewer minutes, and ``nothing`` none, for what pauses gave back. For ``time`` the round was over
    first, for ``attempts`` and ``void`` it was, or no paper without known questions was left. ``closes``:
    agency code (or everybody) -> why it has no later close.
    """

    less: int = 0
    nothing: int = 0
    time: int = 0
    attempts: int = 0
    void: int = 0
    closes: dict[str, Why] = {}

    @property
    def undone(self) -> bool:
        """Whether something that was decided could not be done."""
        return bool(self.time or self.attempts or self.void or self.closes)

    def extended(self, codes: tuple[str, ...]) -> bool:
        """Whether any of the incident's agencies (none: everybody) has the later close."""
        return len(self.closes) < max(1, len(codes))


def of_effects(found: IncidentView, closes: dict[str, Why]) -> Outcome:
    """What the effects of a carried out incident say; three statements."""

    def people(what: What, *more: sa.ColumnElement[bool]) -> set[int]:
        query = sa.select(IncidentEffect.person_id).where(
            IncidentEffect.incident_id == found.pk, IncidentEffect.what == what, *more
        )
        return set(read().scalars(query))

    measures, counts = found.measures, {}
    if measures.minutes:
        fewer = IncidentEffect.amount < measures.minutes
        seen = people(What.TIME)
        counts["nothing"] = len(people(What.TIME, IncidentEffect.amount == 0))
        counts["less"] = len(people(What.TIME, fewer, IncidentEffect.amount > 0))
        counts["time"] = len(people(What.TOUCHED, IncidentEffect.how == How.SITTING) - seen)
    if measures.attempts:
        counts["attempts"] = len(people(What.TOUCHED) - people(What.ATTEMPTS))
    if measures.void:
        counts["void"] = len(people(What.TOUCHED, IncidentEffect.how != How.REFUSED) - people(What.VOID))
    return Outcome(**counts, closes=closes)


def outcomes(round_id: str) -> dict[str, Outcome]:
    """Incident -> what became of it, for those of a round that were applied; one statement."""
    rows = read().scalars(
        sa.select(AuditEntry.details).where(AuditEntry.subject == f"round:{round_id}", AuditEntry.action == APPLIED)
    )
    return {row["incident"]: msgspec.convert(row.get("outcome", {}), Outcome) for row in rows}
