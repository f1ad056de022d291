"""Verbs that move a running round's end, and with it the deadlines of those who sit."""

from datetime import datetime

import sqlalchemy as sa

from contest.attempts.models import Attempt
from contest.rounds import rules as round_rules
from contest.rounds import service as rounds
from contest.rounds.models import Round
from core.access import Actor
from core.db import transaction
from core.errors import Conflict, Invalid
from core.i18n import N_


def extend(*, actor: Actor, now: datetime, round_id: str, closes_at: datetime, reason: str) -> Round:
    """Gia hạn: a later close. Deadlines that the old close had cut move with it, only later.

    A round that is over stays over: scores and boards that opened with its close would tell
    those who sit afterwards (promise 6), and its sheet may be frozen.
    """
    with transaction() as session:
        round_ = rounds.locked(round_id)
        if round_.prepared_at is None or round_.closes_at <= now:
            raise Conflict(N_("Chỉ gia hạn được vòng thi đã chốt đề và chưa kết thúc."), code="closed")
        if closes_at <= round_.closes_at or closes_at <= now:
            raise Invalid(
                N_("Thời điểm kết thúc mới phải muộn hơn thời điểm hiện tại và thời điểm cũ."),
                fields={"closes_at": N_("Đề nghị chọn thời điểm muộn hơn.")},
            )
        if closes_at - round_.opens_at > round_rules.WINDOW_MAX:
            raise Invalid(
                N_("Một vòng thi không dài quá 45 ngày."),
                fields={"closes_at": N_("Một vòng thi không dài quá 45 ngày.")},
            )
        minutes = round_rules.rules_from_data(round_.rules).minutes
        moved = rounds.move_close(actor=actor, now=now, round_id=round_id, closes_at=closes_at, reason=reason)
        for attempt in session.scalars(
            sa.select(Attempt).where(Attempt.round_id == round_.id, Attempt.state == "in_progress").with_for_update()
        ):
            later = round_rules.deadline(started_at=attempt.started_at, closes_at=closes_at, minutes=minutes)
            attempt.deadline = max(attempt.deadline, later)
        session.flush()
    return moved


def close_now(*, actor: Actor, now: datetime, round_id: str, reason: str) -> Round:
    """Kết thúc sớm: the round closes in 60 seconds; who sits keeps what is saved until then."""
    end = now + round_rules.CLOSE_NOTICE
    with transaction() as session:
        round_ = rounds.locked(round_id)
        if round_.prepared_at is None or not round_.opens_at <= now < round_.closes_at:
            raise Conflict(N_("Chỉ kết thúc sớm được vòng thi đang diễn ra."), code="not-open")
        if end >= round_.closes_at:
            raise Conflict(N_("Vòng thi sẽ kết thúc trong chưa đầy một phút."), code="closing")
        moved = rounds.move_close(actor=actor, now=now, round_id=round_id, closes_at=end, reason=reason)
        session.execute(
            sa.update(Attempt)
            .where(
                Attempt.round_id == round_.id,
                Attempt.state == "in_progress",
                Attempt.deadline > end,
            )
            .values(deadline=end)
        )
    return moved
