"""Which lines of a question are its choices.

A legal stem often has a list of its own ("a) Khoản 1 …"). So of all runs of letters that begin at
A and go on without a break, the last one is the choices; a run of capitals goes before one of small
letters. Lines before it belong to the stem. Without letters, the last run of lines of an automatic
list, or numbered 1), 2), 3), is taken.
"""

import itertools
import re
from dataclasses import dataclass

from questions.formats.docx_reading.lines import Line
from questions.formats.docx_reading.patterns import GAP, KEY_GAP, KEY_TAIL, LABEL

# Vietnamese lists go d, đ, e and leave out f, j, w; tests of foreign make go d, e, f.
_NEXT = {"D": "ĐE", "Đ": "E", "E": "FG", "I": "JK"}
_SLIPS = 2
_TYPED = re.compile(r"\s*\(?(\d{1,2})\s?[.)/]\s*(?!\d)")


@dataclass(slots=True)
class Labelled:
    """A choice's letter, its first line in the body, where its text begins there."""

    letter: str
    line: int
    cut: int


def pieces_of(line: Line) -> list[Line]:
    """A line parted where choices or the key stand beside each other with gaps between."""
    cuts = [(found.start(), found.end()) for found in KEY_GAP.finditer(line.text)]
    cuts += [(found.start(), found.end()) for found in KEY_TAIL.finditer(line.text)]
    if "\t" in line.text or "  " in line.text:
        label = LABEL.match(line.text)
        letter = label["letter"].upper() if label else ""
        for gap in GAP.finditer(line.text):
            wanted = gap[1].upper()
            if label and gap.start() < label.end():
                continue
            if wanted == "A" if not letter else wanted in following(letter):
                cuts.append((gap.start(), gap.end()))
                letter = wanted
    made, start = [], 0
    for end, begin in sorted(cuts):
        made.append(line.cut(start, end))
        start = begin
    made.append(line.cut(start))
    return made


def following(letter: str) -> str:
    """The letters that may come after one."""
    return _NEXT.get(letter) or chr(ord(letter) + 1)


def chosen(body: list[Line]) -> list[Labelled]:
    """The choices among the lines of a question; letters as they are written, slips included.

    ``body`` grows where choices stood on one line with a single space between.
    """
    labels = [
        (Labelled(found["letter"].upper(), at, found.end()), found["letter"].isupper())
        for at, line in enumerate(body)
        if (found := LABEL.match(line.text))
    ]
    capitals = _last_run([label for label, capital in labels if capital])
    small = _last_run([label for label, capital in labels if not capital])
    run = capitals if len(capitals) > 1 or len(small) < 2 else small
    if run:
        run = _filled(body, run, [label for label, _ in labels])
    if len(run) < 2:
        run = _in_one_line(body) or run
    if len(run) < 2:
        run = _listed(body) or run
    return run


def in_order(letters: list[str]) -> bool:
    """Whether letters go on from A without a break."""
    return letters[:1] == ["A"] and all(b in following(a) for a, b in itertools.pairwise(letters))


def _last_run(labels: list[Labelled]) -> list[Labelled]:
    """The last run of two or more from A; a letter missed or typed twice is kept, to be reported."""
    best: list[Labelled] = []
    run: list[Labelled] = []
    for label in labels:
        if label.letter == "A":
            run = [label]
        elif (run and 0 <= ord(label.letter) - ord(run[-1].letter) <= _SLIPS) or (run and label.letter in _next(run)):
            run.append(label)
        if len(run) > 1 or not best:
            best = run
    return best


def _next(run: list[Labelled]) -> str:
    return following(run[-1].letter)


def _filled(body: list[Line], run: list[Labelled], labels: list[Labelled]) -> list[Labelled]:
    """The run with letters that were written small, or on the line of the one before."""
    made: list[Labelled] = []
    moved = 0
    closed = len(run) > 1 and in_order([label.letter for label in run])
    for at, label in enumerate(run):
        end = run[at + 1].line if at + 1 < len(run) else len(body)
        after = run[at + 1].letter if at + 1 < len(run) else None
        made.append(Labelled(label.letter, label.line + moved, label.cut))
        while after not in tuple(following(made[-1].letter)) and not closed:
            between = [
                one for one in labels if label.line < one.line < end and one.letter in following(made[-1].letter)
            ]
            if between and after is not None:
                made.append(Labelled(between[0].letter, between[0].line + moved, between[0].cut))
                continue
            last = made[-1]
            wanted = following(last.letter)[0]
            line = body[last.line]
            found = re.search(rf"\s+(?={wanted}\s?[.)/:])", line.text[last.cut :])
            if not found:
                break
            start, stop = last.cut + found.start(), last.cut + found.end()
            body[last.line : last.line + 1] = [line.cut(0, start), line.cut(stop)]
            label_found = LABEL.match(body[last.line + 1].text)
            assert label_found is not None
            moved += 1
            made.append(Labelled(wanted, last.line + 1, label_found.end()))
    return made


def _in_one_line(body: list[Line]) -> list[Labelled]:
    """Choices after the stem in one line with single spaces: "… là gì? A. x B. y C. z D. t"."""
    for at, line in enumerate(body):
        found = re.search(r"\s+(?=A\s?[.)]\s?\S.*\sB\s?[.)])", line.text)
        if found and (label := LABEL.match(line.text, found.end())):
            body[at : at + 1] = [line.cut(0, found.start()), line.cut(found.end())]
            return _filled(body, [Labelled("A", at + 1, label.end() - found.end())], [])
    return []


def _listed(body: list[Line]) -> list[Labelled]:
    """The last lines in a row of one automatic list, or those numbered 1), 2), 3)."""
    lists = [line.listed for line in body]
    last = next((one for one in reversed(lists) if one is not None), None)
    places = [at for at, one in enumerate(lists) if one == last and one is not None]
    if len(places) > 1:
        cuts = [re.match(r"\S+\s", body[at].text) for at in places]
        return [_by_place(n, at, cut.end() if cut else 0) for n, (at, cut) in enumerate(zip(places, cuts, strict=True))]
    run: list[Labelled] = []
    for at, line in enumerate(body):
        if at and (found := _TYPED.match(line.text)) and int(found[1]) in (1, len(run) + 1):
            run = [*run, _by_place(len(run), at, found.end())] if int(found[1]) > 1 else [_by_place(0, at, found.end())]
    return run if len(run) > 1 else []


def _by_place(place: int, line: int, cut: int) -> Labelled:
    return Labelled(chr(ord("A") + place) if place < 26 else str(place + 1), line, cut)
