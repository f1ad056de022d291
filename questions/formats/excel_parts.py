"""The parts of an .xlsx package looked through before it is read: bounds, hidden rows, errors. Pure.

The package is an Office Open XML one (ECMA-376 part 2); a sheet is ``row`` elements with ``c``
elements whose ``r`` names the place (part 1, section 18.3.1).
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.errors import Invalid
from core.i18n import N_
from questions.formats.bounds import BROKEN, member, open_zip, parse_xml
from questions.formats.sheet import Flaw

ROWS_MAX = 200_000
COLUMNS_MAX = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROLOGUE = 1_000
_WORKBOOK = "xl/workbook.xml"
_PLACED = re.compile(
    rb"<(?:[\w.-]+:)?(row|c)(?=[\s/>])(?:\s+r\s*=\s*[\"']([A-Za-z]*)(\d+)[\"'])?([^>]*)",
)
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
_HIDDEN = re.compile(rb"\shidden\s*=\s*[\"'](?:1|true)[\"']")
_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")


@dataclass(frozen=True, slots=True)
class Marks:
    """Of a sheet: positions (from 0) of hidden rows, and cells with errors by row and column."""

    hidden: frozenset[int]
    errors: dict[int, dict[int, Flaw]]


def marks_of_sheets(data: bytes) -> dict[str, Marks]:
    """The sheets by name; raises :class:`Invalid` for what is no safe .xlsx."""
    if data[:8] == _OLE:
        raise Invalid(
            N_(
                "Tệp là Excel cũ (.xls) hoặc có đặt mật khẩu. Đề nghị mở bằng Excel, bỏ mật khẩu nếu có, chọn “Lưu "
                "thành…” với kiểu .xlsx rồi nhập lại."
            ),
            code="old-excel",
        )
    with open_zip(data) as archive:
        names = set(archive.namelist())
        if _WORKBOOK not in names:
            raise _not_excel(names)
        _refuse_dtd(archive)
        return {
            name: _marks(member(archive, part)) if part in names else Marks(frozenset(), {})
            for name, part in _sheets(archive).items()
        }


@contextmanager
def read_safely() -> Iterator[None]:
    """Refuse a workbook that calamine cannot read; what it makes of one counts only in here."""
    try:
        yield
    except Invalid:
        raise
    except BaseException as error:
        # A panic in calamine's Rust arrives as a BaseException of its own; zlib and lzma have theirs too.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Invalid(
            N_("Tệp Excel bị hỏng, không đọc được. Đề nghị mở bằng Excel, lưu lại rồi nhập."), code="broken-file"
        ) from error


def _not_excel(names: set[str]) -> Invalid:
    if any(name.startswith("word/") for name in names):
        return Invalid(
            N_("Đây là tệp Word chứ không phải Excel. Đề nghị đổi đuôi tệp thành .docx rồi nhập lại."),
            code="not-excel",
        )
    return Invalid(
        N_("Đây không phải là tệp Excel .xlsx. Đề nghị mở bằng Excel, chọn “Lưu thành…” với kiểu .xlsx rồi nhập lại."),
        code="not-excel",
    )


def _refuse_dtd(archive: zipfile.ZipFile) -> None:
    """No part of an Office Open XML package may hold a DTD (ECMA-376 part 2, section 8.1.4)."""
    for name in archive.namelist():
        if name.casefold().endswith((".xml", ".rels", ".vml")):
            start = member_start(archive, name).replace(b"\x00", b"")
            if b"<!doctype" in start.lower():
                raise Invalid(N_("Tệp XML có khai báo DTD nên không được nhận vì lý do an toàn."), code="dtd")


def member_start(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first bytes of a part, without inflating the rest."""
    try:
        with archive.open(name) as stream:
            return stream.read(_PROLOGUE)
    except BROKEN as error:
        raise Invalid(
            N_("Tệp bị hỏng: không đọc được phần “%(part)s”."), code="broken-file", part=name[-60:]
        ) from error


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of each sheet by the sheet's name, through the workbook's relationships."""
    relations = "xl/_rels/workbook.xml.rels"
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in parse_xml(member(archive, relations)).iterfind("{*}Relationship")
    }
    found: dict[str, str] = {}
    for sheet in parse_xml(member(archive, _WORKBOOK)).iterfind("{*}sheets/{*}sheet"):
        number = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        target = targets.get(number, "")
        part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        found[sheet.get("name", "")] = part
    return found


def _marks(sheet: bytes) -> Marks:
    """One pass over a sheet's rows and cells; a cell without a place stands right of the last."""
    hidden: set[int] = set()
    errors: dict[int, dict[int, Flaw]] = {}
    row = column = -1
    widest = highest = 0
    for kind, letters, number, rest in _PLACED.findall(sheet):
        if not number and (place := _PLACE.search(rest)):
            letters, number = place.groups()
        if kind == b"row":
            row, column = int(number) - 1 if number else row + 1, -1
            if b"hidden" in rest and _HIDDEN.search(rest):
                hidden.add(row)
        else:
            row, column = (int(number) - 1, _column(letters)) if number else (row, column + 1)
            if b'"e"' in rest or b"'e'" in rest:
                _note_error(errors, rest, row, column)
        widest, highest = max(widest, column), max(highest, row)
    if highest >= ROWS_MAX or widest >= COLUMNS_MAX:
        raise Invalid(
            N_("Bảng lớn quá %(rows)s dòng hoặc %(columns)s cột nên không được nhận."),
            code="too-large",
            rows=ROWS_MAX,
            columns=COLUMNS_MAX,
        )
    return Marks(frozenset(hidden), errors)


def _column(letters: bytes) -> int:
    """``A`` -> 0, ``AB`` -> 27; anything longer than Excel's own columns is simply too far."""
    position = 0
    for letter in letters.upper()[:6]:
        position = position * 26 + letter - 64
    return position - 1


def _note_error(errors: dict[int, dict[int, Flaw]], rest: bytes, row: int, column: int) -> None:
    if _ERROR.search(rest):
        reason = N_("Ô “%(heading)s” có lỗi công thức của Excel (như #N/A, #REF!). Đề nghị ghi lại nội dung ô.")
        errors.setdefault(row, {})[column] = Flaw(reason, "#", stops=True)
