"""What the facts in SQL say of the minutes of an incident and of the hour before and after it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.attempts.incidents import rules as r
from contest.attempts.incidents.models import RefusedStart
from contest.attempts.incidents.queries import IncidentView, in_agencies
from contest.attempts.machine import State
from contest.attempts.models import Attempt
from core.clock import LOCAL
from core.db import read

SERIES = ("starts", "saves", "submissions", "expiries", "refusals")


class Timeline(msgspec.Struct, frozen=True):
    """Figures of stretches of ``step`` minutes from ``begins_at`` on, one number a stretch.

    ``starts``, ``submissions`` and ``expiries`` are attempts that started, were handed in, or ran out
    then. ``saves`` are attempts whose *last* save was then: one moment is stored, so a gap shows, an
    exact number of saves does not. ``refusals`` are people first refused a start then (in that hour).
    """

    begins_at: datetime
    step: int
    starts: tuple[int, ...]
    saves: tuple[int, ...]
    submissions: tuple[int, ...]
    expiries: tuple[int, ...]
    refusals: tuple[int, ...]

    def at(self, place: int) -> datetime:
        """When a stretch begins."""
        return self.begins_at + place * timedelta(minutes=self.step)

    def inside(self, starts_at: datetime, ends_at: datetime) -> range:
        """The places of the stretches that an incident touches."""
        step = timedelta(minutes=self.step)
        first = max(0, (starts_at - self.begins_at) // step)
        return range(first, min(len(self.starts), max(first + 1, -((self.begins_at - ends_at) // step))))

    def total(self, series: str, places: range) -> int:
        """The sum of a series over some stretches."""
        numbers: tuple[int, ...] = getattr(self, series)
        return sum(numbers[place] for place in places)

    def rows(self) -> Iterator[tuple[datetime, tuple[int, ...]]]:
        """Every stretch with its figures, in the order of :data:`SERIES`."""
        for place in range(len(self.starts)):
            yield self.at(place), tuple(getattr(self, series)[place] for series in SERIES)


def timeline(found: IncidentView) -> Timeline:
    """The figures of an incident as they are now; one statement."""
    step = r.step_of(found.starts_at, found.ends_at)
    begins_at = _whole(found.starts_at - r.AROUND, step)
    columns = -((begins_at - found.ends_at - r.AROUND) // timedelta(minutes=step))
    until = begins_at + columns * timedelta(minutes=step)
    figures = {series: [0] * columns for series in SERIES}
    for series, minute, count in read().execute(_query(found, begins_at, until)):
        at = datetime.strptime(minute, "%Y-%m-%d %H:%M").replace(tzinfo=begins_at.tzinfo)
        figures[series][(at - begins_at) // timedelta(minutes=step)] += count
    return Timeline(begins_at, step, **{series: tuple(numbers) for series, numbers in figures.items()})


def stored(found: IncidentView) -> Timeline:
    """The figures as they were when the measures were proposed; before that, as they are now."""
    return msgspec.convert(found.figures, Timeline) if found.figures else timeline(found)


def _whole(moment: datetime, step: int) -> datetime:
    local = moment.astimezone(LOCAL).replace(second=0, microsecond=0)
    return (local - timedelta(minutes=local.minute % step)).astimezone(moment.tzinfo)


def _query(found: IncidentView, begins_at: datetime, until: datetime) -> sa.CompoundSelect[*tuple[Any, ...]]:
    scope = [Attempt.round_id == found.round_pk, in_agencies(Attempt.agency_path, found.agencies)]
    handed_in = [*scope, Attempt.state == State.SUBMITTED]
    ran_out = [*scope, Attempt.state == State.EXPIRED]
    refused = [RefusedStart.round_id == found.round_pk, in_agencies(RefusedStart.agency_path, found.agencies)]
    return sa.union_all(
        *(
            _counted(series, column, [*where, column >= begins_at, column < until])
            for series, column, where in (
                ("starts", Attempt.started_at, scope),
                ("saves", Attempt.saved_at, scope),
                ("submissions", Attempt.finished_at, handed_in),
                ("expiries", Attempt.finished_at, ran_out),
                ("refusals", RefusedStart.first_at, refused),
            )
        )
    )


def _counted(series: str, column: Any, where: list[Any]) -> sa.Select[*tuple[Any, ...]]:
    minute = _minute(column)
    return (
        sa.select(sa.literal(series).label("series"), minute.label("minute"), sa.func.count())
        .where(*where)
        .group_by(minute)
    )


def _minute(column: Any) -> sa.ColumnElement[str]:
    """A moment's minute in UTC, as text."""
    if read().get_bind().dialect.name == "sqlite":
        return sa.func.strftime(sa.literal_column("'%Y-%m-%d %H:%M'"), column)
    return sa.func.to_char(
        sa.func.timezone(sa.literal_column("'UTC'"), column), sa.literal_column("'YYYY-MM-DD HH24:MI'")
    )
