"""Verbs of the exam path: start, save, submit. SQL only; Redis may be gone (DESIGN §3)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contest.attempts import finishing, queries
from contest.attempts import rules as r
from contest.attempts.models import Attempt, LateSheet, Standing
from contest.attempts.receipts import Receipt, receipt_of
from contest.attempts.rules import AnswerMap
from contest.rounds import queries as rounds
from contest.rounds import rules as round_rules
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState
from core import audit
from core.access import Actor, Permission
from core.db import transaction
from core.errors import Conflict, Forbidden, Gone, Invalid
from core.i18n import N_
from core.ids import public_id
from questions import drawing
from questions.bank import queries as bank


@dataclass(frozen=True, slots=True)
class Started:
    """An attempt in progress as its taker gets it; ``created`` is false when it was resumed."""

    attempt: Attempt
    round: RoundView
    created: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save acknowledges."""

    seq: int
    remaining_ms: int
    next_save_ms: int


def start(*, actor: Actor, now: datetime, round_id: str, number: int | None = None) -> Started:
    """Start an attempt, or resume the open one on this device (its epoch rises).

    Raises :class:`Forbidden` ``not-eligible``; :class:`Conflict` ``limit-reached``,
    ``not-open``, ``finishing``, ``finished``; :class:`Gone` ``closed``.
    """
    try:
        return _start(actor=actor, now=now, round_id=round_id, number=number)
    except IntegrityError:
        # Two clicks raced past the check; the constraint stopped one, who now resumes.
        return _start(actor=actor, now=now, round_id=round_id, number=number)


def _start(*, actor: Actor, now: datetime, round_id: str, number: int | None) -> Started:
    with transaction() as session:
        # Held, so that nobody closes, extends or ranks the round between this look and the insert.
        round_ = rounds.round_(round_id, now=now, hold=True)
        mine = list(
            session.scalars(
                sa.select(Attempt)
                .where(Attempt.round_id == round_.pk, Attempt.person_id == actor.person_id)
                .order_by(Attempt.number)
                .with_for_update()
            )
        )
        running = next((a for a in mine if a.state == "in_progress"), None)
        if number is not None:
            _refuse_finished_number(mine, number, round_)
        if running is not None:
            return Started(_resumed(session, running, now), round_, created=False)
        refuse_start(actor=actor, round_=round_, used=len(mine))
        attempt = _drawn(actor=actor, now=now, round_=round_, number=len(mine) + 1)
        if not mine:
            session.execute(
                sa.insert(Standing).values(
                    round_id=round_.pk,
                    person_id=actor.person_id,
                    board_id=public_id(),
                    version=0,
                    dirty=False,
                    changed_at=now,
                )
            )
        session.add(attempt)
        session.flush()
    return Started(attempt, round_, created=True)


def refuse_start(*, actor: Actor, round_: RoundView, used: int) -> None:
    """Raise why ``actor``, who has used so many attempts, may not start now."""
    if _knows_keys(actor, round_):
        raise Forbidden(
            N_("Tài khoản này xem được đáp án trong ngân hàng câu hỏi nên không dự thi."), code="not-eligible"
        )
    if _was_handed_keys(actor, round_):
        raise Forbidden(
            N_("Tài khoản này đã được xem đáp án của câu hỏi thuộc vòng thi này nên không dự thi."),
            code="not-eligible",
        )
    if round_.state is RoundState.SCHEDULED:
        raise Conflict(N_("Vòng thi chưa bắt đầu. Đề nghị quay lại đúng giờ mở."), code="not-open")
    if round_.state is not RoundState.OPEN:
        raise Gone(N_("Vòng thi đã kết thúc, không nhận lượt thi mới."), code="closed")
    if not round_rules.is_eligible(round_.rules, actor.agency_path):
        raise Forbidden(
            N_("Vòng thi này dành cho các đơn vị nêu trong Thể lệ; đơn vị đã đăng ký không thuộc diện dự thi."),
            code="not-eligible",
        )
    if used >= round_.rules.attempts:
        raise Conflict(
            N_("Đã dùng hết %(attempts)s lượt thi của vòng này."),
            code="limit-reached",
            attempts=round_.rules.attempts,
        )


def _knows_keys(actor: Actor, round_: RoundView) -> bool:
    if actor.may(Permission.BANK_READ):
        return True
    # An agency's author knows their own bank: barred only where the round draws from it.
    return (
        actor.holds(Permission.BANK_READ)
        and round_.revision > 0
        and bank.reads_any(actor, rounds.pool(round_.pk, round_.revision).keys)
    )


def _was_handed_keys(actor: Actor, round_: RoundView) -> bool:
    # A role may be gone; what was read with it is not.
    return (
        actor.handed_keys
        and actor.person_id is not None
        and round_.revision > 0
        and queries.handed_keys(person_id=actor.person_id, version_ids=rounds.pool(round_.pk, round_.revision).keys)
    )


def save(*, person_id: int, now: datetime, attempt_id: str, epoch: int, seq: int, answers: AnswerMap) -> Saved:
    """Store the whole answer map: one statement, then COMMIT, then the acknowledgement.

    No user is loaded: the signed session names the person, the epoch guards the attempt.
    """
    if not 1 <= seq <= r.SEQ_MAX:
        raise Invalid(N_("Số thứ tự lần lưu không hợp lệ. Đề nghị tải lại trang."), code="bad-seq")
    sent, answers = answers, r.without_empty(answers)
    with transaction() as session:
        row = session.execute(
            sa.update(Attempt)
            .where(
                Attempt.public_id == attempt_id,
                Attempt.person_id == person_id,
                Attempt.state == "in_progress",
                Attempt.epoch == epoch,
                Attempt.seq < seq,
                Attempt.deadline >= now - r.GRACE,
            )
            .values(answers=answers, seq=seq, saved_at=now)
            .returning(Attempt.paper, Attempt.deadline)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if row is not None:
            # Checked after the UPDATE to keep the save at one statement; a bad map rolls it back.
            r.checked_answers(r.paper_from_data(row.paper), sent)
            return Saved(seq, r.remaining_ms(now, row.deadline), r.NEXT_SAVE_MS)
    return _why_not_saved(person_id=person_id, now=now, attempt_id=attempt_id, epoch=epoch, seq=seq, answers=answers)


def _why_not_saved(
    *, person_id: int, now: datetime, attempt_id: str, epoch: int, seq: int, answers: AnswerMap
) -> Saved:
    attempt, round_ = queries.own_attempt(attempt_id, person_id=person_id, now=now)
    if attempt.state != "in_progress":
        raise _finished(attempt, round_)
    if attempt.epoch != epoch:
        raise _taken_over(attempt)
    if r.is_late(now, attempt.deadline):
        raise Gone(N_("Đã hết thời gian. Hệ thống tự nộp các câu đã lưu."), code="late")
    if attempt.seq == seq and attempt.answers == answers:
        return Saved(seq, r.remaining_ms(now, attempt.deadline), r.NEXT_SAVE_MS)
    raise _stale(attempt)


def submit(
    *, person_id: int, now: datetime, attempt_id: str, epoch: int, answers: AnswerMap, seq: int | None = None
) -> Receipt:
    """Hand in the sheet: one transaction, then the receipt.

    ``seq`` (of a plain form) refuses a sheet that was rendered before a newer save.

    The same sheet again gives the same receipt, whatever the epoch; another one
    :class:`Conflict` ``finished`` with the stored receipt; a late one is kept as evidence
    and refused with :class:`Gone`.
    """
    with transaction() as session:
        sitting = finishing.lock(session, attempt_id=attempt_id, person_id=person_id, now=now)
        attempt = sitting.attempt
        canonical = r.checked_answers(r.paper_from_data(attempt.paper), answers)
        if attempt.state != "in_progress":
            if attempt.answers == canonical:
                return receipt_of(attempt, sitting.round)
            if attempt.state == "submitted":
                raise _finished(attempt, sitting.round)
        elif not r.is_late(now, attempt.deadline):
            if attempt.epoch != epoch:
                raise _taken_over(attempt)
            if seq is not None and seq != attempt.seq:
                raise _stale(attempt)
            finishing.finish(
                session,
                sitting=sitting,
                now=now,
                answers=canonical,
                state="submitted",
                actor=Actor(person_id=person_id, full_name=""),
            )
            return receipt_of(attempt, sitting.round)
        evidence = _kept_evidence(session, attempt, canonical, now)
    raise Gone(
        N_(
            "Bài nộp đến sau khi hết thời gian nên không được tính. Hệ thống tự nộp các câu đã lưu "
            "và giữ bản gửi muộn này để Ban Tổ chức xem xét."
        ),
        code="late",
        extra={"evidence": evidence},
    )


def _resumed(session: Session, attempt: Attempt, now: datetime) -> Attempt:
    if r.is_late(now, attempt.deadline):
        raise Conflict(
            N_("Đã hết thời gian. Hệ thống đang tự nộp các câu đã lưu, xin chờ khoảng một phút."),
            code="finishing",
        )
    attempt.epoch += 1
    attempt.seq = 0
    session.flush()
    return attempt


def _refuse_finished_number(mine: list[Attempt], number: int, round_: RoundView) -> None:
    known = next((attempt for attempt in mine if attempt.number == number), None)
    if known is not None and known.state != "in_progress":
        raise _finished(known, round_)
    running = any(attempt.state == "in_progress" for attempt in mine)
    if known is None and (running or number != len(mine) + 1):
        raise Invalid(N_("Không có lượt thi số %(number)s."), code="bad-number", number=number)


def _drawn(*, actor: Actor, now: datetime, round_: RoundView, number: int) -> Attempt:
    pool = rounds.pool(round_.pk, round_.revision)
    paper = drawing.draw(pool.items, round_.rules.cells, seed=pool.seed, person=str(actor.person_id), number=number)
    return Attempt(
        public_id=public_id(),
        round_id=round_.pk,
        person_id=actor.person_id,
        number=number,
        agency_id=actor.agency_id,
        agency_path=actor.agency_path,
        state="in_progress",
        epoch=1,
        seq=0,
        paper=r.paper_to_data(paper),
        answers=r.blank_answers(paper),
        revision=round_.revision,
        started_at=now,
        deadline=round_rules.deadline(started_at=now, closes_at=round_.closes_at, minutes=round_.rules.minutes),
    )


def _kept_evidence(session: Session, attempt: Attempt, answers: AnswerMap, now: datetime) -> str:
    kept = session.scalar(sa.select(LateSheet.public_id).where(LateSheet.attempt_id == attempt.id))
    if kept is not None:
        return kept
    sheet = LateSheet(attempt_id=attempt.id, public_id=public_id(), answers=dict(answers), received_at=now)
    session.add(sheet)
    audit.record(
        actor=Actor(person_id=attempt.person_id, full_name=""),
        now=now,
        action="attempt.late-sheet-kept",
        subject=f"attempt:{attempt.public_id}",
    )
    return sheet.public_id


def _stale(attempt: Attempt) -> Conflict:
    return Conflict(N_("Hệ thống đã có bản lưu mới hơn của bài làm này."), code="stale-seq", extra={"seq": attempt.seq})


def _taken_over(attempt: Attempt) -> Conflict:
    return Conflict(
        N_("Bài thi đang được làm trên thiết bị khác."),
        code="taken-over",
        extra={"epoch": attempt.epoch, "seq": attempt.seq},
    )


def _finished(attempt: Attempt, round_: RoundView) -> Conflict:
    return Conflict(
        N_("Lượt thi này đã kết thúc. Bài đã nộp được giữ nguyên."),
        code="finished",
        extra={"receipt": receipt_of(attempt, round_).to_data()},
    )
