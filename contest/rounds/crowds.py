"""The crowd that a simulation assumes: who takes part, how well, how fast, when, guessing what. Pure.

No numpy here: pages check what an organiser enters without loading it. What is known of real
crowds and what is assumed stands in ``docs/simulation.md``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate

RHYTHM = (
    *(0.2, 0.1, 0.1, 0.1, 0.2, 0.6),  # from midnight
    *(1.5, 6.0, 20.0, 13.0, 9.0, 5.0),  # from 06:00; one in five of a day between 08:00 and 09:00
    *(3.0, 5.0, 9.0, 8.0, 5.0, 2.5),  # from noon
    *(1.5, 3.0, 3.5, 2.2, 1.1, 0.4),  # from 18:00
)
"""Starts by hour of the day, in percent."""
RUSH_SECONDS = 60.0
PERFECT_SHARE = 0.4134
"""Perfect papers among 101,907, Nghệ An 2019; Huế 2025 had 23.5% in the first week, about 59% in the second."""
SPREAD_OF_ABILITY = 4.0
"""a + b of the beta distribution: a reliability (KR-21) of n / (n + 4) for n questions."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Time taken, as a share of the time allowed: its median for the best score and for none, and
    the standard deviation of its logarithm. Who would need longer hands in at the limit."""

    best: float = 0.4
    none: float = 0.6
    spread: float = 0.5


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When people start: ``opens_hour`` of the day at which the window opens, the shares of the
    first and of the last day, and the share that waits for the opening and starts in its first minute."""

    opens_hour: float = 8.0
    first_day: float = 0.3
    last_day: float = 0.3
    rush: float = 0.01

    def __post_init__(self) -> None:
        """Refuse shares of more than all."""
        _shares(self.first_day, self.last_day, 1 - self.first_day - self.last_day, self.rush)


@dataclass(frozen=True, slots=True)
class Predictions:
    """Guesses of a number that comes out near ``actual``.

    ``actual_spread`` and ``spread`` are standard deviations of logarithms: of what comes out, and
    of the guesses, whose median is ``bias`` times ``actual``. ``heaping``: (grain, share of the
    people) who round to that part of the guess's power of ten: of 14,492, 0.5 makes 15,000, 0.1
    makes 14,000, 0.01 makes 14,500; the rest name any number. ``unanswered`` guesses come last.
    """

    actual: float
    actual_spread: float = 0.15
    bias: float = 1.0
    spread: float = 1.0
    heaping: tuple[tuple[float, float], ...] = ((0.5, 0.35), (0.1, 0.3), (0.01, 0.15))
    unanswered: float = 0.02

    def __post_init__(self) -> None:
        """Refuse what nobody can guess."""
        shares = [share for _, share in self.heaping]
        _positive(self.actual, self.bias, *(grain for grain, _ in self.heaping))
        _spreads(self.actual_spread, self.spread)
        _shares(self.unanswered, *shares, 1 - sum(shares))


@dataclass(frozen=True, slots=True)
class Crowd:
    """One group of people who are ranked together.

    ``scores``: points -> weight (any scale) of the attempt that counts; ``minutes`` allowed for an
    attempt; ``days`` that the window is open. All of these raise :class:`ValueError` for impossible numbers.
    """

    takers: int
    scores: Mapping[int, float]
    minutes: float
    days: float
    predictions: Predictions | None = None
    pace: Pace = field(default_factory=Pace)
    arrivals: Arrivals = field(default_factory=Arrivals)

    def __post_init__(self) -> None:
        """Refuse what no crowd can be."""
        _positive(self.takers, self.minutes, self.days, self.pace.best, self.pace.none, sum(self.scores.values()))
        _spreads(self.pace.spread, *self.scores.values())

    def distribution(self) -> list[tuple[int, float]]:
        """(points, probability), most points first."""
        total = sum(self.scores.values())
        return [(points, self.scores[points] / total) for points in sorted(self.scores, reverse=True)]

    def median_time(self, points: int) -> float:
        """Milliseconds that half of the people with so many points need at most, before the limit cuts."""
        best = max(self.scores)
        missed = 1 - points / best if best > 0 else 0.0
        return self.minutes * 60_000 * (self.pace.best + (self.pace.none - self.pace.best) * missed)

    def starts(self) -> tuple[list[float], list[float]]:
        """Seconds after the opening, and the share of all starts until then: linear between these."""
        window = self.days * 86_400
        edges, weights = [0.0], []
        for day, share in enumerate(self._day_shares()):
            hours = [hour for hour in range(day * 24, day * 24 + 24) if hour * 3600 < window]
            ends = [min((hour + 1) * 3600.0, window) for hour in hours]
            busy = [
                RHYTHM[int(self.arrivals.opens_hour + hour) % 24] * (end - hour * 3600)
                for hour, end in zip(hours, ends, strict=True)
            ]
            edges += ends
            weights += [share * (1 - self.arrivals.rush) * weight / sum(busy) for weight in busy]
        return self._with_rush(edges, weights)

    def _with_rush(self, edges: list[float], weights: list[float]) -> tuple[list[float], list[float]]:
        minute = min(RUSH_SECONDS, edges[1] / 2)
        early = weights[0] * minute / edges[1]
        edges.insert(1, minute)
        weights[:1] = [early + self.arrivals.rush, weights[0] - early]
        return edges, [0.0, *accumulate(weights)]

    def _day_shares(self) -> list[float]:
        days = math.ceil(self.days)
        if days == 1:
            return [1.0]
        first, last = self.arrivals.first_day, self.arrivals.last_day
        rest = 1 - first - last
        if days == 2:
            return [first + rest / 2, last + rest / 2]
        return [first, *[rest / (days - 2)] * (days - 2), last]


def assumed_scores(points_max: int, *, perfect_share: float = PERFECT_SHARE) -> dict[int, float]:
    """points -> probability for a paper of ``points_max`` questions of one point each.

    The negative hypergeometric (beta-binomial) distribution of test scores (Keats, ETS RB-63-25,
    1963), with the mean at which ``perfect_share`` (between 0 and 1) of the papers are perfect.
    """
    if points_max < 1 or not 0 < perfect_share < 1:
        raise ValueError("points_max or perfect_share")
    low, high = 0.0, 1.0
    for _ in range(60):
        mean = (low + high) / 2
        low, high = (mean, high) if _probability(points_max, points_max, mean) < perfect_share else (low, mean)
    return {points: _probability(points, points_max, high) for points in range(points_max, -1, -1)}


def _probability(points: int, questions: int, mean: float) -> float:
    a, b = SPREAD_OF_ABILITY * mean, SPREAD_OF_ABILITY * (1 - mean)
    if b == 0:
        return float(points == questions)
    ways = math.lgamma(questions + 1) - math.lgamma(points + 1) - math.lgamma(questions - points + 1)
    return math.exp(ways + _log_beta(points + a, questions - points + b) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _positive(*numbers: float) -> None:
    if not all(0 < number < math.inf for number in numbers):
        raise ValueError("not a positive number")


def _spreads(*numbers: float) -> None:
    if not all(0 <= number < math.inf for number in numbers):
        raise ValueError("a negative number")


def _shares(*numbers: float) -> None:
    if not all(-1e-9 < number <= 1 for number in numbers):
        raise ValueError("not a share")
