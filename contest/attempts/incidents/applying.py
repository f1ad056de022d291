"""Carrying out what two people decided of an incident: a job that goes on where it was killed.

A batch is one short transaction: the acts, the effects that say so, and the job's cursor.
"""

import time
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from contest.agencies import queries as agencies
from contest.attempts import finishing, machine, voiding, window
from contest.attempts import rules as attempt_rules
from contest.attempts.incidents import outcome, queries, spare
from contest.attempts.incidents.models import Incident, IncidentEffect
from contest.attempts.incidents.outcome import Why
from contest.attempts.incidents.queries import IncidentView, TouchedPerson
from contest.attempts.incidents.rules import How, IncidentState, Measures, Sheet, What
from contest.attempts.machine import Event, State
from contest.attempts.models import Attempt, LateSheet
from contest.rounds import entries
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.lifecycle import EVERYBODY, over
from contest.rounds.models import Round
from contest.rounds.queries import RoundView
from core import audit, clock
from core.access import Actor
from core.clock import LOCAL
from core.db import read, transaction
from core.jobs import Running

BATCH = 50
"""People whose minutes and attempts are changed in one transaction, by a few statements."""
BATCH_ONE_BY_ONE = 5
"""The same where attempts are voided or marked: half a dozen statements each."""
TURN = 0.01
"""Seconds between two batches: SQLite has no queue, and those who save want their turn."""
Effects = list[dict[str, Any]]


def job(running: Running) -> dict[str, Any]:
    """The handler of the job of an approved incident."""
    found = queries.incident(running.params["incident"])
    if found.state is IncidentState.APPROVED:
        closes = _extend(running, found)
        _people(running, found)
        _finish(running, found, closes)
    return {"incident": found.id, "round": found.round_id}


def _extend(running: Running, found: IncidentView) -> dict[str, Why]:
    """Gia hạn: later closes, each agency's in its own transaction; why not, by agency, where that came too late."""
    closes_at, undone = found.measures.closes_at, {}
    if closes_at is None:
        return {}
    for code in found.agencies or (EVERYBODY,):
        now = clock.now()
        view = rounds.round_(found.round_id, now=now, drafts=True)
        unit = agencies.pickable(code, today=now.astimezone(LOCAL).date()) if code else None
        if code and unit is None:
            undone[code] = Why.GONE
        elif view.exceptions.close_of(view.closes_at, unit.path if unit else "") >= closes_at:
            continue  # by an earlier try of this job, or by somebody else
        elif over(view.state) or closes_at <= now:
            undone[code] = Why.OVER if over(view.state) else Why.PASSED
        else:
            window.extend(
                actor=running.actor,
                now=now,
                round_id=found.round_id,
                closes_at=closes_at,
                reason=f"Sự cố số {found.number}",
                agency_code=code,
            )
    return undone


def _people(running: Running, found: IncidentView) -> None:
    view = rounds.round_(found.round_id, now=clock.now(), drafts=True)
    last = running.cursor.get("person", 0)
    # Facts of a time that is past: read once, before any lock. How the attempts stand is read again under it.
    left = [one for one in queries.touched(found, view) if one.person_id > last]
    # What is voided is touched no more, so the number of all is kept from the first try.
    total, done = running.cursor.get("total", len(left)), running.cursor.get("done", 0)
    size = BATCH_ONE_BY_ONE if found.measures.void or found.measures.late else BATCH
    for start in range(0, len(left), size):
        people = left[start : start + size]
        with transaction() as session:
            _batch(session, running.actor, found, people, clock.now())
            done += len(people)
            running.progress(done, total, cursor={"person": people[-1].person_id, "total": total, "done": done})
        time.sleep(TURN)


def _batch(session: Session, actor: Actor, found: IncidentView, facts: list[TouchedPerson], now: datetime) -> None:
    """Everything for these people; whoever has been seen to already is passed over."""
    round_ = round_verbs.locked(found.round_id)
    view = rounds.round_view(round_, round_.contest, now)
    people = _undone(found.pk, facts)
    if not people:
        return
    states = _lock(session, people)
    details = {"incident": found.id, "number": found.number}
    effects: Effects = [_effect(one, What.TOUCHED, how=_how(one, states)) for one in people]
    sits_on = not over(view.state)  # what is not done for this, ``outcome`` finds by the effects that are missing
    if found.measures.minutes and sits_on:
        effects += _more_time(session, round_, people, states, found.measures.minutes)
    again = _may_sit_again(found.measures, view, people)
    if found.measures.attempts and sits_on and again:
        entries.more_attempts(view=view, person_ids=[one.person_id for one in again], attempts=found.measures.attempts)
        effects += [_effect(one, What.ATTEMPTS, amount=found.measures.attempts) for one in again]
    if found.measures.void:
        effects += _void(actor, now, again, states, details)
    if found.measures.late:
        effects += _admit(session, actor, now, people, states, details)
    session.execute(sa.insert(IncidentEffect), [{**one, "incident_id": found.pk, "applied_at": now} for one in effects])


def _undone(incident_pk: int, facts: list[TouchedPerson]) -> list[TouchedPerson]:
    done = set(
        read().scalars(
            sa.select(IncidentEffect.person_id).where(
                IncidentEffect.incident_id == incident_pk,
                IncidentEffect.what == What.TOUCHED,
                IncidentEffect.person_id.in_([one.person_id for one in facts]),
            )
        )
    )
    return [one for one in facts if one.person_id not in done]


def _may_sit_again(measures: Measures, view: RoundView, people: list[TouchedPerson]) -> list[TouchedPerson]:
    """All of them, as was seen at the approval; fewer where questions were withdrawn in the moments since."""
    wanted = measures.attempts or measures.void
    papers = spare.of_round(view, [one.person_id for one in people]) if wanted else None
    return [one for one in people if papers is None or not spare.too_many(measures, papers, [one])]


def _how(one: TouchedPerson, states: dict[int, tuple[str, datetime]]) -> How:
    if one.how is How.REFUSED:
        return one.how
    return How.SITTING if any(states[a.pk][0] == State.IN_PROGRESS for a in one.attempts) else How.ENDED


def _lock(session: Session, people: list[TouchedPerson]) -> dict[int, tuple[str, datetime]]:
    """Lock the touched attempts, by person as everybody does who locks several; (state, deadline) by attempt."""
    wanted = [a.pk for one in people for a in one.attempts]
    rows = session.execute(
        sa.select(Attempt.id, Attempt.state, Attempt.deadline)
        .where(Attempt.id.in_(wanted))
        .order_by(Attempt.person_id, Attempt.id)
        .with_for_update()
    )
    return {pk: (state, deadline) for pk, state, deadline in rows}


def _more_time(
    session: Session,
    round_: Round,
    people: list[TouchedPerson],
    states: dict[int, tuple[str, datetime]],
    minutes: int,
) -> Effects:
    """Bù thời gian: deadlines move, past the close if need be, and what was allowed grows with them.

    What a pause within the incident gives back is not given once more; an effect says so where nothing is left.
    """
    later: dict[int, tuple[datetime, timedelta]] = {}
    effects: Effects = []
    for one in people:
        for attempt in one.attempts:
            state, deadline = states[attempt.pk]
            if state == State.IN_PROGRESS:
                due = attempt.due(minutes)
                if due:
                    later[attempt.pk] = (deadline + timedelta(minutes=due), timedelta(minutes=due))
                effects.append(_effect(one, What.TIME, attempt_pk=attempt.pk, amount=due))
    if later:
        round_.ends_at = max([round_.ends_at, *(deadline for deadline, _ in later.values())])
        session.flush()
        change = sa.update(Attempt).where(Attempt.id == sa.bindparam("pk"))
        values = {
            "deadline": sa.bindparam("later"),
            "allowance_ms": Attempt.allowance_ms + sa.bindparam("more"),
        }
        moved = [
            {"pk": pk, "later": deadline, "more": attempt_rules.milliseconds(more)}
            for pk, (deadline, more) in later.items()
        ]
        session.connection().execute(change.values(**values), moved)  # on the connection: no objects of the session
    return effects


def _void(
    actor: Actor,
    now: datetime,
    people: list[TouchedPerson],
    states: dict[int, tuple[str, datetime]],
    details: dict[str, Any],
) -> Effects:
    effects = []
    for one in people:
        for attempt in one.attempts:
            if states[attempt.pk][0] != State.VOIDED:
                voiding.void(actor=actor, now=now, attempt_id=attempt.id, details=details)
                effects.append(_effect(one, What.VOID, attempt_pk=attempt.pk))
    return effects


def _admit(
    session: Session,
    actor: Actor,
    now: datetime,
    people: list[TouchedPerson],
    states: dict[int, tuple[str, datetime]],
    details: dict[str, Any],
) -> Effects:
    """Chấp nhận bài gửi muộn: the sheet takes the place of what the system had handed in, marked anew."""
    effects = []
    for one in people:
        for attempt in one.attempts:
            if attempt.late is Sheet.ADMISSIBLE and states[attempt.pk][0] == State.EXPIRED:
                _admit_one(session, actor, now, attempt.id, details)
                effects.append(_effect(one, What.LATE, attempt_pk=attempt.pk))
    return effects


def _admit_one(session: Session, actor: Actor, now: datetime, attempt_id: str, details: dict[str, Any]) -> None:
    sitting = finishing.lock(session, attempt_id=attempt_id, now=now)
    attempt = sitting.attempt
    sheet = session.scalars(sa.select(LateSheet).where(LateSheet.attempt_id == attempt.id)).one()
    attempt.state = machine.after(attempt.state, Event.ADMIT)
    # Handed in at the deadline, as the system's own: nobody gains time by having been late.
    attempt.answers, attempt.prediction = dict(sheet.answers), sheet.prediction
    finishing.mark(attempt, sitting.round)
    finishing.store(session, attempt)
    finishing.restand(sitting=sitting, now=now)
    audit.record(
        actor=actor,
        now=now,
        action="attempt.late-sheet-admitted",
        subject=f"attempt:{attempt_id}",
        details={**details, "evidence": sheet.public_id, "received_at": sheet.received_at.isoformat()},
    )


def _finish(running: Running, found: IncidentView, closes: dict[str, Why]) -> None:
    now = clock.now()
    with transaction() as session:
        round_ = round_verbs.locked(found.round_id)
        row = session.scalars(sa.select(Incident).where(Incident.id == found.pk).with_for_update()).one()
        row.state, row.applied_at = IncidentState.APPLIED, now
        round_.moves += 1  # those who sit ask again, and hear what they got
        session.flush()
        counts = queries.effects_by_agency(found.pk)
        audit.record(
            actor=running.actor,
            now=now,
            action=outcome.APPLIED,
            subject=f"round:{found.round_id}",
            details={
                "incident": found.id,
                "number": found.number,
                **{what: sum(people for _, w, _, people, _ in counts if w == what) for what in What},
                "outcome": msgspec.to_builtins(outcome.of_effects(found, closes)),
            },
        )


def _effect(
    one: TouchedPerson, what: What, *, attempt_pk: int | None = None, how: str = "", amount: int | None = None
) -> dict[str, Any]:
    return {
        "person_id": one.person_id,
        "agency_id": one.agency_id,
        "attempt_id": attempt_pk,
        "what": what.value,
        "how": how,
        "amount": amount,
    }
