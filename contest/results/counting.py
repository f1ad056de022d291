"""What counts for whom in a round that is over: every paper marked again, predictions settled, lots drawn.

The number that was to be predicted counts everybody who sat, voided attempts included, or (``PredictionWhen.AFTER``)
only those who stay: no voided attempt, nobody on the list of those who must not take part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contest.attempts import papers
from contest.attempts import queries as attempts
from contest.attempts.machine import COUNTING
from contest.attempts.models import Attempt
from contest.attempts.standings import result_of
from contest.rounds import queries as rounds
from contest.rounds import terms
from contest.rounds.predictions import Sat, actual, settled
from contest.rounds.queries import RoundView
from contest.rounds.ranking import Result, counted, lot, prediction_of
from contest.rounds.rules import PredictionAttempt, PredictionWhen, RoundRules
from questions import marking


@dataclass(frozen=True, slots=True)
class Entrant:
    """A person in a round: the attempt that counts, of their group; ``token`` is what their papers were drawn for."""

    person_id: int
    agency_id: int | None
    group: str
    assurance: str
    token: str
    attempts: int
    perfect: bool
    result: Result


@dataclass(frozen=True, slots=True)
class Field:
    """Everybody who counts in a round, and what the prediction question's numbers came to (by group code)."""

    entrants: list[Entrant]
    actual: dict[str, int]


def of_round(round_: RoundView) -> Field:
    """Everybody's counted attempt; no stored mark is trusted."""
    rules, pool = round_.rules, rounds.pool(round_.pk, round_.revision)
    scheme = pool.scheme(rules)
    sat = [
        (attempt, result_of(attempt, rules, points=points))
        for attempt, points in attempts.marked_results(round_, scheme=scheme)
    ]
    entrants = _entrants([(a, result) for a, result in sat if a.state in COUNTING], rules, scheme)
    drawn = [replace(e, result=replace(e.result, lot=lot(seed=pool.seed, token=e.token))) for e in entrants]
    rule = rules.prediction
    if rule is None:
        return Field(drawn, {})
    if rule.when is PredictionWhen.BEFORE:
        people = _entrants(sat, rules, scheme)
    else:
        gone = terms.excluded(round_.pk)
        people = [e for e in entrants if e.person_id not in gone]
    came_true = actual(rule, (Sat(e.group, e.attempts, e.perfect) for e in people))
    return Field(
        [replace(e, result=settled(rule, e.result, group=e.group, actual=came_true)) for e in drawn], came_true
    )


def _entrants(sat: Iterable[tuple[Attempt, Result]], rules: RoundRules, scheme: marking.Scheme) -> list[Entrant]:
    """Everybody who has one of these attempts, by person id."""
    by_person: dict[int, list[tuple[Attempt, Result]]] = {}
    for attempt, result in sat:
        by_person.setdefault(attempt.person_id, []).append((attempt, result))
    return [_entrant(person_id, tries, rules, scheme) for person_id, tries in sorted(by_person.items())]


def _entrant(
    person_id: int, tries: Sequence[tuple[Attempt, Result]], rules: RoundRules, scheme: marking.Scheme
) -> Entrant:
    results = [result for _, result in tries]
    chosen = counted(results, counting=rules.counts, criteria=rules.live_criteria)
    assert chosen is not None
    attempt = next(a for a, result in tries if result is chosen)
    which = rules.prediction.attempt if rules.prediction else PredictionAttempt.COUNTED
    return Entrant(
        person_id=person_id,
        agency_id=attempt.agency_id,
        group=attempt.group_code,
        assurance=attempt.assurance,
        token=attempt.drawn_for,
        attempts=len(tries),
        perfect=chosen.points == papers.points_max_by(attempt, scheme),
        result=replace(chosen, prediction=prediction_of(results, chosen=chosen, attempt=which)),
    )
