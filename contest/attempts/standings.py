"""The one place that recomputes a standing: inside the transaction of whatever changed it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from contest.attempts.machine import COUNTING
from contest.attempts.models import Standing, StandingChange
from contest.rounds.ranking import Result, counted, fair_elapsed
from contest.rounds.rules import RoundRules
from core.chain import row_under
from core.db import transaction


class Finished(Protocol):
    """What of a finished attempt is ranked: its row, or the columns of it."""

    @property
    def code(self) -> str | None:
        """Receipt code."""

    @property
    def points(self) -> int | None:
        """By the keys that marked it."""

    @property
    def elapsed_ms(self) -> int | None:
        """Time that it really took."""

    @property
    def allowance_ms(self) -> int:
        """Time that was allowed."""

    @property
    def finished_at(self) -> datetime | None:
        """When it was handed in."""

    @property
    def prediction(self) -> int | None:
        """What was predicted."""


def result_of(attempt: Finished, rules: RoundRules, *, points: int | None = None) -> Result:
    """A finished attempt as it is ranked, under its receipt code; with ``points`` when marked anew."""
    if attempt.finished_at is None or attempt.elapsed_ms is None or attempt.points is None or attempt.code is None:
        raise ValueError("attempt is in progress")
    return Result(
        who=attempt.code,
        points=attempt.points if points is None else points,
        elapsed_ms=fair_elapsed(attempt.elapsed_ms, allowance_ms=attempt.allowance_ms, minutes=rules.minutes),
        submitted_at=attempt.finished_at,
        prediction=attempt.prediction,
    )


class Ranked(Finished, Protocol):
    """What a standing keeps of the attempt that counts."""

    @property
    def id(self) -> int:
        """The attempt's key."""

    @property
    def state(self) -> str:
        """``machine.State``."""

    @property
    def agency_id(self) -> int | None:
        """Agency at the start."""

    @property
    def group_code(self) -> str:
        """Group at the start."""


_COUNTED = ("attempt_id", "agency_id", "group_code", "points", "elapsed_ms", "submitted_at", "version")
_WHOSE = ("round_id", "person_id")
_PARAMETERS = {name: f"standing_{name}" for name in (*_WHOSE, *_COUNTED)}


def then_changed(condition: sa.ColumnElement[bool]) -> sa.Update:
    """The standing's new version as a part of a :class:`~core.chain.Chain`; parameters of :func:`change`."""
    whose = (Standing.__table__.c[name] == sa.bindparam(_PARAMETERS[name]) for name in _WHOSE)
    return (
        sa.update(Standing)
        .where(*whose, condition)
        .values(
            {name: sa.bindparam(_PARAMETERS[name]) for name in _COUNTED}
            | {"dirty": True, "changed_at": sa.bindparam("standing_at")}
        )
    )


def then_remembered(condition: sa.ColumnElement[bool]) -> sa.Insert:
    """Its history row, likewise."""
    return row_under(StandingChange, _PARAMETERS | {"at": "standing_at"}, condition)


_CHANGED, _REMEMBERED = then_changed(sa.true()), then_remembered(sa.true())


def recompute(*, standing: Standing, attempts: Iterable[Ranked], rules: RoundRules, now: datetime) -> None:
    """Write which of ``attempts`` counts into ``standing`` (which the caller has locked).

    A new version, a history row and the dirty flag, only if what counts has changed.
    """
    recompute_all([(standing, attempts)], rules=rules, now=now)


def recompute_all(pairs: Iterable[tuple[Standing, Iterable[Ranked]]], *, rules: RoundRules, now: datetime) -> None:
    """The same for many people at once, in two statements."""
    changes = [found for standing, attempts in pairs if (found := change(standing, attempts, rules, now))]
    if not changes:
        return
    with transaction() as session:
        connection = session.connection()
        connection.execute(_CHANGED, changes)
        connection.execute(_REMEMBERED, changes)


def change(standing: Standing, attempts: Iterable[Ranked], rules: RoundRules, now: datetime) -> dict[str, Any] | None:
    """The parameters of a standing's new version; None where what counts has not changed."""
    by_code = {a.code: a for a in attempts if a.state in COUNTING}
    best = counted((result_of(a, rules) for a in by_code.values()), counting=rules.counts, criteria=rules.live_criteria)
    chosen = by_code[best.who] if best else None
    values: dict[str, Any] = {
        "attempt_id": chosen.id if chosen else None,
        "agency_id": chosen.agency_id if chosen else None,
        "group_code": chosen.group_code if chosen else standing.group_code,
        "points": best.points if best else None,
        "elapsed_ms": best.elapsed_ms if best else None,
        "submitted_at": best.submitted_at if best else None,
    }
    if all(getattr(standing, name) == value for name, value in values.items()):
        return None
    values |= {"round_id": standing.round_id, "person_id": standing.person_id, "version": standing.version + 1}
    return {_PARAMETERS[name]: value for name, value in values.items()} | {"standing_at": now}


def mark_projected(*, round_pk: int, versions: list[tuple[int, int]]) -> None:
    """Clear ``dirty`` where (person id, version) is still the standing's version."""
    with transaction() as session:
        for person_id, version in versions:
            session.execute(
                sa.update(Standing)
                .where(
                    Standing.round_id == round_pk,
                    Standing.person_id == person_id,
                    Standing.version == version,
                )
                .values(dirty=False)
                .execution_options(synchronize_session=False)
            )
