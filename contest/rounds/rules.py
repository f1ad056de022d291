"""The rules of a round (thể lệ) as one structure. Pure.

What stands against a set of rules is in ``checks``, who may enter in ``eligibility``, the moments
that follow in ``lifecycle``, who wins in ``ranking`` and ``prizes``.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from core.i18n import N_
from core.text import tidy
from questions.drawing import Cell
from questions.marking import MarkingRule, NeutralRule

LIVE = ("points", "elapsed", "submitted_at")
CRITERIA = {
    "points": N_("Điểm cao hơn"),
    "prediction": N_("Dự đoán sát kết quả thực tế hơn"),
    "elapsed": N_("Thời gian làm bài ngắn hơn"),
    "submitted_at": N_("Nộp bài sớm hơn (tính đến giây)"),
    "lots": N_("Bốc thăm"),
}
"""Every criterion by which people can be ranked, in words; those of ``LIVE`` are known before the round is over."""


class RoundState(StrEnum):
    """Where a round stands in its life."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


class Reveal(StrEnum):
    """When something is shown: with the receipt, at the close, at publication, never."""

    RECEIPT = "receipt"
    CLOSE = "close"
    PUBLICATION = "publication"
    NEVER = "never"


class BoardPolicy(StrEnum):
    """How the public board behaves while the round runs."""

    LIVE = "live"
    FROZEN = "frozen"
    HIDDEN = "hidden"


class LastStart(StrEnum):
    """Until when people may start: as long as the whole time is left, or until the close with less time."""

    FULL_TIME = "full-time"
    CLOSE = "close"


class Counting(StrEnum):
    """Which attempt of a person counts: the best by all criteria, the earliest with most points, first, last."""

    BEST = "best"
    EARLIEST_BEST = "earliest-best"
    FIRST = "first"
    LAST = "last"


class PredictionOf(StrEnum):
    """What is predicted: people with a perfect paper, people who take part, attempts (lượt thi)."""

    PERFECT = "perfect"
    TAKERS = "takers"
    ATTEMPTS = "attempts"


class PredictionOver(StrEnum):
    """Over whom it is counted."""

    ROUND = "round"
    GROUP = "group"


class PredictionWhen(StrEnum):
    """Before or after results that are not recognised are taken out."""

    BEFORE = "before"
    AFTER = "after"


class PredictionAttempt(StrEnum):
    """The prediction of which attempt counts."""

    COUNTED = "counted"
    FIRST = "first"
    LAST = "last"


class Assurance(StrEnum):
    """How sure it is who somebody is: they say so, a roster says so, an identity provider says so."""

    SELF = "self"
    ROSTER = "roster"
    IDENTITY = "identity"

    @property
    def level(self) -> int:
        """Rising with certainty."""
        return list(Assurance).index(self)


class AgencyMeasure(StrEnum):
    """What collective prizes go by: takers, attempts, share of the headcount then mean points, mean, winners."""

    TAKERS = "takers"
    ATTEMPTS = "attempts"
    RATE = "rate"
    MEAN = "mean"
    WINNERS = "winners"


class BlueprintCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many questions of one topic and one difficulty (1 easy, 2 medium, 3 hard)."""

    topic: str
    difficulty: int
    count: int


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of takers (bảng thi, nhóm đối tượng) with its own paper.

    Who belongs: people of these ``agencies`` (with all below them) or ``blocs``, of these ages in
    full years (0: no bound). A group without any condition takes whoever is left, so it stands last.
    """

    code: str
    name: str
    blueprint: tuple[BlueprintCell, ...]
    agencies: tuple[str, ...] = ()
    blocs: tuple[str, ...] = ()
    age_from: int = 0
    age_to: int = 0

    @property
    def open(self) -> bool:
        """Whether everybody who reaches it belongs to it."""
        return not (self.agencies or self.blocs or self.age_from or self.age_to)

    @property
    def questions(self) -> int:
        """Questions on this group's paper."""
        return sum(cell.count for cell in self.blueprint)


class Prediction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The prediction question (câu hỏi dự đoán): how many of what there will be when the round is over.

    Counted over the whole round or within the taker's group, before or after results that are
    not recognised are taken out; the prediction of which attempt counts. No prediction ranks last.
    """

    of: PredictionOf = PredictionOf.PERFECT
    over: PredictionOver = PredictionOver.ROUND
    when: PredictionWhen = PredictionWhen.AFTER
    attempt: PredictionAttempt = PredictionAttempt.COUNTED


class Qualified(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Progression: whom the published sheet of round ``number`` of the contest admits.

    Exactly one of: the first ``top``, the first ``per_agency`` of each agency, ``points`` and more.
    """

    number: int
    top: int = 0
    per_agency: int = 0
    points: int = 0


class Prize(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``count`` prizes of one name for people, in order of rank; ``each_group``: so many in every group."""

    name: str
    count: int
    each_group: bool = False
    value: str = ""


class AgencyPrize(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``count`` collective prizes (giải tập thể), perhaps in each bloc; ``floor`` per cent must have taken part."""

    name: str
    count: int
    by: AgencyMeasure = AgencyMeasure.TAKERS
    each_bloc: bool = False
    floor: int = 0
    value: str = ""


class RoundRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that decides how a round is entered, sat, marked, shown, ranked and awarded.

    ``minutes`` for one attempt; ``attempts`` per person (0: as many as one likes), of which
    ``counts`` tells which one; ``blueprint`` of everybody, or ``groups`` with one each;
    ``agencies`` (codes, with all below them) and ``blocs`` that may take part (none: everybody),
    ages in full years on the first day (0: no bound); ``freeze_minutes`` before the close for a
    frozen board; ``top`` names on the public board; ``criteria`` in ranking order; a ``trial``
    round (Thi thử) has no prizes and may ask samples; ``marking`` for questions with several keys,
    ``neutralised`` for questions that prove wrong; prizes need at least ``assurance``.
    """

    minutes: int
    attempts: int
    blueprint: tuple[BlueprintCell, ...] = ()
    agencies: tuple[str, ...] = ()
    show_score: Reveal = Reveal.RECEIPT
    show_answers: Reveal = Reveal.NEVER
    board: BoardPolicy = BoardPolicy.LIVE
    freeze_minutes: int = 0
    top: int = 50
    full_names: bool = False
    criteria: tuple[str, ...] = ("points", "elapsed", "submitted_at")
    trial: bool = False
    marking: MarkingRule = MarkingRule.ALL_OR_NOTHING
    groups: tuple[Group, ...] = ()
    blocs: tuple[str, ...] = ()
    age_from: int = 0
    age_to: int = 0
    qualified: Qualified | None = None
    assurance: Assurance = Assurance.SELF
    last_start: LastStart = LastStart.CLOSE
    counts: Counting = Counting.BEST
    prediction: Prediction | None = None
    show_explanations: Reveal = Reveal.PUBLICATION
    neutralised: NeutralRule = NeutralRule.EVERYBODY
    prizes: tuple[Prize, ...] = ()
    agency_prizes: tuple[AgencyPrize, ...] = ()

    @property
    def papers(self) -> dict[str, tuple[BlueprintCell, ...]]:
        """Blueprint by group code; ``""`` where there are no groups."""
        return {group.code: group.blueprint for group in self.groups} or {"": self.blueprint}

    @property
    def questions(self) -> int:
        """Questions on a paper (on the longest one, should groups differ)."""
        return max(sum(cell.count for cell in cells) for cells in self.papers.values())

    @property
    def cells(self) -> list[Cell]:
        """Every cell that some paper draws from, with the most that one paper takes of it."""
        most: dict[tuple[str, int], int] = {}
        for cells in self.papers.values():
            for cell in cells:
                key = (cell.topic, cell.difficulty)
                most[key] = max(most.get(key, 0), cell.count)
        return [Cell(topic, difficulty, count) for (topic, difficulty), count in most.items()]

    @property
    def unlimited(self) -> bool:
        """Whether a person may sit as often as they like."""
        return self.attempts == 0

    @property
    def live_criteria(self) -> tuple[str, ...]:
        """The criteria that are known while the round runs: what boards order by."""
        return tuple(name for name in self.criteria if name in LIVE)

    def cells_of(self, group: str) -> list[Cell]:
        """The blueprint of one group's paper as the drawing takes it."""
        return [Cell(cell.topic, cell.difficulty, cell.count) for cell in self.papers[group]]


def normalised(rules: RoundRules) -> RoundRules:
    """The one way of writing down rules that mean the same: stored, compared and told in words as this.

    Lists in which order and repetition mean nothing are sorted and each thing named once; what another
    rule makes idle stands at rest; names are tidy. Groups, criteria and prizes keep their order: it counts.
    """
    frozen = rules.board is BoardPolicy.FROZEN
    return msgspec.structs.replace(
        rules,
        blueprint=_in_order(rules.blueprint),
        agencies=_each_once(rules.agencies),
        blocs=_each_once(rules.blocs),
        freeze_minutes=rules.freeze_minutes if frozen else 0,
        show_explanations=Reveal.NEVER if rules.show_answers is Reveal.NEVER else rules.show_explanations,
        groups=tuple(
            msgspec.structs.replace(
                group,
                code=tidy(group.code),
                name=tidy(group.name),
                blueprint=_in_order(group.blueprint),
                agencies=_each_once(group.agencies),
                blocs=_each_once(group.blocs),
            )
            for group in rules.groups
        ),
        prizes=tidy_prizes(rules.prizes),
        agency_prizes=tidy_prizes(rules.agency_prizes),
    )


P = TypeVar("P", Prize, AgencyPrize)


def tidy_prizes(prizes: Iterable[P]) -> tuple[P, ...]:
    """The same prizes with tidy names and values."""
    return tuple(msgspec.structs.replace(p, name=tidy(p.name), value=tidy(p.value)) for p in prizes)


def _each_once(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({code.strip() for code in codes} - {""}))


def _in_order(cells: Iterable[BlueprintCell]) -> tuple[BlueprintCell, ...]:
    return tuple(sorted(cells, key=lambda cell: (cell.topic, cell.difficulty, cell.count)))


def rules_to_data(rules: RoundRules) -> dict[str, Any]:
    """Plain data for the database and for hashing."""
    data: dict[str, Any] = msgspec.to_builtins(rules)
    return data


def rules_from_data(data: dict[str, Any]) -> RoundRules:
    """The inverse of :func:`rules_to_data`."""
    return msgspec.convert(data, RoundRules)
