"""What a template is: a real contest's rules with its calendar, ready to be filled from a bank. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import msgspec

from contest.rounds.prizes import ContestRules
from contest.rounds.rules import BlueprintCell, RoundRules, normalised
from core.clock import LOCAL

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MONDAY = 0
PUBLIC_BLOCS = (
    "dang",
    "hdnd",
    "chinh-quyen-cap-tinh",
    "cap-xa",
    "mttq-doan-the",
    "su-nghiep",
    "tu-phap",
    "trung-uong",
    "luc-luong-vu-trang",
)
"""Where cán bộ, công chức, viên chức work."""


class Coverage(StrEnum):
    """How far a template is the real contest.

    Full: every column of domain.md §1.1 is given there and expressed here. Partial: something is
    missing in the source or has no place here; the note says what. Refused: must not be held so.
    """

    FULL = "full"
    PARTIAL = "partial"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Planned:
    """A round before it has dates and questions.

    ``opens`` after the first day's midnight in Vietnam; ``questions`` of a paper by group code
    (``""`` without groups), for which ``rules`` have no cells yet.
    """

    title: str
    opens: timedelta
    lasts: timedelta
    rules: RoundRules
    questions: Mapping[str, int]

    def window(self, first_day: date) -> tuple[datetime, datetime]:
        """Opening and close in a contest that begins on ``first_day``."""
        midnight = datetime.combine(first_day, time(), LOCAL)
        opens_at = midnight + self.opens
        return opens_at, opens_at + self.lasts

    def filled(self, available: Mapping[tuple[str, int], int]) -> RoundRules:
        """The rules with papers of questions that are ``available``."""
        rules = msgspec.structs.replace(
            self.rules,
            blueprint=() if self.rules.groups else spread(self.questions[""], available),
            groups=tuple(
                msgspec.structs.replace(group, blueprint=spread(self.questions[group.code], available))
                for group in self.rules.groups
            ),
        )
        return normalised(rules)


@dataclass(frozen=True, slots=True)
class Template:
    """A real contest (domain.md §1.1): ``sources`` are who published its rules, ``note`` is on what is assumed.

    ``summary`` is what it sets in a sentence. ``begins_on`` is the weekday of the first day (Monday
    0), ``None`` any. ``refused`` is why it must not be held so: a sentence of ``checks`` where there
    are rounds, else a contradiction of the source in itself.
    """

    code: str
    name: str
    sources: str
    coverage: Coverage
    summary: str
    note: str
    contest: ContestRules = field(default_factory=ContestRules)
    rounds: Sequence[Planned] = ()
    begins_on: int | None = None
    refused: str = ""


def spread(total: int, available: Mapping[tuple[str, int], int]) -> tuple[BlueprintCell, ...]:
    """A blueprint of ``total`` questions, so that as many papers as possible share none (D'Hondt).

    In proportion to what each (topic, difficulty) has. More than there is stays asked for, so that
    the check names the cell that lacks questions; of nothing comes nothing.
    """
    counts: dict[tuple[str, int], int] = {}
    cells = sorted(cell for cell, number in available.items() if number > 0)
    for _ in range(total if cells else 0):
        # The quotients are compared as products: exact, and the first of equal ones wins.
        best = cells[0]
        for cell in cells[1:]:
            if available[cell] * (counts.get(best, 0) + 1) > available[best] * (counts.get(cell, 0) + 1):
                best = cell
        counts[best] = counts.get(best, 0) + 1
    return tuple(BlueprintCell(topic, difficulty, n) for (topic, difficulty), n in sorted(counts.items()))


def weeks(
    number: int,
    rules: RoundRules,
    questions: int | Mapping[str, int],
    *,
    title: str = "Tuần thi thứ {n}",
    opens: timedelta = timedelta(0),
    lasts: timedelta = WEEK,
    every: timedelta = WEEK,
) -> tuple[Planned, ...]:
    """Rounds of the same rules at a regular distance."""
    papers = {"": questions} if isinstance(questions, int) else questions
    return tuple(
        Planned(title.format(n=n + 1) if number > 1 else title, opens + n * every, lasts, rules, papers)
        for n in range(number)
    )
