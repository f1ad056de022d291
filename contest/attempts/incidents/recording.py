"""The minutes of an applied incident, put together from what is stored: its record, figures and effects."""

from collections import Counter
from datetime import datetime

from contest.agencies import queries as agencies
from contest.attempts.incidents import evidence, minutes, queries
from contest.attempts.incidents.evidence import SERIES, Timeline
from contest.attempts.incidents.minutes import AgencyLine, Decided, IncidentMinutes, SheetLine
from contest.attempts.incidents.outcome import WHY, Outcome, Why, outcomes
from contest.attempts.incidents.queries import IncidentView
from contest.attempts.incidents.rules import KINDS, How, IncidentState, What
from contest.people import queries as people
from contest.rounds.queries import RoundView
from core import audit
from core.access import Actor, Permission, require
from core.errors import Conflict
from core.i18n import N_

NOBODY = "Không ghi đơn vị"


def write(*, actor: Actor, now: datetime, found: IncidentView, view: RoundView) -> bytes:
    """The minutes as ``.docx``; that they were made is kept. Raises :class:`Conflict` before all is applied."""
    require(actor, Permission.CONTEST_MANAGE)
    data = minutes.write(record(found, view, now=now))
    audit.record(
        actor=actor,
        now=now,
        action="incident.minutes",
        subject=f"round:{found.round_id}",
        details={"incident": found.id, "number": found.number},
    )
    return data


def record(found: IncidentView, view: RoundView, *, now: datetime) -> IncidentMinutes:
    """What the minutes say; less than a dozen statements."""
    if (
        found.state is not IncidentState.APPLIED
        or not found.applied_at
        or not found.proposed_at
        or not found.decided_at
    ):
        raise Conflict(N_("Biên bản lập được sau khi biện pháp đã áp dụng xong."), code="not-applied")
    names = people.names(pk for pk in (found.reported_by, found.proposed_by, found.decided_by) if pk)
    who = {pk: name.full_name for pk, name in names.items()}
    lines = by_agency(found)
    total, became = _sum(lines), outcomes(found.round_id).get(found.id, Outcome())
    return IncidentMinutes(
        organiser=view.contest.organiser,
        contest=view.contest.title,
        round=view.title,
        number=found.number,
        kind=KINDS[found.kind],
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        scope=tuple(agencies.names_of(found.agencies)),
        description=found.description,
        reported=(who.get(found.reported_by or 0, "Hệ thống"), found.reported_at),
        proposed=(who.get(found.proposed_by or 0, ""), found.proposed_at),
        approved=(who.get(found.decided_by or 0, ""), found.decided_at),
        applied_at=found.applied_at,
        figures=periods(found, evidence.stored(found)),
        touched=total,
        decided=_decided(found, total, became),
        undone=_undone(found, became),
        agencies=tuple(lines),
        sheets=_sheets(found),
        made_at=now,
    )


def periods(found: IncidentView, timeline: Timeline) -> tuple[tuple[int, ...], ...]:
    """The figures before, during and after an incident, in the order of ``evidence.SERIES``."""
    during = timeline.inside(found.starts_at, found.ends_at)
    spans = (range(during.start), during, range(during.stop, len(timeline.starts)))
    return tuple(tuple(timeline.total(series, span) for series in SERIES) for span in spans)


def by_agency(found: IncidentView) -> list[AgencyLine]:
    """An applied incident's effects by agency, in the order of the tree; two statements."""
    counts: dict[int | None, Counter[str]] = {}
    for agency_id, what, how, count, _ in queries.effects_by_agency(found.pk):
        counts.setdefault(agency_id, Counter())[how or what] += count
    units = agencies.by_ids(frozenset(pk for pk in counts if pk is not None))
    ordered = sorted(counts, key=lambda pk: units[pk].path if pk in units else "~")
    return [_line(units[pk].name if pk in units else NOBODY, counts[pk]) for pk in ordered]


def _line(name: str, count: Counter[str]) -> AgencyLine:
    return AgencyLine(
        name,
        sitting=count[How.SITTING],
        ended=count[How.ENDED],
        refused=count[How.REFUSED],
        time=count[What.TIME],
        attempts=count[What.ATTEMPTS],
        void=count[What.VOID],
    )


def _sum(lines: list[AgencyLine]) -> AgencyLine:
    columns = [sum(column) for column in zip(*(line.numbers for line in lines), strict=True)] or [0] * 6
    return AgencyLine("Cộng", *columns)


def _decided(found: IncidentView, total: AgencyLine, became: Outcome) -> tuple[Decided, ...]:
    measures = found.measures
    touched = total.sitting + total.ended + total.refused
    said = []
    if measures.minutes:
        said.append(Decided(f"Bù {measures.minutes} phút cho bài thi đang làm{_subtracted(became)}", total.time))
    if measures.attempts:
        said.append(Decided(f"Bù {measures.attempts} lượt thi", total.attempts))
    if measures.closes_at and became.extended(found.agencies):
        until = minutes.moment(measures.closes_at, ends=True)
        said.append(
            Decided(f"Gia hạn vòng thi đến {until} cho các đơn vị trong phạm vi, trong đó bị ảnh hưởng", touched)
        )
    if measures.void:
        said.append(Decided("Hủy lượt thi trong thời gian sự cố", total.void))
    if measures.late:
        said.append(Decided("Chấp nhận bài gửi muộn", len(queries.admitted(found.pk))))
    return tuple(said)


def _subtracted(became: Outcome) -> str:
    said = [f"{became.less} người được bù ít hơn"] if became.less else []
    if became.nothing:
        said.append(f"{became.nothing} người không còn phút nào để bù")
    if not said:
        return ""
    why = "đã trừ thời gian tạm dừng trong sự cố, vì thời gian đó được trả lại khi thi tiếp"
    return f" ({why}: {', '.join(said)})"


def _undone(found: IncidentView, became: Outcome) -> tuple[str, ...]:
    said, over = [], WHY[Why.OVER]
    if became.time:
        said.append(f"bù {found.measures.minutes} phút cho {became.time} người đang làm bài, vì {over}")
    if became.attempts:
        said.append(f"bù {found.measures.attempts} lượt thi cho {became.attempts} người, vì {WHY[Why.PAPERS]}")
    if became.void:
        said.append(f"hủy lượt thi của {became.void} người, vì {WHY[Why.PAPERS]}")
    names = agencies.names_by_code(became.closes)
    said += [
        f"gia hạn vòng thi cho {names.get(code, code) if code else 'mọi đơn vị'}, vì {WHY[why]}"
        for code, why in became.closes.items()
    ]
    return tuple(said)


def _sheets(found: IncidentView) -> tuple[SheetLine, ...]:
    rows = queries.admitted(found.pk)
    units = agencies.by_ids(frozenset(agency for *_, agency in rows if agency is not None))
    return tuple(
        SheetLine(code, received_at, units[agency].name if agency in units else NOBODY)
        for code, received_at, agency in rows
    )
