"""What a taker has to hear once: questions of an attempt that proved wrong, what they get for an incident."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.attempts import rules as r
from contest.attempts.incidents.models import Incident, IncidentEffect
from contest.attempts.incidents.outcome import outcomes
from contest.attempts.incidents.rules import Measures, What
from contest.attempts.models import Attempt
from contest.rounds.lifecycle import Exceptions
from contest.rounds.models import Amendment, Round
from contest.rounds.queries import RoundView
from core.clock import LOCAL
from core.db import read
from core.i18n import N_

_OF_INCIDENT = {
    What.TIME: N_("Sự cố ngày %(day)s, từ %(start)s đến %(end)s: bài thi được bù %(amount)s phút."),
    What.ATTEMPTS: N_("Sự cố ngày %(day)s, từ %(start)s đến %(end)s: được bù %(amount)s lượt thi."),
    What.VOID: N_(
        "Sự cố ngày %(day)s, từ %(start)s đến %(end)s: lượt thi số %(number)s bị hủy và không tính vào số lượt đã dùng."
    ),
    What.LATE: N_(
        "Sự cố ngày %(day)s, từ %(start)s đến %(end)s: bài gửi muộn của lượt thi số %(number)s được chấp nhận "
        "và đã chấm lại."
    ),
}
_EXTENDED = N_("Sự cố ngày %(day)s, từ %(start)s đến %(end)s: vòng thi được gia hạn đến %(close)s.")


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence (msgid with params); ``id`` is stable, so that it is shown once."""

    id: str
    message: str
    params: dict[str, object]


def of_attempt(attempt: Attempt, round_: RoundView) -> list[Notice]:
    """Amendments of keys that touch this paper, and what its taker gets for incidents.

    Two statements, one more for each incident that extended the round; none in a round without amendments.
    """
    if round_.moves == 0:
        return []
    slots = {slot.version_id: place for place, slot in enumerate(r.paper_from_data(attempt.paper), start=1)}
    rows = read().scalars(
        sa.select(Amendment)
        .where(Amendment.round_id == attempt.round_id, Amendment.kind == "keys", Amendment.at >= attempt.started_at)
        .order_by(Amendment.number)
    )
    last = {row.after["version"]: row for row in rows if row.after["version"] in slots}  # the newest word holds
    wrong = [Notice(f"amendment-{row.number}", _text(row), {"slot": slots[version]}) for version, row in last.items()]
    return wrong + [note for _, note in _of_incidents(attempt.person_id, Incident.round_id == attempt.round_id)]


def of_person(person_id: int) -> list[tuple[str, Notice]]:
    """(title of the round, notice) of what a person gets for incidents, newest first.

    Of rounds whose result is not published: afterwards nothing of it is to be done any more. One statement,
    one more for each incident that extended a round.
    """
    return list(_of_incidents(person_id, Round.published_at.is_(None)))


def _of_incidents(person_id: int, where: sa.ColumnElement[bool]) -> Iterator[tuple[str, Notice]]:
    rows = read().execute(
        sa.select(Incident, Round, IncidentEffect.what, IncidentEffect.amount, Attempt.number)
        .join(Incident, Incident.id == IncidentEffect.incident_id)
        .join(Round, Round.id == Incident.round_id)
        .outerjoin(Attempt, Attempt.id == IncidentEffect.attempt_id)
        .where(IncidentEffect.person_id == person_id, where)
        .order_by(Incident.starts_at.desc(), IncidentEffect.id)
    )
    for incident, round_, what, amount, number in rows:
        if amount == 0:  # a pause had given it back
            continue
        title = round_.title
        params = _when(incident) | {"amount": amount, "number": number}
        if what != What.TOUCHED:
            yield title, Notice(f"incident-{incident.public_id}-{what}-{number or 0}", _OF_INCIDENT[What(what)], params)
        elif closes_at := _extended(incident, round_):
            yield title, Notice(f"incident-{incident.public_id}-close", _EXTENDED, params | {"close": _end(closes_at)})


def _extended(incident: Incident, round_: Round) -> datetime | None:
    """The later close that an incident has given and that still holds; ``None`` where it came too late."""
    closes_at = msgspec.convert(incident.measures, Measures).closes_at
    later = msgspec.convert(round_.exceptions, Exceptions).closes
    holds = max([round_.closes_at, *(later[code] for code in incident.agencies if code in later)])
    if closes_at is None or holds < closes_at:
        return None
    became = outcomes(round_.public_id).get(incident.public_id)
    return closes_at if became is not None and became.extended(tuple(incident.agencies)) else None


def _when(incident: Incident) -> dict[str, Any]:
    start, end = (moment.astimezone(LOCAL) for moment in (incident.starts_at, incident.ends_at))
    last = f"{end:%H:%M}" if start.date() == end.date() else _end(end)
    return {"day": f"{start:%d/%m/%Y}", "start": f"{start:%H:%M}", "end": last}


def _end(moment: datetime) -> str:
    """``08:00, 30/11/2026`` in either language; midnight is 24:00 of the day before."""
    local = moment.astimezone(LOCAL)
    midnight = (local.hour, local.minute) == (0, 0)
    return f"24:00, {local - timedelta(days=1):%d/%m/%Y}" if midnight else f"{local:%H:%M, %d/%m/%Y}"


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
