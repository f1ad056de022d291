"""What a table is: a list of questions, a list of keys, or only a way to place lines."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.text import fold
from questions.formats.docx_reading.lines import Cell, Line, Table
from questions.formats.docx_reading.looks import PLAIN
from questions.formats.docx_reading.patterns import LABEL, named_field, pairs_of
from questions.formats.docx_reading.roles import Field, Role

_HEAD_ROWS = 3
_NUMBER = ("stt", "tt", "so tt", "so thu tu", "cau", "cau so", "so")
_STEM = ("cau hoi", "noi dung", "noi dung cau hoi", "cau hoi trac nghiem", "noi dung cau hoi trac nghiem")
_CHOICES = ("phuong an", "cac phuong an", "phuong an tra loi", "cac phuong an tra loi", "lua chon", "cac lua chon")
_CHOICE = re.compile(r"(?:(?:phuong an|dap an|lua chon|tra loi|y|cau)(?: tra loi)? ?)?([a-j]|10|[1-9])")
_KEY_HEADS = {"cau", "dap an", "stt", "tt", "cau hoi", "cau so", "da", "d a", "dap an dung", "so", "chon", ""}


@dataclass(slots=True)
class Keys:
    """A list of keys at some place of the file: ``{7: "B"}``."""

    letters: list[tuple[int, str]]
    at: int


@dataclass(slots=True)
class Columns:
    """What the columns of a table of questions hold, by position."""

    stem: int
    number: int | None
    choices: list[int]
    together: int | None
    fields: dict[int, Field]


def flattened(pieces: Iterator[Line | Table]) -> Iterator[Line | Keys]:
    """Tables as lines and keys; a table without a head right after one of questions continues it."""
    columns: Columns | None = None
    for piece in pieces:
        if isinstance(piece, Line):
            yield piece
            continue
        found, rows = _columns(piece, columns)
        if found is not None:
            columns = found
            for row in rows:
                yield from _row(row, found)
        elif keys := _keys(piece):
            yield Keys(keys, next((line.at for row in piece.rows for cell in row for line in cell.lines), 0))
        else:
            yield from _placed(piece)


def _columns(table: Table, before: Columns | None) -> tuple[Columns | None, list[list[Cell]]]:
    for at, row in enumerate(table.rows[:_HEAD_ROWS]):
        heads = [fold(cell.text) for cell in row]
        stem = next((i for i, head in enumerate(heads) if head in _STEM), None)
        if stem is None:
            continue
        fields = {i: field for i, cell in enumerate(row) if (field := named_field(cell.text.rstrip(":")))}
        choices = [i for i, head in enumerate(heads) if i not in fields and i != stem and _CHOICE.fullmatch(head)]
        together = next((i for i, head in enumerate(heads) if head in _CHOICES), None)
        number = next((i for i, head in enumerate(heads) if head in _NUMBER), None)
        if choices or together is not None or Field.KEY in fields.values():
            return Columns(stem, number, choices, together, fields), table.rows[at + 1 :]
    width = 1 + max((before.stem, *before.choices, *before.fields)) if before else 0
    if before and before.number is not None and table.rows and len(table.rows[0]) == max(width, 3):
        first = table.rows[0][before.number].text.strip(" .")
        return (before, table.rows) if first.isdigit() else (None, [])
    return None, []


def _row(row: list[Cell], columns: Columns) -> Iterator[Line]:
    """A row as lines whose parts are known; a row without choices and key is a heading."""
    number = "" if columns.number is None or columns.number >= len(row) else row[columns.number].text.strip(" .")
    stem = row[columns.stem].lines if columns.stem < len(row) else []
    others = [cell for at, cell in enumerate(row) if cell.lines and at not in (columns.stem, columns.number)]
    if not stem or not (others or number.isdigit()):
        for line in (line for cell in row for line in cell.lines):
            line.heading = True
            yield line
        return
    first = stem[0].cut(0)
    first.role, first.label, first.parts = Role.QUESTION, f"Câu {number}" if number else "", (first.text,)
    yield first
    yield from stem[1:]
    if columns.together is not None and columns.together < len(row):
        yield from row[columns.together].lines
    for at in columns.choices:
        if at < len(row) and row[at].lines:
            yield _joined(row[at], Role.CHOICE)
    for at, field in columns.fields.items():
        if at < len(row) and row[at].lines:
            line = _joined(row[at], Role.FIELD)
            line.field = field
            yield line


def _joined(cell: Cell, role: Role) -> Line:
    """The lines of a cell as one line with a role."""
    made = Line("", [], cell.lines[0].at, role=role)
    for line in cell.lines:
        if made.text:
            made.text += "\n"
            made.spans.append((len(made.text), PLAIN))
        start = len(made.text)
        made.text += line.text
        made.spans += [(start + end, look) for end, look in line.spans]
        made.pictures += line.pictures
        made.odd = made.odd or line.odd
    made.parts = (made.text,)
    return made


def _keys(table: Table) -> list[tuple[int, str]]:
    """The pairs of a table that holds nothing but numbers and letters, else nothing."""
    grid = [[cell.text for cell in row] for row in table.rows]
    pairs = [pairs_of(text, loose=True) for row in grid for text in row if fold(text) not in _KEY_HEADS]
    if pairs and all(pairs):
        return [pair for found in pairs for pair in found]
    kinds = [[_key_cell(text) for text in row] for row in grid]
    if not kinds or any(kind is None for row in kinds for kind in row):
        return []
    found: list[tuple[int, str]] = []
    for upper, lower in itertools.pairwise(kinds):
        found += [(a, b) for a, b in zip(upper, lower, strict=False) if isinstance(a, int) and isinstance(b, str) and b]
    if not found:
        for row in kinds:
            found += [(a, b) for a, b in itertools.pairwise(row) if isinstance(a, int) and isinstance(b, str)]
    return [(number, letters) for number, letters in found if letters]


def _key_cell(text: str) -> int | str | None:
    """A number, letters, "" for a head, nothing for anything else."""
    plain = fold(text)
    if plain in _KEY_HEADS:
        return ""
    if found := re.fullmatch(r"(?:cau )?(\d{1,5})", plain):
        return int(found[1])
    letters = plain.replace(" ", "")
    return letters.upper() if re.fullmatch(r"[a-j]{1,10}", letters) and len(set(letters)) == len(letters) else None


def _placed(table: Table) -> Iterator[Line]:
    """Cells in reading order; a letter in a cell of its own joins its text; choices go by letter."""
    lines: list[Line] = []
    for row in table.rows:
        pending: Line | None = None
        for cell in row:
            for line in cell.lines:
                alone = (found := LABEL.fullmatch(line.text)) and found["letter"]
                if pending is not None and not alone:
                    lines.append(_after(pending, line))
                    pending = None
                elif alone and len(cell.lines) == 1:
                    pending = line
                else:
                    lines.append(line)
        if pending is not None:
            lines.append(pending)
    labels = [found["letter"].upper() if (found := LABEL.match(line.text)) else "" for line in lines]
    if len(labels) > 1 and sorted(labels) == [chr(ord("A") + at) for at in range(len(labels))]:
        lines = [line for _, line in sorted(zip(labels, lines, strict=True), key=lambda pair: pair[0])]
    yield from lines


def _after(label: Line, line: Line) -> Line:
    """ "A" and "Hà Nội" of two cells as "A. Hà Nội"."""
    found = LABEL.match(label.text)
    head = label.text.rstrip() if found and label.text.rstrip()[-1:] in ".)/:]" else f"{label.text.rstrip()}."
    start = len(head) + 1
    spans = [(start, label.look()), *((start + end, look) for end, look in line.spans)]
    return Line(
        f"{head} {line.text}", spans, label.at, pictures=label.pictures + line.pictures, odd=label.odd or line.odd
    )
