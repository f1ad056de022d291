"""Read models of the bank."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from core.db import read
from questions.drawing import PoolItem
from questions.models import LegalDocument, Question, QuestionVersion, Topic

USABLE = ("sample", "approved")


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic and how many usable questions it has by difficulty (1, 2, 3)."""

    code: str
    name: str
    available: dict[int, int]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question as the organiser's list shows it."""

    code: str
    topic: str
    difficulty: int
    state: str
    stem: str
    choices: list[str]
    keys: list[int]
    explanation: str
    citation: str


def _newest() -> sa.Subquery:
    return (
        sa.select(QuestionVersion.question_id, sa.func.max(QuestionVersion.number).label("number"))
        .group_by(QuestionVersion.question_id)
        .subquery()
    )


def _versions(topics: Iterable[str] | None = None) -> list[QuestionVersion]:
    newest = _newest()
    query = (
        sa.select(QuestionVersion)
        .join(
            newest,
            (newest.c.question_id == QuestionVersion.question_id) & (newest.c.number == QuestionVersion.number),
        )
        .join(QuestionVersion.question)
        .join(Question.topic)
        .options(
            joinedload(QuestionVersion.question).joinedload(Question.topic),
            joinedload(QuestionVersion.document),
        )
        .order_by(Topic.id, Question.code)
    )
    if topics is not None:
        query = query.where(Topic.code.in_(list(topics)))
    return list(read().scalars(query))


def pool(topics: Iterable[str]) -> list[PoolItem]:
    """The newest version of every usable question of ``topics``, as a round freezes it."""
    return [
        PoolItem(
            version_id=version.id,
            topic=version.question.topic.code,
            difficulty=version.difficulty,
            stem=version.stem,
            choices=tuple(version.choices),
            keys=tuple(version.keys),
            explanation=version.explanation,
            citation=_citation(version),
        )
        for version in _versions(topics)
        if version.question.state in USABLE
    ]


def topics() -> list[TopicRow]:
    """All topics with what is available; two statements whatever the bank's size."""
    newest = _newest()
    counts = read().execute(
        sa.select(Question.topic_id, QuestionVersion.difficulty, sa.func.count())
        .join(QuestionVersion.question)
        .join(
            newest,
            (newest.c.question_id == QuestionVersion.question_id) & (newest.c.number == QuestionVersion.number),
        )
        .where(Question.state.in_(USABLE))
        .group_by(Question.topic_id, QuestionVersion.difficulty)
    )
    by_topic: dict[int, dict[int, int]] = {}
    for topic_id, difficulty, number in counts:
        by_topic.setdefault(topic_id, {})[difficulty] = number
    return [
        TopicRow(topic.code, topic.name, by_topic.get(topic.id, {}))
        for topic in read().scalars(sa.select(Topic).order_by(Topic.id))
    ]


def available() -> dict[tuple[str, int], int]:
    """(topic code, difficulty) -> usable questions."""
    return {(topic.code, difficulty): number for topic in topics() for difficulty, number in topic.available.items()}


def listing(topic: str | None = None) -> list[QuestionRow]:
    """All questions in their newest version, with their keys: for the committee only."""
    return [
        QuestionRow(
            code=version.question.code,
            topic=version.question.topic.name,
            difficulty=version.difficulty,
            state=version.question.state,
            stem=version.stem,
            choices=list(version.choices),
            keys=list(version.keys),
            explanation=version.explanation,
            citation=_citation(version),
        )
        for version in _versions([topic] if topic else None)
    ]


def _citation(version: QuestionVersion) -> str:
    document: LegalDocument = version.document
    return f"{version.article} {document.title}".strip()
