"""A paper as its taker sees it: its questions while it is sat, and marked once the rules show answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from contest.attempts import rules as r
from contest.attempts.models import Attempt
from contest.rounds import queries as rounds
from contest.rounds.queries import Pool, RoundView
from questions import marking
from questions.drawing import PoolItem, Slot
from questions.marking import Scheme


class Choice(msgspec.Struct, frozen=True, gc=False):
    """A choice under its place in this paper's order."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class PaperSlot:
    """A question as its taker sees it: nothing here tells the key."""

    slot: str
    kind: str
    stem: str
    choices: list[Choice]
    situation: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A situation (tình huống) as shown, and the neighbouring slots that share it."""

    shown: dict[str, Any]
    slots: list[str]


def paper(attempt: Attempt) -> list[PaperSlot]:
    """The questions of an attempt with their choices in its own order."""
    pool = rounds.pool(attempt.round_id, attempt.revision).by_version
    return [
        _shown(str(place), pool[slot.version_id], slot)
        for place, slot in enumerate(r.paper_from_data(attempt.paper), start=1)
    ]


def _shown(name: str, item: PoolItem, slot: Slot) -> PaperSlot:
    choices = [Choice(position, item.choices[choice]) for position, choice in enumerate(slot.order)]
    return PaperSlot(name, item.kind, item.stem, choices, item.situation)


def situations(slots: list[PaperSlot]) -> dict[str, Situation]:
    """Slot -> the situation that it asks about, for those slots that have one."""
    found: dict[str, Situation] = {}
    for slot in slots:
        if slot.situation is None:
            continue
        before = found.get(str(int(slot.slot) - 1))
        if before is None or before.shown["id"] != slot.situation["id"]:
            before = Situation(slot.situation, [])
        before.slots.append(slot.slot)
        found[slot.slot] = before
    return found


def points_max(attempt: Attempt, round_: RoundView) -> int:
    """What a perfect sheet of this paper is worth."""
    return points_max_by(attempt, rounds.pool(attempt.round_id, round_.revision).scheme(round_.rules))


def points_max_by(attempt: Attempt, scheme: Scheme) -> int:
    """The same by a scheme that is at hand."""
    return marking.points_max(r.paper_from_data(attempt.paper), scheme)


@dataclass(frozen=True, slots=True)
class ReviewedSlot:
    """A question after publication: what was chosen, what is right, and why.

    ``points`` of ``points_max`` stand only with several right choices, and where the score is shown;
    a ``neutral`` question proved wrong and is marked by no key.
    """

    slot: str
    kind: str
    stem: str
    choices: list[dict[str, Any]]
    explanation: str
    citation: str
    situation: dict[str, Any] | None = None
    points: int | None = None
    points_max: int | None = None
    neutral: bool = False


def review(attempt: Attempt, round_: RoundView, *, now: datetime) -> list[ReviewedSlot] | None:
    """The marked paper, if the rules show answers now.

    Questions that another round may still ask, in this wording or another, are left out: their keys
    are secret there.
    """
    if not rounds.answers_shown(round_):
        return None
    paper = r.paper_from_data(attempt.paper)
    secret = rounds.still_asked((slot.version_id for slot in paper), now=now, besides=round_.pk)
    pool = rounds.pool(round_.pk, round_.revision)
    return [
        _reviewed(str(place), slot, pool, attempt.answers.get(str(place)) or [], round_)
        for place, slot in enumerate(paper, start=1)
        if slot.version_id not in secret
    ]


def _reviewed(name: str, slot: Slot, pool: Pool, chosen: list[int], round_: RoundView) -> ReviewedSlot:
    item, scheme = pool.by_version[slot.version_id], pool.scheme(round_.rules)
    told = slot.multiple and rounds.score_shown(round_)
    explained = rounds.explanations_shown(round_)
    return ReviewedSlot(
        slot=name,
        kind=item.kind,
        stem=item.stem,
        choices=[
            {
                "text": item.choices[choice],
                "chosen": position in chosen,
                "correct": choice in item.keys and not item.neutral,
            }
            for position, choice in enumerate(slot.order)
        ],
        explanation=item.explanation if explained and not item.withdrawn else "",
        citation=item.citation if explained and not item.withdrawn else "",
        situation=item.situation,
        points=marking.points([slot], {"1": chosen}, scheme) if told else None,
        points_max=marking.points_max([slot], scheme) if told else None,
        neutral=item.neutral,
    )
