"""Read model: what the law has held back since a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import sqlalchemy as sa

from core.access import Actor
from core.db import read
from questions.bank.access import visible
from questions.bank.citing import natural
from questions.bank.models import Bank, Quarantine, Question, QuestionVersion, VersionCitation
from questions.bank.overtaken import Touched
from questions.law import queries as law

HELD_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Held:
    """A question that was held back: what it cites and why that no longer holds."""

    question_id: str
    code: str
    stem: str
    bank: str
    document_id: str
    document: str
    article: str
    reason: str
    by: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Group:
    """What one document's change holds back: each cause once, and by article the questions, each once."""

    document: str
    causes: list["Held | Touched"]
    articles: list[tuple[str, list["Held | Touched"]]]


def grouped(rows: Sequence["Held | Touched"]) -> list[Group]:
    """Rows by document, then by article in its natural order."""
    ordered = sorted(rows, key=lambda one: (natural(one.document), natural(one.article), one.article, one.code))
    return [
        Group(
            document,
            list({(one.reason, one.by, one.on): one for one in found}.values()),
            [
                (article, list({one.question_id: one for one in same}.values()))
                for article, same in groupby(found, key=lambda one: one.article)
            ],
        )
        for document, found in ((title, list(same)) for title, same in groupby(ordered, key=lambda one: one.document))
    ]


def held_since(actor: Actor, moment: datetime) -> list[Held]:
    """What was held back from ``moment`` on and still is, in banks that ``actor`` may read; by document."""
    known = law.facts()
    by_cause = {f"change:{change.id}": change for document in known.values() for change in document.changes}
    rows = read().execute(
        sa.select(Quarantine, Question, QuestionVersion.stem, Bank.name, VersionCitation.article)
        .join(QuestionVersion, QuestionVersion.id == Quarantine.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .join(
            VersionCitation,
            sa.and_(
                VersionCitation.version_id == Quarantine.version_id,
                VersionCitation.document_id == Quarantine.document_id,
            ),
        )
        .where(Quarantine.since >= moment, Quarantine.lifted_at.is_(None), visible(actor))
        .order_by(Quarantine.document_id, VersionCitation.article, Question.code, VersionCitation.position)
        .limit(HELD_MAX)
    )
    public = law.public_ids()
    found: dict[tuple[int, str], Held] = {}
    for row, question, stem, bank, article in rows:
        change, document = by_cause.get(row.cause), known[row.document_id]
        found.setdefault(
            (row.version_id, row.cause),
            Held(
                question.public_id, question.code, stem, bank, public[row.document_id], document.title, article,
                row.reason, change.by if change else "", change.starts if change else document.expires_on,
            ),
        )  # fmt: skip
    return list(found.values())
