"""The ranking rule: results in, ranks with their reasons out. Pure, same bytes for same inputs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Result:
    """One counted attempt: who (a stable key), points, elapsed in ms, when it was handed in."""

    who: str
    points: int
    elapsed_ms: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place. ``decided_by`` is the criterion that parts it from the place above ("" for the
    first, "shared" when every criterion is equal and the rank is shared)."""

    rank: int
    result: Result
    decided_by: str


@dataclass(frozen=True, slots=True)
class AgencyPlace:
    """An agency's place by number of takers, then by mean points (kept as a sum, no floats)."""

    rank: int
    code: str
    takers: int
    points: int


def sort_key(result: Result, criteria: Sequence[str]) -> tuple[int, ...]:
    """Ascending key: more points first, less time first, earlier first (to the second)."""
    return tuple(_criterion(result, name) for name in criteria)


def best(results: Iterable[Result], criteria: Sequence[str]) -> Result | None:
    """Which attempt of one person counts."""
    return min(results, key=lambda result: (sort_key(result, criteria), result.who), default=None)


def rank(results: Iterable[Result], criteria: Sequence[str]) -> list[Ranked]:
    """Competition ranking (1, 2, 2, 4): equal on every criterion means the same rank."""
    ordered = sorted(results, key=lambda result: (sort_key(result, criteria), result.who))
    places: list[Ranked] = []
    for result in ordered:
        above = places[-1] if places else None
        if above is None:
            places.append(Ranked(1, result, ""))
            continue
        parting = next((n for n in criteria if _criterion(above.result, n) != _criterion(result, n)), None)
        position = len(places) + 1
        places.append(Ranked(above.rank, result, "shared") if parting is None else Ranked(position, result, parting))
    return places


def rank_agencies(results: Iterable[tuple[str, int]]) -> list[AgencyPlace]:
    """Agencies from (agency code, points) of each taker; equal takers and mean share a rank."""
    totals: dict[str, tuple[int, int]] = {}
    for code, points in results:
        takers, total = totals.get(code, (0, 0))
        totals[code] = (takers + 1, total + points)
    return rank_agency_totals(totals)


def rank_agency_totals(totals: dict[str, tuple[int, int]]) -> list[AgencyPlace]:
    """The same from (takers, sum of points) by code."""

    def key(item: tuple[str, tuple[int, int]]) -> tuple[int, int]:
        takers, total = item[1]
        # At equal takers the order of sums is the order of means.
        return (-takers, -total)

    places: list[AgencyPlace] = []
    ordered = sorted(((c, t) for c, t in totals.items() if t[0] > 0), key=lambda i: (key(i), i[0]))
    for _, group in groupby(ordered, key=key):
        position = len(places) + 1
        places += [AgencyPlace(position, code, takers, total) for code, (takers, total) in group]
    return places


def _criterion(result: Result, name: str) -> int:
    if name == "points":
        return -result.points
    if name == "elapsed":
        return result.elapsed_ms
    return int(result.submitted_at.timestamp())
