"""Quarantine (Tạm dừng sử dụng): what the law has overtaken is not asked until somebody has looked.

A wording is held back once for each cause. A reviewer who finds that it still holds lifts the
cause for this wording; a new wording is judged anew.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from core import audit
from core.access import Actor, Permission
from core.clock import LOCAL
from core.db import read, transaction
from core.errors import Conflict, Forbidden
from core.i18n import N_
from questions.bank import service as bank
from questions.bank.access import require_bank
from questions.bank.models import Quarantine, Question, QuestionVersion, VersionCitation
from questions.law import queries as law
from questions.law import rules
from questions.review.history import enter, remark
from questions.review.models import ReviewEntry

CORRECTED = "Thông tin về văn bản căn cứ đã được sửa lại; lý do tạm dừng không còn."


@dataclass(frozen=True, slots=True)
class Touched:
    """A wording that a change of the law reaches, and why; ``active`` while papers may still draw it."""

    version_id: int
    question_id: str
    code: str
    stem: str
    active: bool
    article: str
    document_id: int
    document: str
    cause: rules.Cause

    @property
    def reason(self) -> str:
        """Amended, replaced or expired."""
        return self.cause.reason

    @property
    def by(self) -> str:
        """The document that amends or replaces."""
        return self.cause.by

    @property
    def on(self) -> date:
        """Since when; of an expired document its last day."""
        return self.cause.on


def touched(
    *,
    as_of: date,
    question_ids: Collection[str] | None = None,
    version_ids: Collection[int] | None = None,
    bank_ids: Collection[int] | None = None,
) -> list[Touched]:
    """Every drawn wording with a cause on ``as_of`` that nobody has lifted; four statements.

    Those already held back are among them: the list is what ``as_of`` would take out of use.
    With ``version_ids`` it is about these wordings, whatever became of their questions since.
    """
    known = law.facts()
    critical = [d.id for d in known.values() if d.changes or d.expires_on]
    if not critical:
        return []
    query = (
        sa.select(
            QuestionVersion.id, QuestionVersion.settled_at, QuestionVersion.stem, Question.public_id, Question.code,
            Question.status, VersionCitation.document_id, VersionCitation.article,
        )
        .join(VersionCitation, VersionCitation.version_id == QuestionVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(VersionCitation.document_id.in_(critical))
        .order_by(Question.code, VersionCitation.position)
    )  # fmt: skip
    if version_ids is not None:
        query = query.where(QuestionVersion.id.in_(version_ids))
    else:
        query = query.where(QuestionVersion.drawn, Question.status != "retired")
    if question_ids is not None:
        query = query.where(Question.public_id.in_(question_ids))
    if bank_ids is not None:
        query = query.where(Question.bank_id.in_(bank_ids))
    lifted = {
        (row.version_id, row.cause)
        for row in read().execute(
            sa.select(Quarantine.version_id, Quarantine.cause).where(Quarantine.lifted_at.is_not(None))
        )
    }
    found: dict[tuple[int, str], Touched] = {}
    for version_id, settled_at, stem, public_id, code, status, document_id, article in read().execute(query):
        document = known[document_id]
        for cause in rules.causes(document, article=article, settled_at=settled_at, as_of=as_of):
            key = version_id, cause.key
            if key not in lifted and key not in found:
                found[key] = Touched(
                    version_id, public_id, code, stem, status == "active", article, document_id, document.title, cause
                )
    return list(found.values())


def apply(*, actor: Actor, now: datetime, question_ids: Collection[str] | None = None) -> list[Touched]:
    """Hold back what the law overtakes as of today; returns what is newly held back.

    The worker does this every ten minutes, and each recording of a change at once.
    """
    today = now.astimezone(LOCAL).date()
    found = _new(touched(as_of=today, question_ids=question_ids))
    if not found:
        return []  # the usual case costs no write transaction
    with transaction() as session:
        # The questions, in the order in which every verb locks them: one at a time, and no deadlock.
        found_ids = {one.question_id for one in found}
        session.execute(
            sa.select(Question.id).where(Question.public_id.in_(found_ids)).order_by(Question.id).with_for_update()
        )
        new = _new(touched(as_of=today, question_ids=found_ids))
        if not new:
            return []
        rows = session.execute(
            sa.select(QuestionVersion.id, QuestionVersion.sha256).where(
                QuestionVersion.id.in_({one.version_id for one in new})
            )
        )
        hashes = {row.id: row.sha256 for row in rows}
        session.execute(sa.insert(Quarantine), [_row(one, now) for one in new])
        session.execute(
            sa.insert(ReviewEntry),
            [
                {
                    "version_id": one.version_id,
                    "person_id": actor.person_id,
                    "person_name": actor.full_name,
                    "act": "quarantined",
                    "text": f"{one.document}: {one.cause.reason} {one.cause.on.isoformat()} {one.cause.by}".strip(),
                    "sha256": hashes[one.version_id],
                    "at": now,
                }
                for one in new
            ],
        )
        _hold({one.question_id for one in new})
        audit.record(
            actor=actor, now=now, action="questions.quarantined", subject="bank:questions",
            details={"questions": sorted({one.question_id for one in new})},
        )  # fmt: skip
    return new


def lift(*, actor: Actor, now: datetime, question_id: str, text: str) -> None:
    """A reviewer confirms that the drawn wording still holds (Xác nhận còn đúng), with the reason."""
    reason = remark(text)
    with transaction() as session:
        question, _ = bank.locked(question_id)
        require_bank(actor, Permission.BANK_REVIEW, question.bank)
        if question.status != "quarantined":
            raise Conflict(N_("Câu hỏi không bị tạm dừng sử dụng."), code="not-quarantined")
        drawn = session.scalars(
            sa.select(QuestionVersion).where(QuestionVersion.question_id == question.id, QuestionVersion.drawn)
        ).one()
        if drawn.author_id is not None and drawn.author_id == actor.person_id:
            raise Forbidden(N_("Người biên soạn không tự thẩm định câu hỏi của mình."), code="own-question")
        session.execute(
            sa.update(Quarantine)
            .where(Quarantine.version_id == drawn.id, Quarantine.lifted_at.is_(None))
            .values(lifted_at=now, lifted_by=actor.full_name)
        )
        enter(actor, now, drawn, "restored", reason)
        session.flush()
        settle(question)
        audit.record(actor=actor, now=now, action="question.restored", subject=f"question:{question_id}")


def release(*, actor: Actor, now: datetime) -> int:
    """Forget causes that the law, corrected since, no longer gives; how many questions that frees.

    They are deleted, not lifted: nobody has looked, and should the law give them again they count anew.
    """
    today = now.astimezone(LOCAL).date()
    cites = sa.and_(
        VersionCitation.version_id == Quarantine.version_id, VersionCitation.document_id == Quarantine.document_id
    )
    with transaction() as session:
        known = law.facts()
        rows = session.execute(
            sa.select(Quarantine, QuestionVersion, Question, VersionCitation.article)
            .join(QuestionVersion, QuestionVersion.id == Quarantine.version_id)
            .join(Question, Question.id == QuestionVersion.question_id)
            .join(VersionCitation, cites)
            .where(Quarantine.lifted_at.is_(None))
            .order_by(Question.id)
            .with_for_update(of=Question)
        ).all()
        gone = {row: (version, question) for row, version, question, _ in rows}
        for row, version, _, article in rows:
            causes = rules.causes(known[row.document_id], article=article, settled_at=version.settled_at, as_of=today)
            if any(cause.key == row.cause for cause in causes):
                gone.pop(row, None)
        for row, (version, question) in gone.items():
            session.delete(row)
            enter(actor, now, version, "restored", CORRECTED)
            session.flush()
            settle(question)
    return len({question.id for _, question in gone.values()})


def settle(question: Question) -> None:
    """Let a question's status follow from the causes of its drawn wording; retired stays retired."""
    if question.status == "retired":
        return
    with transaction() as session:
        held = session.scalar(
            sa.select(Quarantine.id)
            .join(QuestionVersion, QuestionVersion.id == Quarantine.version_id)
            .where(QuestionVersion.question_id == question.id, QuestionVersion.drawn, Quarantine.lifted_at.is_(None))
            .limit(1)
        )
        question.status = "quarantined" if held is not None else "active"
        session.flush()


def causes_of(question_pk: int) -> list[Quarantine]:
    """Every cause that ever held back a question's wordings, newest first."""
    return list(
        read().scalars(
            sa.select(Quarantine)
            .join(QuestionVersion, QuestionVersion.id == Quarantine.version_id)
            .where(QuestionVersion.question_id == question_pk)
            .options(joinedload(Quarantine.document), joinedload(Quarantine.version))
            .order_by(Quarantine.id.desc())
        )
    )


def _new(found: list[Touched]) -> list[Touched]:
    known = {(row.version_id, row.cause) for row in read().execute(sa.select(Quarantine.version_id, Quarantine.cause))}
    return [one for one in found if (one.version_id, one.cause.key) not in known]


def _row(one: Touched, now: datetime) -> dict[str, object]:
    return {
        "version_id": one.version_id,
        "cause": one.cause.key,
        "reason": one.cause.reason,
        "document_id": one.document_id,
        "since": now,
        "lifted_by": "",
    }


def _hold(question_ids: Iterable[str]) -> None:
    with transaction() as session:
        session.execute(
            sa.update(Question)
            .where(Question.public_id.in_(list(question_ids)), Question.status == "active")
            .values(status="quarantined")
            .execution_options(synchronize_session="fetch")
        )
