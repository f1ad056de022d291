"""Quarantine (Tạm dừng sử dụng): what the law has overtaken is not asked until somebody has looked.

A wording is held back once for each cause. A reviewer who finds that it still holds lifts the
cause for this wording; a new wording is judged anew.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

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
from questions.bank.overtaken import Known, Touched, same_cause, touched
from questions.law import queries as law
from questions.law import rules
from questions.review.history import enter, remark, require_seen
from questions.review.models import ReviewEntry

CORRECTED = "Thông tin về văn bản căn cứ đã được sửa lại; lý do tạm dừng không còn."
BATCH = 100
"""Questions in one transaction: on SQLite nobody writes meanwhile, and these take well under 50 ms."""
_HOLDS = (
    sa.exists()
    .where(
        QuestionVersion.question_id == Question.id, QuestionVersion.drawn,
        Quarantine.version_id == QuestionVersion.id, Quarantine.lifted_at.is_(None),
    )
    .correlate(Question)
)  # fmt: skip
"""Whether a cause holds a question's drawn wording back."""


def apply(*, actor: Actor, now: datetime, question_ids: Collection[str] | None = None) -> list[Touched]:
    """Hold back what the law overtakes as of today; returns what is newly held back.

    The worker does this every ten minutes, and each recording of a change at once. Questions go in
    batches: each is whole, and one that fails leaves the rest to the next pass.
    """
    found = touched(as_of=_today(now), question_ids=question_ids, new=True)
    # Usually nothing: that costs no write transaction.
    held = [one for batch in _batches({one.question_pk for one in found}) for one in _hold(actor, now, batch)]
    return sorted(held, key=lambda one: one.code)


def lift(*, actor: Actor, now: datetime, question_id: str, text: str, sha256: str, causes: Collection[str]) -> None:
    """A reviewer confirms that the drawn wording still holds (Xác nhận còn đúng), with the reason.

    ``sha256`` and ``causes`` are what the reviewer saw: the wording, and why it is held back. Raises
    :class:`Conflict` for another wording and where more causes are open, :class:`Forbidden` for
    whoever wrote in it.
    """
    reason = remark(text)
    with transaction() as session:
        question, _ = bank.locked(question_id)
        require_bank(actor, Permission.BANK_REVIEW, question.bank)
        if question.status != "quarantined":
            raise Conflict(N_("Câu hỏi không bị tạm dừng sử dụng."), code="not-quarantined")
        drawn = session.scalars(
            sa.select(QuestionVersion).where(QuestionVersion.question_id == question.id, QuestionVersion.drawn)
        ).one()
        if drawn.edited_by(actor.person_id):
            raise Forbidden(N_("Người biên soạn không tự thẩm định câu hỏi của mình."), code="own-question")
        require_seen(drawn, sha256)
        held = open_causes(drawn.id)
        if not {one.cause for one in held} <= set(causes):
            raise Conflict(
                N_(
                    "Sau khi mở trang này, câu hỏi có thêm lý do tạm dừng sử dụng. "
                    "Đề nghị đọc các lý do hiện nay rồi quyết định."
                ),
                code="more-causes",
            )
        for one in held:
            one.lifted_at, one.lifted_by = now, actor.full_name
        enter(actor, now, drawn, "restored", reason)
        session.flush()
        settle(question)
        audit.record(actor=actor, now=now, action="question.restored", subject=f"question:{question_id}")


def release(*, actor: Actor, now: datetime) -> int:
    """Forget causes that the law, corrected since, no longer gives; how many questions that frees.

    They are deleted, not lifted: nobody has looked, and should the law give them again they count anew.
    In batches, as :func:`apply`.
    """
    gone, _ = _unfounded(law.facts(), _today(now))
    return sum(_free(actor, now, batch) for batch in _batches({one.question_pk for one in gone}))


def foreseen(*, now: datetime, known: Known) -> tuple[list[Touched], int]:
    """What :func:`apply` and :func:`release` would give today if ``known`` were the law; only reads."""
    _, freed = _unfounded(known, _today(now))
    return touched(as_of=_today(now), known=known, new=True), len(freed)


def settle(question: Question) -> None:
    """Let a question's status follow from the causes of its drawn wording; retired stays retired."""
    if question.status == "retired":
        return
    with transaction() as session:
        held = session.scalar(sa.select(_HOLDS).where(Question.id == question.id))
        question.status = "quarantined" if held else "active"
        session.flush()


def open_causes(version_id: int) -> list[Quarantine]:
    """What holds a wording back now."""
    return list(
        read().scalars(
            sa.select(Quarantine)
            .where(Quarantine.version_id == version_id, Quarantine.lifted_at.is_(None))
            .order_by(Quarantine.id)
        )
    )


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


class _Cause(NamedTuple):
    id: int
    version_id: int
    question_pk: int
    decides: bool


def _hold(actor: Actor, now: datetime, question_pks: Collection[int]) -> list[Touched]:
    with transaction() as session:
        question_ids = _locked(question_pks)
        new = touched(as_of=_today(now), question_ids=question_ids, new=True)
        if new:
            session.execute(sa.insert(Quarantine), [_row(one, now) for one in new])
            _enter_all(actor, now, "quarantined", [(one.version_id, _said(one)) for one in new])
            _settle_all(question_pks)
            audit.record(
                actor=actor, now=now, action="questions.quarantined", subject="bank:questions",
                details={"questions": len({one.question_id for one in new})},
            )  # fmt: skip
    return new


def _free(actor: Actor, now: datetime, question_pks: Collection[int]) -> int:
    with transaction() as session:
        _locked(question_pks)
        gone, freed = _unfounded(law.facts(), _today(now), question_pks)
        if gone:
            session.execute(sa.delete(Quarantine).where(Quarantine.id.in_([one.id for one in gone])))
            _enter_all(actor, now, "restored", [(one.version_id, CORRECTED) for one in gone])
            _settle_all(question_pks)
    return len(freed)


def _unfounded(known: Known, today: date, question_pks: Collection[int] | None = None) -> tuple[list[_Cause], set[int]]:
    """Stored causes that ``known`` no longer gives, and the questions that nothing else holds back."""
    query = (
        sa.select(
            Quarantine.id, Quarantine.cause, Quarantine.document_id, VersionCitation.document_id.label("cited_id"),
            VersionCitation.article, QuestionVersion.id.label("version_id"), QuestionVersion.settled_at,
            Question.id.label("pk"), sa.and_(QuestionVersion.drawn, Question.status == "quarantined").label("decides"),
        )
        .join(QuestionVersion, QuestionVersion.id == Quarantine.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(VersionCitation, VersionCitation.version_id == QuestionVersion.id)
        .where(Quarantine.lifted_at.is_(None))
        .order_by(Quarantine.id)
    )  # fmt: skip
    if question_pks is not None:
        query = query.where(Question.id.in_(question_pks))
    stored: dict[int, _Cause] = {}
    cited: set[int] = set()
    given: set[int] = set()
    for row in read().execute(query):
        stored[row.id] = _Cause(row.id, row.version_id, row.pk, row.decides)
        document = known[row.cited_id]
        if document.id == known[row.document_id].id:
            cited.add(row.id)
            causes = rules.causes(document, article=row.article, settled_at=row.settled_at, as_of=today)
            if any(cause.key == same_cause(row.cause, known) for cause in causes):
                given.add(row.id)
    gone = cited - given
    still = {one.question_pk for one in stored.values() if one.decides and one.id not in gone}
    freed = {one.question_pk for one in stored.values() if one.decides} - still
    return [stored[pk] for pk in sorted(gone)], freed


def _batches(question_pks: Collection[int]) -> Iterator[list[int]]:
    # In the order in which every verb locks questions: no deadlock, also where all is one transaction.
    ordered = sorted(question_pks)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def _locked(question_pks: Collection[int]) -> list[str]:
    query = sa.select(Question.public_id).where(Question.id.in_(question_pks)).order_by(Question.id)
    return list(read().scalars(query.with_for_update()))


def _settle_all(question_pks: Collection[int]) -> None:
    """:func:`settle` for many at once."""
    with transaction() as session:
        session.execute(
            sa.update(Question)
            .where(Question.id.in_(question_pks), Question.status != "retired")
            .values(status=sa.case((_HOLDS, "quarantined"), else_="active"))
            .execution_options(synchronize_session="fetch")
        )


def _enter_all(actor: Actor, now: datetime, act: str, lines: Sequence[tuple[int, str]]) -> None:
    """:func:`enter` for many at once: (version id, text)."""
    with transaction() as session:
        query = sa.select(QuestionVersion.id, QuestionVersion.sha256)
        hashes = {
            row.id: row.sha256
            for row in session.execute(query.where(QuestionVersion.id.in_({version_id for version_id, _ in lines})))
        }
        session.execute(
            sa.insert(ReviewEntry),
            [
                {
                    "version_id": version_id,
                    "person_id": actor.person_id,
                    "person_name": actor.full_name,
                    "act": act,
                    "text": text,
                    "sha256": hashes[version_id],
                    "at": now,
                }
                for version_id, text in lines
            ],
        )


def _row(one: Touched, now: datetime) -> dict[str, object]:
    return {
        "version_id": one.version_id,
        "cause": one.cause.key,
        "reason": one.cause.reason,
        "document_id": one.document_id,
        "since": now,
        "lifted_by": "",
    }


def _said(one: Touched) -> str:
    return f"{one.document}: {one.cause.reason} {one.cause.on.isoformat()} {one.cause.by}".strip()


def _today(now: datetime) -> date:
    return now.astimezone(LOCAL).date()
