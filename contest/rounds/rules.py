"""The rules of a round as one validated structure, and what follows from them. Pure.

A score that may be seen before the close is an oracle when the same person meets the same
question again; such combinations are refused here, with the reason (promise 6).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from core.clock import LOCAL
from core.i18n import N_
from questions.drawing import Cell, Shortage, disjoint_papers, shortages
from questions.marking import MarkingRule

CLOSE_NOTICE = timedelta(seconds=60)
WINDOW_MAX = timedelta(days=45)
"""Boards count seconds since the opening in 22 bits: 48 days, with days to spare for extending."""
POINTS_MAX = 127
"""What boards can pack."""
CODES = {"points", "elapsed", "submitted_at"}


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


class BlueprintCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many questions of one topic and one difficulty (1 easy, 2 medium, 3 hard)."""

    topic: str
    difficulty: int
    count: int


class RoundRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that decides how a round is sat, marked, shown and ranked.

    ``minutes`` for one attempt; ``attempts`` per person, the best counts; ``agencies`` are the
    codes of the eligible ones with all below them (empty: everybody); ``freeze_minutes``
    before the close for a frozen board; ``top`` names on the public board; ``criteria`` in
    ranking order; a ``trial`` round (Thi thử) has no prizes and may ask samples; ``marking``
    for questions with several keys.
    """

    minutes: int
    attempts: int
    blueprint: tuple[BlueprintCell, ...]
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

    @property
    def questions(self) -> int:
        """Questions on a paper."""
        return sum(cell.count for cell in self.blueprint)

    @property
    def cells(self) -> list[Cell]:
        """The blueprint as the drawing takes it."""
        return [Cell(cell.topic, cell.difficulty, cell.count) for cell in self.blueprint]


def rules_to_data(rules: RoundRules) -> dict[str, Any]:
    """Plain data for the database and for hashing."""
    data: dict[str, Any] = msgspec.to_builtins(rules)
    return data


def rules_from_data(data: dict[str, Any]) -> RoundRules:
    """The inverse of :func:`rules_to_data`."""
    return msgspec.convert(data, RoundRules)


@dataclass(frozen=True, slots=True)
class Check:
    """What stands against opening a round: sentences (msgid, params) and cells without questions."""

    problems: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    shortages: list[Shortage] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the round can be prepared."""
        return not self.problems and not self.shortages


def check(
    rules: RoundRules,
    *,
    opens_at: datetime,
    closes_at: datetime,
    available: dict[tuple[str, int], int],
    samples: dict[tuple[str, int], int] | None = None,
    keys: dict[tuple[str, int], set[int]] | None = None,
) -> Check:
    """Contradictions, oracles and infeasible cells of a round's rules.

    ``available`` maps (topic, difficulty) to what this round may draw, ``samples`` to what it
    could if it were a trial; ``keys`` to the numbers of right choices that questions there have.
    """
    found = Check(shortages=shortages(available, rules.cells))
    for bad, message in (
        (closes_at <= opens_at, N_("Thời điểm kết thúc phải sau thời điểm bắt đầu.")),
        (not 1 <= rules.minutes <= 180, N_("Thời gian làm bài từ 1 đến 180 phút.")),
        (not 1 <= rules.attempts <= 20, N_("Số lượt thi của mỗi người từ 1 đến 20.")),
        (
            any(cell.count < 1 for cell in rules.blueprint)
            or len({(cell.topic, cell.difficulty) for cell in rules.blueprint}) != len(rules.blueprint),
            N_("Mỗi ô của ma trận đề nêu một lần, với ít nhất 1 câu hỏi."),
        ),
        (not 1 <= rules.questions <= 100, N_("Mỗi đề cần từ 1 đến 100 câu hỏi.")),
        (not 1 <= rules.top <= 100, N_("Bảng xếp hạng công khai nêu từ 1 đến 100 người.")),
        (
            closes_at - opens_at < timedelta(minutes=rules.minutes),
            N_("Vòng thi ngắn hơn thời gian làm một bài."),
        ),
        (closes_at - opens_at > WINDOW_MAX, N_("Một vòng thi không dài quá 45 ngày.")),
        (
            rules.board is BoardPolicy.FROZEN
            and not timedelta(0) < timedelta(minutes=rules.freeze_minutes) <= closes_at - opens_at,
            N_("Bảng xếp hạng dừng cập nhật cần số phút trước khi kết thúc, không dài hơn vòng thi."),
        ),
        (
            set(rules.criteria) - CODES
            or len(set(rules.criteria)) != len(rules.criteria)
            or rules.criteria[:1] != ("points",),
            N_("Tiêu chí xếp hạng phải bắt đầu bằng điểm, mỗi tiêu chí một lần."),
        ),
        (
            rules.show_answers in (Reveal.RECEIPT, Reveal.CLOSE),
            N_("Đáp án chỉ được hiện sau khi công bố kết quả."),
        ),
    ):
        if bad:
            found.problems.append((message, {}))
    if not found.shortages:
        found.problems.extend(_oracles(rules, available))
    elif not rules.trial and not shortages(samples or {}, rules.cells):
        found.problems.append(
            (
                N_(
                    "Ma trận đề chỉ đủ khi dùng cả câu mẫu chưa thẩm định tại địa phương. Vòng thi có giải không dùng "
                    "câu mẫu: đề nghị thẩm định các câu này, hoặc đánh dấu vòng là thi thử."
                ),
                {},
            )
        )
    found.problems.extend(_uneven_marking(rules, keys or {}))
    return found


def _uneven_marking(
    rules: RoundRules, keys: dict[tuple[str, int], set[int]]
) -> Iterable[tuple[str, dict[str, object]]]:
    if rules.marking is not MarkingRule.RIGHT_MINUS_WRONG:
        return
    if any(len(keys.get((cell.topic, cell.difficulty), ())) > 1 for cell in rules.blueprint):
        yield (
            N_(
                "Cách chấm “đúng trừ sai” tính điểm theo số phương án đúng, mà các câu trong cùng một ô của ma trận đề "
                "có số phương án đúng khác nhau: điểm tối đa sẽ không bằng nhau. Đề nghị chọn cách chấm “đúng hết mới "
                "được điểm”, hoặc sửa ngân hàng câu hỏi."
            ),
            {},
        )
    worth = sum(cell.count * max(keys.get((cell.topic, cell.difficulty), {1})) for cell in rules.blueprint)
    if worth > POINTS_MAX:
        yield N_("Điểm tối đa của một bài không quá %(max)s."), {"max": POINTS_MAX}


def _oracles(rules: RoundRules, available: dict[tuple[str, int], int]) -> Iterable[tuple[str, dict[str, object]]]:
    papers = disjoint_papers(available, rules.cells)
    tells = rules.show_score is Reveal.RECEIPT or rules.board is not BoardPolicy.HIDDEN
    if tells and rules.attempts > max(papers, 1):
        yield (
            N_(
                "Ngân hàng câu hỏi chỉ đủ cho %(papers)s đề không trùng câu, trong khi mỗi người có "
                "%(attempts)s lượt thi: điểm hoặc hạng hiện ra trước khi kết thúc sẽ làm lộ đáp án. "
                "Đề nghị giảm số lượt, thêm câu hỏi, hoặc ẩn điểm và bảng xếp hạng đến khi kết thúc."
            ),
            {"papers": papers, "attempts": rules.attempts},
        )


def state(
    *,
    prepared: bool,
    published: bool,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
) -> RoundState:
    """The state that follows from the stored moments and the clock."""
    if not prepared:
        return RoundState.DRAFT
    if published:
        return RoundState.PUBLISHED
    if now < opens_at:
        return RoundState.SCHEDULED
    return RoundState.OPEN if now < closes_at else RoundState.CLOSED


def deadline(*, started_at: datetime, closes_at: datetime, minutes: int) -> datetime:
    """The end of an attempt: its own time, but never past the round's close."""
    return min(started_at + timedelta(minutes=minutes), closes_at)


def is_eligible(rules: RoundRules, agency_path: str) -> bool:
    """Whether somebody of the agency at ``agency_path`` may sit."""
    return not rules.agencies or bool(set(agency_path.split("/")) & set(rules.agencies))


def shown(reveal: Reveal, round_state: RoundState) -> bool:
    """Whether what ``reveal`` governs may be seen in this state by the person it belongs to."""
    if reveal is Reveal.RECEIPT:
        return True
    if reveal is Reveal.CLOSE:
        return round_state in (RoundState.CLOSED, RoundState.PUBLISHED)
    return reveal is Reveal.PUBLICATION and round_state is RoundState.PUBLISHED


def board_shows_points(rules: RoundRules, round_state: RoundState) -> bool:
    """Points stand on the board only where the person's own score may be seen."""
    return shown(rules.show_score, round_state)


def last_day(closes_at: datetime) -> date:
    """The last day of a round in Vietnam; one that closes at midnight ends with the day before."""
    return (closes_at - timedelta(microseconds=1)).astimezone(LOCAL).date()


def freeze_moment(rules: RoundRules, closes_at: datetime) -> datetime | None:
    """The moment from which a frozen board stands still."""
    if rules.board is not BoardPolicy.FROZEN:
        return None
    return closes_at - timedelta(minutes=rules.freeze_minutes)
