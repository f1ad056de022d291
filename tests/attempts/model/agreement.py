"""Whether the database agrees with the model."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from contest.attempts.models import Attempt, LateSheet, Standing, StandingChange
from core.db import db
from tests.attempts.model import truth
from tests.world import World

STANDING = ("attempt_id", "agency_id", "group_code", "points", "elapsed_ms", "submitted_at", "version")


def rows(world: World, query: sa.Select[Any]) -> list[Any]:
    """What the database has now."""
    with world.inside():
        return list(db.session.scalars(query))


class Agreement:
    """Compares after every step; remembers what must not change from one step to the next."""

    def __init__(self, world: World, round_: truth.Round, round_pk: int, people: list[int]) -> None:
        self.world, self.truth, self.round_pk, self.people = world, round_, round_pk, people
        self.opened = world.now
        self.deadlines: dict[str, Any] = {}
        self.history: dict[tuple[int, int], tuple[Any, ...]] = {}

    def moment(self, ms: int) -> Any:
        """A time of the model as the product stores it."""
        return self.opened + timedelta(milliseconds=ms)

    def deadline(self, a: truth.Attempt) -> Any:
        """Where the stopwatch would stop, were the clock not paused from now on."""
        at = self.truth.now if a.paused_at is None else a.paused_at
        return self.moment(at + a.left)

    def check(self, *, closed_early: bool = False) -> None:
        """Everything that is stored of the round."""
        stored = {
            row.public_id: row for row in rows(self.world, sa.select(Attempt).where(Attempt.round_id == self.round_pk))
        }
        assert stored.keys() == {a.id for a in self.truth.attempts}
        for a in self.truth.attempts:
            self._attempt(a, stored[a.id], closed_early)
        sheets = rows(self.world, sa.select(LateSheet).where(LateSheet.attempt_id.in_([r.id for r in stored.values()])))
        kept = {sheet.attempt_id: (sheet.answers, sheet.prediction) for sheet in sheets}
        assert kept == {stored[a.id].id: a.evidence for a in self.truth.attempts if a.evidence}
        self._standings(stored)

    def _attempt(self, a: truth.Attempt, row: Attempt, closed_early: bool) -> None:
        assert (row.state, row.number, row.epoch, row.seq) == (a.state, a.number, a.epoch, a.seq)
        assert (row.answers, row.prediction) == (a.answers, a.prediction), "what is stored is not what was acknowledged"
        assert row.allowance_ms == a.allowance
        if a.running:
            assert row.deadline == self.deadline(a)
            assert (row.paused_at is None) == (a.paused_at is None)
            before = self.deadlines.get(a.id, row.deadline)
            assert closed_early or row.deadline >= before, "a deadline moved earlier"
            self.deadlines[a.id] = row.deadline
            return
        if not a.code:
            a.code = row.code or ""
        assert (row.code, row.finished_at, row.elapsed_ms) == (a.code, self.moment(a.finished_at or 0), a.elapsed)
        assert row.points == a.points

    def _standings(self, stored: dict[str, Attempt]) -> None:
        found = {s.person_id: s for s in rows(self.world, sa.select(Standing).where(self._of(Standing)))}
        changes: dict[int, list[StandingChange]] = {}
        for change in rows(
            self.world, sa.select(StandingChange).where(self._of(StandingChange)).order_by(StandingChange.version)
        ):
            changes.setdefault(change.person_id, []).append(change)
        assert found.keys() == {self.people[a.person] for a in self.truth.attempts}
        for person, pk in enumerate(self.people):
            if pk in found:
                self._standing(self.truth.counted(person), found[pk], changes.get(pk, []), stored)

    def _standing(
        self,
        best: truth.Attempt | None,
        row: Standing,
        changes: list[StandingChange],
        stored: dict[str, Attempt],
    ) -> None:
        assert [change.version for change in changes] == list(range(1, row.version + 1))
        for change in changes:
            values = tuple(getattr(change, name) for name in STANDING)
            assert self.history.setdefault((change.person_id, change.version), values) == values
        if changes:
            newest = tuple(getattr(changes[-1], name) for name in STANDING)
            assert newest == tuple(getattr(row, name) for name in STANDING)
        if best is None:
            counted = (row.attempt_id, row.agency_id, row.points, row.elapsed_ms, row.submitted_at)
            assert counted == (None,) * 5, "what does not count stands"
            return
        assert row.attempt_id == stored[best.id].id, "another attempt counts"
        assert (row.points, row.elapsed_ms) == (best.points, self.truth.fair(best))
        assert row.submitted_at == self.moment(best.finished_at or 0)

    def _of(self, table: type[Standing] | type[StandingChange]) -> sa.ColumnElement[bool]:
        return table.round_id == self.round_pk
