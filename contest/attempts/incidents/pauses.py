"""When a round stood still, and for whom: what a pause gives back an incident does not give once more. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contest.rounds.lifecycle import EVERYBODY
from contest.rounds.queries import AmendmentRow


@dataclass(frozen=True, slots=True)
class Pause:
    """An agency with all below it (or everybody) stood still; without ``until`` it still does."""

    code: str
    since: datetime
    until: datetime | None


def pauses(changes: Iterable[AmendmentRow]) -> list[Pause]:
    """The pauses of a round from its amendments, oldest first."""
    begun: dict[str, datetime] = {}
    found = []
    for row in changes:
        code = row.after.get("agency", EVERYBODY)
        if row.kind == "pause":
            begun[code] = datetime.fromisoformat(row.after["paused_at"])
        elif row.kind == "resume" and code in begun:
            found.append(Pause(code, begun.pop(code), datetime.fromisoformat(row.after["resumed_at"])))
    return found + [Pause(code, since, None) for code, since in begun.items()]


def stood_still(found: Sequence[Pause], agency_path: str, begins: datetime, ends: datetime) -> timedelta:
    """How long people of the agency at ``agency_path`` were paused between two moments; overlaps count once."""
    theirs = {EVERYBODY, *agency_path.split("/")}
    total, reached = timedelta(0), begins
    for pause in sorted((one for one in found if one.code in theirs), key=lambda one: one.since):
        since, until = max(pause.since, reached), min(pause.until or ends, ends)
        if until > since:
            total += until - since
            reached = until
    return total
