"""How a board orders and shows people. Pure.

The round's ordered criteria are packed into one ascending integer below 2^53, which a Redis
score (a double) holds exactly:

    points     7 bits   127 - points            (papers have at most 100 questions)
    elapsed   24 bits   milliseconds            (at most 180 minutes = 10,800,000)
    submitted 22 bits   seconds since opening   (at most 48 days)

in the order of the criteria: 53 bits. A criterion that is not ranked by is left out.
``rounds.rules.check`` refuses rounds whose values would not fit.
"""

from collections.abc import Sequence
from datetime import datetime

from contest.rounds.ranking import AgencyPlace
from core.text import masked_name

BITS = {"points": 7, "elapsed": 24, "submitted_at": 22}
POINTS_MAX = 2 ** BITS["points"] - 1
SMALL_CELL = 5
"""Cells below so many people are not shown (promise 13)."""


def packed(
    *,
    points: int,
    elapsed_ms: int,
    submitted_at: datetime,
    opened_at: datetime,
    criteria: Sequence[str],
) -> int:
    """The ascending sort key; raises :class:`ValueError` where a value does not fit."""
    values = {
        "points": POINTS_MAX - points,
        "elapsed": elapsed_ms,
        "submitted_at": int(submitted_at.timestamp()) - int(opened_at.timestamp()),
    }
    key = 0
    for name in criteria:
        value, bits = values[name], BITS[name]
        if not 0 <= value < 2**bits:
            raise ValueError(f"{name}={value} does not fit {bits} bits")
        key = key << bits | value
    return key


def publishable(places: Sequence[AgencyPlace]) -> list[AgencyPlace]:
    """Of ``places`` in the order of their ranks, those whose numbers may be public (promise 13).

    Below five takers they are withheld. So that what is withheld does not follow by subtraction
    from a known total, at least two agencies and five people are withheld together, if any.
    """
    shown = [place for place in places if place.takers >= SMALL_CELL]
    withheld = [place for place in places if place.takers < SMALL_CELL]
    while shown and withheld and (len(withheld) < 2 or sum(p.takers for p in withheld) < SMALL_CELL):
        withheld.append(shown.pop())
    return shown


def public_name(full_name: str, is_sample: bool, *, full: bool) -> str:
    """A name as the public may see it; samples say that they are samples."""
    name = full_name if full else masked_name(full_name)
    return f"{name} (mẫu)" if is_sample else name


def shared_ranks(keys: Sequence[int], *, before: int = 0) -> list[int]:
    """Competition ranks of ascending keys: equal keys share a rank (1, 2, 2, 4)."""
    ranks: list[int] = []
    for place, key in enumerate(keys):
        same = place > 0 and key == keys[place - 1]
        ranks.append(ranks[-1] if same else before + place + 1)
    return ranks
