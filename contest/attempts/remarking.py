"""Marking finished papers again after an amendment of keys: by the worker, in batches, until none is behind.

A batch is marked before its transaction and written in a short one, which takes only what is still
behind: two workers at once do the same work twice and nothing wrong, and saves hardly wait.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from contest.attempts import rules as r
from contest.attempts import standings
from contest.attempts.machine import COUNTING, State
from contest.attempts.models import Attempt, Standing
from contest.rounds import queries as rounds
from contest.rounds.models import Round
from contest.rounds.queries import RoundView
from contest.rounds.ranking import counted, sort_key
from core.db import read, transaction
from questions import marking
from questions.drawing import PoolItem, Slot
from questions.marking import Scheme

BATCH = 100
"""Papers in one transaction: so few that it holds SQLite's only write lock for less than 50 ms."""
PAGE = 1_000
_RANKED = (
    Attempt.id,
    Attempt.person_id,
    Attempt.state,
    Attempt.agency_id,
    Attempt.group_code,
    Attempt.code,
    Attempt.points,
    Attempt.elapsed_ms,
    Attempt.allowance_ms,
    Attempt.finished_at,
    Attempt.prediction,
)
_PAPER = (sa.cast(Attempt.paper, sa.Text).label("paper"), sa.cast(Attempt.answers, sa.Text).label("answers"))
_decoded = msgspec.json.decode


@dataclass(frozen=True, slots=True)
class Effect:
    """What an amendment of keys does: papers with the question (finished, still being sat), whose points
    rise or fall, people for whom another score counts, and those who are ``leaving`` the named top.
    ``worth``: by how much the highest possible score of each of these papers changes.
    """

    papers: int
    sitting: int
    up: int
    down: int
    people: int
    leaving: int
    worth: int


def pass_over(*, now: datetime) -> int:
    """Bring every paper of every round to its round's newest keys; returns how many were marked again."""
    return sum(_all_of(rounds.round_(round_id, now=now, drafts=True), now) for round_id in _behind())


def _all_of(view: RoundView, now: datetime) -> int:
    done, last = 0, (0, 0)
    while batch := _batch(view, after=last):
        last = (batch[-1].person_id, batch[-1].number)
        done += _store(view, _marked(view, batch), now)
    return done


def behind(view: RoundView) -> int:
    """How many finished papers of a round are still marked by older keys."""
    return (
        read().scalar(
            sa.select(sa.func.count())
            .select_from(Attempt)
            .where(Attempt.round_id == view.pk, Attempt.marked_revision < view.revision)
        )
        or 0
    )


def effect(
    view: RoundView,
    *,
    version_id: int,
    items: Sequence[PoolItem],
    report: Callable[[int, int], None] | None = None,
) -> Effect:
    """What marking by these ``items`` would do to the papers that contain one question.

    ``report`` is told (papers done, papers) now and then.
    """
    old = rounds.pool(view.pk, view.revision).scheme(view.rules)
    new = Scheme(
        {item.version_id: item.keys for item in items},
        view.rules.marking,
        frozenset(item.version_id for item in items if item.neutral),
        view.rules.neutralised,
    )
    papers, up, down = 0, 0, 0
    total = _number(view.pk, version_id, COUNTING) if report else 0
    changed: dict[int, int] = {}
    for row in _containing(view.pk, version_id):
        if report and papers % PAGE == 0:
            report(papers, max(papers, total))
        papers += 1
        paper, answers = r.paper_from_data(_decoded(row.paper)), _decoded(row.answers)
        before, after = (marking.points(paper, answers, scheme) for scheme in (old, new))
        up, down = up + (after > before), down + (after < before)
        if after != before:
            changed[row.id] = after
    if report:
        report(papers, papers)
    people, leaving = _moved(view, changed)
    slot = [Slot(version_id, ())]
    worth = marking.points_max(slot, new) - marking.points_max(slot, old)
    return Effect(papers, _number(view.pk, version_id, [State.IN_PROGRESS]), up, down, people, leaving, worth)


def papers_with(view: RoundView, version_id: int) -> tuple[int, int]:
    """(papers with this question, papers without it), finished or being sat; one statement."""
    has = sa.func.coalesce(sa.func.sum(sa.case((_has(version_id), 1), else_=0)), 0)
    row = read().execute(
        sa.select(has, sa.func.count()).where(Attempt.round_id == view.pk, Attempt.state != State.VOIDED)
    )
    holding, papers = row.one()
    return int(holding), papers - int(holding)


def _behind() -> list[str]:
    older = sa.exists().where(Attempt.round_id == Round.id, Attempt.marked_revision < Round.revision)
    return list(read().scalars(sa.select(Round.public_id).where(Round.revision > 1, older)))


def _batch(view: RoundView, *, after: tuple[int, int]) -> Sequence[Any]:
    """The next papers that are behind, in the order of people, which is the order of every lock here."""
    place = sa.tuple_(Attempt.person_id, Attempt.number)
    return (
        read()
        .execute(
            sa.select(Attempt.id, Attempt.person_id, Attempt.number, Attempt.state, Attempt.points, *_PAPER)
            .where(Attempt.round_id == view.pk, Attempt.marked_revision < view.revision, place > after)
            .order_by(Attempt.person_id, Attempt.number)
            .limit(BATCH)
        )
        .all()
    )


def _marked(view: RoundView, batch: Sequence[Any]) -> list[dict[str, Any]]:
    """The papers with their points by the newest keys; a finished sheet does not change any more."""
    scheme = rounds.pool(view.pk, view.revision).scheme(view.rules)
    return [
        {
            "pk": row.id,
            "person": row.person_id,
            "new": marking.points(r.paper_from_data(_decoded(row.paper)), _decoded(row.answers), scheme),
            "old": row.points,
            "counts": row.state in COUNTING,
        }
        for row in batch
    ]


def _store(view: RoundView, marks: list[dict[str, Any]], now: datetime) -> int:
    moved = [mark for mark in marks if mark["new"] != mark["old"]]
    with transaction() as session:
        behind_ = set(
            session.scalars(
                sa.select(Attempt.id)
                .where(Attempt.id.in_([mark["pk"] for mark in marks]), Attempt.marked_revision < view.revision)
                .order_by(Attempt.person_id, Attempt.number)
                .with_for_update()
            )
        )
        session.execute(
            sa.update(Attempt)
            .where(Attempt.id.in_(behind_))
            .values(marked_revision=view.revision)
            .execution_options(synchronize_session=False)
        )
        moved = [mark for mark in moved if mark["pk"] in behind_]
        if moved:
            session.connection().execute(
                sa.update(Attempt).where(Attempt.id == sa.bindparam("pk")).values(points=sa.bindparam("new")),
                [{"pk": mark["pk"], "new": mark["new"]} for mark in moved],
            )
            _restand(session, view, {mark["person"] for mark in moved if mark["counts"]}, now)
    return len(behind_)


def _restand(session: Session, view: RoundView, person_ids: set[int], now: datetime) -> None:
    if not person_ids:
        return
    rows = session.scalars(
        sa.select(Standing)
        .where(Standing.round_id == view.pk, Standing.person_id.in_(person_ids))
        .order_by(Standing.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_person: dict[int, list[Any]] = {}
    for row in session.execute(
        sa.select(*_RANKED).where(
            Attempt.round_id == view.pk, Attempt.person_id.in_(person_ids), Attempt.state.in_(COUNTING)
        )
    ):
        by_person.setdefault(row.person_id, []).append(row)
    standings.recompute_all(
        ((standing, by_person.get(standing.person_id, [])) for standing in rows), rules=view.rules, now=now
    )


def _containing(round_pk: int, version_id: int) -> Iterator[Any]:
    """Finished papers with this question, page by page, as text: no cursor stays open between two pages."""
    last = 0
    query = (
        sa.select(Attempt.id, *_PAPER)
        .where(Attempt.round_id + 0 == round_pk, Attempt.state.in_(COUNTING), _has(version_id))
        .order_by(Attempt.id)
        .limit(PAGE)
    )
    while page := read().execute(query.where(Attempt.id > last)).all():
        last = page[-1].id
        yield from page


def _number(round_pk: int, version_id: int, states: Iterable[State]) -> int:
    """How many papers in these states have the question."""
    return (
        read().scalar(
            sa.select(sa.func.count())
            .select_from(Attempt)
            .where(Attempt.round_id == round_pk, Attempt.state.in_(states), _has(version_id))
        )
        or 0
    )


def _has(version_id: int) -> sa.ColumnElement[bool]:
    # A paper is stored as [[version, [order]], …]: as text a version stands after "[" and before ", [".
    return sa.cast(Attempt.paper, sa.Text).contains(f"[{version_id}, [")


def _moved(view: RoundView, changed: dict[int, int]) -> tuple[int, int]:
    """(people for whom other points count, people who leave the named top) with these points by attempt id."""
    rows = _results(view)
    before, after = [], []
    people = 0
    for tries in rows.values():
        pair = [
            counted(
                (standings.result_of(a, view.rules, points=new.get(a.id)) for a in tries),
                counting=view.rules.counts,
                criteria=view.rules.live_criteria,
            )
            for new in ({}, changed)
        ]
        if pair[0] is None or pair[1] is None:
            continue
        people += pair[0].points != pair[1].points
        before.append((pair[0], tries[0].person_id))
        after.append((pair[1], tries[0].person_id))
    return people, len(_top(view, before) - _top(view, after))


def _results(view: RoundView) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    rows = read().execute(sa.select(*_RANKED).where(Attempt.round_id == view.pk, Attempt.state.in_(COUNTING)))
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _top(view: RoundView, results: Iterable[tuple[Any, int]]) -> set[int]:
    ordered = sorted(results, key=lambda pair: sort_key(pair[0], view.rules.live_criteria))
    return {person_id for _, person_id in ordered[: view.rules.top]}
