"""What is left to do before a round can be prepared, by the place where it is done."""

from dataclasses import dataclass

from contest.rounds import feasibility, lifecycle
from contest.rounds.checks import ONLY_WITH_SAMPLES, Check
from contest.rounds.fitting import Fit, fit
from contest.rounds.queries import RoundView
from questions.bank import queries as bank

WINDOW = frozenset(["opens_at", "closes_at", "minutes", "freeze_minutes"])
BANK = frozenset(["blueprint", "marking"])


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence (msgid, params) and the field of the rules that it is about."""

    message: str
    params: dict[str, object]
    field: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A topic that lacks questions: how many by difficulty, and how many samples of it wait for a review."""

    topic: str
    by_level: dict[int, int]
    samples: int

    @property
    def number(self) -> int:
        """Questions that are missing."""
        return sum(self.by_level.values())


@dataclass(frozen=True, slots=True)
class Preparing:
    """What is open, in the order in which it is best done: when, what the rules leave to choose, the questions.

    ``enough_samples``: reviewing samples, or calling the round a trial, would do. ``fit``: papers that the bank
    can fill today.
    """

    window: list[Point]
    rules: list[Point]
    paper: list[Point]
    lacking: list[Lacking]
    enough_samples: bool
    fit: Fit | None

    @property
    def number(self) -> int:
        """How many things are to be done; questions that are missing are one."""
        return len(self.window) + len(self.rules) + len(self.paper) + bool(self.lacking)

    @property
    def missing(self) -> int:
        """Questions that the bank lacks for this round."""
        return sum(one.number for one in self.lacking)


def preparing(view: RoundView) -> Preparing:
    """What stands against preparing this round now."""
    found, day = feasibility.check(view), lifecycle.last_day(view.closes_at)
    available = bank.available(as_of=day, samples=view.rules.trial)
    points = [
        Point(message, params, found.places[message])
        for message, params in found.problems
        if message != ONLY_WITH_SAMPLES
    ]
    return Preparing(
        window=[point for point in points if point.field in WINDOW],
        rules=[point for point in points if point.field not in WINDOW | BANK],
        paper=[point for point in points if point.field in BANK],
        lacking=_lacking(found, available, bank.available(as_of=day)),
        enough_samples=ONLY_WITH_SAMPLES in found.places,
        fit=_fit(view, found, available),
    )


def _fit(view: RoundView, found: Check, available: dict[tuple[str, int], int]) -> Fit | None:
    """Other papers, where they mend what is wrong with these: cells that lack questions, or papers that overlap."""
    overlap = [message for message, params in found.problems if "papers" in params]
    proposed = fit(view.rules, available) if found.shortages or overlap else None
    if proposed is None:
        return None
    then = feasibility.check_rules(proposed.rules, opens_at=view.opens_at, closes_at=view.closes_at)
    known = found.places.keys() if found.shortages else found.places.keys() - set(overlap)
    return proposed if then.places.keys() <= known else None


def _lacking(found: Check, available: dict[tuple[str, int], int], all_: dict[tuple[str, int], int]) -> list[Lacking]:
    by_topic: dict[str, dict[int, int]] = {}
    for cell in found.shortages:
        by_topic.setdefault(cell.topic, {})[cell.difficulty] = cell.wanted - cell.available
    samples = {
        topic: sum(n - available.get(cell, 0) for cell, n in all_.items() if cell[0] == topic) for topic in by_topic
    }
    lacking = [Lacking(topic, levels, samples[topic]) for topic, levels in by_topic.items()]
    return sorted(lacking, key=lambda one: -one.number)
