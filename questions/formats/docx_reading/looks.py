"""How text looks (bold, underlined, coloured, filled) after styles; only what may mark a right choice."""

from typing import NamedTuple

from lxml import etree

from questions.formats.docx_reading.opening import W

_STYLE_DEPTH = 12
_OFF = ("0", "false", "off", "none")


class Look(NamedTuple):
    """What sets text apart; the defaults stand for plain text."""

    bold: bool = False
    underline: bool = False
    colour: str = ""
    fill: str = ""


PLAIN = Look()
Props = dict[str, str]


def whole(text: str | None, default: int = 0) -> int:
    """A small number out of an attribute that anybody may have written."""
    return int(text) if text and len(text) <= 6 and text.isascii() and text.isdigit() else default


def colour_of(value: str) -> str:
    """The colour as a mark: empty for automatic, black and near-black (pasted from web pages)."""
    if len(value) != 6:
        return ""
    try:
        parts = [int(value[at : at + 2], 16) for at in (0, 2, 4)]
    except ValueError:
        return ""
    dark = max(parts) < 0x40 and max(parts) - min(parts) < 0x10
    return "" if dark else value.upper()


def fill_of(value: str) -> str:
    """A background as a mark: empty for none and white."""
    return "" if value.casefold() in ("", "auto", "none", "white", "ffffff") else value.casefold()


def props(element: etree._Element | None) -> Props:
    """The properties of w:rPr that matter: ``b``, ``u``, ``vanish`` ("1"/""), ``colour``, ``fill``, ``style``..."""
    found: Props = {}
    for child in () if element is None else element:
        value = child.get(f"{W}val")
        match child.tag.rpartition("}")[2]:
            case "b" | "vanish" as name:
                found[name] = "" if value in _OFF else "1"
            case "u":
                found["u"] = "" if value in (None, *_OFF) else "1"
            case "color":
                found["colour"] = colour_of(value or "")
            case "highlight":
                found["highlight"] = fill_of(value or "")
            case "shd":
                found["fill"] = fill_of(child.get(f"{W}fill") or "")
            case "rStyle":
                found["style"] = value or ""
            case "vertAlign":
                found["rise"] = value or ""
    return found


def look(found: Props) -> Look:
    """The look that properties give."""
    return Look(
        bool(found.get("b")),
        bool(found.get("u")),
        found.get("colour", ""),
        found.get("highlight") or found.get("fill", ""),
    )


class Style(NamedTuple):
    """A style with what it is based on."""

    name: str = ""
    props: Props = {}  # noqa: RUF012
    number: tuple[int, int] | None = None
    heading: bool = False


class Styles:
    """The styles of a file by their ids; a style that does not exist is the default style."""

    def __init__(self, root: etree._Element | None) -> None:
        self._raw: dict[str, etree._Element] = {}
        self._default = ""
        self._base: Props = {}
        self._known: dict[str, Style] = {}
        if root is None:
            return
        self._base = props(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        for one in root.iter(f"{W}style"):
            name = one.get(f"{W}styleId", "")
            self._raw[name] = one
            if one.get(f"{W}type") == "paragraph" and one.get(f"{W}default") in ("1", "true"):
                self._default = name

    def paragraph(self, name: str) -> Style:
        """A paragraph style by id, the default one for an empty or unknown id."""
        key = name if name in self._raw else self._default
        if key not in self._known:
            found = self._resolved(key, 0)
            self._known[key] = found._replace(props={**self._base, **found.props})
        return self._known[key]

    def character(self, name: str) -> Style:
        """A character style by id."""
        key = f"c {name}"
        if key not in self._known:
            self._known[key] = self._resolved(name, 0)
        return self._known[key]

    def _resolved(self, name: str, depth: int) -> Style:
        raw = self._raw.get(name)
        if raw is None or depth > _STYLE_DEPTH:
            return Style()
        based = raw.find(f"{W}basedOn")
        under = Style() if based is None else self._resolved(based.get(f"{W}val", ""), depth + 1)
        title = raw.find(f"{W}name")
        called = "" if title is None else title.get(f"{W}val", "")
        number = number_of(raw.find(f"{W}pPr")) or under.number
        heading = under.heading or called.casefold().startswith(("heading", "title", "subtitle"))
        return Style(called, {**under.props, **props(raw.find(f"{W}rPr"))}, number, heading)


def number_of(paragraph: etree._Element | None) -> tuple[int, int] | None:
    """(list, level) of w:pPr; list 0 says that the paragraph is in none."""
    numbered = None if paragraph is None else paragraph.find(f"{W}numPr")
    if numbered is None:
        return None
    listed, level = numbered.find(f"{W}numId"), numbered.find(f"{W}ilvl")
    if listed is None:
        return None
    depth = 0 if level is None else whole(level.get(f"{W}val"))
    return whole(listed.get(f"{W}val")), min(depth, 8)
