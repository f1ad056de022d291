"""Verbs that move the time of a running round, and with it the deadlines of those who sit.

Each is for everybody (``agency_code=EVERYBODY``) or for one agency with all below it, is written
down as a public amendment, and reaches takers with their next save or through the round's clock.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from contest.agencies import queries as agencies
from contest.attempts import rules as r
from contest.attempts.incidents.models import IncidentEffect
from contest.attempts.incidents.rules import What
from contest.attempts.machine import State
from contest.attempts.models import Attempt
from contest.rounds import entries, lifecycle
from contest.rounds import service as rounds
from contest.rounds.lifecycle import EVERYBODY, Exceptions
from contest.rounds.models import Round
from contest.rounds.rules import rules_from_data
from core import audit
from core.access import Actor, Permission, require
from core.clock import LOCAL
from core.db import read, transaction
from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_

EXTRA_MINUTES_MAX = 180
MINUTE = 60_000
ROWS = 1_000
"""Attempts moved by one statement: databases bound the number of its parameters."""


def extend(
    *, actor: Actor, now: datetime, round_id: str, closes_at: datetime, reason: str, agency_code: str = EVERYBODY
) -> Round:
    """Gia hạn: a later close. Deadlines that the old close had cut move with it, only later.

    A round that is over stays over: scores and boards that opened with its close would tell
    those who sit afterwards (promise 6), and its sheet may be frozen.
    """
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = rounds.locked(round_id)
        _refuse_over(round_, now)
        exceptions = _exceptions(round_)
        before = exceptions.close_of(round_.closes_at, _path(agency_code, now))
        refuse_close(closes_at, before=before, opens_at=round_.opens_at, now=now)
        if agency_code == EVERYBODY:
            round_.closes_at = closes_at
        else:
            _store(round_, msgspec.structs.replace(exceptions, closes={**exceptions.closes, agency_code: closes_at}))
        round_.ends_at = max(round_.ends_at, closes_at)
        session.flush()
        _lengthen(session, round_)
        _amend(actor, now, round_, "window", agency_code, {"closes_at": before}, {"closes_at": closes_at}, reason)
    return round_


def refuse_close(closes_at: datetime, *, before: datetime, opens_at: datetime, now: datetime) -> None:
    """Raise :class:`Invalid` for what is no later close of a round than ``before``."""
    if closes_at <= before or closes_at <= now:
        raise Invalid(
            N_("Thời điểm kết thúc mới phải muộn hơn thời điểm hiện tại và thời điểm cũ."),
            fields={"closes_at": N_("Đề nghị chọn thời điểm muộn hơn.")},
        )
    if closes_at - opens_at > lifecycle.WINDOW_MAX:
        raise Invalid(
            N_("Một vòng thi không dài quá 45 ngày."),
            fields={"closes_at": N_("Một vòng thi không dài quá 45 ngày.")},
        )


def pause(*, actor: Actor, now: datetime, round_id: str, reason: str, agency_code: str = EVERYBODY) -> Round:
    """Tạm dừng: the clocks of those who sit stand still, nobody starts; saves and submissions pass."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = rounds.locked(round_id)
        _refuse_over(round_, now)
        if now < round_.opens_at:
            raise Conflict(N_("Chỉ tạm dừng được vòng thi đang diễn ra."), code="not-open")
        exceptions = _exceptions(round_)
        if exceptions.paused_since(_path(agency_code, now)) is not None:
            raise Conflict(N_("Vòng thi đang tạm dừng."), code="paused")
        _store(round_, msgspec.structs.replace(exceptions, paused={**exceptions.paused, agency_code: now}))
        session.execute(
            sa.update(Attempt)
            .where(
                Attempt.round_id == round_.id,
                Attempt.state == State.IN_PROGRESS,
                Attempt.paused_at.is_(None),
                Attempt.deadline > now,  # who is in their last seconds of grace gets no more time by this
                _of_agency(agency_code),
            )
            .values(paused_at=now)
            .execution_options(synchronize_session=False)
        )
        _amend(actor, now, round_, "pause", agency_code, {}, {"paused_at": now}, reason)
    return round_


def resume(*, actor: Actor, now: datetime, round_id: str, reason: str, agency_code: str = EVERYBODY) -> Round:
    """Thi tiếp: the time of the pause is added to deadlines and, in full minutes, to the close; it never counts."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = rounds.locked(round_id)
        exceptions = _exceptions(round_)
        since = exceptions.paused.get(agency_code)
        if since is None:
            raise Conflict(N_("Vòng thi không tạm dừng."), code="not-paused")
        paths = agencies.paths_of({agency_code, *exceptions.closes, *exceptions.paused})
        exceptions = lifecycle.resumed(exceptions, agency_code, now=now, closes_at=round_.closes_at, paths=paths)
        if agency_code == EVERYBODY:
            round_.closes_at = lifecycle.close_after_pause(round_.closes_at, since=since, until=now)
        _store(round_, exceptions)
        round_.ends_at = max([round_.ends_at, round_.closes_at, *exceptions.closes.values()])
        session.flush()
        _go_on(session, round_, exceptions, now)
        _amend(actor, now, round_, "resume", agency_code, {"paused_at": since}, {"resumed_at": now}, reason)
    return round_


def close_now(*, actor: Actor, now: datetime, round_id: str, reason: str) -> Round:
    """Kết thúc sớm: the round closes for everybody in 60 seconds; who sits keeps what is saved until then."""
    require(actor, Permission.CONTEST_MANAGE)
    end = now + lifecycle.CLOSE_NOTICE
    with transaction() as session:
        round_ = rounds.locked(round_id)
        if round_.prepared_at is None or not round_.opens_at <= now < round_.ends_at:
            raise Conflict(N_("Chỉ kết thúc sớm được vòng thi đang diễn ra."), code="not-open")
        if _exceptions(round_).paused:
            raise Conflict(N_("Vòng thi đang tạm dừng. Đề nghị cho thi tiếp rồi kết thúc sớm."), code="paused")
        if end >= round_.ends_at:
            raise Conflict(N_("Vòng thi sẽ kết thúc trong chưa đầy một phút."), code="closing")
        before = round_.ends_at
        _store(round_, Exceptions())
        round_.closes_at = min(round_.closes_at, end)
        round_.ends_at = end
        session.flush()
        session.execute(
            sa.update(Attempt)
            .where(Attempt.round_id == round_.id, Attempt.state == State.IN_PROGRESS, Attempt.deadline > end)
            .values(deadline=end)
            .execution_options(synchronize_session=False)
        )
        _amend(actor, now, round_, "window", EVERYBODY, {"closes_at": before}, {"closes_at": end}, reason)
    return round_


def grant_time(*, actor: Actor, now: datetime, round_id: str, person_id: int, extra_minutes: int, reason: str) -> None:
    """Extra minutes of one person for each of their attempts in a round (hỗ trợ thêm thời gian); 0: none any more.

    More of them reach an attempt that runs, fewer only those that begin later: it never loses time that it
    was told. In the audit trail only: the reason is the person's own business.
    """
    require(actor, Permission.CONTEST_MANAGE)
    if not 0 <= extra_minutes <= EXTRA_MINUTES_MAX:
        raise Invalid(N_("Thời gian thêm từ 0 đến 180 phút."), fields={"minutes": N_("Từ 0 đến 180 phút.")})
    with transaction() as session:
        round_ = rounds.locked(round_id)
        _refuse_over(round_, now)
        entry = entries.entry(round_pk=round_.id, person_id=person_id)
        before, entry.extra_minutes = entry.extra_minutes, extra_minutes
        round_.moves += 1
        own = rules_from_data(round_.rules).minutes + extra_minutes + _compensated()
        session.execute(
            sa.update(Attempt)
            .where(
                Attempt.round_id == round_.id,
                Attempt.person_id == person_id,
                Attempt.state == State.IN_PROGRESS,
                Attempt.allowance_ms < own * MINUTE,
            )
            .values(allowance_ms=own * MINUTE)
            .execution_options(synchronize_session=False)
        )
        session.flush()
        _lengthen(session, round_, person_id=person_id)
        audit.record(
            actor=actor,
            now=now,
            action="round.time-granted",
            subject=f"round:{round_id}",
            details={"person": person_id, "before": before, "minutes": extra_minutes, "reason": reason},
        )


def _compensated() -> sa.ColumnElement[int]:
    """Minutes that incidents gave to an attempt beyond everybody's and its taker's own."""
    given = sa.select(sa.func.coalesce(sa.func.sum(IncidentEffect.amount), 0))
    return given.where(IncidentEffect.attempt_id == Attempt.id, IncidentEffect.what == What.TIME).scalar_subquery()


def sitting(round_pk: int, *, agency_code: str = EVERYBODY) -> int:
    """How many people sit now, all of them or those of an agency with all below it."""
    count = sa.select(sa.func.count()).select_from(Attempt)
    here = (Attempt.round_id == round_pk, Attempt.state == State.IN_PROGRESS, _of_agency(agency_code))
    return read().scalar(count.where(*here)) or 0


def _refuse_over(round_: Round, now: datetime) -> None:
    over = now >= round_.ends_at and not _exceptions(round_).paused
    if round_.prepared_at is None or over or round_.published_at is not None:
        raise Conflict(N_("Chỉ thay đổi được thời gian của vòng thi đã chốt đề và chưa kết thúc."), code="closed")


def _exceptions(round_: Round) -> Exceptions:
    return msgspec.convert(round_.exceptions, Exceptions)


def _store(round_: Round, exceptions: Exceptions) -> None:
    round_.exceptions = msgspec.to_builtins(exceptions)


def _path(agency_code: str, now: datetime) -> str:
    """The path of the agency; raises :class:`NotFound` for one that cannot be picked."""
    if agency_code == EVERYBODY:
        return ""
    found = agencies.pickable(agency_code, today=now.astimezone(LOCAL).date())
    if found is None:
        raise NotFound(N_("Không tìm thấy đơn vị."))
    return found.path


def _of_agency(agency_code: str) -> sa.ColumnElement[bool]:
    if agency_code == EVERYBODY:
        return sa.true()
    return (sa.literal("/") + Attempt.agency_path).contains(f"/{agency_code}/", autoescape=True)


_TIME = (
    Attempt.id,
    Attempt.agency_path,
    Attempt.started_at,
    Attempt.deadline,
    Attempt.allowance_ms,
    Attempt.paused_ms,
)
"""What decides when an attempt ends."""


def _deadline(row: Any, paused_ms: int, round_: Round, exceptions: Exceptions) -> datetime:
    """The end that allowance, pauses and close give to an attempt (a row of :data:`_TIME`)."""
    return lifecycle.deadline(
        started_at=row.started_at,
        closes_at=exceptions.close_of(round_.closes_at, row.agency_path),
        allowance=timedelta(milliseconds=row.allowance_ms + paused_ms),
    )


def _lengthen(session: Session, round_: Round, *, person_id: int | None = None) -> None:
    """Move deadlines to what allowance and close now give, only ever later."""
    exceptions = _exceptions(round_)
    query = sa.select(*_TIME).where(Attempt.round_id == round_.id, Attempt.state == State.IN_PROGRESS)
    if person_id is not None:
        query = query.where(Attempt.person_id == person_id)
    moved = []
    for row in session.execute(query.order_by(Attempt.id).with_for_update()):
        later = _deadline(row, row.paused_ms, round_, exceptions)
        if later > row.deadline:
            moved.append((row.id, later, row.paused_ms))
    _move(session, moved)


def _go_on(session: Session, round_: Round, exceptions: Exceptions, now: datetime) -> None:
    """Give back the time of the pause to whoever is not paused any more.

    To the millisecond; whom the close had cut goes on to the close as it is now, which may be some seconds more.
    """
    rows = session.execute(
        sa.select(*_TIME, Attempt.paused_at)
        .where(Attempt.round_id == round_.id, Attempt.state == State.IN_PROGRESS, Attempt.paused_at.is_not(None))
        .order_by(Attempt.id)
        .with_for_update()
    )
    freed = []
    for row in rows:
        if exceptions.paused_since(row.agency_path) is None:
            taken = now - row.paused_at
            paused_ms = row.paused_ms + r.milliseconds(taken)
            later = max(row.deadline + taken, _deadline(row, paused_ms, round_, exceptions))
            freed.append((row.id, later, paused_ms))
    if freed:
        round_.ends_at = max(round_.ends_at, max(row[1] for row in freed))
        session.flush()
    _move(session, freed, paused_at=None)


def _move(session: Session, rows: list[tuple[int, datetime, int]], **more: object) -> None:
    """Write (attempt, deadline, ms that were paused) of many attempts: a few statements, not one each."""
    columns = (
        sa.column("pk", sa.Integer),
        sa.column("later", Attempt.deadline.type),
        sa.column("paused", sa.Integer),
    )
    for start in range(0, len(rows), ROWS):
        moved = sa.values(*columns, name="moved").data(rows[start : start + ROWS]).cte("moved")
        session.execute(
            sa.update(Attempt)
            .where(Attempt.id == moved.c.pk)
            .values(deadline=moved.c.later, paused_ms=moved.c.paused, **more)
            .execution_options(synchronize_session=False)
        )


def _amend(
    actor: Actor,
    now: datetime,
    round_: Round,
    kind: str,
    agency_code: str,
    before: dict[str, datetime],
    after: dict[str, datetime],
    reason: str,
) -> None:
    scope = {"agency": agency_code} if agency_code else {}
    rounds.amend(
        actor=actor,
        now=now,
        round_=round_,
        kind=kind,
        before={**scope, **{name: moment.isoformat() for name, moment in before.items()}},
        after={**scope, **{name: moment.isoformat() for name, moment in after.items()}},
        reason=reason,
    )
