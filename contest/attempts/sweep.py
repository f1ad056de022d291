"""The sweep: overdue attempts are handed in by the system, from the saved map."""

from datetime import datetime

import sqlalchemy as sa
import structlog

from contest.attempts import finishing
from contest.attempts import rules as r
from contest.attempts.machine import Event, State
from contest.attempts.models import Attempt
from core.access import SYSTEM
from core.db import read, transaction

BATCH = 200
log = structlog.get_logger()


def sweep(*, now: datetime) -> int:
    """Finish attempts that are over by more than grace and margin; returns how many."""
    limit = now - r.GRACE - r.SWEEP_MARGIN
    finished, last = 0, 0
    while due := _due(limit, after=last):
        for pk, attempt_id in due:
            try:
                finished += _finish_one(attempt_id, limit, now)
            except Exception:  # one attempt's trouble must not keep the others unfinished
                log.exception("attempt not swept", attempt=attempt_id)
            last = pk
    return finished


def _due(limit: datetime, *, after: int) -> list[tuple[int, str]]:
    rows = read().execute(
        sa.select(Attempt.id, Attempt.public_id)
        .where(
            Attempt.state == State.IN_PROGRESS,
            Attempt.paused_at.is_(None),
            Attempt.deadline < limit,
            Attempt.id > after,
        )
        .order_by(Attempt.id)
        .limit(BATCH)
    )
    return [(pk, attempt_id) for pk, attempt_id in rows]


def _finish_one(attempt_id: str, limit: datetime, now: datetime) -> bool:
    with transaction() as session:
        sitting = finishing.lock(session, attempt_id=attempt_id, now=now)
        attempt = sitting.attempt
        # Read again under the lock: it may have been submitted or paused, or its deadline moved.
        if attempt.state != State.IN_PROGRESS or attempt.paused_at is not None or attempt.deadline >= limit:
            return False
        finishing.finish(
            sitting=sitting,
            now=now,
            answers=attempt.answers,
            prediction=attempt.prediction,
            event=Event.EXPIRE,
            actor=SYSTEM,
        )
        return True
