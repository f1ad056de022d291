"""Trying rules on thousands of assumed contests: how many tie for a prize, and what parts them. Pure.

Only this module imports numpy, and only jobs import this module. The same seed gives the same
report on the same release of numpy (NEP 19).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from contest.rounds.crowds import Crowd, Predictions
from contest.rounds.rules import CRITERIA

Numbers = NDArray[np.signedinteger]
Levels = NDArray[np.int32]
Progress = Callable[[int, int], None]

SHARED = "shared"
"""Equal on every criterion: the last place is shared."""
UNCONTESTED = "uncontested"
"""Nobody is left without this prize or a higher one."""
CONTESTS = 10_000
STEPS = 100
LOTS_SHARE_MAX = 0.05
GUESS_MAX = 1e12
_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class PrizeAsked:
    """A prize for ``count`` people, after those who got the prizes before it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Tie:
    """How many people, equal so far, stand on both sides of a prize's last place after ``criterion``.

    0 where it, or one before it, has parted them: 5th percentile, median, 95th percentile of the contests.
    """

    criterion: str
    low: int
    median: int
    high: int


@dataclass(frozen=True, slots=True)
class PrizeForecast:
    """Ties after each criterion in order, and the share of contests in which each decided who got the last
    place of the prize; ``decided`` has every criterion, ``shared`` and ``uncontested``, and sums to 1."""

    name: str
    count: int
    ties: tuple[Tie, ...]
    decided: dict[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """What a simulation found, and from what; plain data all through."""

    contests: int
    seed: int
    takers: int
    criteria: tuple[str, ...]
    prizes: tuple[PrizeForecast, ...]

    @property
    def lots_share(self) -> float:
        """The share of contests in which lots decide the first prize."""
        return self.prizes[0].decided.get("lots", 0.0) if self.prizes else 0.0

    @property
    def needs_yes(self) -> bool:
        """Whether so many first prizes are a matter of luck that somebody must say yes to it."""
        return self.lots_share > LOTS_SHARE_MAX


class People(Protocol):
    """People of whom nothing needs to be known before it is asked."""

    def values(self, criterion: str) -> Numbers:
        """One number a person, the lower the better."""

    def only(self, chosen: NDArray[np.bool_]) -> Self:
        """Some of them."""


def simulate(
    crowd: Crowd,
    prizes: Sequence[PrizeAsked],
    criteria: Sequence[str],
    *,
    contests: int = CONTESTS,
    seed: int,
    progress: Progress | None = None,
) -> Report:
    """Run ``contests`` contests of ``crowd``, people ranked by ``criteria`` in order.

    ``progress(done, contests)`` is called about a hundred times; what it raises stops the run.
    Raises :class:`ValueError` for criteria or prizes that make no sense.
    """
    unknown = set(criteria) - set(CRITERIA)
    if unknown or len(set(criteria)) != len(criteria) or ("prediction" in criteria and crowd.predictions is None):
        raise ValueError("criteria")
    if contests < 1 or any(prize.count < 1 for prize in prizes):
        raise ValueError("contests or prizes")
    rng = np.random.default_rng(seed)
    draws = _Draws(crowd, rng)
    lasts = np.cumsum([prize.count for prize in prizes]).tolist()
    bounds = [(prize, last) for prize, last in enumerate(lasts) if last < crowd.takers]
    ties = np.zeros((contests, len(prizes), len(criteria)), np.int32)
    decided = np.full((contests, len(prizes)), len(criteria) + 1, np.int8)
    for contest in range(contests):
        if bounds:
            settle(draws.contest(), bounds, criteria, ties[contest], decided[contest])
        done = contest + 1
        if progress and (done % max(1, contests // STEPS) == 0 or done == contests):
            progress(done, contests)
    found = tuple(_forecast(asked, criteria, ties[:, prize], decided[:, prize]) for prize, asked in enumerate(prizes))
    return Report(contests, seed, crowd.takers, tuple(criteria), found)


def settle(
    people: People,
    bounds: Sequence[tuple[int, int]],
    criteria: Sequence[str],
    ties: NDArray[np.int32],
    decided: NDArray[np.int8],
    level: int = 0,
) -> None:
    """Follow the bounds between prizes down the criteria, keeping only those who tie at one.

    ``bounds``: (prize, how many of ``people`` have it or a better one), the latter at least 1 and
    below their number. Fills ``ties[prize, level]`` and ``decided[prize]``, the position in
    ``criteria`` of what decided, their number where nothing did.
    """
    if level == len(criteria) or criteria[level] == "lots":
        for prize, _ in bounds:
            decided[prize] = level
        return
    values = people.values(criteria[level])
    ordered = np.partition(values, sorted({last - 1 for _, last in bounds}))
    tied_at: dict[int, list[tuple[int, int]]] = {}
    for prize, last in bounds:
        tied_at.setdefault(int(ordered[last - 1]), []).append((prize, last))
    for value, here in tied_at.items():
        tied = values == value
        number, before = int(np.count_nonzero(tied)), int(np.count_nonzero(values < value))
        left = []
        for prize, last in here:
            if last - before == number:
                decided[prize] = level
            else:
                ties[prize, level] = number
                left.append((prize, last - before))
        if left:
            settle(people.only(tied), left, criteria, ties, decided, level + 1)


def _forecast(
    asked: PrizeAsked, criteria: Sequence[str], ties: NDArray[np.int32], decided: NDArray[np.int8]
) -> PrizeForecast:
    names = [*criteria, SHARED, UNCONTESTED]
    shares = np.bincount(decided, minlength=len(names)) / len(decided)
    percentiles = np.quantile(ties, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf").T.tolist()
    return PrizeForecast(
        asked.name,
        asked.count,
        tuple(Tie(name, *map(int, found)) for name, found in zip(criteria, percentiles, strict=True) if name != "lots"),
        dict(zip(names, shares.tolist(), strict=True)),
    )


class _Draws:
    """A crowd made ready for drawing."""

    def __init__(self, crowd: Crowd, rng: np.random.Generator) -> None:
        self.rng = rng
        self.takers = crowd.takers
        levels = crowd.distribution()
        self.shares = np.array([share for _, share in levels])
        self.log_times = np.log([crowd.median_time(points) for points, _ in levels])
        self.limit = crowd.minutes * 60_000
        self.pace = crowd.pace.spread
        self.window = crowd.days * 86_400
        self.moments, self.started = map(np.array, crowd.starts())
        self.predictions = crowd.predictions

    def contest(self) -> "_Takers":
        """The people of one contest: at first only their scores, and what comes out of the prediction."""
        counts = self.rng.multinomial(self.takers, self.shares)
        asked = self.predictions
        actual = round(self.rng.lognormal(np.log(asked.actual), asked.actual_spread)) if asked else 0
        return _Takers(self, np.repeat(np.arange(len(counts), dtype=np.int32), counts), actual)

    def elapsed(self, level: Levels) -> Numbers:
        times = np.exp(self.log_times[level] + self.pace * self.rng.standard_normal(len(level)))
        return np.rint(np.minimum(times, self.limit)).astype(np.int64)

    def submitted_at(self, elapsed: Numbers) -> Numbers:
        starts = np.interp(self.rng.random(len(elapsed)), self.started, self.moments)
        return np.minimum(starts + elapsed / 1000, self.window).astype(np.int64)

    def distances(self, number: int, actual: int) -> Numbers:
        assert self.predictions is not None
        distances = np.abs(_guesses(self.predictions, number, self.rng) - actual)
        distances[self.rng.random(number) < self.predictions.unanswered] = _LAST
        return distances


def _guesses(asked: Predictions, number: int, rng: np.random.Generator) -> Numbers:
    exact = np.clip(rng.lognormal(np.log(asked.actual * asked.bias), asked.spread, number), 1.0, GUESS_MAX)
    grains = np.array([*(grain for grain, _ in asked.heaping), 0.0])
    shares = np.cumsum([share for _, share in asked.heaping])
    grain = grains[np.searchsorted(shares, rng.random(number), side="right")]
    grain = np.maximum(1.0, grain * 10.0 ** np.floor(np.log10(exact)))
    return (np.rint(exact / grain) * grain).astype(np.int64)


class _Takers:
    """People of one contest; ``level`` counts scores from the best.

    Given the score everything else is drawn independently, except that who takes longer hands in
    later: so a person's time is kept once it is drawn.
    """

    def __init__(self, draws: _Draws, level: Levels, actual: int, elapsed: Numbers | None = None) -> None:
        self.draws, self.level, self.actual, self._elapsed = draws, level, actual, elapsed

    def values(self, criterion: str) -> Numbers:
        if criterion == "points":
            return self.level
        if criterion == "prediction":
            return self.draws.distances(len(self.level), self.actual)
        if self._elapsed is None:
            self._elapsed = self.draws.elapsed(self.level)
        return self._elapsed if criterion == "elapsed" else self.draws.submitted_at(self._elapsed)

    def only(self, chosen: NDArray[np.bool_]) -> "_Takers":
        elapsed = None if self._elapsed is None else self._elapsed[chosen]
        return _Takers(self.draws, self.level[chosen], self.actual, elapsed)
