"""The answer sheet (phiếu trả lời): rows of bubbles to fill in by hand, a page for every 100 questions."""

from collections.abc import Collection, Sequence
from math import ceil

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_LINE_SPACING
from docx.shared import Mm
from docx.table import _Cell, _Row

from questions.documents import page
from questions.documents.page import CENTER, cell_borders, dotted, heading_block, paragraph, table, words

BUBBLES = "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿ"
# Times New Roman has no letters in circles; this one comes with every Windows, others substitute it.
BUBBLE_FONT = "Segoe UI Symbol"
PER_PAGE = 100
THIN, THICK = 4, 8
NUMBER_WIDTH, GAP = 9.0, 3.0


def answer_sheet(
    document: Document,
    *,
    organiser: str,
    title: str,
    code: str,
    choices: Sequence[int],
    several: Collection[int] | None,
) -> None:
    """Append the sheet for questions 1, 2, … with so many ``choices`` each.

    ``several``: the numbers where more than one choice may be marked, ``None`` if the paper's code
    (mã đề) decides. An empty ``code`` leaves its squares to be filled in.
    """
    for first in range(0, len(choices), PER_PAGE):
        last = min(first + PER_PAGE, len(choices))
        if first:
            page.spacer(document, 1).paragraph_format.page_break_before = True
        heading_block(document, organiser, date_line=None)
        paragraph(document, "PHIẾU TRẢ LỜI TRẮC NGHIỆM", bold=True, size=14, align=CENTER, before=8)
        paragraph(document, page.balanced(title, page.WIDTH, page.BODY), bold=True, align=CENTER, after=4)
        if len(choices) > PER_PAGE:
            paragraph(document, f"(Từ câu {first + 1} đến câu {last})", italic=True, align=CENTER, after=4)
        _person(document, code)
        _marks(document)
        _advice(document, several)
        _bubbles(document, range(first, last), choices, several or ())


def _person(document: Document, code: str) -> None:
    """Lines for name, date of birth, number and agency; at the right three squares for the paper's code."""
    grid = table(document, [126.0, 6.0, 11.0, 11.0, 11.0], 3, grid=False)
    for row, labels in zip(
        grid.rows,
        ((("Họ và tên:", 126.0),), (("Ngày sinh:", 62.0), (" Số báo danh:", 126.0)), (("Đơn vị:", 126.0),)),
        strict=True,
    ):
        dotted(row.cells[0], *labels, before=3)
        _high(row, 8.5)
    title = grid.cell(0, 2).merge(grid.cell(0, 4))
    title.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
    paragraph(title, "Mã đề", bold=True, align=CENTER, after=2)
    for place in range(3):
        upper, lower = grid.cell(1, 2 + place), grid.cell(2, 2 + place)
        for cell in (upper, lower):
            cell_borders(cell, top=THICK, left=THICK, bottom=THICK, right=THICK)
        square = upper.merge(lower)
        square.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph(square, code[place] if code else "", bold=True, size=18, align=CENTER)


def _marks(document: Document) -> None:
    """Empty boxes for those who watch and mark."""
    page.spacer(document, 8)
    grid = table(document, [27.0, 27.0, 55.5, 55.5], 2, air=0.4)
    labels = ("Số câu đúng", "Điểm", "Người coi thi (ký, ghi họ tên)", "Người chấm thi (ký, ghi họ tên)")
    for cell, label in zip(grid.rows[0].cells, labels, strict=True):
        paragraph(cell, label, bold=True, size=11, align=CENTER)
    _high(grid.rows[1], 13)


def _advice(document: Document, several: Collection[int] | None) -> None:
    text = "Tô kín vòng tròn của phương án được chọn. Muốn đổi, gạch chéo vòng đã tô rồi tô vòng khác."
    if several is None:
        text += " Câu có ghi “có thể chọn nhiều” trong đề: tô tất cả các phương án được chọn."
    elif several:
        text += " Câu có dấu * là câu có thể chọn nhiều phương án: tô tất cả các phương án được chọn."
    paragraph(document, text, italic=True, size=11, before=6, after=6)


def _bubbles(document: Document, places: range, choices: Sequence[int], several: Collection[int]) -> None:
    letters = max(4, max(choices[place] for place in places))
    most = 4 if letters <= 5 else 3 if letters <= 7 else 2
    rows = max(5, ceil(len(places) / most))
    groups = ceil(len(places) / rows)
    bubble = ((page.WIDTH - GAP * (most - 1)) / most - NUMBER_WIDTH) / letters
    widths = ([GAP, NUMBER_WIDTH, *[bubble] * letters] * groups)[1:]
    grid = table(document, widths, rows, grid=False)
    height = 8.0 if rows <= 12 else 6.6 if rows <= 20 else 5.4
    for line in range(rows):
        _high(grid.rows[line], height, exactly=True)
        cells = grid.rows[line].cells
        for group in range(groups):
            start = group * (letters + 2)
            place = places.start + group * rows + line
            _frame(cells[start : start + letters + 1], line, rows)
            if place < places.stop:
                star = "*" if place + 1 in several else ""
                _middle(cells[start], f"{place + 1}{star}", size=12, bold=True)
                for letter in range(choices[place]):
                    _bubble(cells[start + 1 + letter], BUBBLES[letter], height)


def _frame(cells: Sequence[_Cell], line: int, rows: int) -> None:
    """A box around a column of questions, a line under every fifth row."""
    for position, cell in enumerate(cells):
        edges = {}
        if line == 0:
            edges["top"] = THICK
        if line == rows - 1:
            edges["bottom"] = THICK
        elif line % 5 == 4:
            edges["bottom"] = THIN
        if position == 0:
            edges["left"] = THICK
            edges["right"] = THIN
        elif position == len(cells) - 1:
            edges["right"] = THICK
        cell_borders(cell, **edges)


def _middle(cell: _Cell, text: str, *, size: float, bold: bool = False) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph(cell, text, size=size, bold=bold, align=CENTER)


def _bubble(cell: _Cell, letter: str, height: float) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    line = cell.paragraphs[0]
    line.alignment = CENTER
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.paragraph_format.line_spacing = Mm(height - 0.4)
    run = words(line, letter, size=18 if height > 7 else 16 if height > 6 else 14)
    page.set_font(run.font, BUBBLE_FONT)


def _high(row: _Row, height: float, *, exactly: bool = False) -> None:
    row.height = Mm(height)
    row.height_rule = WD_ROW_HEIGHT_RULE.EXACTLY if exactly else WD_ROW_HEIGHT_RULE.AT_LEAST
