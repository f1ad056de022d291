"""Read models of incidents: the records, and by fact whom a stretch of time touched."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.agencies.models import Agency
from contest.attempts.incidents import rules as r
from contest.attempts.incidents.models import Incident, IncidentEffect, RefusedStart
from contest.attempts.incidents.pauses import Pause, pauses, stood_still
from contest.attempts.incidents.rules import How, IncidentState, Kind, Measures, Sheet, What
from contest.attempts.machine import State
from contest.attempts.models import Attempt, LateSheet
from contest.people.models import Person
from contest.rounds import queries as rounds
from contest.rounds.models import Round
from contest.rounds.queries import RoundView
from core.db import read
from core.errors import NotFound
from core.i18n import N_


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as pages and documents show it; ``agencies`` are codes, none is everybody."""

    pk: int
    id: str
    round_pk: int
    round_id: str
    number: int
    state: IncidentState
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    agencies: tuple[str, ...]
    description: str
    measures: Measures
    figures: dict[str, Any]
    reported_by: int | None
    reported_at: datetime
    proposed_by: int | None
    proposed_at: datetime | None
    decided_by: int | None
    decided_at: datetime | None
    refusal: str
    job_id: str | None
    applied_at: datetime | None


@dataclass(frozen=True, slots=True)
class TouchedAttempt:
    """An attempt that an incident fell into; ``late`` says of its late sheet whether it may count.

    ``paused``: whole minutes within the incident for which it stood still; its pause gives them back.
    """

    pk: int
    id: str
    state: str
    late: Sheet | None
    paused: int = 0

    def due(self, minutes: int) -> int:
        """How many of the minutes that were decided are left to give."""
        return max(0, minutes - self.paused)


@dataclass(frozen=True, slots=True)
class TouchedPerson:
    """Somebody whom an incident touched; the agency is that of the attempt or of the refused start."""

    person_id: int
    agency_id: int | None
    how: How
    attempts: tuple[TouchedAttempt, ...]

    def minutes(self, measures: Measures) -> int:
        """How many minutes the attempt that runs gets."""
        return max((a.due(measures.minutes) for a in self.attempts if a.state == State.IN_PROGRESS), default=0)

    def gets(self, measures: Measures) -> tuple[What, ...]:
        """Which of the measures are for them."""
        found = []
        if self.minutes(measures):
            found.append(What.TIME)
        if measures.attempts:
            found.append(What.ATTEMPTS)
        if measures.void and self.attempts:
            found.append(What.VOID)
        if measures.late and any(a.late is Sheet.ADMISSIBLE for a in self.attempts):
            found.append(What.LATE)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom an incident touches, and for how many people each measure would be.

    ``extended``: everybody registered in the agencies; ``outside`` and ``seen``: late sheets that
    came at another time, or when scores could be seen. ``paused``: of each whose pauses within the incident
    make the compensation smaller, the minutes that they take off it.
    """

    people: list[TouchedPerson]
    how: dict[How, int]
    what: dict[What, int]
    extended: int
    outside: int
    seen: int
    paused: list[int]


def of_round(round_pk: int) -> list[IncidentView]:
    """A round's incidents, newest first; one statement."""
    return _views(_QUERY.where(Incident.round_id == round_pk).order_by(Incident.number.desc()))


def incident(incident_id: str) -> IncidentView:
    """One incident; raises :class:`NotFound`."""
    found = _views(_QUERY.where(Incident.public_id == incident_id))
    if not found:
        raise unknown()
    return found[0]


def unknown() -> NotFound:
    """There is no such incident."""
    return NotFound(N_("Không tìm thấy sự cố này."))


def being_applied(round_pk: int) -> bool:
    """Whether a decided incident still changes attempts of a round."""
    return bool(
        read().scalar(
            sa.select(sa.exists().where(Incident.round_id == round_pk, Incident.state == IncidentState.APPROVED))
        )
    )


def applied_since(round_pk: int, moment: datetime) -> bool:
    """Whether an incident has changed attempts of a round since then."""
    return bool(
        read().scalar(sa.select(sa.exists().where(Incident.round_id == round_pk, Incident.applied_at >= moment)))
    )


def proposed() -> dict[int, int]:
    """By round: incidents that wait for the second member's approval."""
    rows = read().execute(
        sa.select(Incident.round_id, sa.func.count())
        .where(Incident.state == IncidentState.PROPOSED)
        .group_by(Incident.round_id)
    )
    return {row[0]: row[1] for row in rows}


def preview(found: IncidentView, view: RoundView) -> Preview:
    """Whom the incident touches now and what its measures would do; at most five statements."""
    people = touched(found, view)
    late = [a.late for one in people for a in one.attempts if a.late is not None and a.state == State.EXPIRED]
    gets = [what for one in people for what in one.gets(found.measures)]
    return Preview(
        people=people,
        how={how: sum(one.how is how for one in people) for how in How},
        what={what: gets.count(what) for what in What},
        extended=_registered(found.agencies) if found.measures.closes_at else 0,
        outside=late.count(Sheet.OUTSIDE),
        seen=late.count(Sheet.SEEN),
        paused=[
            found.measures.minutes - a.due(found.measures.minutes)
            for one in people
            for a in one.attempts
            if a.state == State.IN_PROGRESS and a.paused and found.measures.minutes
        ],
    )


def touched(found: IncidentView, view: RoundView) -> list[TouchedPerson]:
    """Whom the incident touched by fact, by person id; at most four statements.

    Attempts that were in progress within its time, and people who then had none and were refused.
    """
    seen = _seen_since(view)
    stops = pauses(rounds.amendments([view.pk]).get(view.pk, [])) if found.measures.minutes else []
    by_person: dict[int, list[Any]] = {}
    for row in read().execute(_attempts(found)):
        by_person.setdefault(row.person_id, []).append(row)
    people = {pk: _sat(pk, rows, found, seen, stops) for pk, rows in by_person.items()}
    for person_id, agency_id in read().execute(_refused(found)):
        people.setdefault(person_id, TouchedPerson(person_id, agency_id, How.REFUSED, ()))
    return [people[pk] for pk in sorted(people)]


def in_agencies(path: Any, codes: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether a column with an agency's path lies in one of these agencies; none: everywhere."""
    wanted = [(sa.literal("/") + path).contains(f"/{code}/", autoescape=True) for code in codes]
    return sa.or_(*wanted) if wanted else sa.true()


def effects_by_agency(incident_pk: int) -> list[tuple[int | None, str, str, int, int]]:
    """(agency id, what, how, people, amount in all) of an applied incident; one statement.

    Nobody is counted for whom nothing was left to give.
    """
    rows = read().execute(
        sa.select(
            IncidentEffect.agency_id,
            IncidentEffect.what,
            IncidentEffect.how,
            sa.func.count(sa.distinct(IncidentEffect.person_id)),
            sa.func.coalesce(sa.func.sum(IncidentEffect.amount), 0),
        )
        .where(IncidentEffect.incident_id == incident_pk, _GIVEN)
        .group_by(IncidentEffect.agency_id, IncidentEffect.what, IncidentEffect.how)
    )
    return [(agency, what, how, people, int(amount or 0)) for agency, what, how, people, amount in rows]


def effects_of_people(incident_pk: int) -> list[tuple[int, int | None, How, tuple[What, ...], int]]:
    """(person id, agency id, how touched, what was done, minutes given) of an applied incident; one statement."""
    found: dict[int, tuple[int | None, How]] = {}
    done: dict[int, list[What]] = {}
    minutes: dict[int, int] = {}
    query = sa.select(IncidentEffect).where(IncidentEffect.incident_id == incident_pk, _GIVEN)
    for row in read().scalars(query.order_by(IncidentEffect.id)):
        if row.what == What.TOUCHED:
            found[row.person_id] = (row.agency_id, How(row.how))
        elif What(row.what) not in done.setdefault(row.person_id, []):
            done[row.person_id].append(What(row.what))
        if row.what == What.TIME:
            minutes[row.person_id] = row.amount or 0
    return [(pk, agency, how, tuple(done.get(pk, ())), minutes.get(pk, 0)) for pk, (agency, how) in found.items()]


def admitted(incident_pk: int) -> list[tuple[str, datetime, int | None]]:
    """(receipt code, when the late sheet came, agency id) of the sheets that an incident admitted."""
    rows = read().execute(
        sa.select(Attempt.code, LateSheet.received_at, IncidentEffect.agency_id)
        .join(IncidentEffect, IncidentEffect.attempt_id == Attempt.id)
        .join(LateSheet, LateSheet.attempt_id == Attempt.id)
        .where(IncidentEffect.incident_id == incident_pk, IncidentEffect.what == What.LATE)
        .order_by(LateSheet.received_at, Attempt.code)
    )
    return [(code or "", received_at, agency_id) for code, received_at, agency_id in rows]


_GIVEN = sa.or_(IncidentEffect.amount.is_(None), IncidentEffect.amount > 0)
_QUERY = sa.select(Incident, Round.public_id).join(Round, Round.id == Incident.round_id)


def _views(query: sa.Select[*tuple[Any, ...]]) -> list[IncidentView]:
    return [incident_view(row, round_id) for row, round_id in read().execute(query)]


def incident_view(row: Incident, round_id: str) -> IncidentView:
    """An incident's row as pages show it."""
    return IncidentView(
        pk=row.id,
        id=row.public_id,
        round_pk=row.round_id,
        round_id=round_id,
        number=row.number,
        state=IncidentState(row.state),
        kind=Kind(row.kind),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        agencies=tuple(row.agencies),
        description=row.description,
        measures=msgspec.convert(row.measures, Measures),
        figures=row.figures,
        reported_by=row.reported_by,
        reported_at=row.reported_at,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        refusal=row.refusal,
        job_id=row.job_id,
        applied_at=row.applied_at,
    )


def _attempts(found: IncidentView) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Attempt.id,
            Attempt.public_id,
            Attempt.person_id,
            Attempt.agency_id,
            Attempt.agency_path,
            Attempt.state,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.paused_ms,
            Attempt.paused_at,
            LateSheet.received_at,
        )
        .outerjoin(LateSheet, LateSheet.attempt_id == Attempt.id)
        .where(
            Attempt.round_id == found.round_pk,
            Attempt.state != State.VOIDED,
            Attempt.started_at <= found.ends_at,
            sa.or_(
                Attempt.finished_at >= found.starts_at,
                sa.and_(
                    Attempt.finished_at.is_(None),
                    sa.or_(Attempt.paused_at.is_not(None), Attempt.deadline >= found.starts_at),
                ),
            ),
            in_agencies(Attempt.agency_path, found.agencies),
        )
        .order_by(Attempt.person_id, Attempt.number)
    )


def _refused(found: IncidentView) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(RefusedStart.person_id, sa.func.max(RefusedStart.agency_id))
        .where(
            RefusedStart.round_id == found.round_pk,
            RefusedStart.first_at <= found.ends_at,
            RefusedStart.last_at >= found.starts_at,
            in_agencies(RefusedStart.agency_path, found.agencies),
        )
        .group_by(RefusedStart.person_id)
    )


def _sat(
    person_id: int, rows: list[Any], found: IncidentView, seen: datetime | None, stops: list[Pause]
) -> TouchedPerson:
    sitting = any(row.state == State.IN_PROGRESS for row in rows)
    return TouchedPerson(
        person_id,
        rows[-1].agency_id,
        How.SITTING if sitting else How.ENDED,
        tuple(
            TouchedAttempt(row.id, row.public_id, row.state, _sheet(row, found, seen), _paused(row, found, stops))
            for row in rows
        ),
    )


def _paused(row: Any, found: IncidentView, stops: list[Pause]) -> int:
    """Whole minutes, in the taker's favour; no more than the attempt itself stood still: one in its grace did not."""
    begins, ends = max(found.starts_at, row.started_at), min(found.ends_at, row.finished_at or found.ends_at)
    own = timedelta(milliseconds=row.paused_ms)
    if row.paused_at is not None:
        own += max(timedelta(0), ends - row.paused_at)
    return min(own, stood_still(stops, row.agency_path, begins, ends)) // timedelta(minutes=1)


def _sheet(row: Any, found: IncidentView, seen: datetime | None) -> Sheet | None:
    if row.received_at is None or row.state != State.EXPIRED:
        return None
    return r.sheet(
        row.received_at,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        margin=found.measures.late_margin,
        seen=seen,
    )


def _seen_since(view: RoundView) -> datetime | None:
    first = read().scalar(sa.select(sa.func.min(Attempt.finished_at)).where(Attempt.round_id == view.pk))
    return r.seen_since(rules=view.rules, state=view.state, ends_at=view.ends_at, first_finished_at=first)


def _registered(codes: tuple[str, ...]) -> int:
    return (
        read().scalar(
            sa.select(sa.func.count())
            .select_from(Person)
            .join(Agency, Agency.id == Person.agency_id)
            .where(Person.disabled_at.is_(None), Person.rehearsal.is_(False), in_agencies(Agency.path, codes))
        )
        or 0
    )
