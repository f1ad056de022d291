"""What the answers say about the questions: classical test theory, exact, in one pass. Pure.

Sources: Crocker & Algina (1986), "Introduction to Classical and Modern Test Theory", chapters 7 and 14;
Kelley (1939), "The selection of upper and lower groups for the validation of test items" (27 %);
Ebel & Frisbie (1991), "Essentials of Educational Measurement", chapter 13 (bands of discrimination);
Kuder & Richardson (1937) and Cronbach (1951) for reliability; Brennan (2001), "Generalizability Theory",
chapter 3, for papers that differ from person to person.

People get different papers, so a question is judged among those who had it on their paper, by their
share of right answers. Counts per score are all that is kept: memory grows with the number of
questions, not of attempts.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

import msgspec

from core.i18n import N_
from questions.flaws import Flaw

GROUP = Fraction(27, 100)
ANSWERS_MIN = 30
"""Fewer people than this had the question: too few to warn."""

Response = tuple[int, bool, tuple[int, ...]]
"""A version's id, whether it was answered right, the chosen original choice positions (none: left open)."""


class Shape(msgspec.Struct, frozen=True):
    """What a question looks like: the number of its choices and the positions of the right ones."""

    choices: int
    keys: tuple[int, ...]


class ChoiceShare(msgspec.Struct, frozen=True):
    """Shares (0 to 1) of all, of the upper and of the lower group that chose a choice."""

    choice: int
    is_key: bool
    all: float
    upper: float
    lower: float


class ItemStatistics(msgspec.Struct, frozen=True):
    """One question among the ``n`` people who had it; ``n`` ≥ 1.

    ``facility`` is the share (0 to 1) of right answers, ``omitted`` of none. ``discrimination`` is
    D = p_upper − p_lower of the best and the worst 27 % (−1 to 1) by the whole paper, which flatters
    a question of a short paper a little. ``point_biserial`` is the correlation with the rest of the
    paper (−1 to 1), None where nothing varies.
    """

    version_id: int
    n: int
    facility: float
    discrimination: float
    point_biserial: float | None
    omitted: float
    choices: tuple[ChoiceShare, ...]
    warnings: tuple[Flaw, ...] = ()


class PaperStatistics(msgspec.Struct, frozen=True):
    """All attempts: number, mean and standard deviation (of the population) of the share of right answers, 0 to 1.

    ``reliability`` is KR-20 where all had the same questions (``method`` "kr-20"), else the nested
    estimate of :meth:`Tally.paper` ("nested"); None where it is not defined.
    """

    n: int
    mean: float
    deviation: float
    reliability: float | None
    method: str


class _Cell:
    """Who had a question and reached one level: how many, how many right, and what they chose."""

    __slots__ = ("chosen", "n", "open", "right")

    def __init__(self) -> None:
        self.n = self.right = self.open = 0
        self.chosen: dict[int, int] = defaultdict(int)


class Tally:
    """Counts attempts as they stream by; what was counted decides, never the order."""

    def __init__(self) -> None:
        self._attempts: dict[tuple[int, int], int] = defaultdict(int)
        self._counts: dict[tuple[int, int], Counter[Response]] = defaultdict(Counter)

    def add(self, score: int, responses: Iterable[Response]) -> None:
        """One attempt: ``score`` of its ``responses`` are right, one response a question of its paper.

        Raises :class:`ValueError` when the score is not the number of right responses.
        """
        rows = list(responses)
        length = len(rows)
        if sum([right for _, right, _ in rows]) != score:
            raise ValueError("the score is not the number of right responses")
        self._attempts[score, length] += 1
        self._counts[score, length].update(rows)

    def items(self, shapes: Mapping[int, Shape]) -> list[ItemStatistics]:
        """The questions that anybody had, by version id. Raises :class:`KeyError` for one without a shape."""
        levels: dict[int, dict[tuple[int, int], _Cell]] = defaultdict(lambda: defaultdict(_Cell))
        for level, (version, right, chosen), count in self._counted():
            cell = levels[version][level]
            cell.n += count
            cell.right += count * right
            cell.open += count * (not chosen)
            for choice in set(chosen):
                cell.chosen[choice] += count
        return [_item(version, levels[version], shapes[version]) for version in sorted(levels)]

    def paper(self) -> PaperStatistics:
        """Mean, spread and reliability of the attempts with at least one question.

        Different papers of k questions each are a p × (i:p) design (people, questions nested in them):

            Eρ² = (MS_p − MS_i:p) / MS_p,
            MS_p = k Σ (x_p − x̄)² / (n − 1),  MS_i:p = k Σ x_p (1 − x_p) / (n (k − 1)),

        with x_p a person's share of right answers. This is KR-21 but for n − 1: how hard the drawn
        questions are counts as error, so it is below KR-20. Papers of different length have none.
        """
        attempts = {key: count for key, count in self._attempts.items() if key[1]}
        n = sum(attempts.values())
        if not n:
            return PaperStatistics(0, 0.0, 0.0, None, "nested")
        shares = [(Fraction(score, length), count) for (score, length), count in attempts.items()]
        mean = sum(share * count for share, count in shares) / n
        spread = sum((share - mean) ** 2 * count for share, count in shares)
        lengths = {length for _, length in attempts}
        rights = self._common_rights(n, lengths)
        reliability, method = None, "nested" if rights is None else "kr-20"
        if len(lengths) == 1 and (k := lengths.pop()) > 1 and spread:
            if rights is None:
                within = sum(share * (1 - share) * count for share, count in shares)
                reliability = float(1 - within / n / (k - 1) / (spread / (n - 1)))
            else:
                noise = sum(Fraction(right, n) * (1 - Fraction(right, n)) for right in rights)
                reliability = float(Fraction(k, k - 1) * (1 - noise / (k * k * spread / n)))
        return PaperStatistics(n, float(mean), math.sqrt(spread / n), reliability, method)

    def _counted(self) -> Iterator[tuple[tuple[int, int], Response, int]]:
        """Level (score, length), response, and how often that was."""
        for level, responses in self._counts.items():
            for response, count in responses.items():
                yield level, response, count

    def _common_rights(self, n: int, lengths: set[int]) -> list[int] | None:
        """How many were right on each question, if all ``n`` had the same; else None."""
        had: dict[int, int] = defaultdict(int)
        rights: dict[int, int] = defaultdict(int)
        for _, (version, right, _), count in self._counted():
            had[version] += count
            rights[version] += count * right
        return [rights[version] for version in had] if lengths == {len(had)} and set(had.values()) == {n} else None


def suggested_difficulty(facility: float) -> int:
    """1 easy from 0.80, 3 hard below 0.45, else 2.

    The middle band lies around 0.625, halfway from chance among four choices to all right, where a
    question tells people apart best (Crocker & Algina 1986, 14.3).
    """
    return 1 if facility >= 0.8 else 3 if facility < 0.45 else 2


def worst_first(items: Iterable[ItemStatistics]) -> list[ItemStatistics]:
    """By the gravest warning (wrong key, negative or low discrimination, hard, easy, idle), then by discrimination.

    Those with too few answers to say anything come last.
    """

    def rank(item: ItemStatistics) -> tuple[int, bool, float, int]:
        gravest = min((GRAVITY.index(flaw.code) for flaw in item.warnings), default=len(GRAVITY))
        return gravest, item.n < ANSWERS_MIN, item.discrimination, item.version_id

    return sorted(items, key=rank)


GRAVITY = ("wrong-key", "negative-discrimination", "low-discrimination", "too-hard", "too-easy", "idle-distractor")


def _item(version: int, levels: Mapping[tuple[int, int], _Cell], shape: Shape) -> ItemStatistics:
    n = sum(cell.n for cell in levels.values())
    upper = _group(levels, n * GROUP, best=True)
    lower = _group(levels, n * GROUP, best=False)
    everybody = dict.fromkeys(levels, Fraction(1))

    def share(weights: Mapping[tuple[int, int], Fraction], choice: int) -> float:
        return float(
            sum((levels[level].chosen[choice] * weight for level, weight in weights.items()), Fraction())
            / sum(levels[level].n * weight for level, weight in weights.items())
        )

    difference = sum((levels[level].right * weight for level, weight in upper.items()), Fraction())
    difference -= sum((levels[level].right * weight for level, weight in lower.items()), Fraction())
    statistics = ItemStatistics(
        version_id=version,
        n=n,
        facility=sum(cell.right for cell in levels.values()) / n,
        discrimination=float(difference / (n * GROUP)),
        point_biserial=_point_biserial(levels),
        omitted=sum(cell.open for cell in levels.values()) / n,
        choices=tuple(
            ChoiceShare(
                choice, choice in shape.keys, share(everybody, choice), share(upper, choice), share(lower, choice)
            )
            for choice in range(shape.choices)
        ),
    )
    return msgspec.structs.replace(statistics, warnings=tuple(_warnings(statistics)))


def _group(levels: Mapping[tuple[int, int], _Cell], size: Fraction, *, best: bool) -> dict[tuple[int, int], Fraction]:
    """Which part (0 to 1) of the people at each level belongs to the best or worst ``size`` people.

    Where the cut falls among equals, all of them belong with the same part. Scores of papers of
    different length compare by their share.
    """
    equals: dict[Fraction, list[tuple[int, int]]] = defaultdict(list)
    for score, length in levels:
        equals[Fraction(score, length)].append((score, length))
    group: dict[tuple[int, int], Fraction] = {}
    for share in sorted(equals, reverse=best):
        people = sum(levels[level].n for level in equals[share])
        part = min(Fraction(1), size / people)
        group.update(dict.fromkeys(equals[share], part))
        size -= part * people
        if not size:
            break
    return group


def _point_biserial(levels: Mapping[tuple[int, int], _Cell]) -> float | None:
    """Pearson's correlation of right (1) or not (0) with the share of the other questions that are right."""
    n = right = 0
    rest_sum = rest_squares = rest_right = Fraction()
    for (score, length), cell in levels.items():
        if length < 2:
            return None
        n += cell.n
        right += cell.right
        for count, rest in (
            (cell.right, Fraction(score - 1, length - 1)),
            (cell.n - cell.right, Fraction(score, length - 1)),
        ):
            rest_sum += count * rest
            rest_squares += count * rest * rest
        rest_right += cell.right * Fraction(score - 1, length - 1)
    variances = (n * right - right * right) * (n * rest_squares - rest_sum * rest_sum)
    if not variances:
        return None
    return max(-1.0, min(1.0, float(n * rest_right - right * rest_sum) / math.sqrt(variances)))


def _warnings(item: ItemStatistics) -> list[Flaw]:
    if item.n < ANSWERS_MIN:
        return []
    found: list[Flaw] = []
    percent: dict[str, str | int] = {"percent": round(100 * item.facility)}
    value: dict[str, str | int] = {"value": f"{item.discrimination:.2f}".replace(".", ",")}
    keys = [choice for choice in item.choices if choice.is_key]
    distractors = [choice for choice in item.choices if not choice.is_key]
    chance = 1 / len(item.choices) if len(keys) == 1 else 0.0
    if item.discrimination < 0:
        message = N_("Người đạt điểm thấp làm đúng nhiều hơn người đạt điểm cao (độ phân biệt %(value)s).")
        found.append(Flaw("negative-discrimination", message, value))
    elif item.discrimination < 0.2:
        found.append(Flaw("low-discrimination", N_("Độ phân biệt thấp: %(value)s, nên từ 0,20 trở lên."), value))
    if item.facility > 0.95:
        found.append(Flaw("too-easy", N_("Câu hỏi quá dễ: %(percent)s%% làm đúng."), percent))
    elif item.facility < max(0.25, chance):
        found.append(Flaw("too-hard", N_("Câu hỏi quá khó: chỉ %(percent)s%% làm đúng."), percent))
    return found + _distractor_warnings(keys, distractors)


def _distractor_warnings(keys: Sequence[ChoiceShare], distractors: Sequence[ChoiceShare]) -> list[Flaw]:
    """Per distractor, numbered from 1 as people see them."""
    found: list[Flaw] = []
    for choice in distractors:
        number: dict[str, str | int] = {"number": choice.choice + 1}
        if choice.upper > max((key.upper for key in keys), default=0.0):
            message = N_("Nhóm đạt điểm cao chọn phương án %(number)s nhiều hơn đáp án: có thể đáp án sai.")
            found.append(Flaw("wrong-key", message, number))
        elif choice.all < 0.05:
            found.append(Flaw("idle-distractor", N_("Phương án %(number)s hầu như không ai chọn (dưới 5%%)."), number))
    return found
