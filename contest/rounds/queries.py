"""Read models of contests and rounds, and the process's memory of frozen pools."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from contest.rounds import lifecycle
from contest.rounds.lifecycle import Exceptions
from contest.rounds.models import Amendment, Contest, PoolRevision, Round
from contest.rounds.prizes import ContestRules
from contest.rounds.rules import Reveal, RoundRules, RoundState, rules_from_data
from core.clock import LOCAL
from core.db import read
from core.errors import NotFound
from core.i18n import N_
from questions.bank import queries as bank
from questions.drawing import ByCell, Cell, PoolItem, by_cell, pool_from_payload
from questions.marking import Scheme


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
    by_cell: ByCell
    blueprints: dict[str, list[Cell]]
    seed: bytes
    commitment: str

    def scheme(self, rules: RoundRules) -> Scheme:
        """By what papers of a round with these rules are marked."""
        return Scheme(self.keys, rules.marking, self.neutral, rules.neutralised)


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """What of a round was changed after it was prepared, by field; ``kind`` as in the table."""

    number: int
    kind: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    at: datetime


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
        by_cell=by_cell(items),
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
