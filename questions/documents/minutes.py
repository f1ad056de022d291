"""Minutes of a review of questions (biên bản thẩm định câu hỏi).

After Nghị định 30/2020/NĐ-CP, Phụ lục III, mẫu 1.10 (biên bản): the minutes upright, the list of
questions as a landscape annex (phụ lục) with page numbers of its own. What the records office or
the people at the table write by hand is left to dots. Neither choices nor keys are in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from core.canonical import canonical_json, sha256
from core.clock import LOCAL
from questions.documents import page
from questions.documents.page import CENTER, JUSTIFY, LEFT, dotted, heading_block, paragraph, rule, table, words

Decision = Literal["approved", "returned"]
DECISIONS: dict[Decision, str] = {"approved": "Duyệt", "returned": "Trả lại"}
CRITERIA = (
    "Đúng với căn cứ pháp luật còn hiệu lực tại thời điểm thẩm định; trích dẫn rõ văn bản, điều, khoản;",
    "Câu một lựa chọn có một phương án đúng duy nhất, câu nhiều lựa chọn đánh dấu đủ các phương án đúng; "
    "phương án sai không gây hiểu hai nghĩa;",
    "Phù hợp với chủ đề và mức độ (dễ, vừa, khó) đã ghi;",
    "Câu chữ rõ ràng, đúng chính tả, không lộ đáp án, không trùng với câu đã có;",
    "Không chứa bí mật nhà nước, không tiết lộ dữ liệu cá nhân.",
)
HASH_METHOD = (
    "Cách tính: lấy các câu được duyệt trong Phụ lục, mỗi câu là một bộ [mã câu, số bản, mã băm SHA-256 của nội dung "
    "bản đó trên hệ thống], xếp tăng dần, ghi thành JSON dạng chuẩn (UTF-8, không khoảng trắng) rồi tính SHA-256."
)
COLUMNS = (
    ("STT", 11.0),
    ("Mã câu", 23.0),
    ("Bản", 11.0),
    ("Chủ đề", 31.0),
    ("Nội dung", 73.0),
    ("Người biên soạn", 27.0),
    ("Người thẩm định", 27.0),
    ("Kết luận", 21.0),
    ("Ý kiến", 28.0),
)
TABLE_SIZE = 11


@dataclass(frozen=True, slots=True)
class ReviewerLine:
    """A member of the review team, and how many question versions they approved and returned."""

    name: str
    approved: int
    returned: int


@dataclass(frozen=True, slots=True)
class MinutesRow:
    """One decision on version ``number`` of the question ``code``; ``sha256`` is that version's content hash."""

    code: str
    number: int
    stem: str
    topic: str
    author: str
    reviewer: str
    decision: Decision
    comment: str
    decided_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the minutes say. ``bank`` names the bank; ``set_hash`` is :func:`set_hash` of ``rows``.

    ``organiser`` may have lines: the bodies above it first. Moments are aware.
    """

    bank: str
    organiser: str
    period_from: date
    period_to: date
    made_at: datetime
    reviewers: tuple[ReviewerLine, ...]
    rows: tuple[MinutesRow, ...]
    set_hash: str


def set_hash(rows: Iterable[MinutesRow]) -> str:
    """SHA-256 over the approved rows as canonical JSON: ``[[code, number, sha256], …]``, ascending."""
    approved = sorted([row.code, row.number, row.sha256] for row in rows if row.decision == "approved")
    return sha256(canonical_json(approved))


def write(minutes: Minutes) -> bytes:
    """The minutes as ``.docx``. Raises :class:`ValueError` when the hash is not that of the rows."""
    if minutes.set_hash != set_hash(minutes.rows):
        raise ValueError("the set's hash is not that of the rows")
    document = page.blank(f"Biên bản thẩm định câu hỏi – {minutes.bank}", minutes.made_at)
    page.number_pages_on_top(document.sections[0])
    heading_block(document, minutes.organiser, number="Số: ……/BB-……")
    paragraph(document, "BIÊN BẢN", bold=True, size=14, align=CENTER, before=18)
    subject = page.balanced(f"Thẩm định câu hỏi của {minutes.bank}", page.WIDTH, 14)
    paragraph(document, subject, bold=True, size=14, align=CENTER)
    rule(document, width=page.WIDTH, length=40)
    _circumstances(document, minutes)
    _findings(document, minutes)
    _signatures(document)
    _annex(document, minutes)
    return page.saved(document)


def _circumstances(document: Document, minutes: Minutes) -> None:
    """When, where and who."""
    start, end = minutes.period_from, minutes.period_to
    when = f"ngày {page.day(start)}" if start == end else f"từ ngày {page.day(start)} đến ngày {page.day(end)}"
    _say(document, f"Thời gian thẩm định: {when}.")
    dotted(document, ("Địa điểm:", page.WIDTH))
    dotted(document, ("Chủ trì:", 95.0), (" Chức vụ:", page.WIDTH))
    dotted(document, ("Thư ký:", 95.0), (" Chức vụ:", page.WIDTH))
    _say(document, "Thành viên Tổ thẩm định và số bản câu hỏi mỗi người đã kết luận:", keep=True)
    for number, one in enumerate(minutes.reviewers, start=1):
        stop = "." if number == len(minutes.reviewers) else ";"
        _say(document, f"{number}. {one.name}: duyệt {one.approved}, trả lại {one.returned}{stop}")


def _findings(document: Document, minutes: Minutes) -> None:
    approved = sum(row.decision == "approved" for row in minutes.rows)
    total = len(minutes.rows)
    paragraph(document, "I. TIÊU CHÍ THẨM ĐỊNH", bold=True, before=10, keep=True)
    for number, text in enumerate(CRITERIA, start=1):
        _say(document, f"{number}. {text}")
    paragraph(document, "II. KẾT QUẢ THẨM ĐỊNH", bold=True, before=10, keep=True)
    _say(
        document,
        f"Tổ thẩm định đã xem xét {total} bản câu hỏi: duyệt {approved}, trả lại {total - approved} để sửa. "
        "Kết luận và ý kiến đối với từng câu ghi trong Phụ lục kèm theo biên bản này.",
    )
    line = _say(document, "Mã băm SHA-256 của bộ câu hỏi được duyệt:", align=LEFT)
    line.add_run().add_break()
    words(line, minutes.set_hash, bold=True, size=12)
    _say(document, HASH_METHOD)
    made = minutes.made_at.astimezone(LOCAL)
    _say(
        document,
        f"Biên bản được lập từ dữ liệu của hệ thống lúc {made:%H} giờ {made:%M} phút, ngày {made:%d} tháng "
        f"{page.month(made)} năm {made.year}; các thành viên đã nghe đọc lại và thống nhất./.",
        keep=True,
    )


def _say(document: Document, text: str, *, align: WD_ALIGN_PARAGRAPH = JUSTIFY, keep: bool = False) -> Paragraph:
    """A paragraph of the text: justified, its first line set in by 10 mm (NĐ 30, Phụ lục I, II.6)."""
    line = paragraph(document, text, align=align, before=5, keep=keep)
    line.paragraph_format.first_line_indent = Mm(10)
    return line


def _signatures(document: Document) -> None:
    """Room to sign, then where copies go, all on one page."""
    grid = table(document, [page.WIDTH / 2] * 2, 1, grid=False)
    page.keep_whole(grid.rows[0])
    for cell, role in zip(grid.rows[0].cells, ("THƯ KÝ", "TỔ TRƯỞNG TỔ THẨM ĐỊNH"), strict=True):
        paragraph(cell, role, bold=True, align=CENTER, before=18, keep=True)
        paragraph(cell, "(Ký, ghi rõ họ tên)", italic=True, align=CENTER, after=80, keep=True)
    paragraph(document, "Nơi nhận:", bold=True, italic=True, size=12, keep=True)
    paragraph(document, "- Như thành phần;", size=11, keep=True)
    paragraph(document, "- Lưu: VT, hồ sơ.", size=11)


def _annex(document: Document, minutes: Minutes) -> None:
    page.number_pages_on_top(page.next_section(document, landscape=True))
    paragraph(document, "Phụ lục", bold=True, size=14, align=CENTER)
    paragraph(document, "DANH SÁCH CÂU HỎI ĐÃ THẨM ĐỊNH", bold=True, size=14, align=CENTER)
    source = "(Kèm theo Biên bản số ……/BB-…… ngày …… tháng …… năm ………)"
    paragraph(document, source, italic=True, align=CENTER)
    rule(document, width=page.LANDSCAPE_WIDTH, length=60)
    page.spacer(document, 8)
    grid = table(document, [width for _, width in COLUMNS], 1 + len(minutes.rows), air=0.6)
    head, *lines = grid.rows
    page.repeat_on_each_page(head)
    for cell, (label, _) in zip(head.cells, COLUMNS, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph(cell, label, bold=True, size=TABLE_SIZE, align=CENTER)
    for number, (line, row) in enumerate(zip(lines, minutes.rows, strict=True), start=1):
        page.keep_whole(line)
        for cell, text, (label, _) in zip(line.cells, _texts(number, row), COLUMNS, strict=True):
            paragraph(cell, text, size=TABLE_SIZE, align=CENTER if label in ("STT", "Bản", "Kết luận") else None)


def _texts(number: int, row: MinutesRow) -> Sequence[str]:
    decided = f"{DECISIONS[row.decision]}\n{page.day(row.decided_at.astimezone(LOCAL))}"
    who = (row.author, row.reviewer)
    return (str(number), row.code, str(row.number), row.topic, row.stem, *who, decided, row.comment)
