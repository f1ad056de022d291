"""Verbs of the exam path: start, save, submit. SQL only; Redis may be gone (DESIGN §3)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from msgspec import UNSET
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contest.attempts import entering, finishing, queries
from contest.attempts import rules as r
from contest.attempts.incidents import refusals
from contest.attempts.machine import Event, State
from contest.attempts.models import Attempt, LateSheet, Standing
from contest.attempts.receipts import Receipt, receipt_of
from contest.attempts.rules import AnswerMap, Predicted
from contest.rounds import lifecycle
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from contest.rounds.terms import PersonTerms
from contest.rounds.unmoved import as_seen, if_unmoved
from core import audit
from core.access import Actor
from core.chain import Chain, row_under
from core.db import at_once, read, transaction
from core.errors import Conflict, Gone, Invalid, Unavailable
from core.i18n import N_
from core.ids import public_id
from questions import drawing

TRIES = 4
"""How often a start looks again when somebody came between its look and its writing."""


class Overtaken(Unavailable):
    """What was looked at has changed before anything could be written."""


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
    paused: bool = False


def start(*, actor: Actor, now: datetime, round_id: str, number: int | None = None, in_turn: bool = False) -> Started:
    """Start an attempt, or resume the open one on this device (its epoch rises).

    ``in_turn``: what the door of the waiting room said (:func:`contest.attempts.waiting.let_in`).
    Raises :class:`Forbidden` ``not-eligible``; :class:`Conflict` ``limit-reached``,
    ``not-open``, ``finishing``, ``finished``; :class:`Gone` ``closed``.
    """
    with refusals.noted(actor=actor, now=now, round_id=round_id):
        for _ in range(TRIES - 1):
            # Two clicks raced past the look; the constraint stopped one, who now resumes. Or the round moved.
            with suppress(IntegrityError, Overtaken):
                return _start(actor=actor, now=now, round_id=round_id, number=number, in_turn=in_turn)
        return _start(actor=actor, now=now, round_id=round_id, number=number, in_turn=in_turn)


def _start(*, actor: Actor, now: datetime, round_id: str, number: int | None, in_turn: bool) -> Started:
    """Look and decide without a lock, then write only if nothing has moved: the write lock is short."""
    seen = entering.look(round_id, person_id=actor.person_id, now=now)
    round_, terms, mine = seen.round, seen.terms, seen.attempts
    running = next((a for a in mine if a.state == State.IN_PROGRESS), None)
    if number is not None:
        _refuse_finished_number(mine, number, round_)
    if running is not None:
        return Started(_resumed(running.id, now), round_, created=False)
    used = sum(1 for a in mine if a.state != State.VOIDED)
    group = entering.refuse_start(actor=actor, round_=round_, terms=terms, used=used, now=now, in_turn=in_turn)
    # A token of its own, so that a person can have their papers drawn again without telling their number.
    drawn_for = mine[0].drawn_for if mine else public_id()
    drawn = _drawn(
        actor=actor, now=now, round_=round_, terms=terms, group=group, number=len(mine) + 1, drawn_for=drawn_for
    )
    attempt = _inserted(drawn, round_, now)
    queries.remember_asked(attempt)
    return Started(attempt, round_, created=True)


_COLUMNS = [column for column in Attempt.__table__.columns if not column.primary_key]
_NEW_ATTEMPT = (
    sa.insert(Attempt)
    .from_select(_COLUMNS, if_unmoved(*(sa.bindparam(column.name, type_=column.type) for column in _COLUMNS)))
    .returning(Attempt.id)
)
_EMPTY = dict.fromkeys((column.name for column in _COLUMNS), None)
_STANDING = ("round_id", "person_id", "group_code", "board_id", "version", "dirty", "changed_at")
_NEW_ATTEMPT_AND_STANDING = Chain(
    _NEW_ATTEMPT, lambda made: row_under(Standing, {name: name for name in _STANDING}, made)
)


def _inserted(drawn: dict[str, Any], round_: RoundView, now: datetime) -> Attempt:
    """The new attempt, stored; raises :class:`Overtaken` where the round is not as it was seen any more.

    The first attempt brings the person's standing along.
    """
    values = {**_EMPTY, **drawn, **as_seen(round_)}
    if drawn["number"] > 1:
        made = at_once(_NEW_ATTEMPT, values)
    else:
        standing = {"board_id": public_id(), "version": 0, "dirty": False, "changed_at": now}
        made = _NEW_ATTEMPT_AND_STANDING.run(values | standing)
    if made is None:
        raise Overtaken(N_("Vòng thi vừa có thay đổi. Đề nghị bấm vào thi lại."))
    return Attempt(id=made.id, **drawn)


_SAVE = (
    sa.update(Attempt)
    .where(
        Attempt.public_id == sa.bindparam("attempt"),
        Attempt.person_id == sa.bindparam("person"),
        Attempt.state == State.IN_PROGRESS,
        Attempt.epoch == sa.bindparam("device"),
        Attempt.seq < sa.bindparam("seq"),
        sa.or_(Attempt.deadline >= sa.bindparam("not_before"), Attempt.paused_at.is_not(None)),
    )
    .values({name: sa.bindparam(name) for name in ("answers", "prediction", "seq", "saved_at")})
    .returning(Attempt.deadline, Attempt.paused_at)
)


def save(
    *,
    person_id: int,
    now: datetime,
    attempt_id: str,
    epoch: int,
    seq: int,
    answers: AnswerMap,
    prediction: Predicted = UNSET,
) -> Saved:
    """Store the whole answer map: one statement that commits by itself, then the acknowledgement.

    No user is loaded: the signed session names the person, the epoch guards the attempt. As with a
    submission, what is no sheet of this paper is refused before anything else is looked at.
    """
    if not 1 <= seq <= r.SEQ_MAX:
        raise Invalid(N_("Số thứ tự lần lưu không hợp lệ. Đề nghị tải lại trang."), code="bad-seq")
    asked = queries.asked(attempt_id, person_id=person_id)
    answers = r.checked_answers(asked.paper, answers)
    predicted = r.checked_prediction(asked.predicts, prediction)
    row = at_once(
        _SAVE,
        {
            "attempt": attempt_id,
            "person": person_id,
            "device": epoch,
            "not_before": now - r.GRACE,
            "answers": answers,
            "prediction": predicted,
            "seq": seq,
            "saved_at": now,
        },
    )
    if row is not None:
        return _saved(seq, now, row.deadline, row.paused_at)
    return _why_not_saved(
        person_id=person_id,
        now=now,
        attempt_id=attempt_id,
        epoch=epoch,
        seq=seq,
        answers=answers,
        prediction=predicted,
    )


def _saved(seq: int, now: datetime, deadline: datetime, paused_at: datetime | None) -> Saved:
    return Saved(seq, r.remaining_ms(now, deadline, paused_at), paused_at is not None)


def _why_not_saved(
    *,
    person_id: int,
    now: datetime,
    attempt_id: str,
    epoch: int,
    seq: int,
    answers: AnswerMap,
    prediction: int | None,
) -> Saved:
    attempt, round_ = queries.own_attempt(attempt_id, person_id=person_id, now=now)
    if attempt.state != State.IN_PROGRESS:
        raise _finished(attempt, round_)
    if attempt.epoch != epoch:
        raise _taken_over(attempt)
    if r.is_late(now, attempt.deadline, attempt.paused_at):
        raise Gone(N_("Đã hết thời gian. Hệ thống tự nộp các câu đã lưu."), code="late")
    if (attempt.seq, attempt.answers, attempt.prediction) == (seq, answers, prediction):
        return _saved(seq, now, attempt.deadline, attempt.paused_at)
    raise _stale(attempt)


def check_sheet(attempt: Attempt, answers: AnswerMap, prediction: Predicted) -> None:
    """Raise :class:`Invalid` for what a save or a submission would refuse as no sheet of this paper."""
    r.checked_answers(r.paper_from_data(attempt.paper), answers)
    r.checked_prediction(attempt.predicts, prediction)


def submit(
    *,
    person_id: int,
    now: datetime,
    attempt_id: str,
    epoch: int,
    answers: AnswerMap,
    prediction: Predicted = UNSET,
    seq: int | None = None,
) -> Receipt:
    """Hand in the sheet: one transaction, then the receipt.

    ``seq`` (of a plain form) refuses a sheet that was rendered before a newer save.

    The same sheet again gives the same receipt, whatever the epoch; another one
    :class:`Conflict` ``finished`` with the stored receipt; a late one is kept as evidence
    and refused with :class:`Gone`.
    """
    handing = _Handing(now, epoch, answers, prediction, seq)
    # Nearly always nobody comes in between, and nothing is held.
    receipt = _handed_in(finishing.look(attempt_id=attempt_id, person_id=person_id, now=now), handing)
    if receipt is not None:
        return receipt
    with transaction() as session:
        sitting = finishing.lock(session, attempt_id=attempt_id, now=now)
        receipt = _handed_in(sitting, handing)
        if receipt is not None:
            return receipt
        late = r.is_late(now, sitting.attempt.deadline, sitting.attempt.paused_at)
        if sitting.attempt.state == State.IN_PROGRESS and not late:  # never keep as late what came in time
            raise Overtaken(N_("Bài thi vừa có thay đổi. Đề nghị bấm Nộp bài lại."))
        evidence = _kept_evidence(session, sitting.attempt, *handing.sheet(sitting.attempt), now)
    raise Gone(
        N_(
            "Bài nộp đến sau khi hết thời gian nên không được tính. Hệ thống tự nộp các câu đã lưu "
            "và giữ bản gửi muộn này để Ban Tổ chức xem xét."
        ),
        code="late",
        extra={"evidence": evidence},
    )


@dataclass(frozen=True, slots=True)
class _Handing:
    """A sheet that is handed in."""

    now: datetime
    epoch: int
    answers: AnswerMap
    prediction: Predicted
    seq: int | None

    def sheet(self, attempt: Attempt) -> tuple[AnswerMap, int | None]:
        """In the form that is stored; raises :class:`Invalid` for what is no sheet of this paper."""
        answers = r.checked_answers(r.paper_from_data(attempt.paper), self.answers)
        return answers, r.checked_prediction(attempt.predicts, self.prediction)


def _handed_in(sitting: finishing.Sitting, handing: _Handing) -> Receipt | None:
    """The receipt; None where it is late, or where somebody came between the look and the writing."""
    attempt, now = sitting.attempt, handing.now
    answers, prediction = handing.sheet(attempt)
    if attempt.state != State.IN_PROGRESS:
        if (attempt.answers, attempt.prediction) == (answers, prediction):
            return receipt_of(attempt, sitting.round)
        if attempt.state != State.EXPIRED:
            raise _finished(attempt, sitting.round)
        return None
    if r.is_late(now, attempt.deadline, attempt.paused_at):
        return None
    if attempt.epoch != handing.epoch:
        raise _taken_over(attempt)
    if handing.seq is not None and handing.seq != attempt.seq:
        raise _stale(attempt)
    stored = finishing.finish(
        sitting=sitting,
        now=now,
        answers=answers,
        prediction=prediction,
        event=Event.SUBMIT,
        actor=Actor(person_id=attempt.person_id, full_name=""),
    )
    return receipt_of(attempt, sitting.round) if stored else None


def _resumed(attempt_pk: int, now: datetime) -> Attempt:
    with transaction() as session:
        attempt = session.scalar(sa.select(Attempt).where(Attempt.id == attempt_pk).with_for_update())
        if attempt is None or attempt.state != State.IN_PROGRESS:
            raise Overtaken(N_("Vòng thi vừa có thay đổi. Đề nghị bấm vào thi lại."))
        if r.is_late(now, attempt.deadline, attempt.paused_at):
            raise Conflict(
                N_("Đã hết thời gian. Hệ thống đang tự nộp các câu đã lưu, xin chờ khoảng một phút."),
                code="finishing",
            )
        attempt.epoch += 1
        attempt.seq = 0
    return attempt


def _refuse_finished_number(mine: Sequence[Any], number: int, round_: RoundView) -> None:
    known = next((attempt for attempt in mine if attempt.number == number), None)
    if known is not None and known.state != State.IN_PROGRESS:
        raise _finished(read().get_one(Attempt, known.id, populate_existing=True), round_)
    running = any(attempt.state == State.IN_PROGRESS for attempt in mine)
    if known is None and (running or number != len(mine) + 1):
        raise Invalid(N_("Không có lượt thi số %(number)s."), code="bad-number", number=number)


def _drawn(
    *, actor: Actor, now: datetime, round_: RoundView, terms: PersonTerms, group: str, number: int, drawn_for: str
) -> dict[str, Any]:
    """The columns of a new attempt."""
    pool = rounds.pool(round_.pk, round_.revision)
    paper = drawing.draw(pool.by_cell, pool.blueprints[group], seed=pool.seed, person=drawn_for, number=number)
    allowance = timedelta(minutes=round_.minutes + terms.extra_minutes)
    return {
        "public_id": public_id(),
        "round_id": round_.pk,
        "person_id": actor.person_id,
        "number": number,
        "agency_id": actor.agency_id,
        "agency_path": actor.agency_path,
        "group_code": group,
        "assurance": actor.assurance,
        "state": State.IN_PROGRESS,
        "epoch": 1,
        "seq": 0,
        "paper": r.paper_to_data(paper),
        "answers": r.blank_answers(paper),
        "predicts": round_.rules.prediction is not None,
        "revision": round_.revision,
        "drawn_for": drawn_for,
        "started_at": now,
        "deadline": lifecycle.deadline(
            started_at=now, closes_at=entering.close_for(actor, round_), allowance=allowance
        ),
        "allowance_ms": r.milliseconds(allowance),
        "paused_ms": 0,
    }


def _kept_evidence(
    session: Session, attempt: Attempt, answers: AnswerMap, prediction: int | None, now: datetime
) -> str:
    kept = session.scalar(sa.select(LateSheet.public_id).where(LateSheet.attempt_id == attempt.id))
    if kept is not None:
        return kept
    sheet = LateSheet(
        attempt_id=attempt.id, public_id=public_id(), answers=dict(answers), prediction=prediction, received_at=now
    )
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
