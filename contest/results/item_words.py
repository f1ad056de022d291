"""What an item analysis says in words, without telling a key."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from contest.results.item_analysis import Analysed, Analysis
from questions.bank.usage_queries import Asked
from questions.statistics import ANSWERS_MIN, ItemStatistics, suggested_difficulty

DIFFICULTIES = {1: _l("Dễ"), 2: _l("Vừa"), 3: _l("Khó")}
ORDERS = {
    "worst": _l("Cần xem trước"),
    "code": _l("Câu hỏi"),
    "n": _l("Số bài"),
    "facility": _l("Tỷ lệ đúng"),
    "discrimination": _l("Độ phân biệt"),
    "correlation": _l("Tương quan"),
    "omitted": _l("Bỏ trống"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A question in the table. ``question`` is None where the reader may not open it.

    ``suggested`` is the difficulty that the answers suggest, None where they are too few.
    """

    version_id: int
    question: Asked | None
    stem: str
    topic: str
    difficulty: int
    suggested: int | None
    statistics: ItemStatistics
    remarks: list[str]

    @property
    def code(self) -> str:
        """The code in the bank, as far as the reader may know it."""
        return self.question.code if self.question else ""


def lines(analysis: Analysis, questions: Mapping[int, Asked], topics: Mapping[str, str]) -> list[Line]:
    """Every question, the ones to look at first on top."""
    return [line(one, questions.get(one.item.version_id), topics) for one in analysis.items]


def line(one: Analysed, question: Asked | None, topics: Mapping[str, str]) -> Line:
    """A question with its remarks."""
    return Line(
        version_id=one.item.version_id,
        question=question,
        stem=one.item.stem,
        topic=topics.get(one.item.topic, one.item.topic),
        difficulty=one.item.difficulty,
        suggested=suggested_difficulty(one.statistics.facility) if one.statistics.n >= ANSWERS_MIN else None,
        statistics=one.statistics,
        remarks=remarks(one.statistics),
    )


def remarks(statistics: ItemStatistics) -> list[str]:
    """The warnings as sentences; which choices are wrong is not said."""
    found = []
    for flaw in statistics.warnings:
        if flaw.code == "wrong-key":
            said = gettext("Nhóm điểm cao chọn một phương án sai nhiều hơn đáp án: có thể đáp án sai.")
        elif flaw.code == "idle-distractor":
            idle = sum(one.code == flaw.code for one in statistics.warnings)
            said = gettext("%(n)s phương án sai hầu như không ai chọn (dưới 5%%).", n=idle)
        else:
            said = gettext(flaw.message, **flaw.params)
        if said not in found:
            found.append(said)
    return found


def in_order(rows: list[Line], order: str) -> list[Line]:
    """Sorted by one of ``ORDERS``; what needs a look comes first under each."""
    key = _KEYS.get(order)
    return sorted(rows, key=key) if key else rows


def _correlation(row: Line) -> tuple[float]:
    value = row.statistics.point_biserial
    return (2.0 if value is None else value,)


_KEYS: dict[str, Callable[[Line], tuple[object, ...]]] = {
    "code": lambda row: (row.code == "", row.code, row.version_id),
    "n": lambda row: (-row.statistics.n,),
    "facility": lambda row: (row.statistics.facility,),
    "discrimination": lambda row: (row.statistics.discrimination,),
    "correlation": _correlation,
    "omitted": lambda row: (-row.statistics.omitted,),
}


def points(rows: Iterable[Line]) -> list[dict[str, object]]:
    """For the chart: facility against discrimination, what wants a look drawn last.

    Questions with too few answers are left out, unless all of them have.
    """
    rows = list(rows)
    enough = [row for row in rows if row.statistics.n >= ANSWERS_MIN] or rows
    found: list[dict[str, object]] = [
        {
            "id": row.version_id,
            "x": row.statistics.facility,
            "y": row.statistics.discrimination,
            "look": bool(row.remarks),
            "label": f"{row.code} {row.stem[:80]}".strip(),
        }
        for row in enough
    ]
    return sorted(found, key=lambda point: bool(point["look"]))


def tenths(rows: Iterable[Line]) -> list[int]:
    """How many questions fall into each tenth of facility; all right belongs to the last."""
    counts = [0] * 10
    for row in rows:
        counts[min(9, int(10 * row.statistics.facility))] += 1
    return counts


def reliability(value: float | None, method: str) -> str:
    """What a reliability means for those who use the scores."""
    if value is None:
        return gettext("Không tính được: các đề dài ngắn khác nhau, hoặc mọi bài có cùng kết quả.")
    if value < 0.5:
        said = gettext("Yếu: thứ hạng phụ thuộc nhiều vào may rủi; nên thêm câu hoặc bỏ các câu cần xem lại.")
    elif value < 0.7:
        said = gettext("Trung bình: phân biệt được nhóm giỏi với nhóm yếu; người có điểm sát nhau thì chưa chắc.")
    elif value < 0.8:
        said = gettext("Khá: đủ tin cậy cho một cuộc thi tìm hiểu.")
    else:
        said = gettext("Tốt: thi lại với đề tương đương, thứ hạng thay đổi ít.")
    if method == "nested":
        said += " " + gettext("Mỗi người một đề nên đây là ước lượng thận trọng, thường thấp hơn KR-20.")
    return said


def decimal(value: float | None) -> str:
    """``0,27``, ``−0,05``, or a dash."""
    return "–" if value is None else f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−").replace(".", ",")
