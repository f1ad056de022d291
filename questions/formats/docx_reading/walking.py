"""The body of a Word file as lines and tables, read once from top to bottom."""

from collections.abc import Iterator

from lxml import etree

from questions.formats.docx_reading.lines import Cell, Line, Table
from questions.formats.docx_reading.looks import Look, Style, Styles, fill_of, number_of
from questions.formats.docx_reading.numbering import Numbering
from questions.formats.docx_reading.opening import Opened, W
from questions.formats.docx_reading.roles import LABEL_STYLE, ROLES, SEPARATOR_STYLE
from questions.formats.docx_reading.runs import Piece, RunReader, Runs

_BLOCKS = frozenset(W + name for name in ("sdtContent", "customXml", "ins", "moveTo", "sdt"))


class Walker:
    """Walks one file; ``footnotes`` says afterwards whether there were notes that were left out."""

    def __init__(self, file: Opened) -> None:
        self._body = file.body
        self._styles = Styles(file.styles)
        self._numbering = Numbering(file.numbering)
        self._runs = RunReader(self._styles)
        self._count = 0
        self._carried: Runs | None = None
        self.footnotes = False

    def pieces(self) -> Iterator[Line | Table]:
        """Lines and tables in their order."""
        for child in self._blocks(self._body):
            if child.tag == f"{W}p":
                yield from self._paragraph(child, "")
            else:
                yield self._table(child)
            # What is read is let go: a tree takes much room.
            child.clear()

    def _blocks(self, element: etree._Element) -> Iterator[etree._Element]:
        for child in element:
            if child.tag in (f"{W}p", f"{W}tbl"):
                yield child
            elif child.tag in _BLOCKS:
                yield from self._blocks(child)

    def _table(self, table: etree._Element) -> Table:
        kept = (row for row in self._parts(table, f"{W}tr") if row.find(f"{W}trPr/{W}del") is None)
        return Table([[self._cell(cell) for cell in self._parts(row, f"{W}tc")] for row in kept])

    def _parts(self, element: etree._Element, tag: str) -> Iterator[etree._Element]:
        for child in element:
            if child.tag == tag:
                yield child
            elif child.tag in _BLOCKS:
                yield from self._parts(child, tag)

    def _cell(self, cell: etree._Element) -> Cell:
        about = cell.find(f"{W}tcPr")
        if about is not None and about.find(f"{W}cellDel") is not None:
            return Cell()
        shade = None if about is None else about.find(f"{W}shd")
        fill = "" if shade is None else fill_of(shade.get(f"{W}fill") or "")
        made = Cell()
        for child in self._blocks(cell):
            if child.tag == f"{W}p":
                made.lines.extend(self._paragraph(child, fill))
            else:
                made.lines += [line for row in self._table(child).rows for inner in row for line in inner.lines]
        made.lines = [line for line in made.lines if line.text.strip() or line.pictures or line.odd]
        return made

    def _paragraph(self, paragraph: etree._Element, fill: str) -> list[Line]:
        about = paragraph.find(f"{W}pPr")
        named = None if about is None else about.find(f"{W}pStyle")
        style = self._styles.paragraph("" if named is None else named.get(f"{W}val", ""))
        shade = None if about is None else about.find(f"{W}shd")
        if shade is not None:
            fill = fill_of(shade.get(f"{W}fill") or "") or fill
        base = {**style.props, "fill": style.props.get("fill") or fill} if fill else style.props
        runs = self._runs.read(paragraph, base)
        self.footnotes = self.footnotes or runs.footnotes
        if self._carried is not None:
            runs.pieces[:0] = self._carried.pieces
            runs.pictures[:0] = self._carried.pictures
            self._carried = None
        if about is not None and about.find(f"{W}rPr/{W}del") is not None:
            # The mark of the paragraph was deleted: its text runs on into the next one.
            self._carried = runs
            return []
        if not (runs.pictures or runs.odd or any(text.strip() for text, _, _ in runs.pieces)):
            return []
        self._count += 1
        return self._lines(runs, style, about)

    def _lines(self, runs: Runs, style: Style, about: etree._Element | None) -> list[Line]:
        role = ROLES.get(style.name)
        pieces = runs.composed()
        if role is not None:
            label, parts = _parted(pieces)
            content = "".join(parts)
            line = Line(content, [(len(content), Look())], self._count, role, written=True, label=label, parts=parts)
            line.pictures, line.odd = tuple(runs.pictures), runs.odd
            return [line]
        spans: list[tuple[int, Look]] = []
        text, listed = "", number_of(about) or style.number
        if listed is not None and listed[0]:
            label, bullet = self._numbering.next(*listed)
            text = f"{label} " if label else ""
            listed = None if bullet and not listed[1] else listed
        end = len(text)
        for piece, look, _ in pieces:
            end += len(piece)
            spans.append((end, look))
        if spans and text:
            spans.insert(0, (len(text), spans[0][1]))
        text += "".join(piece for piece, _, _ in pieces)
        centred = about is not None and (jc := about.find(f"{W}jc")) is not None and jc.get(f"{W}val") == "center"
        line = Line(text, spans, self._count, listed=listed if listed and listed[0] else None)
        line.heading = style.heading or centred
        line.pictures, line.odd = tuple(runs.pictures), runs.odd
        return _split(line)


def _split(line: Line) -> list[Line]:
    if "\n" not in line.text:
        return [line]
    made, start = [], 0
    for piece in line.text.split("\n"):
        made.append(line.cut(start, start + len(piece)))
        start += len(piece) + 1
    return [one for one in made if one.text.strip() or one.pictures or one.odd]


def _parted(pieces: list[Piece]) -> tuple[str, tuple[str, ...]]:
    """The decoration of a paragraph, and the texts between its separators."""
    label, parts, before = "", [""], ""
    for text, _, decoration in pieces:
        if decoration == LABEL_STYLE:
            label += text
        elif decoration != SEPARATOR_STYLE:
            parts[-1] += text
        elif before != SEPARATOR_STYLE:
            parts.append("")
        before = decoration
    return label, tuple(parts)
