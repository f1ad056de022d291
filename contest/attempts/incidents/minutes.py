"""Minutes of an incident (biên bản sự cố) as a Word document. Pure: plain data in, bytes out.

After Nghị định 30/2020/NĐ-CP, Phụ lục III, mẫu 1.10 (biên bản). Number, date, place and signatures are
left to whoever signs. Nobody's name stands in it but those of the two who decided; late sheets are
named by their receipt codes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from core.clock import LOCAL
from questions.documents import page
from questions.documents.page import CENTER, JUSTIFY, dotted, heading_block, paragraph, rule, table

PERIODS = ("Trong một giờ trước sự cố", "Trong thời gian sự cố", "Trong một giờ sau sự cố")
FIGURES = ("Lượt bắt đầu", "Lượt có lần lưu cuối", "Lượt nộp bài", "Lượt hết giờ", "Người bị từ chối vào thi")
AGENCY_COLUMNS = (
    ("STT", 11.0),
    ("Đơn vị", 54.0),
    ("Đang làm bài", 17.0),
    ("Đã xong lượt", 17.0),
    ("Không vào được", 17.0),
    ("Bù thời gian", 16.5),
    ("Bù lượt thi", 16.5),
    ("Hủy lượt", 16.0),
)
SHEET_COLUMNS = (("STT", 13.0), ("Mã bài thi", 44.0), ("Thời điểm nhận", 48.0), ("Đơn vị", 60.0))
SMALL = 11


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """People of an agency: how the incident touched them, and who got what."""

    name: str
    sitting: int
    ended: int
    refused: int
    time: int
    attempts: int
    void: int

    @property
    def numbers(self) -> tuple[int, ...]:
        """In the order of :data:`AGENCY_COLUMNS`."""
        return (self.sitting, self.ended, self.refused, self.time, self.attempts, self.void)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A late sheet that was admitted."""

    code: str
    received_at: datetime
    agency: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One measure in words, with how many people it was for."""

    text: str
    people: int


@dataclass(frozen=True, slots=True)
class IncidentMinutes:
    """What the minutes say. ``figures``: a row of :data:`FIGURES` for each of :data:`PERIODS`. Moments are aware.

    ``undone``: what was decided and came too late, in words.
    """

    organiser: str
    contest: str
    round: str
    number: int
    kind: str
    starts_at: datetime
    ends_at: datetime
    scope: tuple[str, ...]
    description: str
    reported: tuple[str, datetime]
    proposed: tuple[str, datetime]
    approved: tuple[str, datetime]
    applied_at: datetime
    figures: tuple[tuple[int, ...], ...]
    touched: AgencyLine
    decided: tuple[Decided, ...]
    undone: tuple[str, ...]
    agencies: tuple[AgencyLine, ...]
    sheets: tuple[SheetLine, ...]
    made_at: datetime


def write(minutes: IncidentMinutes) -> bytes:
    """The minutes as ``.docx``; the same record gives the same bytes."""
    document = page.blank(f"Biên bản sự cố số {minutes.number} – {minutes.round}", minutes.made_at)
    page.number_pages_on_top(document.sections[0])
    heading_block(document, minutes.organiser, number="Số: ……/BB-……")
    paragraph(document, "BIÊN BẢN", bold=True, size=14, align=CENTER, before=18)
    subject = f"Ghi nhận và xử lý sự cố trong {minutes.round}, {minutes.contest}"
    paragraph(document, page.balanced(subject, page.WIDTH, 14), bold=True, size=14, align=CENTER)
    rule(document, width=page.WIDTH, length=40)
    dotted(document, ("Địa điểm:", page.WIDTH))
    dotted(document, ("Chủ trì:", 95.0), (" Chức vụ:", page.WIDTH))
    dotted(document, ("Thư ký:", 95.0), (" Chức vụ:", page.WIDTH))
    _facts(document, minutes)
    _figures(document, minutes)
    _decisions(document, minutes)
    _signatures(document)
    _annexes(document, minutes)
    return page.saved(document)


def _facts(document: Document, minutes: IncidentMinutes) -> None:
    _head(document, "I. DIỄN BIẾN SỰ CỐ")
    _say(document, f"1. Sự cố số {minutes.number}, loại: {minutes.kind.lower()}.")
    _say(document, f"2. Thời gian: từ {moment(minutes.starts_at)} đến {moment(minutes.ends_at, ends=True)}.")
    _say(document, f"3. Phạm vi: {'; '.join(minutes.scope) if minutes.scope else 'tất cả các đơn vị dự thi'}.")
    _say(document, f"4. Người ghi nhận: {minutes.reported[0]}, lúc {moment(minutes.reported[1])}.")
    first, *more = minutes.description.splitlines()
    _say(document, f"5. Nội dung: {first}")
    for line in filter(None, more):
        _say(document, line)


def _figures(document: Document, minutes: IncidentMinutes) -> None:
    _head(document, "II. SỐ LIỆU GHI NHẬN TRÊN HỆ THỐNG")
    grid = table(document, [55.0, 22.0, 22.0, 22.0, 22.0, 22.0], 1 + len(PERIODS), air=0.6)
    page.repeat_on_each_page(grid.rows[0])
    for cell, label in zip(grid.rows[0].cells, ("Khoảng thời gian", *FIGURES), strict=True):
        _cell(cell, label, bold=True)
    for line, period, numbers in zip(grid.rows[1:], PERIODS, minutes.figures, strict=True):
        page.keep_whole(line)
        _cell(line.cells[0], period, align=None)
        for cell, value in zip(line.cells[1:], numbers, strict=True):
            _cell(cell, number(value))
    _say(
        document,
        "Lượt có lần lưu cuối là số lượt thi có lần lưu sau cùng trong khoảng đó. Người bị từ chối vào thi chỉ gồm "
        "trường hợp do tạm dừng, phòng chờ, hệ thống bận hoặc lỗi.",
    )
    one = minutes.touched
    _say(
        document,
        f"Số người bị ảnh hưởng: {number(one.sitting + one.ended + one.refused)}, gồm {number(one.sitting)} người "
        f"đang làm bài khi áp dụng biện pháp, {number(one.ended)} người có lượt thi đã kết thúc, "
        f"{number(one.refused)} người không vào thi được. Số người theo đơn vị ghi trong Phụ lục I.",
    )


def _decisions(document: Document, minutes: IncidentMinutes) -> None:
    _head(document, "III. BIỆN PHÁP ĐÃ ÁP DỤNG")
    if not minutes.decided and not minutes.undone:
        _say(document, "Ghi nhận sự cố, không áp dụng biện pháp.")
    for place, one in enumerate(minutes.decided, start=1):
        _say(document, f"{place}. {one.text}: {number(one.people)} người.")
    if minutes.undone:
        _say(document, f"Không áp dụng được: {'; '.join(minutes.undone)}.")
    _say(document, f"Người đề xuất: {minutes.proposed[0]}, lúc {moment(minutes.proposed[1])}.")
    _say(document, f"Người phê duyệt: {minutes.approved[0]}, lúc {moment(minutes.approved[1])}.")
    _say(document, f"Hệ thống áp dụng xong lúc {moment(minutes.applied_at)}.")
    if minutes.sheets:
        count = number(len(minutes.sheets))
        _say(document, f"{count} bài gửi muộn được chấp nhận và chấm lại ghi trong Phụ lục II theo mã bài thi.")
    _say(
        document,
        f"Biên bản được lập từ dữ liệu của hệ thống lúc {moment(minutes.made_at)}; các thành viên đã nghe đọc lại và "
        "thống nhất./.",
        keep=True,
    )


def _signatures(document: Document) -> None:
    grid = table(document, [page.WIDTH / 3] * 3, 1, grid=False)
    page.keep_whole(grid.rows[0])
    for cell, role in zip(grid.rows[0].cells, ("THƯ KÝ", "NGƯỜI ĐỀ XUẤT", "NGƯỜI PHÊ DUYỆT"), strict=True):
        paragraph(cell, role, bold=True, align=CENTER, before=18, keep=True)
        paragraph(cell, "(Ký, ghi rõ họ tên)", italic=True, align=CENTER, after=80, keep=True)
    paragraph(document, "Nơi nhận:", bold=True, italic=True, size=12, keep=True)
    paragraph(document, "- Như thành phần;", size=11, keep=True)
    paragraph(document, "- Lưu: VT, hồ sơ.", size=11)


def _annexes(document: Document, minutes: IncidentMinutes) -> None:
    lines = [(one.name, *map(number, one.numbers)) for one in minutes.agencies]
    total = ("Cộng", *map(number, minutes.touched.numbers))
    _annex(document, "Phụ lục I", "SỐ NGƯỜI BỊ ẢNH HƯỞNG THEO ĐƠN VỊ", AGENCY_COLUMNS, [*lines, total])
    if minutes.sheets:
        sheets = [(one.code, moment(one.received_at, seconds=True), one.agency) for one in minutes.sheets]
        _annex(document, "Phụ lục II", "BÀI GỬI MUỘN ĐƯỢC CHẤP NHẬN", SHEET_COLUMNS, sheets)


def _annex(
    document: Document, name: str, title: str, columns: tuple[tuple[str, float], ...], rows: Sequence[tuple[str, ...]]
) -> None:
    page.number_pages_on_top(page.next_section(document))
    paragraph(document, name, bold=True, size=14, align=CENTER)
    paragraph(document, title, bold=True, size=14, align=CENTER)
    source = "(Kèm theo Biên bản số ……/BB-…… ngày …… tháng …… năm ………)"
    paragraph(document, source, italic=True, align=CENTER)
    page.spacer(document, 8)
    grid = table(document, [width for _, width in columns], 1 + len(rows), air=0.6)
    page.repeat_on_each_page(grid.rows[0])
    for cell, (label, _) in zip(grid.rows[0].cells, columns, strict=True):
        _cell(cell, label, bold=True)
    for place, (line, texts) in enumerate(zip(grid.rows[1:], rows, strict=True), start=1):
        page.keep_whole(line)
        last = texts[0] == "Cộng"
        for cell, text, (label, _) in zip(line.cells, ("" if last else str(place), *texts), columns, strict=True):
            _cell(cell, text, bold=last, align=None if label == "Đơn vị" else CENTER)


def moment(value: datetime, *, ends: bool = False, seconds: bool = False) -> str:
    """``08 giờ 05 phút, ngày 06 tháng 7 năm 2026`` in Vietnam's time; short, with ``seconds``, in tables.

    Where it ``ends`` something, midnight is ``24 giờ 00 phút`` of the day before.
    """
    local = value.astimezone(LOCAL)
    if seconds:
        return f"{local:%H:%M:%S} ngày {page.day(local)}"
    midnight = ends and (local.hour, local.minute) == (0, 0)
    day = local - timedelta(days=1) if midnight else local
    hour = "24" if midnight else f"{local:%H}"
    return f"{hour} giờ {local:%M} phút, ngày {day:%d} tháng {page.month(day)} năm {day.year}"


def number(value: int) -> str:
    """``14.492``."""
    return f"{value:,}".replace(",", ".")


def _head(document: Document, text: str) -> None:
    paragraph(document, text, bold=True, before=10, after=4, keep=True)


def _say(document: Document, text: str, *, keep: bool = False) -> Paragraph:
    line = paragraph(document, text, align=JUSTIFY, before=5, keep=keep)
    line.paragraph_format.first_line_indent = Mm(10)
    return line


def _cell(cell: _Cell, text: str, *, bold: bool = False, align: WD_ALIGN_PARAGRAPH | None = CENTER) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph(cell, text, bold=bold, size=SMALL, align=align)
