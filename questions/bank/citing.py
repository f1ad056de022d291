"""Read models: which questions cite a legal document."""

import re
from dataclasses import dataclass

import sqlalchemy as sa

from core.access import Actor, Permission
from core.db import read
from core.text import fold
from questions.bank.access import visible
from questions.bank.models import Bank, Question, QuestionVersion, Topic, VersionCitation
from questions.bank.queries import brought_in, state_of
from questions.law import queries as law
from questions.law.models import LegalDocument


@dataclass(frozen=True, slots=True)
class Citing:
    """A question that cites a document, with the place in it."""

    article: str
    question_id: str
    code: str
    stem: str
    state: str
    bank: str


@dataclass(frozen=True, slots=True)
class Loss:
    """A topic and difficulty: what can be drawn today and what would go with a document."""

    topic: str
    difficulty: int
    now: int
    lost: int


def known_law(actor: Actor) -> sa.ColumnElement[bool]:
    """Which legal documents ``actor`` reads of, as a condition: recorded ones, and what their banks cite.

    Any text may be cited, so an agency's citation that nobody recorded stays with those who read its bank.
    """
    if actor.scope(Permission.BANK_READ) is None:
        return sa.true()
    cited = (
        sa.select(VersionCitation.document_id)
        .join(QuestionVersion, QuestionVersion.id == VersionCitation.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(visible(actor), brought_in())
    )
    return sa.or_(law.recorded(), LegalDocument.id.in_(cited))


def counts(actor: Actor) -> dict[int, int]:
    """Document id -> questions whose newest wording cites it, in the banks of ``actor``; one statement."""
    query = (
        sa.select(VersionCitation.document_id, sa.func.count(sa.distinct(Question.id)))
        .join(QuestionVersion, QuestionVersion.id == VersionCitation.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(QuestionVersion.newest, visible(actor), brought_in())
        .group_by(VersionCitation.document_id)
    )
    return {row[0]: row[1] for row in read().execute(query)}


def of_document(actor: Actor, document_pk: int) -> list[Citing]:
    """Questions whose newest wording cites a document, by article."""
    rows = read().execute(
        sa.select(VersionCitation.article, Question, QuestionVersion.stem, QuestionVersion.state, Bank.name)
        .join(QuestionVersion, QuestionVersion.id == VersionCitation.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(VersionCitation.document_id == document_pk, QuestionVersion.newest, visible(actor), brought_in())
        .order_by(Question.code)
    )
    found = [
        Citing(article, question.public_id, question.code, stem, state_of(question.status, state), bank)
        for article, question, stem, state, bank in rows
    ]
    return sorted(found, key=lambda one: natural(one.article))


def if_ended(actor: Actor, document_pk: int) -> list[Loss]:
    """What could no longer be drawn if a document ended today, cell by cell; one statement."""
    cites = sa.exists().where(
        VersionCitation.version_id == QuestionVersion.id, VersionCitation.document_id == document_pk
    )
    lost = sa.func.sum(sa.case((cites, 1), else_=0))
    query = (
        sa.select(Topic.name, QuestionVersion.difficulty, sa.func.count(), lost)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Topic, Topic.id == Question.topic_id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(QuestionVersion.drawn, Question.status == "active", visible(actor), brought_in())
        .group_by(Topic.id, Topic.name, QuestionVersion.difficulty)
        .having(lost > 0)
        .order_by(Topic.id, QuestionVersion.difficulty)
    )
    return [Loss(topic, difficulty, now, int(gone)) for topic, difficulty, now, gone in read().execute(query)]


def natural(text: str) -> list[tuple[int, int, str]]:
    """``Điều 9`` before ``Điều 10``."""
    return [(0, int(w), "") if w.isdecimal() else (1, 0, w) for w in re.findall(r"\d+|[a-z]+", fold(text))]
