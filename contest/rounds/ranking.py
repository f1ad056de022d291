"""The ranking rule: results in, ranks with their reasons out. Pure, same bytes for same inputs."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from contest.rounds.rules import Counting, PredictionAttempt, RoundRules

NO_PREDICTION = 2**53
"""In place of the distance of somebody who predicted nothing: behind everybody who did."""


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt: who (a stable key), points, elapsed in ms, when it was handed in.

    ``elapsed_ms`` is in terms of the time that everybody has (:func:`fair_elapsed`);
    ``prediction`` as it was given; ``prediction_error`` its distance from what came true, and
    ``lot`` (a hexadecimal number): both only once a round is over.
    """

    who: str
    points: int
    elapsed_ms: int
    submitted_at: datetime
    prediction: int | None = None
    prediction_error: int | None = None
    lot: str = "0"


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


def fair_elapsed(elapsed_ms: int, *, allowance_ms: int, minutes: int) -> int:
    """The time somebody took as a share of what they were allowed, in terms of the ``minutes`` of everybody.

    So extra minutes neither help nor hurt where time decides, and a board does not tell who had them.
    """
    whole = minutes * 60_000
    return elapsed_ms if allowance_ms == whole else elapsed_ms * whole // allowance_ms


def lot(*, seed: bytes, token: str) -> str:
    """The lot (bốc thăm) of the person whose papers were drawn for ``token``: the lower wins.

    HMAC-SHA-256 under the round's seed, to which the organiser is bound before the round opens and
    which is public after it: nobody can choose it, everybody can recompute it.
    """
    return hmac.new(seed, f"lot\x1f{token}".encode(), hashlib.sha256).hexdigest()


def sort_key(result: Result, criteria: Sequence[str]) -> tuple[int, ...]:
    """Ascending key: more points first, nearer prediction, less time, earlier (to the second), lower lot."""
    return tuple(_criterion(result, name) for name in criteria)


def counted(results: Iterable[Result], *, counting: Counting, criteria: Sequence[str]) -> Result | None:
    """Which attempt of one person counts; ``criteria`` are those that a person's own attempts differ by."""

    def key(result: Result) -> tuple[int, ...]:
        at = _criterion(result, "submitted_at")
        if counting is Counting.FIRST:
            return (at,)
        if counting is Counting.LAST:
            return (-at,)
        if counting is Counting.EARLIEST_BEST:
            return (-result.points, at)
        return sort_key(result, criteria)

    return min(results, key=lambda result: (key(result), result.submitted_at, result.who), default=None)


def prediction_of(results: Iterable[Result], *, chosen: Result, attempt: PredictionAttempt) -> int | None:
    """The prediction of a person that counts, of all their attempts."""
    in_order = sorted(results, key=lambda result: result.submitted_at)
    if attempt is PredictionAttempt.COUNTED or not in_order:
        return chosen.prediction
    return in_order[0 if attempt is PredictionAttempt.FIRST else -1].prediction


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


def rank_groups(results: Iterable[tuple[str, Result]], rules: RoundRules) -> dict[str, list[Ranked]]:
    """Ranks within each group (by code; under ``""`` over everybody) from (group code, result)."""
    everybody = list(results)
    found = {"": rank((result for _, result in everybody), rules.criteria)}
    for group in rules.groups:
        found[group.code] = rank((result for code, result in everybody if code == group.code), rules.criteria)
    return found


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
    if name == "prediction":
        return NO_PREDICTION if result.prediction_error is None else result.prediction_error
    if name == "elapsed":
        return result.elapsed_ms
    if name == "lots":
        return int(result.lot, 16)
    return int(result.submitted_at.timestamp())
