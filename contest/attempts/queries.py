"""Read models of attempts and standings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from contest.attempts import papers
from contest.attempts import rules as r
from contest.attempts.finishing import unknown
from contest.attempts.machine import COUNTING, State
from contest.attempts.models import Attempt, Standing, StandingChange
from contest.attempts.receipts import Receipt, receipt_of
from contest.rounds import queries as rounds
from contest.rounds.models import Contest, Round
from contest.rounds.queries import RoundView
from contest.rounds.terms import terms
from core.db import read
from questions import marking
from questions.bank.models import QuestionVersion
from questions.drawing import Slot
from questions.marking import Scheme
from questions.review.models import KeyExposure


@dataclass(frozen=True, slots=True)
class MyRound:
    """One person's attempts in one round."""

    used: int
    open_attempt_id: str | None
    open_deadline: datetime | None
    receipts: list[Receipt]


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A standing as boards take it; ``points`` null: nothing counts."""

    person_id: int
    board_id: str
    agency_id: int | None
    points: int | None
    elapsed_ms: int | None
    submitted_at: datetime | None
    version: int
    group: str


def own_attempt(attempt_id: str, *, person_id: int, now: datetime) -> tuple[Attempt, RoundView]:
    """An attempt of this person with its round; raises :class:`NotFound` for anybody else's."""
    row = (
        read()
        .execute(
            sa.select(Attempt, Round, Contest)
            .join(Round, Round.id == Attempt.round_id)
            .join(Contest, Contest.id == Round.contest_id)
            .where(Attempt.public_id == attempt_id, Attempt.person_id == person_id)
            # Rows are changed by statements: what the session has seen of them before may be old.
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )
    if row is None:
        raise unknown()
    attempt, round_, contest = row
    return attempt, rounds.round_view(round_, contest, now)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sheet has to fit: the paper, and whether it has a prediction question."""

    paper: list[Slot]
    predicts: bool


_ASKED = sa.select(Attempt.public_id, Attempt.person_id, Attempt.paper, Attempt.predicts).where(
    Attempt.public_id == sa.bindparam("attempt"), Attempt.person_id == sa.bindparam("person")
)
_REMEMBERED = 20_000
_asked: dict[tuple[str, int], Asked] = {}


def asked(attempt_id: str, *, person_id: int) -> Asked:
    """What an attempt of this person asks; immutable, so the process keeps it. Raises :class:`NotFound`."""
    found = _asked.get((attempt_id, person_id))
    if found is None:
        row = read().connection().execute(_ASKED, {"attempt": attempt_id, "person": person_id}).one_or_none()
        if row is None:
            raise unknown()
        found = remember_asked(row)
    return found


def remember_asked(attempt: Attempt | sa.Row[Any]) -> Asked:
    """Keep what an attempt asks, so that its saves need not look."""
    if len(_asked) >= _REMEMBERED:
        _asked.clear()
    found = Asked(r.paper_from_data(attempt.paper), attempt.predicts)
    _asked[attempt.public_id, attempt.person_id] = found
    return found


def mine(*, person_id: int, round_: RoundView) -> MyRound:
    """A person's attempts in a round, in order."""
    attempts = list(
        read().scalars(
            sa.select(Attempt)
            .where(Attempt.round_id == round_.pk, Attempt.person_id == person_id)
            .order_by(Attempt.number)
        )
    )
    running = next((a for a in attempts if a.state == State.IN_PROGRESS), None)
    return MyRound(
        used=sum(1 for a in attempts if a.state != State.VOIDED),
        open_attempt_id=running.public_id if running else None,
        open_deadline=running.deadline if running else None,
        receipts=[receipt_of(a, round_) for a in attempts if a.state != State.IN_PROGRESS],
    )


def last_number(*, person_id: int, round_: RoundView) -> int | None:
    """The number of the last attempt that a person may have in a round; ``None``: as many as they like.

    What the rules allow, what was given besides, and another for each that was voided.
    """
    if round_.rules.unlimited:
        return None
    here = (Attempt.round_id == round_.pk, Attempt.person_id == person_id, Attempt.state == State.VOIDED)
    voided = read().scalar(sa.select(sa.func.count()).select_from(Attempt).where(*here)) or 0
    return round_.attempts_allowed + terms(round_pk=round_.pk, person_id=person_id).extra_attempts + voided


def sitting(*, person_id: int, now: datetime) -> list[RoundView]:
    """The rounds in which a person has an attempt in progress."""
    rows = read().execute(
        sa.select(Round, Contest)
        .join(Attempt, Attempt.round_id == Round.id)
        .join(Contest, Contest.id == Round.contest_id)
        .where(Attempt.person_id == person_id, Attempt.state == State.IN_PROGRESS)
        .order_by(Attempt.deadline)
    )
    return [rounds.round_view(round_, contest, now) for round_, contest in rows]


def running_attempt(*, person_id: int, now: datetime) -> str | None:
    """The attempt of a person that ends first among those whose time is not over."""
    return read().scalar(
        sa.select(Attempt.public_id)
        # Through the rounds: the index on who sits begins with them.
        .join(Round, Round.id == Attempt.round_id)
        .where(Attempt.person_id == person_id, Attempt.state == State.IN_PROGRESS, Round.published_at.is_(None))
        .where(sa.or_(Attempt.deadline > now, Attempt.paused_at.is_not(None)))
        .order_by(Attempt.deadline)
        .limit(1)
    )


def all_receipts(*, person_id: int, now: datetime) -> list[tuple[RoundView, Receipt, int]]:
    """Every receipt of a person with its round and what a perfect sheet of that paper is worth, newest first."""
    rows = read().execute(
        sa.select(Attempt, Round, Contest)
        .join(Round, Round.id == Attempt.round_id)
        .join(Contest, Contest.id == Round.contest_id)
        .where(Attempt.person_id == person_id, Attempt.state != State.IN_PROGRESS)
        .order_by(Attempt.finished_at.desc())
    )
    found = []
    for attempt, round_, contest in rows:
        view = rounds.round_view(round_, contest, now)
        found.append((view, receipt_of(attempt, view), papers.points_max(attempt, view)))
    return found


def marked_results(round_: RoundView, *, scheme: Scheme) -> list[tuple[Attempt, int]]:
    """Every attempt of a round that is over, the voided ones too, with its points by ``scheme``."""
    attempts = read().scalars(
        sa.select(Attempt)
        .where(Attempt.round_id == round_.pk, Attempt.state.in_((*COUNTING, State.VOIDED)))
        .order_by(Attempt.id)
    )
    return [(a, marking.points(r.paper_from_data(a.paper), a.answers, scheme)) for a in attempts]


def finished_count(round_pk: int) -> int:
    """How many attempts of a round are finished."""
    finished = sa.select(sa.func.count()).select_from(Attempt)
    return read().scalar(finished.where(Attempt.round_id == round_pk, Attempt.state.in_(COUNTING))) or 0


def finished_sheets(round_pk: int, *, page: int = 2_000) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Paper (as stored) and answers of every finished attempt, read page by page: memory stays flat.

    No cursor stays open between two pages, so the reader may write meanwhile.
    """
    last, decode = 0, msgspec.json.decode
    query = (
        # As text, decoded one by one: a page full of lists keeps the garbage collector busy for most of the time.
        sa.select(
            Attempt.id,
            sa.cast(Attempt.paper, sa.Text).label("paper"),
            sa.cast(Attempt.answers, sa.Text).label("answers"),
        )
        # "+ 0" keeps the round's index out: it would sort the whole round anew for every page.
        .where(Attempt.round_id + 0 == round_pk, Attempt.state.in_(COUNTING))
        .order_by(Attempt.id)
        .limit(page)
    )
    while rows := read().execute(query.where(Attempt.id > last)).all():
        last = rows[-1].id
        yield from ((decode(row.paper), decode(row.answers)) for row in rows)


def running(round_pk: int) -> int:
    """How many attempts of a round are in progress."""
    return (
        read().scalar(
            sa.select(sa.func.count())
            .select_from(Attempt)
            .where(Attempt.round_id == round_pk, Attempt.state == State.IN_PROGRESS)
        )
        or 0
    )


def takers(round_pk: int) -> frozenset[int]:
    """Everybody who has begun an attempt in a round."""
    return frozenset(read().scalars(sa.select(Attempt.person_id).where(Attempt.round_id == round_pk)))


def is_sitting(person_id: int) -> bool:
    """Whether a person has an attempt in progress, in any round."""
    return bool(
        read().scalar(sa.select(sa.exists().where(Attempt.person_id == person_id, Attempt.state == State.IN_PROGRESS)))
    )


def handed_keys(*, person_id: int, version_ids: Iterable[int]) -> bool:
    """Whether a person was ever handed the keys of one of these questions, in whatever wording."""
    seen, asked = aliased(QuestionVersion), aliased(QuestionVersion)
    return bool(
        read().scalar(
            sa.select(
                sa.exists()
                .where(KeyExposure.person_id == person_id)
                .where(seen.id == KeyExposure.version_id, asked.question_id == seen.question_id)
                .where(asked.id.in_(list(version_ids)))
            )
        )
    )


def dirty_standings(round_pk: int, *, limit: int) -> list[StandingRow]:
    """Standings whose newest version the board may not show yet."""
    return _standing_rows(
        sa.select(Standing)
        .where(Standing.round_id == round_pk, Standing.dirty)
        .order_by(Standing.person_id)  # several projectors take the same rows in the same order
        .limit(limit)
    )


def standings(round_pk: int, *, as_of: datetime | None = None) -> list[StandingRow]:
    """All standings of a round, tombstones included; with ``as_of`` as they were then."""
    if as_of is None:
        return _standing_rows(sa.select(Standing).where(Standing.round_id == round_pk, Standing.version > 0))
    return standings_as_of(round_pk, as_of=as_of)


def standings_as_of(round_pk: int, *, as_of: datetime, person_ids: Iterable[int] | None = None) -> list[StandingRow]:
    """From the history: each person's last version at or before ``as_of``."""
    newest = (
        sa.select(StandingChange.person_id, sa.func.max(StandingChange.version).label("version"))
        .where(StandingChange.round_id == round_pk, StandingChange.at <= as_of)
        .group_by(StandingChange.person_id)
    )
    if person_ids is not None:
        newest = newest.where(StandingChange.person_id.in_(list(person_ids)))
    last = newest.subquery()
    rows = read().execute(
        sa.select(StandingChange, Standing.board_id)
        .join(
            last,
            (last.c.person_id == StandingChange.person_id) & (last.c.version == StandingChange.version),
        )
        .join(
            Standing,
            (Standing.round_id == StandingChange.round_id) & (Standing.person_id == StandingChange.person_id),
        )
        .where(StandingChange.round_id == round_pk)
    )
    return [
        StandingRow(
            change.person_id,
            board_id,
            change.agency_id,
            change.points,
            change.elapsed_ms,
            change.submitted_at,
            change.version,
            change.group_code,
        )
        for change, board_id in rows
    ]


def own_standing(*, round_pk: int, person_id: int) -> StandingRow | None:
    """One person's standing, if anything counts for them."""
    rows = _standing_rows(
        sa.select(Standing).where(
            Standing.round_id == round_pk,
            Standing.person_id == person_id,
            Standing.attempt_id.is_not(None),
        )
    )
    return rows[0] if rows else None


def takers_by_agency(round_pk: int) -> list[tuple[int, int, int, int]]:
    """(agency id, takers, attempts, in progress) of a round; one statement."""
    rows = read().execute(
        sa.select(
            Attempt.agency_id,
            sa.func.count(sa.distinct(Attempt.person_id)),
            sa.func.count(),
            sa.func.sum(sa.case((Attempt.state == State.IN_PROGRESS, 1), else_=0)),
        )
        .where(Attempt.round_id == round_pk, Attempt.agency_id.is_not(None), Attempt.state != State.VOIDED)
        .group_by(Attempt.agency_id)
    )
    return [(agency, takers, attempts, int(open_ or 0)) for agency, takers, attempts, open_ in rows]


def takers_of_agencies(round_pk: int, agency_ids: frozenset[int]) -> dict[int, tuple[int, bool]]:
    """Person id -> (finished attempts, sitting now), for attempts begun in these agencies."""
    rows = read().execute(
        sa.select(
            Attempt.person_id,
            sa.func.sum(sa.case((Attempt.state.in_(COUNTING), 1), else_=0)),
            sa.func.sum(sa.case((Attempt.state == State.IN_PROGRESS, 1), else_=0)),
        )
        .where(Attempt.round_id == round_pk, Attempt.agency_id.in_(agency_ids))
        .group_by(Attempt.person_id)
    )
    return {person: (int(done or 0), bool(sitting)) for person, done, sitting in rows}


def _standing_rows(query: sa.Select[Standing]) -> list[StandingRow]:
    return [
        StandingRow(
            s.person_id, s.board_id, s.agency_id, s.points, s.elapsed_ms, s.submitted_at, s.version, s.group_code
        )
        for s in read().scalars(query)
    ]
