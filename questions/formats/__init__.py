"""File formats of questions. Each module reads bytes into a ``Reading`` and writes a ``Bundle``.

A module of a format has ``read(data) -> Reading``, ``write(bundle) -> bytes`` and
``losses(item, situation=None) -> list[str]``: sentences (msgids) about what the format cannot
carry of a question and its situation. Where it cannot carry some questions at all, it has
``carries(item) -> bool`` and ``write`` leaves those out. They are pure; ``questions.formats.reading``
runs ``read`` in a process with limits.
"""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from core.errors import Invalid
from core.i18n import N_


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name on the command line, what people call it, its file name's ending."""

    name: str
    label: str
    ending: str
    mimetype: str
    module: str

    def load(self) -> ModuleType:
        """The module that reads and writes it; imported when it is wanted, libraries are heavy."""
        return import_module(f"questions.formats.{self.module}")


_OOXML = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    one.name: one
    for one in (
        Format("docx", "Word", "docx", f"{_OOXML}.wordprocessingml.document", "word"),
        Format("xlsx", "Excel", "xlsx", f"{_OOXML}.spreadsheetml.sheet", "excel"),
        Format("csv", "CSV", "csv", "text/csv; charset=utf-8", "delimited"),
        Format("gift", "GIFT", "gift.txt", "text/plain; charset=utf-8", "gift"),
        Format("aiken", "Aiken", "aiken.txt", "text/plain; charset=utf-8", "aiken"),
        Format("moodle-xml", "Moodle XML", "xml", "application/xml", "moodle"),
        Format("qti", "QTI 3.0", "qti.zip", "application/zip", "qti"),
        Format("json", "JSON", "json", "application/json", "own"),
    )
}


def guessed(name: str, data: bytes) -> Format:
    """The format of a file, by what it holds first and its name second; raises :class:`Invalid`."""
    lower = name.casefold()
    if data[:4] == b"PK\x03\x04":
        return FORMATS[_packed(lower, data)]
    if lower.endswith((".docx", ".xlsx", ".csv", ".json")):
        return FORMATS[lower.rsplit(".", 1)[1]]
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"{" and b'"format"' in start:
        return FORMATS["json"]
    if lower.endswith(".xml") or start[:1] == b"<":
        return FORMATS["moodle-xml" if b"<quiz" in start else "qti"]
    if lower.endswith((".txt", ".gift", ".aiken", ".md")):
        return FORMATS["aiken" if _is_aiken(data) else "gift"]
    raise Invalid(
        N_(
            "Không nhận ra định dạng của tệp “%(name)s”. Nhận tệp Word (.docx), Excel (.xlsx), CSV, GIFT, Aiken, "
            "Moodle XML, QTI hoặc JSON của hệ thống; tệp .doc, .xls cũ cần lưu lại thành .docx, .xlsx."
        ),
        code="unknown-format",
        name=name[-60:],
    )


# A zip archive names its members in the clear.
_MEMBERS = {"docx": b"word/document", "xlsx": b"xl/workbook", "qti": b"imsmanifest.xml"}


def _packed(name: str, data: bytes) -> str:
    named = "xlsx" if name.endswith((".xlsx", ".xlsm")) else "qti" if name.endswith(".zip") else "docx"
    inside = [format_ for format_, member in _MEMBERS.items() if member in data]
    return named if named in inside or not inside else inside[0]


def _is_aiken(data: bytes) -> bool:
    return any(line.strip().upper().startswith(b"ANSWER:") for line in data.splitlines())
