"""What the law, as it is known on a day, has overtaken: the one place that lays its rules over wordings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core.db import read
from questions.bank.models import Quarantine, Question, QuestionVersion, VersionCitation
from questions.law import queries as law
from questions.law import rules

Known = Mapping[int, rules.Document]
"""By the id that a citation names, the document that it means: two ids may mean one."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A wording that a change of the law reaches, and why; ``active`` while papers may still draw it."""

    version_id: int
    question_pk: int
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
    known: Known | None = None,
    new: bool = False,
    question_ids: Collection[str] | None = None,
    version_ids: Collection[int] | None = None,
    bank_ids: Collection[int] | None = None,
) -> list[Touched]:
    """Every drawn wording with a cause on ``as_of`` that nobody has lifted; four statements.

    Those already held back are among them, unless only what is ``new`` is asked for: the list is what
    ``as_of`` would take out of use. With ``version_ids`` it is about these wordings, whatever became
    of their questions since. ``known`` is the law if it is not the stored one.
    """
    known = law.facts() if known is None else known
    critical = [pk for pk, document in known.items() if document.changes or document.expires_on]
    if not critical:
        return []
    asked = [
        QuestionVersion.id.in_(version_ids)
        if version_ids is not None
        else sa.and_(QuestionVersion.drawn, Question.status != "retired")
    ]
    if question_ids is not None:
        asked.append(Question.public_id.in_(question_ids))
    if bank_ids is not None:
        asked.append(Question.bank_id.in_(bank_ids))
    judged = _judged(known, asked, [] if new else [Quarantine.lifted_at.is_not(None)])
    found: dict[tuple[int, str], Touched] = {}
    for row in read().execute(_citing(critical, asked)):
        document = known[row.document_id]
        for cause in rules.causes(document, article=row.article, settled_at=row.settled_at, as_of=as_of):
            key = row.id, cause.key
            if key not in judged and key not in found:
                found[key] = Touched(
                    row.id, row.pk, row.public_id, row.code, row.stem, row.status == "active", row.article,
                    document.id, document.title, cause,
                )  # fmt: skip
    return list(found.values())


def same_cause(key: str, known: Known) -> str:
    """The key of a stored cause where its document is known under another id: ``expired:4`` -> ``expired:2``."""
    what, _, pk = key.partition(":")
    return f"{what}:{known[int(pk)].id}" if what == "expired" and int(pk) in known else key


def _citing(document_ids: Collection[int], asked: Collection[sa.ColumnElement[bool]]) -> sa.Select:  # type: ignore[type-arg]
    return (
        sa.select(
            QuestionVersion.id, QuestionVersion.settled_at, QuestionVersion.stem, Question.id.label("pk"),
            Question.public_id, Question.code, Question.status, VersionCitation.document_id, VersionCitation.article,
        )
        .join(VersionCitation, VersionCitation.version_id == QuestionVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(VersionCitation.document_id.in_(document_ids), *asked)
        .order_by(Question.code, VersionCitation.position)
    )  # fmt: skip


def _judged(
    known: Known, asked: Collection[sa.ColumnElement[bool]], state: Collection[sa.ColumnElement[bool]]
) -> set[tuple[int, str]]:
    rows = read().execute(
        sa.select(Quarantine.version_id, Quarantine.cause)
        .join(QuestionVersion, QuestionVersion.id == Quarantine.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(*state, *asked)
    )
    return {(row.version_id, same_cause(row.cause, known)) for row in rows}
