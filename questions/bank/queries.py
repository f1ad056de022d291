"""Read models of banks: pools for rounds, whole questions for the committee."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from core.access import Actor, Permission
from core.db import read
from core.errors import NotFound
from core.i18n import N_
from questions.bank import content
from questions.bank.access import drawable_by, may, visible
from questions.bank.models import (
    PROVINCE,
    Bank,
    BankShare,
    Question,
    QuestionVersion,
    Topic,
    VersionCitation,
)
from questions.bank.overtaken import touched
from questions.drawing import PoolItem
from questions.imports.models import ImportFile

STATES = ("draft", "in_review", "approved", "sample", "quarantined", "retired")
CITED = (selectinload(QuestionVersion.citations).joinedload(VersionCitation.document),)
_WHOLE = (*CITED, joinedload(QuestionVersion.situation))


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in tree order and how many questions of it can be drawn, by difficulty (1, 2, 3)."""

    code: str
    name: str
    parent: str | None = None
    depth: int = 0
    available: dict[int, int] = field(default_factory=dict)


def brought_in() -> sa.ColumnElement[bool]:
    """Questions of a file that is still on its way in are seen by nobody."""
    return sa.or_(
        Question.import_id.is_(None),
        Question.import_id.in_(sa.select(ImportFile.id).where(ImportFile.state == "done")),
    )


def state_of(status: str, version_state: str) -> str:
    """The one word of ``STATES`` for a question: its status where it is out of use, else its wording's."""
    return version_state if status == "active" else status


def topics(*, samples: bool = True) -> list[TopicRow]:
    """All topics in tree order with what a round of the province can draw."""
    counts: dict[str, dict[int, int]] = {}
    for (code, difficulty), number in available(samples=samples).items():
        counts.setdefault(code, {})[difficulty] = number
    rows = list(read().scalars(sa.select(Topic).order_by(Topic.id)))
    codes = {row.id: row.code for row in rows}
    children: dict[int | None, list[Topic]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    ordered: list[TopicRow] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in children.get(parent, ()):
            above = codes.get(row.parent_id) if row.parent_id else None
            ordered.append(TopicRow(row.code, row.name, above, depth, counts.get(row.code, {})))
            walk(row.id, depth + 1)

    walk(None, 0)
    return ordered


def topic_names() -> dict[str, str]:
    """The name of every topic by its code."""
    return {row.code: row.name for row in read().execute(sa.select(Topic.code, Topic.name))}


def available(
    *, owner_id: int = PROVINCE, as_of: date | None = None, samples: bool = True, bank_id: int | None = None
) -> dict[tuple[str, int], int]:
    """(topic code, difficulty) -> questions that an owner's round can draw; on ``as_of``, of one bank, if given."""
    query = (
        sa.select(Topic.code, QuestionVersion.difficulty, sa.func.count())
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Topic, Topic.id == Question.topic_id)
        .where(*_drawable(owner_id, as_of, samples, bank_id))
        .group_by(Topic.code, QuestionVersion.difficulty)
    )
    return {(code, difficulty): number for code, difficulty, number in read().execute(query)}


def pool(
    topics: Iterable[str],
    *,
    owner_id: int = PROVINCE,
    as_of: date | None = None,
    samples: bool = True,
    bank_id: int | None = None,
) -> list[PoolItem]:
    """The drawn version of every usable question of ``topics``, as a round freezes it."""
    query = (
        sa.select(QuestionVersion)
        .join(QuestionVersion.question)
        .join(Question.topic)
        .where(*_drawable(owner_id, as_of, samples, bank_id), Topic.code.in_(list(topics)))
        .options(contains_eager(QuestionVersion.question).contains_eager(Question.topic), *_WHOLE)
        .order_by(QuestionVersion.id)
    )
    return [pool_item(version) for version in read().scalars(query)]


def pool_item(version: QuestionVersion) -> PoolItem:
    """A version as a round freezes it."""
    return PoolItem(
        version_id=version.id,
        topic=version.question.topic.code,
        difficulty=version.difficulty,
        stem=version.stem,
        choices=tuple(version.choices),
        keys=tuple(version.keys),
        explanation=version.explanation,
        citation=citation(version),
        kind=version.kind,
        shuffle=version.shuffle and version.kind != "true-false",  # the order of “Đúng, Sai” is a convention
        situation=content.shown_situation(version.situation),
    )


def citation(version: QuestionVersion) -> str:
    """What a version rests on, in one line: ``Điều 3 khoản 1 Nghị định 63/2010/NĐ-CP; …``."""
    return "; ".join(f"{c.article} {c.cited_as or c.document.title}".strip() for c in version.citations)


def public_keys(version_ids: Sequence[int]) -> int:
    """How many of these versions have keys that anybody may know (starter bank)."""
    query = (
        sa.select(sa.func.count())
        .select_from(QuestionVersion)
        .join(Question)
        .where(QuestionVersion.id.in_(version_ids), Question.keys_public)
    )
    return read().scalar(query) or 0


def wordings(version_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Version id -> ids of every wording of its question, its own among them; one statement."""
    asked, other = aliased(QuestionVersion), aliased(QuestionVersion)
    rows = read().execute(
        sa.select(asked.id, other.id)
        .join(other, other.question_id == asked.question_id)
        .where(asked.id.in_(list(version_ids)))
    )
    found: dict[int, set[int]] = {}
    for version_id, other_id in rows:
        found.setdefault(version_id, set()).add(other_id)
    return {version_id: frozenset(others) for version_id, others in found.items()}


def reads_any(actor: Actor, version_ids: Iterable[int]) -> bool:
    """Whether ``actor`` may read the bank of any of these versions, and so knows keys."""
    if not actor.holds(Permission.BANK_READ):
        return False
    owners = read().scalars(
        sa.select(Bank.owner_id)
        .distinct()
        .join(Question, Question.bank_id == Bank.id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(QuestionVersion.id.in_(list(version_ids)))
    )
    return any(may(actor, Permission.BANK_READ, owner) for owner in owners)


def banks(actor: Actor) -> list[Bank]:
    """The banks that ``actor`` works in."""
    return list(read().scalars(sa.select(Bank).where(visible(actor)).order_by(Bank.owner_id, Bank.id)))


def shares(actor: Actor) -> dict[int, list[int]]:
    """Bank id -> owners that it is shared with, for the banks that ``actor`` works in."""
    rows = read().execute(
        sa.select(BankShare.bank_id, BankShare.owner_id)
        .join(Bank, Bank.id == BankShare.bank_id)
        .where(visible(actor))
        .order_by(BankShare.bank_id, BankShare.owner_id)
    )
    found: dict[int, list[int]] = {}
    for bank_id, owner_id in rows:
        found.setdefault(bank_id, []).append(owner_id)
    return found


def within(bank: Bank, question_ids: Collection[str]) -> set[str]:
    """Those of these ids that name questions of a bank."""
    query = sa.select(Question.public_id).where(Question.bank_id == bank.id, brought_in())
    return {
        found
        for some in _slices(list(question_ids))
        for found in read().scalars(query.where(Question.public_id.in_(some)))
    }


def states(question_ids: Sequence[str], *, drawn: bool = False) -> list[str]:
    """The states of what :func:`versions` would give, without reading it."""
    flag = QuestionVersion.drawn if drawn else QuestionVersion.newest
    query = sa.select(QuestionVersion.state).join(QuestionVersion.question).where(flag)
    return [
        state for some in _slices(question_ids) for state in read().scalars(query.where(Question.public_id.in_(some)))
    ]


def printable(bank: Bank, question_ids: Collection[str], *, as_of: date) -> list[QuestionVersion]:
    """The drawn wordings of those of these questions that a round of the bank's owner may ask on a day, whole."""
    usable = (
        sa.select(Question.public_id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(*_drawable(bank.owner_id, as_of, True, bank.id))
    )
    ids = [
        found
        for some in _slices(list(question_ids))
        for found in read().scalars(usable.where(Question.public_id.in_(some)))
    ]
    return versions(ids, drawn=True)


def versions(question_ids: Sequence[str], *, drawn: bool = False) -> list[QuestionVersion]:
    """The newest (or the drawn) wordings of questions, whole, in code order."""
    flag = QuestionVersion.drawn if drawn else QuestionVersion.newest
    found: list[QuestionVersion] = []
    for some in _slices(question_ids):
        found += read().scalars(
            sa.select(QuestionVersion)
            .join(QuestionVersion.question)
            .join(Question.topic)
            .where(flag, Question.public_id.in_(some))
            .options(contains_eager(QuestionVersion.question).contains_eager(Question.topic), *_WHOLE)
        )
    return sorted(found, key=lambda version: version.question.code)


def question(actor: Actor, question_id: str) -> Question:
    """A question with all its versions whole; raises :class:`NotFound` for a foreign one."""
    found = read().scalar(
        sa.select(Question)
        .join(Question.bank)
        .where(Question.public_id == question_id, visible(actor), brought_in())
        .options(
            contains_eager(Question.bank),
            joinedload(Question.topic),
            selectinload(Question.versions).options(*_WHOLE),
        )
    )
    if found is None:
        raise NotFound(N_("Không tìm thấy câu hỏi này."))
    return found


def stems(bank: Bank) -> list[tuple[str, str, list[str]]]:
    """(code, stem, choices) of a bank's newest wordings that are in use, for finding duplicates."""
    rows = read().execute(
        sa.select(Question.code, QuestionVersion.stem, QuestionVersion.choices)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.bank_id == bank.id, QuestionVersion.newest, Question.status != "retired", brought_in())
        .order_by(Question.code)
    )
    return [(code, stem, list(choices)) for code, stem, choices in rows]


def _slices(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + 500] for start in range(0, len(ids), 500))


def _drawable(
    owner_id: int, as_of: date | None, samples: bool, bank_id: int | None = None
) -> list[sa.ColumnElement[bool]]:
    states = ("approved", "sample") if samples else ("approved",)
    conditions: list[sa.ColumnElement[bool]] = [
        QuestionVersion.drawn.is_(True),
        QuestionVersion.state.in_(states),
        Question.status == "active",
        Question.bank_id.in_(drawable_by(owner_id)),
        brought_in(),
    ]
    bank_ids = None if bank_id is None else [bank_id]
    if bank_ids is not None:
        conditions.append(Question.bank_id.in_(bank_ids))
    if as_of and (gone := {one.version_id for one in touched(as_of=as_of, bank_ids=bank_ids)}):
        conditions.append(QuestionVersion.id.not_in(gone))
    return conditions
