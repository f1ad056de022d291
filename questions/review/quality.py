"""How well a bank is written: remarks on its questions, what gives answers away, near duplicates.

A remark about a key tells something of it. Of settled questions (a wording of theirs is approved or
a sample, be it not the one that is checked) such remarks are kept apart as ``secret``, and no figure
is given over so few of them that it names a key. What a job found is judged again when it is shown.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from core import jobs
from core.access import Actor, Permission, require
from core.db import read
from core.jobs import Job, Running
from questions import flaws
from questions.bank import access
from questions.bank.content import item_of
from questions.bank.models import PROVINCE, SETTLED, Bank, Question, QuestionVersion, Topic, VersionCitation
from questions.bank.overtaken import Touched, touched
from questions.bank.queries import brought_in, within
from questions.duplicates import Text, near_duplicates, text_of
from questions.items import Item, Kind

KIND = "questions.quality"
LARGE = 2_000
"""Banks with more questions are checked by a job."""
FEW = 20
"""Figures over fewer settled questions than this would tell a single key."""
LISTED_MAX = 500
PAIRS_MAX = 200
BATCH = 500
SOON = timedelta(days=90)
STATES = ("all", "drawable", "draft")
ABOUT_KEYS = frozenset(
    # Where lengths differ, "uneven-lengths" says that the key is not by far the longest.
    {"key-longest", "key-politest", "key-most-specific", "key-echoes-stem", "absolute-distractors", "uneven-lengths"}
)
Report = Callable[[int, int], None]
Shapes = tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is checked: a topic's code (empty: all) and one of ``STATES``."""

    topic: str = ""
    state: str = "all"


class Checked(msgspec.Struct, frozen=True):
    """A wording that was checked; ``settled``: papers may hold its question, the key is secret."""

    version_id: int
    id: str
    code: str
    stem: str
    settled: bool


class Remark(msgspec.Struct, frozen=True):
    """A flaw of a wording."""

    about: Checked
    message: str
    params: dict[str, str | int] = {}


class Remarks(msgspec.Struct, frozen=True):
    """All remarks of one kind: so many ``open`` and ``secret`` ones, the first of each listed.

    ``secret`` is None where there are some, but of too few settled questions to say how many.
    """

    code: str
    open: int
    secret: int | None
    listed: tuple[Remark, ...]
    kept: tuple[Remark, ...]

    @property
    def total(self) -> int:
        """How many may be told of."""
        return self.open + (self.secret or 0)


class Alike(msgspec.Struct, frozen=True):
    """Two wordings that are nearly the same; ``similarity`` in whole percent."""

    one: Checked
    other: Checked
    similarity: int


class Quality(msgspec.Struct, frozen=True):
    """What was found; ``together`` is about all single-choice questions, None where those are too few.

    ``remarked`` counts questions with a remark that may be told of. ``alike`` is None when nobody looked.
    ``shapes``: the ids of all that was checked, by the number of choices; 0 is all but single choice.
    """

    checked: int
    remarked: int
    singles: int
    together: flaws.BankFlaws | None
    kinds: tuple[Remarks, ...]
    alike: tuple[Alike, ...] | None = None
    alike_total: int = 0
    shapes: Shapes = ()


def size(bank: Bank, selection: Selection) -> int:
    """How many wordings are to be checked."""
    return read().scalar(sa.select(sa.func.count()).select_from(_selected(bank, selection).subquery())) or 0


def check(bank: Bank, selection: Selection, *, alike: bool, report: Report = lambda done, total: None) -> Quality:
    """Check a bank here and now, in pieces: what one question is read for is forgotten with it."""
    ids = list(read().scalars(_selected(bank, selection)))
    items: list[Item] = []
    texts: list[Text] = []
    known: list[Checked] = []
    found: dict[str, list[Remark]] = {}
    settled = _settled(bank)
    for version in _versions(ids):
        item, about = item_of(version), _checked(version, settled)
        items.append(item)
        known.append(about)
        if alike:
            texts.append(text_of(len(texts), item.stem, item.choices))
        for flaw in flaws.of_item(item):
            found.setdefault(flaw.code, []).append(Remark(about, flaw.message, flaw.params))
        if len(items) % BATCH == 0:
            report(len(items), len(ids))
    quality = _summed(items, known, found, settled)
    if not alike:
        return quality
    pairs = near_duplicates(texts, [])
    shown = tuple(Alike(known[int(p.other)], known[int(p.new)], p.similarity) for p in pairs[:PAIRS_MAX])
    return msgspec.structs.replace(quality, alike=shown, alike_total=len(pairs))


def overtaken_soon(bank: Bank, *, today: date) -> list[Touched]:
    """Wordings in use that the law, as it is known, overtakes within 90 days; one line a question."""
    found = [one for one in touched(as_of=today + SOON, bank_ids=[bank.id]) if one.active]
    ids = within(bank, [one.question_id for one in found])
    lines: dict[str, Touched] = {}
    for one in sorted(found, key=lambda one: one.cause.on):
        if one.question_id in ids:
            lines.setdefault(one.question_id, one)
    return list(lines.values())


def works_on(actor: Actor, bank: Bank) -> bool:
    """Whether ``actor`` writes or reviews in a bank: remarks are for those who can mend."""
    return any(
        access.may(actor, permission, bank.owner_id) for permission in (Permission.BANK_WRITE, Permission.BANK_REVIEW)
    )


def require_work(actor: Actor, bank: Bank) -> None:
    """Raise :class:`Forbidden` unless :func:`works_on`."""
    if not works_on(actor, bank):
        require(actor, Permission.BANK_WRITE, None if bank.owner_id == PROVINCE else bank.owner_id)


def enqueue(*, actor: Actor, now: datetime, bank: Bank, selection: Selection) -> Job:
    """Have a large bank checked; while that is under way a second request gets the same job."""
    require_work(actor, bank)
    last = last_job(bank, selection)
    if last is not None and last.state in ("queued", "running"):
        return last
    return jobs.enqueue(
        actor=actor,
        now=now,
        kind=KIND,
        title=f"Kiểm tra chất lượng câu hỏi – {bank.name}",
        params=_params(bank, selection),
    )


def last_job(bank: Bank, selection: Selection) -> Job | None:
    """The newest job that checks this, if one was ever asked for."""
    return jobs.latest(KIND, _params(bank, selection))


def found_by(job: Job, bank: Bank) -> Quality:
    """What a finished job found, as far as it may be told now: what was approved since is secret too."""
    found, settled = msgspec.convert(job.result, Quality), _settled(bank)
    counted = _counted(found.shapes, settled)
    enough = _enough(counted)
    kinds = tuple(_judged(one, settled, enough) for one in found.kinds)
    return msgspec.structs.replace(
        found,
        remarked=found.remarked - (0 if enough else len(_named(found.kinds) - _named(kinds))),
        together=_discreet(found.together, counted) if found.together else None,
        kinds=kinds,
    )


def job(running: Running) -> dict[str, Any]:
    """The handler of :func:`enqueue`'s job; what it found is its result."""
    bank = read().scalars(sa.select(Bank).where(Bank.public_id == running.params["bank"])).one()
    selection = Selection(running.params["topic"], running.params["state"])
    quality = check(bank, selection, alike=True, report=running.progress)
    result: dict[str, Any] = msgspec.to_builtins(quality)
    return result


def _params(bank: Bank, selection: Selection) -> dict[str, Any]:
    return {"bank": bank.public_id, "topic": selection.topic, "state": selection.state}


def _selected(bank: Bank, selection: Selection) -> sa.Select[int]:
    query = (
        sa.select(QuestionVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.bank_id == bank.id, Question.status != "retired", brought_in())
        .order_by(Question.code)
    )
    if selection.state == "drawable":
        query = query.where(QuestionVersion.drawn, Question.status == "active")
    else:
        query = query.where(QuestionVersion.newest)
    if selection.state == "draft":
        query = query.where(QuestionVersion.state.not_in(SETTLED))
    if selection.topic:
        query = query.join(Topic, Topic.id == Question.topic_id).where(Topic.code == selection.topic)
    return query


def _versions(ids: list[int]) -> Iterator[QuestionVersion]:
    whole = (
        joinedload(QuestionVersion.question).joinedload(Question.topic),
        joinedload(QuestionVersion.situation),
        selectinload(QuestionVersion.citations).joinedload(VersionCitation.document),
    )
    for start in range(0, len(ids), BATCH):
        wanted = ids[start : start + BATCH]
        rows = read().scalars(sa.select(QuestionVersion).where(QuestionVersion.id.in_(wanted)).options(*whole))
        by_id = {row.id: row for row in rows}
        yield from (by_id[one] for one in wanted if one in by_id)


def _settled(bank: Bank) -> set[int]:
    """Ids of all wordings of the questions of which any wording is settled."""
    questions = sa.select(QuestionVersion.question_id).where(QuestionVersion.state.in_(SETTLED))
    query = sa.select(QuestionVersion.id).join(Question, Question.id == QuestionVersion.question_id)
    return set(read().scalars(query.where(Question.bank_id == bank.id, Question.id.in_(questions))))


def _shapes(items: list[Item], known: list[Checked]) -> Shapes:
    ids: dict[int, list[int]] = {}
    for item, about in zip(items, known, strict=True):
        ids.setdefault(len(item.choices) if item.kind is Kind.SINGLE else 0, []).append(about.version_id)
    return tuple((shape, tuple(found)) for shape, found in ids.items())


def _counted(shapes: Shapes, settled: set[int]) -> Counter[int]:
    return Counter({shape: len(settled.intersection(ids)) for shape, ids in shapes})


def _judged(one: Remarks, settled: set[int], enough: bool) -> Remarks:
    """Remarks of one kind with those apart whose questions are settled by now."""
    rows = [
        msgspec.structs.replace(r, about=msgspec.structs.replace(r.about, settled=r.about.version_id in settled))
        for r in (*one.listed, *one.kept)
    ]
    now = _kind(one.code, rows, enough)
    moved = len(one.listed) - len(now.listed)
    secret = (one.secret or len(one.kept)) + moved
    return msgspec.structs.replace(now, open=one.open - moved, secret=secret if enough or not secret else None)


def _named(kinds: tuple[Remarks, ...]) -> set[str]:
    return {remark.about.id for one in kinds for remark in one.listed}


def _enough(settled: Counter[int]) -> bool:
    return not settled.total() or settled.total() >= FEW


def _checked(version: QuestionVersion, settled: set[int]) -> Checked:
    asked = version.question
    return Checked(version.id, asked.public_id, asked.code, version.stem[:300], version.id in settled)


def _summed(items: list[Item], known: list[Checked], found: dict[str, list[Remark]], settled: set[int]) -> Quality:
    shapes = _shapes(items, known)
    counted = _counted(shapes, settled)
    enough = _enough(counted)
    told = {r.about.id for code, rows in found.items() for r in rows if enough or not _secret(code, r)}
    together = flaws.of_bank(items)
    return Quality(
        checked=len(items),
        remarked=len(told),
        singles=sum(sum(row.counts) for row in together.positions),
        together=_discreet(together, counted),
        kinds=tuple(_kind(code, remarks, enough) for code, remarks in found.items()),
        shapes=shapes,
    )


def _discreet(together: flaws.BankFlaws, settled: Counter[int]) -> flaws.BankFlaws | None:
    """The figures that can be told: of a few settled questions, the drafts subtracted, they would tell keys.

    ``settled`` counts them by their number of choices, as :class:`Quality` has it.
    """
    if not together.positions or 0 < settled.total() - settled[0] < FEW:
        return None
    # Five keys expected at each position, as for the chi-square test itself.
    rows = tuple(
        row
        for row in together.positions
        if sum(row.counts) >= 5 * len(row.counts) and not 0 < settled[len(row.counts)] < 5 * len(row.counts)
    )
    return msgspec.structs.replace(together, positions=rows)


def _kind(code: str, remarks: list[Remark], enough: bool) -> Remarks:
    kept = [remark for remark in remarks if _secret(code, remark)]
    listed = [remark for remark in remarks if not _secret(code, remark)]
    count = len(kept) if enough or not kept else None
    return Remarks(code, len(listed), count, tuple(listed[:LISTED_MAX]), tuple(kept[:LISTED_MAX]))


def _secret(code: str, remark: Remark) -> bool:
    return code in ABOUT_KEYS and remark.about.settled
