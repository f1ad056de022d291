"""Marking finished papers again after an amendment of keys: by the worker, in batches, until none is behind.

A batch is one short transaction that locks what it changes; two workers at once do the same work twice
and nothing wrong.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contest.attempts import finishing, standings
from contest.attempts import rules as r
from contest.attempts.machine import COUNTING, State
from contest.attempts.models import Attempt, Standing
from contest.rounds import queries as rounds
from contest.rounds.models import Round
from contest.rounds.queries import RoundView
from contest.rounds.ranking import counted, sort_key
from core.db import read, transaction
from questions import marking
from questions.drawing import PoolItem
from questions.marking import Scheme

BATCH = 200


@dataclass(frozen=True, slots=True)
class Effect:
    """What an amendment of keys does: papers with the question (finished, still being sat), whose points
    rise or fall, people for whom another score counts, and those who are ``leaving`` the named top.
    """

    papers: int
    sitting: int
    up: int
    down: int
    people: int
    leaving: int


def pass_over(*, now: datetime) -> int:
    """Bring every paper of every round to its round's newest keys; returns how many were marked again."""
    done = 0
    for round_id in _behind():
        view = rounds.round_(round_id, now=now, drafts=True)
        while ids := _batch(view):
            done += _mark_again(view, ids, now)
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


def effect(view: RoundView, *, version_id: int, items: Sequence[PoolItem]) -> Effect:
    """What marking by these ``items`` would do to the papers that contain one question."""
    old = rounds.pool(view.pk, view.revision).scheme(view.rules)
    new = Scheme(
        {item.version_id: item.keys for item in items},
        view.rules.marking,
        frozenset(item.version_id for item in items if item.neutral),
        view.rules.neutralised,
    )
    up, down, changed = 0, 0, dict[int, int]()
    papers = 0
    for attempt in _containing(view.pk, version_id):
        papers += 1
        paper = r.paper_from_data(attempt.paper)
        before, after = (marking.points(paper, attempt.answers, scheme) for scheme in (old, new))
        up, down = up + (after > before), down + (after < before)
        if after != before:
            changed[attempt.id] = after
    people, leaving = _moved(view, changed)
    return Effect(papers, _sitting(view.pk, version_id), up, down, people, leaving)


def _behind() -> list[str]:
    oldest = (
        sa.select(Attempt.round_id, sa.func.min(Attempt.marked_revision).label("oldest"))
        .group_by(Attempt.round_id)
        .subquery()
    )
    return list(
        read().scalars(
            sa.select(Round.public_id)
            .join(oldest, oldest.c.round_id == Round.id)
            .where(Round.revision > 1, oldest.c.oldest < Round.revision)
        )
    )


def _batch(view: RoundView) -> list[int]:
    return list(
        read().scalars(
            sa.select(Attempt.id)
            .where(Attempt.round_id == view.pk, Attempt.marked_revision < view.revision)
            .order_by(Attempt.person_id)
            .limit(BATCH)
        )
    )


def _mark_again(view: RoundView, ids: list[int], now: datetime) -> int:
    with transaction() as session:
        attempts = list(
            session.scalars(sa.select(Attempt).where(Attempt.id.in_(ids)).order_by(Attempt.person_id).with_for_update())
        )
        moved = set()
        for attempt in attempts:
            before = attempt.points
            finishing.mark(attempt, view)
            if attempt.points != before and attempt.state in COUNTING:
                moved.add(attempt.person_id)
        session.flush()
        _restand(session, view, moved, now)
    return len(attempts)


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
    by_person: dict[int, list[Attempt]] = {}
    for attempt in session.scalars(
        sa.select(Attempt).where(
            Attempt.round_id == view.pk, Attempt.person_id.in_(person_ids), Attempt.state.in_(COUNTING)
        )
    ):
        by_person.setdefault(attempt.person_id, []).append(attempt)
    for standing in rows:
        standings.recompute(
            standing=standing, attempts=by_person.get(standing.person_id, []), rules=view.rules, now=now
        )


def _containing(round_pk: int, version_id: int) -> Iterator[Attempt]:
    """Finished papers with this question, page by page."""
    last = 0
    query = sa.select(Attempt).where(Attempt.round_id == round_pk, Attempt.state.in_(COUNTING), _has(version_id))
    while page := read().scalars(query.where(Attempt.id > last).order_by(Attempt.id).limit(1000)).all():
        last = page[-1].id
        yield from page
        read().expunge_all()


def _sitting(round_pk: int, version_id: int) -> int:
    return (
        read().scalar(
            sa.select(sa.func.count())
            .select_from(Attempt)
            .where(Attempt.round_id == round_pk, Attempt.state == State.IN_PROGRESS, _has(version_id))
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
    rows = read().execute(
        sa.select(
            Attempt.id,
            Attempt.person_id,
            Attempt.code,
            Attempt.points,
            Attempt.elapsed_ms,
            Attempt.allowance_ms,
            Attempt.finished_at,
            Attempt.prediction,
        ).where(Attempt.round_id == view.pk, Attempt.state.in_(COUNTING))
    )
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _top(view: RoundView, results: Iterable[tuple[Any, int]]) -> set[int]:
    ordered = sorted(results, key=lambda pair: sort_key(pair[0], view.rules.live_criteria))
    return {person_id for _, person_id in ordered[: view.rules.top]}
