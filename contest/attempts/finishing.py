"""Finishing an attempt, by its taker, the sweep or the committee: the same four statements, all or none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from contest.attempts import machine, standings
from contest.attempts import rules as r
from contest.attempts.machine import Event
from contest.attempts.models import Attempt, Standing
from contest.attempts.rules import AnswerMap
from contest.rounds import queries as rounds
from contest.rounds.models import Contest, Round
from contest.rounds.queries import RoundView
from core import audit
from core.access import Actor
from core.chain import Chain
from core.db import read
from core.errors import NotFound
from core.i18n import N_
from core.ids import receipt_code
from questions import marking


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt with its standing and its round.

    The first two are copies of their rows: what is changed in them is stored by statements of this file.
    """

    attempt: Attempt
    standing: Standing
    round: RoundView


_ATTEMPT, _STANDING = Attempt.__table__.columns.keys(), Standing.__table__.columns.keys()
_LOOK = (
    sa.select(*Attempt.__table__.columns, *Standing.__table__.columns, *rounds.COLUMNS)
    .select_from(Attempt)
    .join(Standing, (Standing.round_id == Attempt.round_id) & (Standing.person_id == Attempt.person_id))
    .join(Round, Round.id == Attempt.round_id)
    .join(Contest, Contest.id == Round.contest_id)
    .where(Attempt.public_id == sa.bindparam("attempt"))
)
_LOOK_AT_OWN = _LOOK.where(Attempt.person_id == sa.bindparam("person"))
_LOCK = _LOOK.with_for_update(of=[Attempt, Standing])


def look(*, attempt_id: str, person_id: int, now: datetime) -> Sitting:
    """An attempt of this person as it is, nothing held; raises :class:`NotFound` for a foreign one."""
    return _sitting(read().connection(), _LOOK_AT_OWN, {"attempt": attempt_id, "person": person_id}, now)


def lock(session: Session, *, attempt_id: str, now: datetime) -> Sitting:
    """Lock attempt and standing in one statement; raises :class:`NotFound`."""
    return _sitting(session.connection(), _LOCK, {"attempt": attempt_id}, now)


def _sitting(connection: sa.Connection, query: sa.Select[Any], whose: dict[str, Any], now: datetime) -> Sitting:
    row = connection.execute(query, whose).one_or_none()
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
_STORE = sa.update(Attempt).values({name: sa.bindparam(name) for name in _FINISHED})
_STORE_ONE = _STORE.where(Attempt.id == sa.bindparam("pk"))

_SEEN = ("state", "epoch", "seq", "deadline", "allowance_ms", "paused_ms", "paused_at")
"""By what of an attempt its end is decided; with the standing's version: by what else its taker sat."""


def _unmoved() -> sa.Select[Any]:
    """The attempt if it and its standing are as they were seen; both are locked then."""
    now = aliased(Attempt)
    same = (
        getattr(now, name).is_not_distinct_from(sa.bindparam(f"seen_{name}", type_=Attempt.__table__.c[name].type))
        for name in _SEEN
    )
    return (
        sa.select(now.id)
        .join(Standing, (Standing.round_id == now.round_id) & (Standing.person_id == now.person_id))
        .where(now.id == sa.bindparam("pk"), Standing.version == sa.bindparam("seen_version"), *same)
        .with_for_update(of=[now, Standing])
    )


_FINISH = _STORE.where(Attempt.id.in_(_unmoved())).returning(Attempt.id)
_FINISH_AND_COUNT = Chain(_FINISH, standings.then_changed, standings.then_remembered, audit.then)
_FINISH_UNCOUNTED = Chain(_FINISH, audit.then)


def finish(
    *,
    sitting: Sitting,
    now: datetime,
    answers: AnswerMap,
    prediction: int | None,
    event: Event,
    actor: Actor,
    details: dict[str, Any] | None = None,
) -> bool:
    """Store the final sheet with its provisional mark, its standing and its audit entry.

    False, and nothing is stored, where attempt or standing are not as ``sitting`` says any more; never so
    where they are locked.
    """
    attempt, round_ = sitting.attempt, sitting.round
    seen = {f"seen_{name}": getattr(attempt, name) for name in _SEEN}
    state = machine.after(attempt.state, event)
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
    # Who is at the first attempt has no other; later, when it is voided, they may.
    others = [] if attempt.number == 1 else _finished_of(attempt)
    counted = standings.change(sitting.standing, [attempt, *others], round_.rules, now)
    entry = audit.values(
        actor=actor, now=now, action=f"attempt.{state}", subject=f"attempt:{attempt.public_id}", details=details
    )
    values = _stored(attempt) | seen | {"seen_version": sitting.standing.version} | entry
    if counted is None:
        return _FINISH_UNCOUNTED.run(values) is not None
    return _FINISH_AND_COUNT.run(values | counted) is not None


def store(session: Session, attempt: Attempt) -> None:
    """Write what finishing an attempt changes; what :func:`lock` returns are no objects of the session."""
    session.connection().execute(_STORE_ONE, _stored(attempt))


def _stored(attempt: Attempt) -> dict[str, Any]:
    return {"pk": attempt.id, **{name: getattr(attempt, name) for name in _FINISHED}}


def mark(attempt: Attempt, round_: RoundView) -> None:
    """Mark a sheet by the round's newest keys; whoever re-marks looks for older ones."""
    scheme = rounds.pool(attempt.round_id, round_.revision).scheme(round_.rules)
    attempt.points = marking.points(r.paper_from_data(attempt.paper), attempt.answers, scheme)
    attempt.marked_revision = round_.revision


def restand(*, sitting: Sitting, now: datetime) -> None:
    """Recompute the standing after an attempt that was finished before has changed and was stored."""
    finished = [sitting.attempt, *_finished_of(sitting.attempt)]
    standings.recompute(standing=sitting.standing, attempts=finished, rules=sitting.round.rules, now=now)


def unknown() -> NotFound:
    """An attempt that does not exist, or is somebody else's: the same answer for both."""
    return NotFound(N_("Không tìm thấy lượt thi này trong tài khoản đang đăng nhập."))


def _finished_of(attempt: Attempt) -> list[Attempt]:
    """The person's other attempts in the round that may count."""
    query = (
        sa.select(Attempt)
        .where(
            Attempt.round_id == attempt.round_id,
            Attempt.person_id == attempt.person_id,
            Attempt.id != attempt.id,
            Attempt.state.in_(machine.COUNTING),
        )
        # Rows are changed by statements: what the session has seen of them before may be old.
        .execution_options(populate_existing=True)
    )
    return list(read().scalars(query))
