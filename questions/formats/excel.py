"""Excel workbooks of questions (.xlsx, ECMA-376 part 1, SpreadsheetML). Pure.

Cells are written as text, so nothing is ever a formula; formulas of others count with the value
that Excel stored. A sheet is looked through before calamine reads it: calamine lays out the whole
rectangle up to the farthest cell, and tells neither hidden rows nor cells with errors.
"""

import datetime as dt
import io
import math
from collections.abc import Iterable, Iterator
from typing import Any

import xlsxwriter
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from core.i18n import N_
from questions.formats.excel_parts import Marks, marks_of_sheets, read_safely
from questions.formats.sheet import Flaw, Row, Table, reading
from questions.formats.sheet_words import CHOICE_LETTERS, EXAMPLES
from questions.formats.sheet_writing import losses, rows
from questions.items import Bundle, Reading

__all__ = ["losses", "read", "template", "write"]

WIDE = frozenset({"Câu hỏi", "Nội dung tình huống", "Giải thích"})
LISTS = {
    "Loại câu": ["Một lựa chọn", "Nhiều lựa chọn", "Đúng/sai"],
    "Mức độ": ["Dễ", "Vừa", "Khó"],
    "Đáp án": [*CHOICE_LETTERS, "Đúng", "Sai"],
    "Xáo trộn phương án": ["Có", "Không"],
}
GUIDE = (
    ("Cột", "Cách ghi"),
    ("Câu hỏi, Phương án, Đáp án", "Bắt buộc. Mỗi câu một dòng; từ hai đến mười phương án (thêm cột đến Phương án J)."),
    ("Đáp án", "Chữ cái của phương án đúng: B. Câu nhiều lựa chọn ghi A, C. Câu đúng/sai ghi Đúng hoặc Sai."),
    ("Loại câu", "Một lựa chọn, Nhiều lựa chọn hoặc Đúng/sai. Để trống thì hiểu theo đáp án."),
    ("Mức độ", "Dễ, Vừa, Khó (hoặc 1, 2, 3)."),
    ("Tình huống dùng chung", "Ghi mã tình huống ở mọi câu; lời văn tình huống chỉ ghi ở câu đầu tiên."),
    ("Căn cứ", "Số, ký hiệu và ngày của văn bản; điều khoản ghi riêng. Thêm căn cứ ở Văn bản căn cứ 2, Điều khoản 2."),
    ("Thẻ", "Các từ khóa, cách nhau bằng dấu phẩy."),
    ("Xáo trộn", "Không: giữ thứ tự phương án, ví dụ khi có phương án “Cả A và B”."),
    ("Số và ngày", "Định dạng ô là Văn bản (Text) trước khi ghi 3/4 hoặc 5%, để Excel không đổi thành ngày hay số."),
    ("Hai câu mẫu", "Xóa hai dòng mẫu trước khi nhập."),
)


def read(data: bytes) -> Reading:
    """Questions of every sheet that has the headings."""
    with read_safely():
        return reading(list(_tables(data, marks_of_sheets(data))))


def _tables(data: bytes, marks: dict[str, Marks]) -> Iterator[Table]:
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        for sheet in book.sheets_metadata:
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.name in marks:
                yield Table(sheet.name, _rows(book.get_sheet_by_name(sheet.name), marks[sheet.name]))


def _rows(sheet: CalamineSheet, marks: Marks) -> list[Row]:
    """The rows from the very first; a cell below another in a merged one holds the same text."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    merged = _merged(sheet)
    above: dict[tuple[int, int], str] = {}
    result: list[Row] = []
    for index, values in enumerate(sheet.iter_rows()):
        flaws = dict(marks.errors.get(index, {}))
        cells = list(left)
        for column, value in enumerate(values, start=len(left)):
            if isinstance(value, str):
                cells.append(value)
                continue
            text, flaw = _plain(value)
            cells.append(text)
            if flaw:
                flaws[column] = flaw
        for column in marks.errors.get(index, {}):
            # calamine leaves such a cell empty, but it is not a choice that somebody left out.
            cells[column : column + 1] = ["#"]
        joined = merged.get(index, {})
        for column, first in joined.items():
            if first == (index, column):
                above[first] = cells[column] if column < len(cells) else ""
            elif first[1] == column and column < len(cells):
                cells[column] = above.get(first, "")
        inner = frozenset(column for column, first in joined.items() if first != (index, column))
        result.append(Row(index + 1, cells, flaws, inner, index in marks.hidden))
    return result


def _merged(sheet: CalamineSheet) -> dict[int, dict[int, tuple[int, int]]]:
    """By row and column, the first cell of the merged cell that it belongs to."""
    inside: dict[int, dict[int, tuple[int, int]]] = {}
    bottom, right = sheet.end or (0, 0)
    for first, last in sheet.merged_cell_ranges or ():
        for row in range(first[0], min(last[0], bottom) + 1):
            for column in range(first[1], min(last[1], right) + 1):
                inside.setdefault(row, {})[column] = first
    return inside


def _plain(value: Any) -> tuple[str, Flaw | None]:
    """A value that is no text, as text, and what is doubtful about it."""
    if isinstance(value, bool):
        return str(value).upper(), None
    if isinstance(value, int | float) and math.isfinite(value):
        if value == int(value) and abs(value) < 1e15:
            return str(int(value)), None
        text = f"{value:.15g}".replace(".", ",")
        reason = N_("Ô “%(heading)s” là số nên đọc thành “%(value)s”. Đề nghị kiểm tra, nhất là số phần trăm.")
        return text, Flaw(reason, text, stops=False)
    text = value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
    reason = N_(
        "Excel đã đổi nội dung ô “%(heading)s” thành ngày giờ (%(value)s). Đề nghị định dạng ô là Văn bản (Text) rồi "
        "ghi lại."
    )
    return text, Flaw(reason, text, stops=True)


def write(bundle: Bundle) -> bytes:
    """A workbook with one sheet, every cell a text."""
    return _workbook(rows(bundle))


def template() -> bytes:
    """Headings, two questions as examples, lists to choose from, and a page on how to fill it in."""
    return _workbook(rows(EXAMPLES), guide=True)


def _workbook(lines: Iterable[list[str]], *, guide: bool = False) -> bytes:
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        # The same questions give the same bytes, whenever they are written.
        book.set_properties({"created": dt.datetime(2026, 1, 1)})  # noqa: DTZ001
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        page = book.add_worksheet("Câu hỏi")
        page.freeze_panes(1, 0)
        for row, cells in enumerate(lines):
            if row == 0:
                _columns(page, cells, wrapped, lists=guide)
            for column, text in enumerate(cells):
                if text:
                    page.write_string(row, column, text, wrapped if row else bold)
        if guide:
            _guide(book.add_worksheet("Hướng dẫn"), bold, wrapped)
    return buffer.getvalue()


def _columns(page: Any, headings: list[str], wrapped: Any, *, lists: bool) -> None:
    """Widths, text as the format of whole columns, and lists that do not forbid other words."""
    for column, heading in enumerate(headings):
        page.set_column(column, column, 48 if heading in WIDE else 20, wrapped)
        if lists and heading in LISTS:
            # "A, C" is right too, so the list offers but does not forbid.
            page.data_validation(
                1, column, 20_000, column, {"validate": "list", "source": LISTS[heading], "show_error": False}
            )


def _guide(page: Any, bold: Any, wrapped: Any) -> None:
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 100)
    for row, (name, how) in enumerate(GUIDE):
        page.write_string(row, 0, name, bold)
        page.write_string(row, 1, how, wrapped if row else bold)
