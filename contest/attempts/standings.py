"""The one place that recomputes a standing: inside the transaction of whatever changed it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from contest.attempts.machine import COUNTING
from contest.attempts.models import Standing, StandingChange
from contest.rounds.ranking import Result, counted, fair_elapsed
from contest.rounds.rules import RoundRules
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


_COUNTED = ("attempt_id", "agency_id", "group_code", "points", "elapsed_ms", "submitted_at")
_CHANGE = (
    sa.update(Standing)
    .where(Standing.round_id == sa.bindparam("in_round"), Standing.person_id == sa.bindparam("of_person"))
    .values({name: sa.bindparam(name) for name in (*_COUNTED, "version", "dirty", "changed_at")})
)
_HISTORY = sa.insert(StandingChange).inline()


def recompute(*, standing: Standing, attempts: Iterable[Ranked], rules: RoundRules, now: datetime) -> None:
    """Write which of ``attempts`` counts into ``standing`` (which the caller has locked).

    A new version, a history row and the dirty flag, only if what counts has changed.
    """
    recompute_all([(standing, attempts)], rules=rules, now=now)


def recompute_all(pairs: Iterable[tuple[Standing, Iterable[Ranked]]], *, rules: RoundRules, now: datetime) -> None:
    """The same for many people at once, in two statements."""
    changes = [change for standing, attempts in pairs if (change := _change(standing, attempts, rules, now))]
    if not changes:
        return
    with transaction() as session:
        connection = session.connection()
        connection.execute(
            _CHANGE,
            [
                {
                    "in_round": change["round_id"],
                    "of_person": change["person_id"],
                    "dirty": True,
                    "changed_at": now,
                    "version": change["version"],
                    **{name: change[name] for name in _COUNTED},
                }
                for change in changes
            ],
        )
        connection.execute(_HISTORY, changes)


def _change(standing: Standing, attempts: Iterable[Ranked], rules: RoundRules, now: datetime) -> dict[str, Any] | None:
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
    who = {"round_id": standing.round_id, "person_id": standing.person_id}
    return {**who, **values, "version": standing.version + 1, "at": now}


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
