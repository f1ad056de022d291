"""Finishing an attempt, by its taker or by the sweep: the same five statements in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contest.attempts import machine
from contest.attempts import rules as r
from contest.attempts.machine import Event
from contest.attempts.models import Attempt, Standing
from contest.attempts.rules import AnswerMap
from contest.attempts.standings import recompute
from contest.rounds import queries as rounds
from contest.rounds.models import Contest, Round
from contest.rounds.queries import RoundView
from core import audit
from core.access import Actor
from core.errors import NotFound
from core.i18n import N_
from core.ids import receipt_code
from questions import marking


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt with its standing, both locked, and its round.

    The first two are copies of their rows: what is changed in them is stored by statements of this file.
    """

    attempt: Attempt
    standing: Standing
    round: RoundView


_ATTEMPT, _STANDING = Attempt.__table__.columns.keys(), Standing.__table__.columns.keys()
_LOCK = (
    sa.select(*Attempt.__table__.columns, *Standing.__table__.columns, *rounds.COLUMNS)
    .select_from(Attempt)
    .join(Standing, (Standing.round_id == Attempt.round_id) & (Standing.person_id == Attempt.person_id))
    .join(Round, Round.id == Attempt.round_id)
    .join(Contest, Contest.id == Round.contest_id)
    .where(Attempt.public_id == sa.bindparam("attempt"))
    .with_for_update(of=[Attempt, Standing])
)
_LOCK_OWN = _LOCK.where(Attempt.person_id == sa.bindparam("person"))


def lock(session: Session, *, attempt_id: str, now: datetime, person_id: int | None = None) -> Sitting:
    """Lock attempt and standing in one statement; raises :class:`NotFound` for a foreign one."""
    query = _LOCK if person_id is None else _LOCK_OWN
    row = session.connection().execute(query, {"attempt": attempt_id, "person": person_id}).one_or_none()
    if row is None:
        raise unknown()
    second, third = len(_ATTEMPT), len(_ATTEMPT) + len(_STANDING)
    return Sitting(
        Attempt(**dict(zip(_ATTEMPT, row[:second], strict=True))),
        Standing(**dict(zip(_STANDING, row[second:third], strict=True))),
        rounds.view_of(row[third:], now),
    )


_FINISHED = (
    "state",
    "answers",
    "prediction",
    "finished_at",
    "elapsed_ms",
    "paused_ms",
    "paused_at",
    "points",
    "marked_revision",
    "code",
)
_FINISH = (
    sa.update(Attempt).where(Attempt.id == sa.bindparam("pk")).values({name: sa.bindparam(name) for name in _FINISHED})
)


def finish(
    session: Session,
    *,
    sitting: Sitting,
    now: datetime,
    answers: AnswerMap,
    prediction: int | None,
    event: Event,
    actor: Actor,
    details: dict[str, Any] | None = None,
) -> None:
    """Store the final sheet with its provisional mark, its standing and its audit entry."""
    attempt, round_ = sitting.attempt, sitting.round
    state = machine.after(attempt.state, event)
    # Before anything is changed: a process that reads this revision for the first time flushes what is half done.
    rounds.pool(attempt.round_id, round_.revision)
    finished_at, elapsed_ms = r.finish(
        now,
        started_at=attempt.started_at,
        deadline=attempt.deadline,
        paused_ms=attempt.paused_ms,
        paused_at=attempt.paused_at,
    )
    if attempt.paused_at is not None:
        attempt.paused_ms += r.milliseconds(now - attempt.paused_at)
        attempt.paused_at = None
    attempt.state = state
    attempt.answers = dict(answers)
    attempt.prediction = prediction
    attempt.finished_at = finished_at
    attempt.elapsed_ms = elapsed_ms
    attempt.code = receipt_code()
    mark(attempt, round_)
    store(session, attempt)
    # Who has just been at the first attempt has no other; later, when it is voided, they may.
    _recompute(sitting, [attempt] if attempt.number == 1 else _finished_of(session, attempt), now)
    audit.record(
        actor=actor, now=now, action=f"attempt.{state}", subject=f"attempt:{attempt.public_id}", details=details
    )


def store(session: Session, attempt: Attempt) -> None:
    """Write what finishing an attempt changes; what :func:`lock` returns are no objects of the session."""
    values: dict[str, Any] = {name: getattr(attempt, name) for name in _FINISHED}
    session.connection().execute(_FINISH, {"pk": attempt.id, **values})


def mark(attempt: Attempt, round_: RoundView) -> None:
    """Mark a sheet by the round's newest keys; whoever re-marks looks for older ones."""
    scheme = rounds.pool(attempt.round_id, round_.revision).scheme(round_.rules)
    attempt.points = marking.points(r.paper_from_data(attempt.paper), attempt.answers, scheme)
    attempt.marked_revision = round_.revision


def restand(session: Session, *, sitting: Sitting, now: datetime) -> None:
    """Recompute the standing after an attempt that was finished before has changed."""
    _recompute(sitting, _finished_of(session, sitting.attempt), now)


def _recompute(sitting: Sitting, attempts: list[Attempt], now: datetime) -> None:
    recompute(standing=sitting.standing, attempts=attempts, rules=sitting.round.rules, now=now)


def unknown() -> NotFound:
    """An attempt that does not exist, or is somebody else's: the same answer for both."""
    return NotFound(N_("Không tìm thấy lượt thi này trong tài khoản đang đăng nhập."))


def _finished_of(session: Session, attempt: Attempt) -> list[Attempt]:
    return list(
        session.scalars(
            sa.select(Attempt)
            .where(
                Attempt.round_id == attempt.round_id,
                Attempt.person_id == attempt.person_id,
                Attempt.state.in_(machine.COUNTING),
            )
            # Rows are changed by statements: what the session has seen of them before may be old.
            .execution_options(populate_existing=True)
        )
    )
