"""Verbs of contests and rounds. What moves attempts (extend, close) stands in the attempts room."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from contest.rounds import queries
from contest.rounds import rules as r
from contest.rounds.models import Contest, PoolRevision, Round
from contest.rounds.rules import RoundRules
from core import audit
from core.access import Actor, Permission, require
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_
from core.ids import public_id
from core.text import tidy
from questions.drawing import commitment, pool_payload


def create_contest(
    *,
    actor: Actor,
    now: datetime,
    title: str,
    organiser: str,
    contact: str = "",
    introduction: str = "",
    is_sample: bool = False,
) -> Contest:
    """A new contest without rounds."""
    require(actor, Permission.CONTEST_MANAGE)
    contest = Contest(
        public_id=public_id(),
        title=tidy(title),
        organiser=tidy(organiser),
        contact=tidy(contact),
        introduction=introduction.strip(),
        is_sample=is_sample,
        created_at=now,
    )
    with transaction() as session:
        session.add(contest)
        audit.record(actor=actor, now=now, action="contest.created", subject=f"contest:{contest.public_id}")
    return contest


def change_contest(
    *, actor: Actor, now: datetime, contest_id: str, title: str, organiser: str, contact: str, introduction: str
) -> Contest:
    """Correct what a contest says of itself; frozen sheets keep the title that they were frozen under."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        contest = session.scalar(sa.select(Contest).where(Contest.public_id == contest_id).with_for_update())
        if contest is None:
            raise NotFound(N_("Không tìm thấy cuộc thi."))
        contest.title, contest.organiser = tidy(title), tidy(organiser)
        contest.contact, contest.introduction = tidy(contact), introduction.strip()
        audit.record(actor=actor, now=now, action="contest.changed", subject=f"contest:{contest_id}")
    return contest


def create_round(
    *,
    actor: Actor,
    now: datetime,
    contest_id: str,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    rules: RoundRules,
) -> Round:
    """A new round in preparation (Chuẩn bị); its number follows the contest's last."""
    require(actor, Permission.CONTEST_MANAGE)
    _refuse_bad_window(opens_at, closes_at)
    with transaction() as session:
        contest = session.scalar(sa.select(Contest).where(Contest.public_id == contest_id).with_for_update())
        if contest is None:
            raise NotFound(N_("Không tìm thấy cuộc thi."))
        last = session.scalar(sa.select(sa.func.max(Round.number)).where(Round.contest_id == contest.id))
        round_ = Round(
            public_id=public_id(),
            contest_id=contest.id,
            number=(last or 0) + 1,
            title=tidy(title),
            opens_at=opens_at,
            closes_at=closes_at,
            rules=r.rules_to_data(rules),
            created_at=now,
        )
        session.add(round_)
        audit.record(actor=actor, now=now, action="round.created", subject=f"round:{round_.public_id}")
    return round_


def change_round(
    *,
    actor: Actor,
    now: datetime,
    round_id: str,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    rules: RoundRules,
) -> Round:
    """Change a round that is still in preparation; afterwards its rules are locked."""
    require(actor, Permission.CONTEST_MANAGE)
    _refuse_bad_window(opens_at, closes_at)
    with transaction() as session:
        round_ = locked(round_id)
        _refuse_prepared(round_)
        round_.title = tidy(title)
        round_.opens_at = opens_at
        round_.closes_at = closes_at
        round_.rules = r.rules_to_data(rules)
        session.flush()
        audit.record(actor=actor, now=now, action="round.changed", subject=f"round:{round_id}")
    return round_


def prepare(*, actor: Actor, now: datetime, round_id: str) -> Round:
    """Lock the rules and freeze the pool (chốt đề); from the window's start people may sit."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = locked(round_id)
        _refuse_prepared(round_)
        if now >= round_.closes_at:
            raise Conflict(
                N_("Vòng thi đã qua thời điểm kết thúc. Đề nghị sửa lại thời gian trước khi chốt đề."), code="closed"
            )
        rules = r.rules_from_data(round_.rules)
        found = queries.check_rules(rules, opens_at=round_.opens_at, closes_at=round_.closes_at)
        if not found.ok:
            raise Invalid(N_("Vòng thi chưa đủ điều kiện để chốt đề. Đề nghị xử lý các mục được nêu."))
        pool = pool_payload(queries.items(rules, closes_at=round_.closes_at))
        seed = secrets.token_bytes(32)
        session.add(
            PoolRevision(
                round_id=round_.id,
                number=1,
                pool=pool,
                seed=seed.hex(),
                commitment=commitment(pool, round_.rules["blueprint"], seed),
                created_at=now,
            )
        )
        round_.revision = 1
        round_.prepared_at = now
        audit.record(
            actor=actor,
            now=now,
            action="round.prepared",
            subject=f"round:{round_id}",
            details={"questions": len(pool)},
        )
    return round_


def open_now(*, actor: Actor, now: datetime, round_id: str) -> Round:
    """Let people in at once instead of at the planned start; prepares the round if need be."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = locked(round_id)
        if now >= round_.closes_at:
            raise Conflict(N_("Vòng thi đã qua thời điểm kết thúc."), code="closed")
        if round_.closes_at - min(now, round_.opens_at) > r.WINDOW_MAX:
            raise Conflict(N_("Một vòng thi không dài quá 45 ngày."), code="too-long")
        if round_.prepared_at is None:
            prepare(actor=actor, now=now, round_id=round_id)
        if round_.opens_at > now:
            round_.opens_at = now
            session.flush()
            audit.record(actor=actor, now=now, action="round.opened-early", subject=f"round:{round_id}")
    return round_


def move_close(*, actor: Actor, now: datetime, round_id: str, closes_at: datetime, reason: str) -> Round:
    """Set another close. Attempts are moved by the caller, ``attempts.window``, in one transaction."""
    require(actor, Permission.CONTEST_MANAGE)
    with transaction() as session:
        round_ = locked(round_id)
        before, round_.closes_at = round_.closes_at, closes_at
        session.flush()
        audit.record(
            actor=actor,
            now=now,
            action="round.close-moved",
            subject=f"round:{round_id}",
            details={"from": before.isoformat(), "to": closes_at.isoformat(), "reason": tidy(reason)},
        )
    return round_


def mark_published(*, actor: Actor, now: datetime, round_id: str) -> Round:
    """Note that the round's sheet is public (Đã công bố)."""
    require(actor, Permission.RESULTS_PUBLISH)
    with transaction():
        round_ = locked(round_id)
        round_.published_at = round_.published_at or now
    return round_


def locked(round_id: str) -> Round:
    """The round, locked for the transaction that is open; raises :class:`NotFound`.

    NO KEY UPDATE: rows that refer to the round may be written meanwhile (a submission's history),
    but whoever holds it FOR SHARE (a start) is waited for. Always the first lock of a verb.
    """
    with transaction() as session:
        round_ = session.scalar(
            sa.select(Round)
            .where(Round.public_id == round_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        if round_ is None:
            raise NotFound(N_("Không tìm thấy vòng thi."))
        return round_


def _refuse_prepared(round_: Round) -> None:
    if round_.prepared_at is not None:
        raise Conflict(
            N_("Thể lệ vòng thi đã khóa khi chốt đề. Chỉ còn có thể gia hạn hoặc kết thúc sớm."),
            code="locked",
        )


def _refuse_bad_window(opens_at: datetime, closes_at: datetime) -> None:
    if closes_at <= opens_at:
        raise Invalid(
            N_("Thời điểm kết thúc phải sau thời điểm bắt đầu."),
            fields={"closes_at": N_("Thời điểm kết thúc phải sau thời điểm bắt đầu.")},
        )
