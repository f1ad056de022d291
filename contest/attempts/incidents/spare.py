"""How many more attempts an incident can give each person before a question comes twice (promise 6)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from contest.attempts.incidents.queries import TouchedPerson
from contest.attempts.incidents.rules import Measures
from contest.rounds import feasibility
from contest.rounds.given import given
from contest.rounds.lifecycle import over
from contest.rounds.queries import RoundView


@dataclass(frozen=True, slots=True)
class Spare:
    """``beyond`` the rules a round can give anybody so many attempts; ``given`` was used by some, by person id."""

    beyond: int
    given: Counter[int]

    def left(self, one: TouchedPerson, *, void: bool) -> int:
        """What this person can still be given, when their touched attempts are (or are not) voided, too."""
        return self.beyond - self.given[one.person_id] - (len(one.attempts) if void else 0)


def of_round(view: RoundView, person_ids: Sequence[int] | None = None) -> Spare | None:
    """For everybody, or for these; ``None`` where nothing is told early, or nobody sits any more. One statement."""
    beyond = None if over(view.state) else feasibility.attempts_to_spare(view)
    if beyond is None:
        return None
    return Spare(beyond, given(view.pk, person_ids))


def refused(measures: Measures, view: RoundView, people: Sequence[TouchedPerson]) -> dict[str, int]:
    """Which of the measures would give somebody a question twice: field -> how many attempts can be given at most.

    One statement, where anything is told early.
    """
    spare = of_round(view) if measures.attempts or measures.void else None
    return {} if spare is None else too_many(measures, spare, people)


def too_many(measures: Measures, spare: Spare, people: Sequence[TouchedPerson]) -> dict[str, int]:
    """The same for numbers that are at hand. Pure."""
    found: dict[str, int] = {}
    hit = [one for one in people if one.attempts] if measures.void else []
    if any(spare.left(one, void=True) < 0 for one in hit):
        found["void"] = max(0, min(spare.left(one, void=False) for one in hit))
    least = min((spare.left(one, void=measures.void) for one in people), default=measures.attempts)
    if measures.attempts and measures.attempts > least:
        found["attempts"] = max(0, least)
    return found
