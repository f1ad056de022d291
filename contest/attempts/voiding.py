"""Hủy lượt thi: an attempt never counted, or no longer does; its taker may sit again in its place."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contest.attempts import finishing, machine
from contest.attempts.machine import Event, State
from contest.attempts.models import Attempt
from contest.rounds.rules import RoundState
from core import audit
from core.access import Actor, Permission, require
from core.db import transaction
from core.errors import Conflict
from core.i18n import N_


def voided(round_pk: int) -> sa.Select[int, int]:
    """(person id, number) of voided attempts: each leaves its questions known, and another one in its place."""
    return (
        sa.select(Attempt.person_id, sa.func.count().label("number"))
        .where(Attempt.round_id == round_pk, Attempt.state == State.VOIDED)
        .group_by(Attempt.person_id)
    )


def void(*, actor: Actor, now: datetime, attempt_id: str, details: dict[str, Any]) -> Attempt:
    """Void one attempt under its lock; what then counts is the next best one, or nothing.

    ``details`` (why, by which decision) stand in the audit trail. Raises :class:`Conflict` when the
    result is published or the attempt is void already.
    """
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        sitting = finishing.lock(session, attempt_id=attempt_id, now=now)
        attempt = sitting.attempt
        if sitting.round.state is RoundState.PUBLISHED:
            raise Conflict(N_("Kết quả vòng thi đã công bố nên không hủy được lượt thi."), code="published")
        if attempt.state == State.IN_PROGRESS:
            finishing.finish(
                sitting=sitting,
                now=now,
                answers=attempt.answers,
                prediction=attempt.prediction,
                event=Event.VOID,
                actor=actor,
                details=details,
            )
            return attempt
        attempt.state = machine.after(attempt.state, Event.VOID)
        finishing.store(session, attempt)
        finishing.restand(sitting=sitting, now=now)
        audit.record(actor=actor, now=now, action="attempt.voided", subject=f"attempt:{attempt_id}", details=details)
    return attempt
