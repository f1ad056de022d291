"""Read models of contests and rounds, and the process's memory of frozen pools."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from contest.rounds import checks, lifecycle
from contest.rounds.lifecycle import Exceptions
from contest.rounds.models import Amendment, Contest, Entry, Exclusion, PoolRevision, Round
from contest.rounds.prizes import ContestRules
from contest.rounds.rules import Reveal, RoundRules, RoundState, rules_from_data
from core.clock import LOCAL
from core.db import read
from core.errors import NotFound
from core.i18n import N_
from questions.bank import queries as bank
from questions.bank.overtaken import Touched, touched
from questions.drawing import Cell, PoolItem, Shortage, pool_from_payload, shortages
from questions.marking import MarkingRule, Scheme


@dataclass(frozen=True, slots=True)
class ContestView:
    """A contest as pages show it."""

    id: str
    title: str
    organiser: str
    contact: str
    introduction: str
    is_sample: bool
    rules: ContestRules
    rehearses: int | None


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round at one moment: its window, its rules, its state.

    ``ends_at`` is the last close of anybody; ``settled``: after it no sheet is accepted any more.
    """

    pk: int
    id: str
    number: int
    title: str
    contest: ContestView
    opens_at: datetime
    closes_at: datetime
    rules: RoundRules
    revision: int
    state: RoundState
    ends_at: datetime
    exceptions: Exceptions
    moves: int
    settled: bool

    @property
    def first_day(self) -> date:
        """The day from which ages are counted."""
        return self.opens_at.astimezone(LOCAL).date()

    @property
    def questions(self) -> int:
        """Questions on a paper."""
        return self.rules.questions

    @property
    def minutes(self) -> int:
        """Minutes for one attempt."""
        return self.rules.minutes

    @property
    def attempts_allowed(self) -> int:
        """Attempts a person; 0: as many as they like."""
        return self.rules.attempts

    @property
    def freezes_at(self) -> datetime | None:
        """When the public board stands still, if it does."""
        return lifecycle.freeze_moment(self.rules, self.closes_at)


@dataclass(frozen=True, slots=True)
class Pool:
    """A frozen pool revision, ready for drawing and marking."""

    items: tuple[PoolItem, ...]
    by_version: dict[int, PoolItem]
    keys: dict[int, tuple[int, ...]]
    neutral: frozenset[int]
    blueprints: dict[str, list[Cell]]
    seed: bytes
    commitment: str

    def scheme(self, rules: RoundRules) -> Scheme:
        """By what papers of a round with these rules are marked."""
        return Scheme(self.keys, rules.marking, self.neutral, rules.neutralised)


@dataclass(frozen=True, slots=True)
class PersonTerms:
    """What holds for one person in one round and for nobody else."""

    extra_minutes: int = 0
    extra_attempts: int = 0
    qualified: bool = False
    excluded: str = ""


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """What of a round was changed after it was prepared, by field; ``kind`` as in the table."""

    number: int
    kind: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Overtaken:
    """What the law known today does to a round by ``as_of``.

    ``frozen``: questions of its frozen pool that rest on law no longer in force then, each once;
    they stay on papers. ``shortages``: cells that cannot be filled (without those).
    """

    round: RoundView
    as_of: date
    frozen: list[Touched]
    shortages: list[Shortage]

    def __bool__(self) -> bool:
        """Whether an organiser has to know."""
        return bool(self.frozen or self.shortages)


def contest_view(contest: Contest) -> ContestView:
    """A contest's row as pages show it."""
    return ContestView(
        contest.public_id,
        contest.title,
        contest.organiser,
        contest.contact,
        contest.introduction,
        contest.is_sample,
        msgspec.convert(contest.rules, ContestRules),
        contest.rehearses_id,
    )


class Columns(NamedTuple):
    """A round with its contest as plain columns, JSON as text: what the exam path reads instead of two objects."""

    id: int
    public_id: str
    number: int
    title: str
    opens_at: datetime
    closes_at: datetime
    ends_at: datetime
    revision: int
    moves: int
    prepared_at: datetime | None
    published_at: datetime | None
    rules: str
    exceptions: str
    contest: tuple[Any, ...]

    @classmethod
    def of(cls, row: Iterable[Any]) -> "Columns":
        """From the values of :data:`COLUMNS`."""
        values = tuple(row)
        return cls._make((*values[:13], values[13:]))


COLUMNS: tuple[Any, ...] = (
    *(getattr(Round, name) for name in Columns._fields[:11]),
    sa.cast(Round.rules, sa.Text),
    sa.cast(Round.exceptions, sa.Text),
    Contest.public_id,
    Contest.title,
    Contest.organiser,
    Contest.contact,
    Contest.introduction,
    Contest.is_sample,
    sa.cast(Contest.rules, sa.Text),
    Contest.rehearses_id,
)
"""For :func:`view_of`; from ``Round`` joined with ``Contest``."""


def round_view(round_: Round, contest: Contest, now: datetime) -> RoundView:
    """A round's row at a moment."""
    exceptions = msgspec.convert(round_.exceptions, Exceptions)
    return _view(round_, contest_view(contest), rules_from_data(round_.rules), exceptions, now)


def view_of(row: Iterable[Any], now: datetime) -> RoundView:
    """The same from the values of :data:`COLUMNS`. What is read again and again is parsed once."""
    columns = Columns.of(row)
    rules, exceptions = _rules(columns.rules), _exceptions(columns.exceptions)
    return _view(columns, _contest(*columns.contest), rules, exceptions, now)


@lru_cache(maxsize=64)
def _rules(text: str) -> RoundRules:
    return rules_from_data(msgspec.json.decode(text))


@lru_cache(maxsize=64)
def _exceptions(text: str) -> Exceptions:
    return msgspec.json.decode(text, type=Exceptions)


@lru_cache(maxsize=64)
def _contest(
    public_id: str,
    title: str,
    organiser: str,
    contact: str,
    introduction: str,
    is_sample: bool,
    rules: str,
    rehearses: int | None,
) -> ContestView:
    parsed = msgspec.json.decode(rules, type=ContestRules)
    return ContestView(public_id, title, organiser, contact, introduction, is_sample, parsed, rehearses)


def _view(
    round_: Round | Columns, contest: ContestView, rules: RoundRules, exceptions: Exceptions, now: datetime
) -> RoundView:
    return RoundView(
        pk=round_.id,
        id=round_.public_id,
        number=round_.number,
        title=round_.title,
        contest=contest,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        rules=rules,
        revision=round_.revision,
        state=lifecycle.state(
            prepared=round_.prepared_at is not None,
            published=round_.published_at is not None,
            opens_at=round_.opens_at,
            ends_at=round_.ends_at,
            paused=bool(exceptions.paused),
            now=now,
        ),
        ends_at=round_.ends_at,
        exceptions=exceptions,
        moves=round_.moves,
        settled=now >= round_.ends_at + lifecycle.SETTLED,
    )


def contests() -> list[ContestView]:
    """All contests, newest first; no rehearsals."""
    newest_first = sa.select(Contest).where(Contest.rehearses_id.is_(None)).order_by(Contest.id.desc())
    return [contest_view(contest) for contest in read().scalars(newest_first)]


def contest(contest_id: str) -> ContestView:
    """One contest; raises :class:`NotFound`."""
    found = read().scalar(sa.select(Contest).where(Contest.public_id == contest_id))
    if found is None:
        raise NotFound(N_("Không tìm thấy cuộc thi."))
    return contest_view(found)


def contest_locked(contest_id: str) -> bool:
    """Whether some round of the contest is prepared, so that what holds over all rounds is public and stays."""
    query = sa.select(Round.id).join(Contest, Contest.id == Round.contest_id)
    return (
        read().scalar(query.where(Contest.public_id == contest_id, Round.prepared_at.is_not(None)).limit(1)) is not None
    )


def rounds(
    *, now: datetime, contest_id: str | None = None, drafts: bool = False, rehearsals: bool = False
) -> list[RoundView]:
    """Rounds in contest and number order; drafts and rehearsals only for the committee. One statement."""
    query = (
        sa.select(Round, Contest)
        .join(Contest, Contest.id == Round.contest_id)
        .order_by(Contest.id.desc(), Round.number)
    )
    if contest_id is not None:
        query = query.where(Contest.public_id == contest_id)
    if not drafts:
        query = query.where(Round.prepared_at.is_not(None))
    if not rehearsals:
        query = query.where(Contest.rehearses_id.is_(None))
    return [round_view(round_, contest, now) for round_, contest in read().execute(query)]


def round_(round_id: str, *, now: datetime, drafts: bool = False) -> RoundView:
    """One round; raises :class:`NotFound` (a draft, as a rehearsal, is unknown outside the committee)."""
    query = sa.select(Round, Contest).join(Contest, Contest.id == Round.contest_id).where(Round.public_id == round_id)
    found = read().execute(query).one_or_none()
    if found is None or not (drafts or (found[0].prepared_at and found[1].rehearses_id is None)):
        raise NotFound(N_("Không tìm thấy vòng thi."))
    return round_view(found[0], found[1], now)


_FOR_START = (
    sa.select(Entry.extra_minutes, Entry.extra_attempts, Entry.qualified, Exclusion.reason, *COLUMNS)
    .select_from(Round)
    .join(Contest, Contest.id == Round.contest_id)
    .outerjoin(Entry, (Entry.round_id == Round.id) & (Entry.person_id == sa.bindparam("person")))
    .outerjoin(Exclusion, (Exclusion.contest_id == Contest.id) & (Exclusion.person_id == sa.bindparam("person")))
    .where(Round.public_id == sa.bindparam("round"), Round.prepared_at.is_not(None))
)


def for_start(round_id: str, *, person_id: int | None, now: datetime) -> tuple[RoundView, PersonTerms]:
    """A round and what holds in it for one person; one statement. Nothing is held: see :func:`if_unmoved`."""
    row = read().connection().execute(_FOR_START, {"round": round_id, "person": person_id}).one_or_none()
    if row is None:
        raise NotFound(N_("Không tìm thấy vòng thi."))
    extra_minutes, extra_attempts, qualified, excluded, *columns = row
    terms = PersonTerms(extra_minutes or 0, extra_attempts or 0, bool(qualified), excluded or "")
    return view_of(columns, now), terms


_SEEN = ("opens_at", "closes_at", "ends_at", "moves", "revision")


def if_unmoved(*values: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """``values`` as a row, if a round still is as :func:`as_seen` says it was; no row otherwise.

    It is held then: it is not closed, moved, amended or published until the open transaction ends. Whoever
    changes it meanwhile is waited for, and what they leave behind is compared.
    """
    same = (getattr(Round, name) == sa.bindparam(f"seen_{name}") for name in _SEEN)
    return (
        sa.select(*values)
        .select_from(Round)
        .where(Round.id == sa.bindparam("seen_pk"), Round.prepared_at.is_not(None), Round.published_at.is_(None), *same)
        .with_for_update(read=True, of=Round)
    )


def as_seen(view: RoundView) -> dict[str, Any]:
    """The parameters of :func:`if_unmoved`: ``moves`` rises with every change of window, pauses and rules."""
    return {"seen_pk": view.pk, **{f"seen_{name}": getattr(view, name) for name in _SEEN}}


def terms(*, round_pk: int, person_id: int) -> PersonTerms:
    """What holds for one person in a round; one statement."""
    row = (
        read()
        .execute(
            sa.select(Entry, Exclusion.reason)
            .select_from(Round)
            .outerjoin(Entry, (Entry.round_id == Round.id) & (Entry.person_id == person_id))
            .outerjoin(Exclusion, (Exclusion.contest_id == Round.contest_id) & (Exclusion.person_id == person_id))
            .where(Round.id == round_pk)
        )
        .one()
    )
    return _terms(*row)


def extra_minutes(round_pk: int) -> dict[int, int]:
    """Person id -> extra minutes of who has any in a round."""
    rows = read().execute(
        sa.select(Entry.person_id, Entry.extra_minutes).where(Entry.round_id == round_pk, Entry.extra_minutes > 0)
    )
    return {row.person_id: row.extra_minutes for row in rows}


def exclusions(contest_id: str) -> list[Exclusion]:
    """Who must not take part in a contest, the newest first."""
    return list(
        read().scalars(
            sa.select(Exclusion)
            .join(Contest, Contest.id == Exclusion.contest_id)
            .where(Contest.public_id == contest_id)
            .order_by(Exclusion.at.desc(), Exclusion.person_id)
        )
    )


def _terms(entry: Entry | None, excluded: str | None) -> PersonTerms:
    if entry is None:
        return PersonTerms(excluded=excluded or "")
    return PersonTerms(entry.extra_minutes, entry.extra_attempts, entry.qualified, excluded or "")


def by_pk(pk: int, *, now: datetime) -> RoundView:
    """A round by its key in the database, whatever its state."""
    round_, contest = (
        read()
        .execute(sa.select(Round, Contest).join(Contest, Contest.id == Round.contest_id).where(Round.id == pk))
        .one()
    )
    return round_view(round_, contest, now)


def rehearsals(round_pk: int, *, now: datetime) -> list[RoundView]:
    """The rehearsals of a round, newest first."""
    query = (
        sa.select(Round, Contest)
        .join(Contest, Contest.id == Round.contest_id)
        .where(Contest.rehearses_id == round_pk)
        .order_by(Round.id.desc())
    )
    return [round_view(round_, contest, now) for round_, contest in read().execute(query)]


def amendments(round_pks: Iterable[int]) -> dict[int, list[AmendmentRow]]:
    """The amendments of these rounds, oldest first; a round without any is missing. One statement."""
    found: dict[int, list[AmendmentRow]] = {}
    query = sa.select(Amendment).where(Amendment.round_id.in_(list(round_pks)))
    for row in read().scalars(query.order_by(Amendment.round_id, Amendment.number)):
        found.setdefault(row.round_id, []).append(
            AmendmentRow(row.number, row.kind, row.before, row.after, row.reason, row.at)
        )
    return found


def check(view: RoundView, *, as_of: date | None = None) -> checks.Check:
    """What stands against preparing this round, by today's bank and what is known of the law then."""
    return check_rules(view.rules, opens_at=view.opens_at, closes_at=view.closes_at, as_of=as_of)


def check_prepared(rules: RoundRules, view: RoundView) -> checks.Check:
    """The same for other rules of a prepared round, by the pool from which it draws."""
    left = Counter((i.topic, i.difficulty) for i in pool(view.pk, view.revision).items if not i.withdrawn)
    return checks.check(rules, opens_at=view.opens_at, closes_at=view.closes_at, available=left)


def check_rules(
    rules: RoundRules, *, opens_at: datetime, closes_at: datetime, as_of: date | None = None
) -> checks.Check:
    """The same for rules that are not stored; the law is that of the round's last day unless ``as_of`` says."""
    day = as_of or lifecycle.last_day(closes_at)
    keys: dict[tuple[str, int], set[int]] = {}
    if rules.marking is MarkingRule.RIGHT_MINUS_WRONG:
        for item in items(rules, closes_at=closes_at):
            keys.setdefault((item.topic, item.difficulty), set()).add(len(item.keys))
    return checks.check(
        rules,
        opens_at=opens_at,
        closes_at=closes_at,
        available=bank.available(as_of=day, samples=rules.trial),
        samples=None if rules.trial else bank.available(as_of=day),
        keys=keys,
    )


def items(rules: RoundRules, *, closes_at: datetime) -> list[PoolItem]:
    """What a round with these rules would freeze now: whatever its cells may draw until its last day."""
    day = lifecycle.last_day(closes_at)
    cells = {(cell.topic, cell.difficulty) for cell in rules.cells}
    return [
        item
        for item in bank.pool({topic for topic, _ in cells}, as_of=day, samples=rules.trial)
        if (item.topic, item.difficulty) in cells
    ]


def overtaken(view: RoundView, *, as_of: date | None = None) -> Overtaken:
    """What the law does to a round that has not closed, by its last day unless ``as_of`` says."""
    day = as_of or lifecycle.last_day(view.closes_at)
    if view.state is RoundState.DRAFT:
        return Overtaken(view, day, [], check(view, as_of=day).shortages)
    if view.state not in (RoundState.SCHEDULED, RoundState.OPEN):
        return Overtaken(view, day, [], [])
    frozen = pool(view.pk, view.revision)
    hit: dict[int, Touched] = {}
    for one in touched(as_of=day, version_ids=frozen.keys.keys()):
        hit.setdefault(one.version_id, one)
    left = Counter((i.topic, i.difficulty) for i in frozen.items if i.version_id not in hit and not i.withdrawn)
    return Overtaken(view, day, list(hit.values()), shortages(left, view.rules.cells) if hit else [])


def public_keys(view: RoundView) -> int:
    """How many questions of a round with prizes have keys that anybody may know; a trial may ask them."""
    if view.rules.trial:
        return 0
    if view.revision:
        return bank.public_keys(list(pool(view.pk, view.revision).keys))
    return bank.public_keys([item.version_id for item in items(view.rules, closes_at=view.closes_at)])


@lru_cache(maxsize=16)
def pool(round_pk: int, number: int) -> Pool:
    """A frozen pool; immutable, so the process keeps it. One statement, the first time."""
    row = read().scalar(sa.select(PoolRevision).where(PoolRevision.round_id == round_pk, PoolRevision.number == number))
    if row is None:
        raise LookupError(f"pool revision {number} of round {round_pk}")
    return pool_of(row)


def pool_of(row: PoolRevision) -> Pool:
    """A stored revision, ready for drawing and marking."""
    items = pool_from_payload(row.pool)
    return Pool(
        items=items,
        by_version={item.version_id: item for item in items},
        keys={item.version_id: item.keys for item in items},
        neutral=frozenset(item.version_id for item in items if item.neutral),
        blueprints={code: msgspec.convert(cells, list[Cell]) for code, cells in row.blueprints.items()},
        seed=bytes.fromhex(row.seed),
        commitment=row.commitment,
    )


def still_asked(version_ids: Iterable[int], *, now: datetime, besides: int) -> frozenset[int]:
    """Those of these versions whose question another round may still ask; their keys stay secret.

    In whatever wording: a new one mostly has the key of the one before.
    """
    others = [view for view in rounds(now=now) if view.pk != besides and not lifecycle.over(view.state)]
    in_play = {v for view in others for v in pool(view.pk, view.revision).keys}
    if not in_play:
        return frozenset()
    return frozenset(v for v, wordings in bank.wordings(version_ids).items() if wordings & in_play)


def score_shown(view: RoundView) -> bool:
    """Whether people may see their own score now."""
    return lifecycle.shown(view.rules.show_score, view.state)


def answers_shown(view: RoundView) -> bool:
    """Whether people may see the right answers of their own papers now."""
    when = view.rules.show_answers
    if when is Reveal.NEVER or (when is Reveal.CLOSE and not view.settled):
        return False
    return lifecycle.shown(when, view.state)


def explanations_shown(view: RoundView) -> bool:
    """Whether the answers come with their explanations now."""
    return answers_shown(view) and lifecycle.shown(view.rules.show_explanations, view.state)
