"""Automatic numbers of Word: they stand in no text, only numbering.xml says what a reader sees."""

import re
from dataclasses import dataclass, field

from lxml import etree

from questions.formats.docx_reading.looks import whole
from questions.formats.docx_reading.opening import W

_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LEVELS = 9


@dataclass(slots=True)
class _Level:
    start: int
    format: str
    text: str


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level]
    restarts: dict[int, int] = field(default_factory=dict)


def written(value: int, kind: str) -> str:
    """A counter's value in a Word number format."""
    if kind.endswith("Letter") and 0 < value <= 26 * 4:
        text = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
    elif kind.endswith("Roman") and 0 < value < 400:
        text, rest = "", value
        for worth, sign in _ROMAN:
            text += sign * (rest // worth)
            rest %= worth
    else:
        return str(value)
    return text.upper() if kind.startswith("upper") else text


class Numbering:
    """Counts the lists of a file as Word does, paragraph after paragraph."""

    def __init__(self, root: etree._Element | None) -> None:
        self._lists: dict[int, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._used: set[tuple[int, int]] = set()
        if root is None:
            return
        abstract = {one.get(f"{W}abstractNumId", ""): _levels(one) for one in root.iter(f"{W}abstractNum")}
        for one in root.iter(f"{W}num"):
            to = one.find(f"{W}abstractNumId")
            name = "" if to is None else to.get(f"{W}val", "")
            made = _List(name, dict(abstract.get(name, {})))
            for override in one.iter(f"{W}lvlOverride"):
                level = whole(override.get(f"{W}ilvl"))
                start = override.find(f"{W}startOverride")
                if start is not None:
                    made.restarts[level] = whole(start.get(f"{W}val"), 1)
                made.levels.update(_levels(override))
            self._lists[whole(one.get(f"{W}numId"))] = made

    def next(self, number: int, level: int) -> tuple[str, bool]:
        """The label of the next paragraph of a list ("Câu 3.", "b)", "-") and whether it is a bullet."""
        listed = self._lists.get(number)
        here = listed.levels.get(level) if listed else None
        if listed is None or here is None or here.format == "none":
            return "", False
        if here.format == "bullet":
            return "-", True
        counters = self._counters.setdefault(listed.abstract, {})
        if level in listed.restarts and (number, level) not in self._used:
            counters[level] = listed.restarts[level] - 1
        self._used.add((number, level))
        counters[level] = counters.get(level, here.start - 1) + 1
        for deeper in range(level + 1, _LEVELS):
            counters.pop(deeper, None)

        def shown(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            other = listed.levels.get(at)
            return "" if other is None else written(counters.get(at, other.start), other.format)

        return re.sub(r"%([1-9])", shown, here.text[:60]).strip(), False


def _levels(root: etree._Element) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for one in root.iter(f"{W}lvl"):
        start, kind, text = (one.find(f"{W}{name}") for name in ("start", "numFmt", "lvlText"))
        found[whole(one.get(f"{W}ilvl"))] = _Level(
            1 if start is None else whole(start.get(f"{W}val"), 1),
            "decimal" if kind is None else kind.get(f"{W}val", "decimal"),
            "" if text is None else text.get(f"{W}val", ""),
        )
    return found
