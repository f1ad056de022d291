"""Where questions begin, as far as a whole file can tell: "Câu 1." or only "1." or no number at all.

People number questions in one way through a file, and number other things (statements in a stem,
paragraphs of an explanation) too. So the file is looked through once before it is parted: a way of
numbering counts if lines numbered so are followed by choices. Where "Câu n" does, plain numbers
are nothing but text.
"""

from collections import Counter
from collections.abc import Iterable

from questions.formats.docx_reading.lines import Line
from questions.formats.docx_reading.patterns import GAP, LABEL, NAMED, NUMBERED, pairs_of
from questions.formats.docx_reading.roles import Role

Signature = tuple[str, int]


def letters_in(line: Line) -> list[str]:
    """The capital letters of the choice labels of a line: at its start and after gaps."""
    found = [label["letter"].upper()] if (label := LABEL.match(line.text)) else []
    if "\t" in line.text or "  " in line.text:
        found += [gap[1].upper() for gap in GAP.finditer(line.text)]
    return found


def _signature(line: Line, separator: str) -> Signature:
    return ("auto", line.listed[1]) if line.listed else (separator.strip() or "tab", 0)


class Starts:
    """How questions begin in a file."""

    def __init__(self, lines: Iterable[Line]) -> None:
        named = owned_named = 0
        waiting = lettered = known = False
        plain: Counter[Signature] = Counter()
        owned: Counter[Signature] = Counter()
        open_: set[Signature] = set()
        for line in lines:
            known = known or line.role is Role.QUESTION
            if line.role is not None or pairs_of(line.text, loose=False):
                continue
            if NAMED.match(line.text):
                named += 1
                waiting = True
            elif found := NUMBERED.match(line.text):
                signature = _signature(line, found[2])
                plain[signature] += 1
                open_.add(signature)
            if "A" in letters_in(line):
                lettered = True
                owned_named += waiting
                owned.update(open_)
                waiting = False
                open_.clear()
        most = max(owned.values(), default=0)
        self.named = named > 0 and (owned_named > 0 or not most)
        plainly = not self.named or most > 2 * owned_named
        self.numbered = set(owned or list(plain)[:1]) if plainly else set()
        self._usual = {signature for signature in self.numbered if 2 * owned[signature] >= most + (len(owned) > 1)}
        self.unnumbered = lettered and not (known or self.named or self.numbered)

    def named_at(self, line: Line) -> tuple[int | None, int] | None:
        """(number, where the stem begins) of a line that begins a question by "Câu n"."""
        found = NAMED.match(line.text) if self.named else None
        return None if found is None else (int(found[1]) if found[1] else None, found.end())

    def numbered_at(self, line: Line) -> tuple[int, int, bool] | None:
        """(number, where the stem begins, whether in the usual way) of a line that may begin a question."""
        found = NUMBERED.match(line.text) if self.numbered else None
        signature = _signature(line, found[2]) if found else ("", 0)
        if found is None or signature not in self.numbered:
            return None
        return int(found[1]), found.end(), signature in self._usual
