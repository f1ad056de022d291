"""CSV of question sheets (RFC 4180, with what Excel makes of it). Pure.

Written with a byte order mark and semicolons, the list separator of Vietnamese Windows, so that
Excel opens it rightly. Cells that a spreadsheet would take for a formula begin with an apostrophe
(``core.text.inert``); the reader takes exactly this apostrophe away again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from core.errors import Invalid
from core.i18n import N_
from core.text import inert, revived
from questions.formats.bounds import decoded
from questions.formats.sheet import Row, Table, reading
from questions.formats.sheet_words import EXAMPLES
from questions.formats.sheet_writing import losses, rows
from questions.items import Bundle, Reading

__all__ = ["losses", "read", "template", "write"]

DELIMITERS = ";,\t"
ROWS_MAX = 200_000
COLUMNS_MAX = 200
_HINT = re.compile("sep=(.)\r?\n")


def read(data: bytes) -> Reading:
    """Questions of a CSV file, whatever of ``,`` ``;`` and tab parts its cells."""
    text = decoded(data)
    hint = _HINT.match(text)
    if hint:
        text = text[hint.end() :]
    delimiter = hint[1] if hint else _delimiter(text)
    try:
        table = Table("CSV", list(_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))))
    except csv.Error as error:
        raise Invalid(
            N_("Tệp CSV không đúng cú pháp (%(reason)s). Đề nghị mở bằng Excel và lưu lại."),
            code="bad-csv",
            reason=str(error)[:120],
        ) from error
    return reading([table])


def _rows(records: Iterable[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(records, start=1):
        if number > ROWS_MAX or len(cells) > COLUMNS_MAX:
            raise Invalid(
                N_("Bảng lớn quá %(rows)s dòng hoặc %(columns)s cột nên không được nhận."),
                code="too-large",
                rows=ROWS_MAX,
                columns=COLUMNS_MAX,
            )
        yield Row(number, [revived(cell) for cell in cells])


def _delimiter(text: str) -> str:
    """The one that parts the most known rows evenly: first lines in quotes may hold any of them."""
    sample = text[:100_000]

    def weight(delimiter: str) -> int:
        try:
            widths = [len(cells) for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)]
        except csv.Error:
            return 0
        wide = [width for width in widths if width > 3]
        return max((wide.count(width) * width for width in set(wide)), default=0)

    return max(DELIMITERS, key=weight)


def write(bundle: Bundle) -> bytes:
    """A CSV file that Excel opens with its accents."""
    return _csv(rows(bundle))


def template() -> bytes:
    """The headings and two questions as examples."""
    return _csv(rows(EXAMPLES))


def _csv(lines: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    for cells in lines:
        writer.writerow(map(inert, cells))
    return text.getvalue().encode("utf-8-sig")
