"""The text of one paragraph: runs, tracked changes, fields, content controls, pictures."""

import re
import unicodedata
from dataclasses import dataclass, field

from lxml import etree

from questions.formats.docx_reading.lines import Picture
from questions.formats.docx_reading.looks import PLAIN, Look, Props, Styles, look, props
from questions.formats.docx_reading.opening import R, W
from questions.formats.docx_reading.roles import DECORATIONS

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V = "{urn:schemas-microsoft-com:vml}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_THROUGH = frozenset(
    W + name for name in ("ins", "moveTo", "smartTag", "customXml", "fldSimple", "bdo", "dir", "sdtContent", "rubyBase")
)
_SIMPLE = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
_NOTES = (f"{W}footnoteReference", f"{W}endnoteReference")
# What people put in with "Insert symbol" and what Word makes of "==>" and "-->" while typing.
_SYMBOLS = {"F0E0": "→", "F0E8": "→", "F0F0": "⇨", "F0FC": "✓", "F0FE": "☑", "F0D8": "-", "F0B7": "-", "F0A7": "-"}
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"), None) | {
    ord(space): " " for space in "\u00a0\u2007\u202f\u2002\u2003\u2009"
}
_INVISIBLE |= {0x2028: "\n", 0x2029: "\n", 0x0B: "\n"}
# Room that was made with hundreds of spaces says no more than forty, and costs the patterns more.
_GAP = " " * 40
_GAPS = re.compile(r"(?<! ) {41,}")
_RISES = {
    "superscript": str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"),
    "subscript": str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}


# (text, look, the style's name if it is decoration that the system wrote)
Piece = tuple[str, Look, str]


@dataclass(slots=True)
class Runs:
    """Pieces of text in order, and what else a paragraph holds."""

    pieces: list[Piece] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    odd: bool = False
    footnotes: bool = False

    def composed(self) -> list[Piece]:
        """The pieces in NFC; an accent typed into the next run goes to its letter."""
        if all(unicodedata.is_normalized("NFC", text) for text, _, _ in self.pieces) and not any(
            text and unicodedata.combining(text[0]) for text, _, _ in self.pieces
        ):
            return self.pieces
        made: list[Piece] = []
        for text, seen, label in self.pieces:
            rest = text
            while rest and made and made[-1][2] == label and unicodedata.combining(rest[0]):
                made[-1] = (made[-1][0] + rest[0], *made[-1][1:])
                rest = rest[1:]
            made.append((rest, seen, label))
        return [(unicodedata.normalize("NFC", text), seen, label) for text, seen, label in made]


class RunReader:
    """Reads the runs of paragraphs; one for a file, it remembers looks that it has met."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._looks: dict[tuple[tuple[str, str], ...], Look] = {}

    def read(self, paragraph: etree._Element, base: Props) -> Runs:
        """Everything that a reader of the page sees of a paragraph; ``base`` is its style's look."""
        runs = Runs()
        self._inside(paragraph, base, runs, plain=False)
        return runs

    def _inside(self, element: etree._Element, base: Props, runs: Runs, *, plain: bool) -> None:
        for child in element:
            tag = child.tag
            if tag == f"{W}r":
                self._run(child, base, runs, plain=plain)
            elif tag in _THROUGH:
                self._inside(child, base, runs, plain=plain)
            elif tag == f"{W}hyperlink":
                # Blue and underlined is how a link looks, not a mark.
                self._inside(child, base, runs, plain=True)
            elif tag == f"{W}sdt":
                if child.find(f"{W}sdtPr/{W}showingPlcHdr") is None:
                    self._inside(child, base, runs, plain=plain)
            elif tag == f"{_MC}AlternateContent":
                if len(child):
                    self._inside(child[0], base, runs, plain=plain)
            elif tag in (f"{_M}oMath", f"{_M}oMathPara"):
                runs.odd = True

    def _run(self, run: etree._Element, base: Props, runs: Runs, *, plain: bool) -> None:
        own = props(run[0]) if len(run) and run[0].tag == f"{W}rPr" else {}
        label = ""
        if "style" in own:
            style = self._styles.character(own["style"])
            label = style.name if style.name in DECORATIONS else ""
            plain = plain or style.name.casefold() == "hyperlink"
            own = {**style.props, **own}
        found = {**base, **own} if own else base
        if found.get("vanish"):
            return
        key = tuple(found.items())
        seen = self._looks.get(key)
        if seen is None:
            seen = self._looks.setdefault(key, look(found))
        rises = _RISES.get(found.get("rise", ""))
        self._content(run, PLAIN if plain else seen, runs, rises, label=label)

    def _content(
        self, run: etree._Element, seen: Look, runs: Runs, rises: dict[int, int] | None, *, label: str
    ) -> None:
        for child in run:
            tag = child.tag
            if tag == f"{W}t":
                text = _GAPS.sub(_GAP, (child.text or "").translate(_INVISIBLE))
                runs.pieces.append((text.translate(rises) if rises else text, seen, label))
            elif tag in _SIMPLE:
                runs.pieces.append((_SIMPLE[tag], seen, label))
            elif tag in (f"{W}drawing", f"{W}pict"):
                _drawing(child, runs)
            elif tag == f"{W}sym":
                sign = _SYMBOLS.get(child.get(f"{W}char", "").upper())
                runs.odd = runs.odd or sign is None
                runs.pieces.append((sign or "", seen, label))
            elif tag == f"{W}object" or (tag == f"{W}instrText" and (child.text or "").strip().startswith("EQ ")):
                runs.odd = True
            elif tag in _NOTES:
                runs.footnotes = True
            elif tag == f"{_MC}AlternateContent":
                if len(child):
                    self._content(child[0], seen, runs, rises, label=label)
            elif tag == f"{W}ruby":
                for inner in child.iter(f"{W}rubyBase"):
                    self._inside(inner, {}, runs, plain=True)


def _drawing(drawing: etree._Element, runs: Runs) -> None:
    """A picture, or something that holds words or figures that cannot be read; lines are skipped."""
    about = next(drawing.iter(f"{_WP}docPr"), None)
    name = "" if about is None else about.get("name", "")
    alt = "" if about is None else about.get("descr", "") or about.get("title", "")
    for blip in drawing.iter(f"{_A}blip"):
        runs.pictures.append(Picture(blip.get(f"{R}embed", ""), name, alt))
    for image in drawing.iter(f"{_V}imagedata"):
        runs.pictures.append(Picture(image.get(f"{R}id", ""), image.get(f"{R}title", ""), alt))
    shown = next(drawing.iter(f"{_A}graphicData"), None)
    kind = "" if shown is None else shown.get("uri", "")
    words = any((text.text or "").strip() for text in drawing.iter(f"{W}t"))
    runs.odd = runs.odd or words or kind.endswith(("/chart", "/diagram"))
