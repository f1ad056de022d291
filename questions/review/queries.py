"""Read models of review: what waits, a wording with all that a reviewer weighs, what was decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from core.access import Actor
from core.clock import LOCAL
from core.db import read
from questions.bank.models import Bank, Quarantine, Question, QuestionVersion, Topic, VersionCitation
from questions.bank.queries import brought_in
from questions.documents.minutes import Decision, MinutesRow, ReviewerLine
from questions.law import queries as law
from questions.law import rules
from questions.review import history
from questions.review.models import ReviewEntry

BATCH = 10
QUEUES = ("waiting", "samples", "quarantined")


@dataclass(frozen=True, slots=True)
class Queue:
    """One of ``QUEUES``, narrowed to a topic's code and a difficulty; empty means everything."""

    name: str = "waiting"
    topic: str = ""
    difficulty: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a topic wait, by difficulty (1, 2, 3)."""

    topic: str
    name: str
    by_difficulty: dict[int, int]

    @property
    def total(self) -> int:
        """Over all difficulties."""
        return sum(self.by_difficulty.values())


@dataclass(frozen=True, slots=True)
class LegalNote:
    """What is known of a cited document on a day.

    ``kind``: unknown, in_force, not_yet, replaced, expired, amended (the cited article may be
    touched), amended_elsewhere, or what is to come: expires, will_replace, will_amend. ``by`` names
    the other document, ``on`` is its day, None where nobody knows it.
    """

    kind: str
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as written, with the notes on its document."""

    text: str
    notes: tuple[LegalNote, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A wording to decide on. ``in_use`` is the one that papers draw today, where that is another."""

    version: QuestionVersion
    newest: QuestionVersion
    in_use: QuestionVersion | None
    cited: tuple[Cited, ...]
    entries: tuple[ReviewEntry, ...]
    causes: tuple[Quarantine, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with whom and what it links to."""

    question_id: str
    person_id: int | None
    row: MinutesRow


def sizes(actor: Actor, bank: Bank) -> dict[str, int]:
    """How many wordings each queue offers to ``actor``."""
    return {name: size(actor, bank, Queue(name)) for name in QUEUES}


def size(actor: Actor, bank: Bank, queue: Queue) -> int:
    """How many wordings a queue offers to ``actor``."""
    return _count(bank, queue, _not_own(actor))


def own(actor: Actor, bank: Bank, queue: Queue) -> int:
    """How many of a queue ``actor`` wrote in, and so cannot decide on."""
    return _count(bank, queue, _own(actor))


def by_topic(actor: Actor, bank: Bank, queue: Queue) -> list[Waiting]:
    """What a queue offers to ``actor`` by topic, in the order of topics."""
    query = (
        _in_queue(sa.select(Topic.code, Topic.name, QuestionVersion.difficulty, sa.func.count()), bank, queue)
        .where(_not_own(actor))
        .group_by(Topic.id, Topic.code, Topic.name, QuestionVersion.difficulty)
        .order_by(Topic.id)
    )
    found: dict[str, Waiting] = {}
    for code, name, difficulty, number in read().execute(query):
        found.setdefault(code, Waiting(code, name, {})).by_difficulty[difficulty] = number
    return list(found.values())


def upcoming(actor: Actor, bank: Bank, queue: Queue, *, after: str = "", limit: int = BATCH) -> list[int]:
    """Ids of the next wordings that a queue offers to ``actor``, after the code ``after``."""
    query = _in_queue(sa.select(QuestionVersion.id), bank, queue).where(_not_own(actor), Question.code > after)
    return list(read().scalars(query.order_by(Question.code).limit(limit)))


def still_waiting(actor: Actor, bank: Bank, queue: Queue, question_id: str) -> list[int]:
    """The id of one question's wording, if the queue offers it to ``actor``."""
    query = _in_queue(sa.select(QuestionVersion.id), bank, queue)
    return list(read().scalars(query.where(_not_own(actor), Question.public_id == question_id)))


def legal_notes(document: rules.Document, article: str, *, as_of: date) -> Iterator[LegalNote]:
    """What a reviewer should know of a cited document on a day, the past first."""
    status = rules.status(document, as_of=as_of)
    if status == "not_yet":
        yield LegalNote("not_yet", on=document.effective_on)
    elif status == "expired":
        yield LegalNote("expired", on=document.expires_on)
    elif status == "in_force":
        known = document.effective_on or document.expires_on or document.changes
        yield LegalNote("in_force" if known else "unknown", on=document.effective_on)
    for change in document.changes:
        if change.kind == "replaces":
            kind = "replaced" if change.starts <= as_of else "will_replace"
        elif not rules.covers(change.articles, article):
            kind = "amended_elsewhere"
        else:
            kind = "amended" if change.starts <= as_of else "will_amend"
        yield LegalNote(kind, change.by, change.on)
    if document.expires_on is not None and document.expires_on >= as_of:
        yield LegalNote("expires", on=document.expires_on)


def subjects(version_ids: Sequence[int], *, as_of: date) -> list[Subject]:
    """Wordings with all that a reviewer weighs, in the order of codes; a fixed number of statements."""
    versions = list(
        read().scalars(
            sa.select(QuestionVersion)
            .join(QuestionVersion.question)
            .where(QuestionVersion.id.in_(version_ids))
            .options(contains_eager(QuestionVersion.question).joinedload(Question.topic), *_WHOLE)
            .order_by(Question.code)
        )
    )
    family = _families([version.question_id for version in versions])
    entries: dict[int, list[ReviewEntry]] = {}
    for entry in history.entries([one.id for wordings in family.values() for one in wordings]):
        entries.setdefault(entry.version_id, []).append(entry)
    held = _held(version_ids)
    facts = law.facts({citation.document_id for v in versions for citation in v.citations})
    return [
        Subject(
            version=v,
            newest=family[v.question_id][-1],
            in_use=next((one for one in family[v.question_id] if one.drawn and one.id != v.id), None),
            cited=tuple(
                Cited(
                    f"{c.article} {c.cited_as or c.document.title}".strip(),
                    tuple(legal_notes(facts[c.document_id], c.article, as_of=as_of)),
                )
                for c in v.citations
            ),
            entries=tuple(e for one in family[v.question_id] for e in entries.get(one.id, ())),
            causes=tuple(held.get(v.id, ())),
        )
        for v in versions
    ]


def decisions(bank: Bank, start: date, end: date) -> list[Decided]:
    """What was approved and returned from ``start`` to ``end`` (days in Vietnam, both included), in order."""
    query = (
        sa.select(ReviewEntry, QuestionVersion, Question.code, Question.public_id, Topic.name)
        .join(QuestionVersion, QuestionVersion.id == ReviewEntry.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Topic, Topic.id == Question.topic_id)
        .where(
            Question.bank_id == bank.id,
            ReviewEntry.act.in_(("approved", "returned")),
            ReviewEntry.at >= _midnight(start),
            ReviewEntry.at < _midnight(end + timedelta(days=1)),
        )
        .order_by(ReviewEntry.id)
    )
    return [
        Decided(public_id, entry.person_id, _row(entry, version, code, topic))
        for entry, version, code, public_id, topic in read().execute(query)
    ]


def reviewers(decided: Sequence[Decided]) -> tuple[ReviewerLine, ...]:
    """Who decided how often, each person once, in the order of their first decision."""
    found: dict[tuple[int | None, str], list[str]] = {}
    for one in decided:
        found.setdefault((one.person_id, one.row.reviewer), []).append(one.row.decision)
    return tuple(
        ReviewerLine(name, acts.count("approved"), acts.count("returned")) for (_, name), acts in found.items()
    )


_CITED = (selectinload(QuestionVersion.citations).joinedload(VersionCitation.document),)
_WHOLE = (*_CITED, joinedload(QuestionVersion.situation))


def _in_queue(query: sa.Select, bank: Bank, queue: Queue) -> sa.Select:  # type: ignore[type-arg]
    query = query.select_from(QuestionVersion).join(QuestionVersion.question).join(Question.topic)
    query = query.where(Question.bank_id == bank.id, brought_in())
    if queue.name == "samples":
        query = query.where(QuestionVersion.newest, QuestionVersion.state == "sample", Question.status == "active")
    elif queue.name == "quarantined":
        query = query.where(QuestionVersion.drawn, Question.status == "quarantined")
    else:
        # A new wording of a quarantined question is what brings it back.
        query = query.where(QuestionVersion.newest, QuestionVersion.state == "in_review", Question.status != "retired")
    if queue.topic:
        query = query.where(Topic.code == queue.topic)
    if queue.difficulty:
        query = query.where(QuestionVersion.difficulty == queue.difficulty)
    return query


def _own(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.cast(QuestionVersion.editors, sa.Text).contains(f'"{actor.person_id}"')


def _not_own(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.not_(_own(actor))


def _count(bank: Bank, queue: Queue, condition: sa.ColumnElement[bool]) -> int:
    return read().scalar(_in_queue(sa.select(sa.func.count()), bank, queue).where(condition)) or 0


def _families(question_pks: Sequence[int]) -> dict[int, list[QuestionVersion]]:
    query = sa.select(QuestionVersion).where(QuestionVersion.question_id.in_(question_pks)).options(*_WHOLE)
    family: dict[int, list[QuestionVersion]] = {}
    for one in read().scalars(query.order_by(QuestionVersion.number)):
        family.setdefault(one.question_id, []).append(one)
    return family


def _held(version_ids: Sequence[int]) -> dict[int, list[Quarantine]]:
    query = sa.select(Quarantine).where(Quarantine.version_id.in_(version_ids), Quarantine.lifted_at.is_(None))
    held: dict[int, list[Quarantine]] = {}
    for cause in read().scalars(query.options(joinedload(Quarantine.document)).order_by(Quarantine.id)):
        held.setdefault(cause.version_id, []).append(cause)
    return held


def _row(entry: ReviewEntry, version: QuestionVersion, code: str, topic: str) -> MinutesRow:
    decision: Decision = "approved" if entry.act == "approved" else "returned"
    # What was returned may have been mended since: the minutes then say that the words are newer.
    changed = " (nội dung đã được sửa sau khi trả lại)" if version.sha256 != entry.sha256 else ""
    return MinutesRow(
        code=code,
        number=version.number,
        stem=version.stem + changed,
        topic=topic,
        author=version.author_name,
        reviewer=entry.person_name,
        decision=decision,
        comment=entry.text,
        decided_at=entry.at,
        sha256=entry.sha256,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LOCAL)
