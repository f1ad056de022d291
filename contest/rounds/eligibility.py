"""Who may enter a round, and in which group. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contest.rounds.rules import Group, RoundRules


@dataclass(frozen=True, slots=True)
class Taker:
    """What the rules ask of a person; ``agency_path`` is ``40/UBND/SO-NV/`` (empty: of no agency)."""

    agency_path: str
    bloc: str = ""
    birth_date: date | None = None


class Bar(StrEnum):
    """Why somebody may not enter."""

    AGENCY = "agency"
    AGE = "age"
    AGE_UNKNOWN = "age-unknown"
    GROUP = "group"


def age_on(day: date, birth_date: date) -> int:
    """Full years; born on 29 February, a year is full on 1 March where there is no 29th."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def group_of(rules: RoundRules, taker: Taker, *, on: date) -> str | Bar:
    """The code of the taker's group (``""`` in a round without groups), or what bars them.

    ``on`` is the round's first day, from which ages are counted.
    """
    if (rules.agencies or rules.blocs) and not _within(rules.agencies, rules.blocs, taker):
        return Bar.AGENCY
    bounds = [(rules.age_from, rules.age_to), *((g.age_from, g.age_to) for g in rules.groups)]
    if taker.birth_date is None and any(low or high for low, high in bounds):
        return Bar.AGE_UNKNOWN
    if not _of_age(rules.age_from, rules.age_to, taker, on):
        return Bar.AGE
    if not rules.groups:
        return ""
    return next((group.code for group in rules.groups if _belongs(group, taker, on)), Bar.GROUP)


def _belongs(group: Group, taker: Taker, on: date) -> bool:
    named = not (group.agencies or group.blocs) or _within(group.agencies, group.blocs, taker)
    return named and _of_age(group.age_from, group.age_to, taker, on)


def _within(agencies: tuple[str, ...], blocs: tuple[str, ...], taker: Taker) -> bool:
    return bool(set(taker.agency_path.split("/")) & set(agencies)) or taker.bloc in blocs


def _of_age(low: int, high: int, taker: Taker, on: date) -> bool:
    if taker.birth_date is None:
        return not (low or high)
    age = age_on(on, taker.birth_date)
    return age >= low and (not high or age <= high)


def has_ages(rules: RoundRules) -> bool:
    """Whether these rules ask for a birth date, of everybody or for a group."""
    groups = any(group.age_from or group.age_to for group in rules.groups)
    return bool(rules.age_from or rules.age_to or groups)
