"""The prediction question: what came true, and how far each prediction was from it. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from contest.rounds.ranking import Result
from contest.rounds.rules import Prediction, PredictionOf, PredictionOver

PREDICTION_MAX = 99_999_999


@dataclass(frozen=True, slots=True)
class Sat:
    """A person who took part, for counting; ``perfect``: what counts for them has every point."""

    group: str
    attempts: int
    perfect: bool


def actual(rule: Prediction, people: Iterable[Sat]) -> dict[str, int]:
    """What came true, by group code; under ``""`` over the whole round. ``people`` are those whom the rule counts."""
    found: Counter[str] = Counter({"": 0})
    for person in people:
        worth = {
            PredictionOf.PERFECT: int(person.perfect),
            PredictionOf.TAKERS: 1,
            PredictionOf.ATTEMPTS: person.attempts,
        }[rule.of]
        found[""] += worth
        found[person.group] += worth if person.group else 0
    return dict(found)


def settled(rule: Prediction, result: Result, *, group: str, actual: dict[str, int]) -> Result:
    """The result with the distance of its prediction from what came true."""
    if result.prediction is None:
        return replace(result, prediction_error=None)
    true = actual.get(group if rule.over is PredictionOver.GROUP else "", 0)
    return replace(result, prediction_error=abs(result.prediction - true))
