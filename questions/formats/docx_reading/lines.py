"""A line of text as a reader of the page sees it, with how each piece of it looks."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from questions.formats.docx_reading.looks import PLAIN, Look
from questions.formats.docx_reading.roles import Field, Role

# A word in bold is emphasis; a choice in bold is a mark.
_MOST = 0.8


class Picture(NamedTuple):
    """A picture in the text: its relation id, its name there, its words for who cannot see it."""

    relation: str
    name: str
    alt: str


@dataclass(slots=True)
class Line:
    """``spans``: (end offset, look), ascending. ``at``: which paragraph, from 1, of those with content.

    ``role``, ``field``, ``label`` and ``parts`` are for lines whose part is known beforehand (from a
    style or a table's column): ``label`` is the decoration before it ("Câu 1. "), ``parts`` the
    texts between separators. ``written``: this system wrote it, its text is meant literally.
    ``listed`` is the (list, level) of an automatic number, whose label then begins ``text``.
    """

    text: str
    spans: list[tuple[int, Look]]
    at: int
    role: Role | None = None
    written: bool = False
    field: Field | None = None
    label: str = ""
    parts: tuple[str, ...] = ()
    listed: tuple[int, int] | None = None
    heading: bool = False
    pictures: tuple[Picture, ...] = ()
    odd: bool = False

    def cut(self, start: int, end: int | None = None) -> "Line":
        """A piece of the line; what is not text stays with the piece that begins it."""
        stop = len(self.text) if end is None else end
        spans = [(min(to, stop) - start, look) for to, look in self.spans if to > start]
        kept = start == 0
        return replace(
            self,
            text=self.text[start:stop],
            spans=spans,
            listed=self.listed if kept else None,
            pictures=self.pictures if kept else (),
            odd=self.odd and kept,
        )

    def look(self, start: int = 0, end: int | None = None) -> Look:
        """How most of a piece looks; white space does not count."""
        stop = len(self.text) if end is None else end
        weights: Counter[Look] = Counter()
        begin = 0
        for to, look in self.spans:
            piece = self.text[max(begin, start) : min(to, stop)]
            weights[look] += len(piece) - piece.count(" ") - piece.count("\t")
            begin = to
        if len(weights) == 1:
            return next(iter(weights))
        enough = _MOST * sum(weights.values())
        if not enough:
            return PLAIN
        colours: Counter[str] = Counter()
        fills: Counter[str] = Counter()
        bold = underline = 0
        for look, weight in weights.items():
            bold += weight * look.bold
            underline += weight * look.underline
            colours[look.colour] += weight
            fills[look.fill] += weight
        colour, coloured = colours.most_common(1)[0]
        fill, filled = fills.most_common(1)[0]
        return Look(
            bold >= enough,
            underline >= enough,
            colour if coloured >= enough else "",
            fill if filled >= enough else "",
        )


@dataclass(slots=True)
class Cell:
    """A cell of a table: its lines, those of tables inside it included."""

    lines: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words of the cell, line under line."""
        return "\n".join(line.text for line in self.lines).strip()


@dataclass(slots=True)
class Table:
    """Rows of cells as they stand in the file; merged cells stand once."""

    rows: list[list[Cell]]
