"""Verbs of review (thẩm định): nobody approves what they have written in."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from core import audit
from core.access import Actor, Permission
from core.db import transaction
from core.errors import Conflict, Forbidden
from core.i18n import N_
from core.text import tidy_lines
from questions.bank import service as bank
from questions.bank.access import may, require_bank
from questions.bank.models import Question, QuestionVersion
from questions.review import quarantine
from questions.review.history import TEXT_MAX, enter, remark, require_seen


def submit(*, actor: Actor, now: datetime, question_ids: Sequence[str]) -> int:
    """Hand drafts over for review (Chờ thẩm định), all or none; from now on their content is fixed."""
    with transaction() as session:
        for question in bank.many(actor, Permission.BANK_WRITE, question_ids):
            version = question.versions[-1]
            if question.status == "retired":  # it would wait where no queue offers it
                raise Conflict(
                    N_("Câu %(question)s đã ngừng sử dụng nên không trình được. Đề nghị cho sử dụng lại trước."),
                    code="retired",
                    question=question.code,
                )
            if version.state != "draft":
                raise Conflict(
                    N_("Câu %(question)s không phải bản nháp nên không trình được."),
                    code="not-draft",
                    question=question.code,
                )
            version.state = "in_review"
            enter(actor, now, version, "submitted")
        session.flush()
        _noted(actor, now, "questions.submitted", question_ids)
    return len(set(question_ids))


def withdraw(*, actor: Actor, now: datetime, question_id: str) -> QuestionVersion:
    """Take a version back from review, to go on editing it."""
    with transaction() as session:
        question, version = bank.locked(question_id)
        require_bank(actor, Permission.BANK_WRITE, question.bank)
        if version.state != "in_review":
            raise Conflict(N_("Câu hỏi không còn ở trạng thái chờ thẩm định."), code="not-in-review")
        version.state = "draft"
        enter(actor, now, version, "withdrawn")
        session.flush()
        _noted(actor, now, "question.withdrawn", [question_id])
    return version


def comment(*, actor: Actor, now: datetime, question_id: str, text: str) -> None:
    """Say something on the newest version; authors and reviewers of the bank may."""
    with transaction():
        question, version = bank.locked(question_id)
        writes = may(actor, Permission.BANK_WRITE, question.bank.owner_id)
        permission = Permission.BANK_WRITE if writes else Permission.BANK_REVIEW
        require_bank(actor, permission, question.bank)
        enter(actor, now, version, "comment", remark(text))


def approve(*, actor: Actor, now: datetime, question_id: str, sha256: str, text: str = "") -> QuestionVersion:
    """Approve exactly the wording whose hash the reviewer saw: waiting for review, or a sample.

    From now on papers draw it. Raises :class:`Forbidden` for whoever wrote in it, :class:`Conflict`
    where somebody decided or edited meanwhile.
    """
    with transaction() as session:
        question, version = _decidable(actor, question_id, sha256, states=("in_review", "sample"))
        session.execute(
            sa.update(QuestionVersion)
            .where(QuestionVersion.question_id == question.id, QuestionVersion.drawn, QuestionVersion.id != version.id)
            .values(drawn=False)
            .execution_options(synchronize_session="fetch")
        )
        version.state, version.settled_at, version.drawn = "approved", now, True
        enter(actor, now, version, "approved", tidy_lines(text)[:TEXT_MAX])
        session.flush()
        quarantine.settle(question)
        quarantine.apply(actor=actor, now=now, question_ids=[question_id])
        _noted(actor, now, "question.approved", [question_id])
    return version


def send_back(*, actor: Actor, now: datetime, question_id: str, sha256: str, text: str) -> QuestionVersion:
    """Return a version to its author (Trả lại) with what is to be mended."""
    reason = remark(text)
    with transaction() as session:
        _, version = _decidable(actor, question_id, sha256, states=("in_review",))
        version.state = "draft"
        enter(actor, now, version, "returned", reason)
        session.flush()
        _noted(actor, now, "question.returned", [question_id])
    return version


def retire(*, actor: Actor, now: datetime, question_ids: Sequence[str], text: str, sha256: str | None = None) -> int:
    """Stop using questions (Ngừng sử dụng), all or none; papers already frozen keep them.

    With ``sha256`` only the drawn wording that the reviewer saw: raises :class:`Conflict` for another.
    """
    return _set_status(actor, now, question_ids, "retired", "retired", text, sha256)


def bring_back(*, actor: Actor, now: datetime, question_ids: Sequence[str], text: str) -> int:
    """Use retired questions again; what the law has overtaken meanwhile stays quarantined."""
    return _set_status(actor, now, question_ids, "active", "restored", text)


def _decidable(
    actor: Actor, question_id: str, sha256: str, *, states: tuple[str, ...]
) -> tuple[Question, QuestionVersion]:
    question, version = bank.locked(question_id)
    require_bank(actor, Permission.BANK_REVIEW, question.bank)
    if actor.person_id is None:
        raise Forbidden(N_("Việc thẩm định cần một người thẩm định có tên."), code="needs-a-person")
    if version.state not in states:
        raise Conflict(N_("Câu hỏi không còn chờ thẩm định: đã có người quyết định trước."), code="decided-meanwhile")
    if version.edited_by(actor.person_id):
        raise Forbidden(N_("Người biên soạn không tự thẩm định câu hỏi của mình."), code="own-question")
    require_seen(version, sha256)
    return question, version


def _set_status(
    actor: Actor,
    now: datetime,
    question_ids: Sequence[str],
    status: str,
    act: str,
    text: str,
    sha256: str | None = None,
) -> int:
    reason = remark(text)
    with transaction() as session:
        for question in bank.many(actor, Permission.BANK_REVIEW, question_ids):
            if sha256 is not None:
                require_seen(next((v for v in question.versions if v.drawn), question.versions[-1]), sha256)
            if (question.status == "retired") == (status == "retired"):
                continue
            question.status = status
            enter(actor, now, question.versions[-1], act, reason)
            if status == "active":
                session.flush()
                quarantine.settle(question)
        session.flush()
        if status == "active":
            quarantine.apply(actor=actor, now=now, question_ids=question_ids)
        _noted(actor, now, f"questions.{act}", question_ids)
    return len(set(question_ids))


def _noted(actor: Actor, now: datetime, action: str, question_ids: Sequence[str]) -> None:
    many = len(question_ids) > 1
    audit.record(
        actor=actor,
        now=now,
        action=action,
        subject="bank:questions" if many else f"question:{question_ids[0]}",
        details={"questions": list(question_ids)} if many else {},
    )
