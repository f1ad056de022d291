"""Near duplicates among questions: the same question in other words, accents, order or numbers. Pure.

Similarity is that of rapidfuzz's ``token_sort_ratio``, with the stem counted twice: the words of the
stem, and the different words of all choices together, are folded and sorted; D is the Indel distance
(letters to delete and to insert), L the sum of the two lengths, and

    similarity = 100 · (1 − (2·D_stem + D_choices) / (2·L_stem + L_choices)).

So a long stem decides, a short one ("Phát biểu nào sau đây đúng?") leaves it to the choices, a changed
number in the stem hardly counts, the order of the choices not at all, nor that each is "… ngày làm việc".

Pairs are only measured when they share enough different words (T-occurrence join: Li, Lu & Lu 2008,
"Efficient Merging and Filtering Algorithms for Approximate String Searches"). The texts with a word
are the bits of one integer, so that a few dozen integer operations count the shared words of a text
with all others at once (carry-save adders: Harley & Seal, in Warren, "Hacker's Delight", 5-1).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import msgspec
from rapidfuzz.distance import Indel

from core.text import fold

SPREAD = 2.5
"""How many times over the changed share of letters may be spread over words: small changes hit many words."""


PAIRS_MAX = 50


class Text(msgspec.Struct, frozen=True):
    """A question to compare, as made by :func:`text_of`: folded words, sorted, each part one string."""

    id: int | str
    stem: str
    choices: str

    @property
    def words(self) -> frozenset[str]:
        """The different words of stem and choices."""
        return frozenset(f"{self.stem} {self.choices}".split())


class Pair(msgspec.Struct, frozen=True):
    """Two texts alike: ``other`` is one of the new ones or a known one; ``similarity`` whole percent, rounded down."""

    new: int | str
    other: int | str
    other_is_new: bool
    similarity: int


def text_of(id: int | str, stem: str, choices: Iterable[str]) -> Text:
    """A question ready to be compared; ``03`` and ``3`` are the same word."""
    words = {word for choice in choices for word in _words(choice)}
    return Text(id, " ".join(sorted(_words(stem))), " ".join(sorted(words)))


def similarity(one: Text, other: Text) -> float:
    """0 to 100 percent, symmetrical; 0 for empty texts."""
    total = _length(one, other)
    return 100 * (1 - _distance(one, other, total) / total) if total else 0.0


def near_duplicates(new: Sequence[Text], known: Sequence[Text], *, threshold: float = 85) -> list[Pair]:
    """Pairs at or above ``threshold`` percent among the new and between new and known, the most alike first.

    Each text is paired with :data:`PAIRS_MAX` texts before it at most, so that a file that repeats one
    question thousands of times is no burden. A known text with the id of the new one is its own
    earlier state and left out. ``new`` of a pair among the new is the later of both.
    """
    texts = [*known, *new]
    share = 1 - SPREAD * (1 - threshold / 100)
    pairs: list[Pair] = []
    for place, candidates in _candidates(texts, len(known), share):
        pairs += islice(_alike(texts, place, candidates, len(known), threshold, share), PAIRS_MAX)
    return sorted(pairs, key=lambda pair: -pair.similarity)


def _alike(
    texts: Sequence[Text], place: int, candidates: Iterable[int], known: int, threshold: float, share: float
) -> Iterator[Pair]:
    text = texts[place]
    for candidate in candidates:
        other = texts[candidate]
        if candidate < known and other.id == text.id:
            continue
        total = _length(text, other)
        allowed = int(total * (1 - threshold / 100) + 1e-9)
        distance = _distance(text, other, allowed)
        if distance <= allowed and len(text.words & other.words) >= _needed(share, other):
            percent = int(100 * (1 - distance / total) + 1e-9)
            yield Pair(text.id, other.id, candidate >= known, percent)


def _words(text: str) -> list[str]:
    return [word.lstrip("0") or "0" for word in fold(text).split()]


def _length(one: Text, other: Text) -> int:
    return 2 * (len(one.stem) + len(other.stem)) + len(one.choices) + len(other.choices)


def _distance(one: Text, other: Text, most: int) -> int:
    """The weighted distance, or anything greater than ``most``."""
    stems = 2 * Indel.distance(one.stem, other.stem, score_cutoff=most // 2)
    if stems > most:
        return stems
    return stems + Indel.distance(one.choices, other.choices, score_cutoff=most - stems)


def _candidates(texts: Sequence[Text], first: int, share: float) -> Iterator[tuple[int, Iterator[int]]]:
    """For each place from ``first`` on, the places before it whose texts hold at least ``share`` of its words."""
    holders: dict[str, int] = {}
    for place, text in enumerate(texts):
        words = text.words
        if place >= first and words:
            found = _at_least(_needed(share, text), [holders[word] for word in words if word in holders])
            yield place, _bits(found)
        for word in words:
            holders[word] = holders.get(word, 0) | 1 << place


def _needed(share: float, text: Text) -> int:
    return max(1, round(share * len(text.words)))


def _at_least(need: int, rows: list[int]) -> int:
    """The bits that are set in at least ``need`` (≥ 1) of the rows."""
    reached, exact = 0, -1
    planes = _counts(rows)
    if need >> len(planes):
        return 0
    for weight in reversed(range(len(planes))):
        if need >> weight & 1:
            exact &= planes[weight]
        else:
            reached |= exact & planes[weight]
            exact &= ~planes[weight]
    return reached | exact


def _counts(rows: list[int]) -> list[int]:
    """In how many rows each bit is set, as binary digits: plane k holds the digit of weight 2^k."""
    planes = []
    while rows:
        carries = []
        rows = rows[:]
        while len(rows) > 2:
            one, two, three = rows.pop(), rows.pop(), rows.pop()
            either = one ^ two
            rows.append(either ^ three)
            carries.append(one & two | either & three)
        if len(rows) == 2:
            carries.append(rows[0] & rows[1])
            rows = [rows[0] ^ rows[1]]
        planes += rows
        rows = carries
    return planes


def _bits(number: int) -> Iterator[int]:
    """The places of the set bits, ascending."""
    digits = f"{number:b}"[::-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)
