"""Read models of a bank's list: what filters leave of it, line by line, and how the bank stands."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from core.db import read
from core.text import fold
from questions.bank.models import Bank, Question, QuestionVersion, Topic, VersionCitation
from questions.bank.queries import CITED, brought_in, citation, state_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as lists show it: no keys."""

    id: str
    code: str
    topic: str
    topic_name: str
    kind: str
    difficulty: int
    state: str
    number: int
    stem: str
    citation: str
    author: str
    tags: list[str]
    sha256: str
    version_id: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty means everything."""

    text: str = ""
    topic: str = ""
    difficulty: int | None = None
    state: str = ""
    kind: str = ""
    tag: str = ""
    document: str = ""


def listing(bank: Bank, filters: Filters, *, page: int = 1, size: int = PAGE) -> tuple[list[QuestionLine], int]:
    """A page (from 1) of a bank's questions in their newest wording, and how many there are in all."""
    query = _filtered(sa.select(QuestionVersion), bank, filters)
    total = read().scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = read().scalars(
        query.options(contains_eager(QuestionVersion.question).contains_eager(Question.topic), *CITED)
        .order_by(sa.case((Question.code == filters.text.strip(), 0), else_=1), Question.code)
        .limit(size)
        .offset((page - 1) * size)
    )
    return [line(version) for version in rows], total


def ids(bank: Bank, filters: Filters) -> list[str]:
    """Public ids of everything that the filters leave, for bulk acts and exports."""
    query = _filtered(sa.select(Question.public_id).select_from(QuestionVersion), bank, filters)
    return list(read().scalars(query.order_by(Question.code)))


def coverage(bank: Bank) -> dict[tuple[str, int], dict[str, int]]:
    """(topic code, difficulty) -> state -> questions of a bank."""
    query = (
        sa.select(Topic.code, QuestionVersion.difficulty, Question.status, QuestionVersion.state, sa.func.count())
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Topic, Topic.id == Question.topic_id)
        .where(Question.bank_id == bank.id, QuestionVersion.newest, brought_in())
        .group_by(Topic.code, QuestionVersion.difficulty, Question.status, QuestionVersion.state)
    )
    matrix: dict[tuple[str, int], dict[str, int]] = {}
    for code, difficulty, status, state, number in read().execute(query):
        cell = matrix.setdefault((code, difficulty), {})
        word = state_of(status, state)
        cell[word] = cell.get(word, 0) + number
    return matrix


def drawn_numbers(question_ids: Iterable[str]) -> dict[str, int]:
    """Public id -> number of the wording that papers draw, for questions that have one."""
    query = (
        sa.select(Question.public_id, QuestionVersion.number)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(QuestionVersion.drawn, Question.public_id.in_(list(question_ids)))
    )
    return {row.public_id: row.number for row in read().execute(query)}


def tags(bank: Bank) -> list[str]:
    """Every tag in a bank, sorted."""
    tagged = (Question.bank_id == bank.id, sa.cast(Question.tags, sa.Text) != "[]")
    return sorted({tag for row in read().scalars(sa.select(Question.tags).where(*tagged)) for tag in row})


def line(version: QuestionVersion) -> QuestionLine:
    """A version (with question and topic loaded) as lists show it."""
    asked = version.question
    return QuestionLine(
        id=asked.public_id,
        code=asked.code,
        topic=asked.topic.code,
        topic_name=asked.topic.name,
        kind=version.kind,
        difficulty=version.difficulty,
        state=state_of(asked.status, version.state),
        number=version.number,
        stem=version.stem,
        citation=citation(version),
        author=version.author_name,
        tags=list(asked.tags),
        sha256=version.sha256,
        version_id=version.id,
    )


def _filtered(query: sa.Select, bank: Bank, filters: Filters) -> sa.Select:  # type: ignore[type-arg]
    query = (
        query.join(QuestionVersion.question)
        .join(Question.topic)
        .where(Question.bank_id == bank.id, QuestionVersion.newest, brought_in())
    )
    for word in fold(filters.text).split()[:8]:
        query = query.where(Question.search.contains(word, autoescape=True))
    if filters.topic:
        query = query.where(Topic.code == filters.topic)
    if filters.difficulty:
        query = query.where(QuestionVersion.difficulty == filters.difficulty)
    if filters.kind:
        query = query.where(QuestionVersion.kind == filters.kind)
    if filters.tag:
        query = query.where(sa.cast(Question.tags, sa.Text).contains(f'"{filters.tag}"', autoescape=True))
    if filters.state in ("quarantined", "retired"):
        query = query.where(Question.status == filters.state)
    elif filters.state:
        query = query.where(Question.status == "active", QuestionVersion.state == filters.state)
    if filters.document:
        query = query.where(
            QuestionVersion.id.in_(
                sa.select(VersionCitation.version_id).where(VersionCitation.document.has(public_id=filters.document))
            )
        )
    return query
