"""The workbook of changes of the law: one document a row, or one change of it a row. Pure.

Number | title | kind | issuer | subject | issued | in force | until | replaced by | since | amended by | since |
articles | other names. A document with several changes has several rows: what is repeated may be left out.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from core.errors import Invalid
from core.i18n import N_
from core.text import fold, tidy
from questions.formats.excel_parts import marks_of_sheets, read_safely
from questions.items import Problem
from questions.law.rows import ROWS_MAX, YEARS, ChangesFile, DocumentRow, Relation, day_of
from questions.law.rules import articles_of

HEADINGS = (
    "Số hiệu",
    "Tên văn bản",
    "Loại",
    "Cơ quan ban hành",
    "Trích yếu",
    "Ngày ban hành",
    "Ngày hiệu lực",
    "Ngày hết hiệu lực",
    "Bị thay thế bởi",
    "Từ ngày",
    "Được sửa đổi bởi",
    "Từ ngày",
    "Điều khoản bị sửa đổi",
    "Tên gọi khác",
)
FIELDS = ("number", "title", "kind", "issuer", "subject", "issued_on", "effective_on", "expires_on")
LIMITS = {
    "number": 60,
    "title": 300,
    "kind": 60,
    "issuer": 200,
    "subject": 2_000,
    "replaced_by": 300,
    "amended_by": 300,
}
HEADING_WITHIN = 20
_WORDS = {
    **{fold(heading): field for heading, field in zip(HEADINGS, FIELDS, strict=False)},
    "ky hieu": "number",
    "so ky hieu": "number",
    "so van ban": "number",
    "van ban": "title",
    "loai van ban": "kind",
    "co hieu luc tu": "effective_on",
    "ngay co hieu luc": "effective_on",
    "bi thay the boi": "replaced_by",
    "duoc sua doi boi": "amended_by",
    "bi sua doi boi": "amended_by",
    "dieu khoan bi sua doi": "articles",
    "dieu khoan duoc sua doi": "articles",
    "ten goi khac": "cited_as",
    "tu ngay": "since",
}
EXAMPLES: tuple[tuple[str, ...], ...] = (
    (
        "61/2018/NĐ-CP", "Nghị định 61/2018/NĐ-CP", "Nghị định", "Chính phủ",
        "thực hiện cơ chế một cửa, một cửa liên thông trong giải quyết thủ tục hành chính",
        "23/04/2018", "21/06/2018", "30/06/2025", "118/2025/NĐ-CP", "01/07/2025", "", "", "", "",
    ),
    (
        "118/2025/NĐ-CP", "Nghị định 118/2025/NĐ-CP", "Nghị định", "Chính phủ",
        "thực hiện thủ tục hành chính theo cơ chế một cửa, một cửa liên thông",
        "09/06/2025", "01/07/2025", "", "", "", "", "", "", "Nghị định 118/2025/NĐ-CP ngày 09/6/2025",
    ),
)  # fmt: skip
GUIDE = (
    ("Cột", "Cách ghi"),
    ("Tên văn bản", "Bắt buộc, hoặc ghi Số hiệu của văn bản đã có. Ghi đủ loại và số hiệu: Nghị định 118/2025/NĐ-CP."),
    ("Các ngày", "dd/mm/yyyy, ví dụ 01/07/2025. Ngày hết hiệu lực là ngày cuối cùng văn bản còn hiệu lực."),
    ("Bị thay thế bởi, Được sửa đổi bởi", "Số hiệu của văn bản mới, mỗi dòng một văn bản."),
    ("Từ ngày", "Ngày việc thay thế, sửa đổi có hiệu lực. Để trống thì tính từ ngày ghi vào hệ thống."),
    ("Điều khoản bị sửa đổi", "Điều 4, 5 và 8. Để trống thì mọi điều của văn bản đều có thể đã đổi."),
    ("Tên gọi khác", "Các cách ghi khác của cùng văn bản này, cách nhau bằng dấu chấm phẩy."),
    ("Nhiều thay đổi của một văn bản", "Thêm dòng, chỉ cần ghi lại Số hiệu hoặc Tên văn bản và thay đổi đó."),
    ("Ô để trống", "Giữ nguyên thông tin đang có trong hệ thống."),
    ("Dòng mẫu", "Xóa các dòng mẫu trước khi nhập."),
)


def read(data: bytes) -> ChangesFile:
    """Rows of every sheet that has the headings; raises :class:`Invalid` where none has."""
    with read_safely():
        return _read(data)


def _read(data: bytes) -> ChangesFile:
    safe = marks_of_sheets(data)
    rows: list[DocumentRow] = []
    problems: list[Problem] = []
    headed = False
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        for page in book.sheets_metadata:
            if page.typ != SheetTypeEnum.WorkSheet or page.name not in safe:
                continue
            lines = list(_lines(book.get_sheet_by_name(page.name)))
            columns, start = _heading(lines)
            headed = headed or bool(columns)
            for number, cells in lines[start:] if columns else ():
                _take(_Line(number, columns, cells), rows, problems)
    if not headed:
        raise Invalid(
            N_(
                "Không thấy dòng tiêu đề: cần có cột “Tên văn bản” hoặc “Số hiệu”. Đề nghị dùng tệp mẫu của hệ "
                "thống rồi nhập lại."
            ),
            code="no-headings",
        )
    if not rows and not problems:
        raise Invalid(N_("Tệp không có dòng văn bản nào. Đề nghị kiểm tra lại tệp đã chọn."), code="empty-file")
    return ChangesFile(tuple(rows), tuple(problems))


class _Line:
    """A row seen through its headings; collects what is wrong with it."""

    def __init__(self, number: int, columns: dict[str, int], cells: list[Any]) -> None:
        self.at, self.columns, self.cells = f"Dòng {number}", columns, cells
        self.problems: list[Problem] = []

    def raw(self, field: str) -> Any:
        column = self.columns.get(field)
        return self.cells[column] if column is not None and column < len(self.cells) else ""

    def text(self, field: str) -> str:
        value = self.raw(field)
        text = tidy(value if isinstance(value, str) else _plain(value))
        limit = LIMITS.get(field)
        if limit and len(text) > limit:
            self.wrong(N_("Cột “%(column)s” dài quá %(max)s ký tự."), column=_HEADING_OF[field], max=limit)
        return text

    def day(self, field: str) -> dt.date | None:
        value = self.raw(field)
        if isinstance(value, dt.datetime):
            value = value.date()
        if not isinstance(value, dt.date):
            text = tidy(_plain(value))
            if not text:
                return None
            value = day_of(text)
            if value is None:
                self.wrong(
                    N_("Cột “%(column)s” ghi “%(text)s”: ghi ngày theo dạng dd/mm/yyyy, ví dụ 01/07/2025."),
                    column=_HEADING_OF[field],
                    text=text[:40],
                )
                return None
        if value.year not in YEARS:
            self.wrong(
                N_("Cột “%(column)s” có năm %(year)s, đề nghị kiểm tra lại."),
                column=_HEADING_OF[field],
                year=value.year,
            )
            return None
        return value

    def wrong(self, reason: str, **params: str | int) -> None:
        self.problems.append(Problem(self.at, reason, params))


_HEADING_OF = {field: heading for heading, field in zip(HEADINGS, FIELDS, strict=False)} | {
    "replaced_by": "Bị thay thế bởi",
    "amended_by": "Được sửa đổi bởi",
    "replaced_on": "Từ ngày (thay thế)",
    "amended_on": "Từ ngày (sửa đổi)",
    "articles": "Điều khoản bị sửa đổi",
    "cited_as": "Tên gọi khác",
}


def _take(line: _Line, rows: list[DocumentRow], problems: list[Problem]) -> None:
    if not any(tidy(_plain(cell)) for cell in line.cells):
        return
    if len(rows) >= ROWS_MAX:
        raise Invalid(N_("Tệp có quá %(max)s dòng. Đề nghị chia thành nhiều tệp."), code="too-many", max=ROWS_MAX)
    row = _row(line)
    problems += line.problems
    rows.append(row)


def _row(line: _Line) -> DocumentRow:
    number, title = line.text("number"), line.text("title")
    if not title and not number:
        line.wrong(N_("Chưa ghi tên văn bản hoặc số hiệu."))
    effective, expires = line.day("effective_on"), line.day("expires_on")
    if effective and expires and expires < effective:
        line.wrong(N_("Ngày hết hiệu lực trước ngày có hiệu lực."))
    names = tuple(name for name in map(tidy, re.split(r"[;\n]", _plain(line.raw("cited_as")))) if name)
    if any(len(name) > LIMITS["title"] for name in names):
        line.wrong(N_("Cột “%(column)s” dài quá %(max)s ký tự."), column="Tên gọi khác", max=LIMITS["title"])
    articles = _articles(line)
    replaced = _relations(line, "replaced_by", "replaced_on", ())
    amended = _relations(line, "amended_by", "amended_on", articles)
    if articles and not amended:
        line.wrong(N_("Có điều khoản bị sửa đổi nhưng chưa ghi văn bản sửa đổi."))
    if {number, title} & {relation.number for relation in (*replaced, *amended)}:
        line.wrong(N_("Một văn bản không tự sửa đổi hoặc thay thế chính nó."))
    return DocumentRow(
        title=title or number,
        number=number,
        kind=line.text("kind"),
        issuer=line.text("issuer"),
        subject=line.text("subject"),
        issued_on=line.day("issued_on"),
        effective_on=effective,
        expires_on=expires,
        cited_as=names,
        replaced_by=replaced,
        amended_by=amended,
    )


def _relations(line: _Line, field: str, since: str, articles: tuple[str, ...]) -> tuple[Relation, ...]:
    text, on = line.text(field), line.day(since)
    if not text:
        if on is not None:
            line.wrong(N_("Có “%(column)s” nhưng chưa ghi văn bản thay thế, sửa đổi."), column=_HEADING_OF[since])
        return ()
    if re.search(r"[;\n]", _plain(line.raw(field))):
        line.wrong(
            N_("Cột “%(column)s” chỉ ghi một văn bản. Đề nghị thêm dòng cho văn bản khác."), column=_HEADING_OF[field]
        )
    return (Relation(text, on, articles),)


def _articles(line: _Line) -> tuple[str, ...]:
    parts = tuple(part for part in map(tidy, re.split(r"[;\n]", _plain(line.raw("articles")))) if part)
    for part in parts:
        if len(part) > 200:
            line.wrong(N_("Cột “%(column)s” dài quá %(max)s ký tự."), column=_HEADING_OF["articles"], max=200)
        elif part[0].isdigit() and not articles_of(part):
            line.wrong(N_("Cột “Điều khoản bị sửa đổi” ghi “%(text)s”: ghi rõ, ví dụ Điều 4, 5 và 8."), text=part[:40])
    return parts


def _lines(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    left: list[Any] = [""] * (sheet.start[1] if sheet.start else 0)
    for index, values in enumerate(sheet.iter_rows()):
        yield index + 1, [*left, *values]


def _heading(lines: list[tuple[int, list[Any]]]) -> tuple[dict[str, int], int]:
    """Where each column stands, and the first row below the headings; nothing where there are none."""
    for place, (_, cells) in enumerate(lines[:HEADING_WITHIN]):
        columns: dict[str, int] = {}
        last = ""
        for column, cell in enumerate(cells):
            field = _WORDS.get(fold(re.sub(r"\([^)]*\)", " ", _plain(cell))), "")
            if field == "since":
                field = {"replaced_by": "replaced_on", "amended_by": "amended_on"}.get(last, "")
            elif field in ("replaced_by", "amended_by"):
                last = field
            if field:
                columns.setdefault(field, column)
        if len(columns) >= 2 and {"title", "number"} & set(columns):
            return columns, place + 1
    return {}, 0


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


def template() -> bytes:
    """Headings, two rows as examples, and a page on how to fill it in. Every cell is a text."""
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": dt.datetime(2026, 1, 1)})  # noqa: DTZ001
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        page = book.add_worksheet("Văn bản")
        page.freeze_panes(1, 2)
        for column, heading in enumerate(HEADINGS):
            wide = heading in ("Tên văn bản", "Trích yếu", "Tên gọi khác")
            page.set_column(column, column, 40 if wide else 18, wrapped)
            page.write_string(0, column, heading, bold)
        for row, cells in enumerate(EXAMPLES, start=1):
            for column, text in enumerate(cells):
                if text:
                    page.write_string(row, column, text, wrapped)
        guide = book.add_worksheet("Hướng dẫn")
        guide.set_column(0, 0, 32)
        guide.set_column(1, 1, 100)
        for row, (name, how) in enumerate(GUIDE):
            guide.write_string(row, 0, name, bold)
            guide.write_string(row, 1, how, wrapped if row else bold)
    return buffer.getvalue()
