"""Builds Word files as people write them, readable in the tests that use them."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import RGBColor
from docx.text.paragraph import Paragraph

from questions.formats import word
from questions.items import Item, Kind, Reading

Run = str | tuple[str, Callable[[Any], None]]


def bold(text: str) -> Run:
    return text, lambda run: setattr(run, "bold", True)


def under(text: str) -> Run:
    return text, lambda run: setattr(run, "underline", True)


def red(text: str) -> Run:
    return coloured(text, "FF0000")


def coloured(text: str, colour: str) -> Run:
    return text, lambda run: setattr(run.font.color, "rgb", RGBColor.from_string(colour))


def yellow(text: str) -> Run:
    return text, lambda run: setattr(run.font, "highlight_color", WD_COLOR_INDEX.YELLOW)


def hidden(text: str) -> Run:
    return text, lambda run: setattr(run.font, "hidden", True)


class Sheet:
    """A Word file that is being typed."""

    def __init__(self) -> None:
        self.document: Document = docx.Document()

    def type(self, *runs: Run) -> Paragraph:
        """A paragraph of runs; in plain text a line end is Word's line break."""
        paragraph = self.document.add_paragraph()
        for run in runs:
            if isinstance(run, str):
                paragraph.add_run(run)
            else:
                run[1](paragraph.add_run(run[0]))
        return paragraph

    def lines(self, text: str) -> "Sheet":
        """Each line of the text as a paragraph of its own."""
        for line in text.strip("\n").split("\n"):
            self.type(line.strip(" "))
        return self

    def numbered(self, text: str, number: int, level: int = 0, *, mark: bool = False) -> None:
        """A paragraph of an automatic list."""
        paragraph = self.type(bold(text) if mark else text)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>',
            )
        )

    def list_of(self, number: int, *levels: tuple[str, str]) -> None:
        """An automatic list: for each level (format, text), for instance ("upperLetter", "%2.")."""
        root = self.document.part.numbering_part.element
        for old in [one for one in root if one.get(qn("w:numId")) == str(number)]:
            root.remove(old)
        inner = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for at, (kind, text) in enumerate(levels)
        )
        abstract = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number + 500}">{inner}</w:abstractNum>'
        root.insert(0, parse_xml(abstract))
        root.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{number + 500}"/></w:num>',
            )
        )

    def table(self, rows: Sequence[Sequence[Run]]) -> Any:
        table = self.document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                if isinstance(text, str):
                    cell.text = text
                else:
                    text[1](cell.paragraphs[0].add_run(text[0]))
        return table

    def xml(self, inner: str) -> None:
        """A paragraph in Word's own words, for what python-docx cannot type."""
        spaces = nsdecls("w", "r", "m", "wp", "a", "pic")
        self.document.element.body.sectPr.addprevious(parse_xml(f"<w:p {spaces}>{inner}</w:p>"))

    def saved(self) -> bytes:
        stream = io.BytesIO()
        self.document.save(stream)
        return stream.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


PNG = b"".join(
    (
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(b"\x00\x00\xff")),
        _chunk(b"IEND", b""),
    )
)


STEM = "Thủ đô của nước ta là gì?"
CHOICES = ("Huế", "Hà Nội", "Đà Nẵng", "Cần Thơ")
CAPITAL = Item(stem=STEM, choices=CHOICES, keys=(1,))
COLOURS = Item(stem="Màu nào có trên Quốc kỳ?", choices=("Đỏ", "Xanh", "Vàng", "Tím"), keys=(0, 2), kind=Kind.MULTIPLE)


def items(sheet: Sheet) -> list[Item]:
    """The questions of a sheet that is read without a problem."""
    reading = word.read(sheet.saved())
    assert reading.problems == ()
    return [found.item for found in reading.found]


def read(sheet: Sheet) -> Reading:
    return word.read(sheet.saved())


def said(reading: Reading) -> list[str]:
    """The problems as a person reads them."""
    return [f"{one.at}: {one.reason % one.params}" for one in reading.problems]


def asked(start: str, key: str = "Đáp án: B") -> str:
    """The question of the capital as four choices under each other."""
    return f"{start} {STEM}\n{four()}\n{key}"


def four(first: str = "A. ", letters: str = "ABCD") -> str:
    return "\n".join(first.replace("A", letter) + choice for letter, choice in zip(letters, CHOICES, strict=True))
