"""What counts for whom in a round that is over: every paper marked again, predictions settled, lots drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contest.attempts import papers
from contest.attempts import queries as attempts
from contest.attempts.models import Attempt
from contest.attempts.standings import result_of
from contest.rounds import queries as rounds
from contest.rounds.predictions import Sat, actual, settled
from contest.rounds.queries import RoundView
from contest.rounds.ranking import Result, counted, lot, prediction_of
from contest.rounds.rules import PredictionAttempt, RoundRules
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
    scheme = rounds.pool(round_.pk, round_.revision).scheme(round_.rules)
    by_person: dict[int, list[tuple[Attempt, Result]]] = {}
    for attempt, points in attempts.marked_results(round_, scheme=scheme):
        by_person.setdefault(attempt.person_id, []).append((attempt, result_of(attempt, round_.rules, points=points)))
    entrants = [_entrant(person_id, tries, round_.rules, scheme) for person_id, tries in sorted(by_person.items())]
    rule = round_.rules.prediction
    came_true = actual(rule, (Sat(e.group, e.attempts, e.perfect) for e in entrants)) if rule else {}
    seed = rounds.pool(round_.pk, round_.revision).seed
    drawn = [replace(e, result=replace(e.result, lot=lot(seed=seed, token=e.token))) for e in entrants]
    if rule:
        drawn = [replace(e, result=settled(rule, e.result, group=e.group, actual=came_true)) for e in drawn]
    return Field(drawn, came_true)


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
