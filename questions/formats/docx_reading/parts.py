"""A question's lines as stem, choices and labelled lines."""

import re
from dataclasses import dataclass, field

from questions.formats.docx_reading.blocks import Block
from questions.formats.docx_reading.choosing import Labelled, chosen, in_order, pieces_of
from questions.formats.docx_reading.lines import Line
from questions.formats.docx_reading.looks import Look
from questions.formats.docx_reading.patterns import LABEL, RIGHT_TAIL, WRONG_TAIL, field_of, named_field
from questions.formats.docx_reading.roles import LETTERS, Field, Role

_LONG = (Field.EXPLANATION, Field.CITATION, Field.SOURCE)


@dataclass(slots=True)
class Choice:
    """A choice with what may mark it: how its letter and its text look, signs beside it."""

    letter: str
    text: str
    letter_look: Look
    look: Look
    starred: bool = False


@dataclass(slots=True)
class Parts:
    """A question in its parts. ``fields`` holds each labelled line's texts; ``rest`` fits nowhere."""

    stem: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    fields: dict[Field, list[tuple[str, ...]]] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)

    @property
    def letters(self) -> list[str]:
        """The letters of the choices as they are written."""
        return [choice.letter for choice in self.choices]

    @property
    def regular(self) -> bool:
        """Whether the letters go on from A without a break."""
        return in_order(self.letters) or len(self.letters) > len(LETTERS)


def parts_of(block: Block) -> Parts:
    """The parts of a question."""
    parts = Parts()
    body: list[Line] = []
    settled: list[int] = []
    known: list[Line] = []
    before = 0
    context: Field | None = None
    for line in block.lines:
        if line.role is Role.CHOICE:
            before = before if known else len(body)
            known.append(line)
        elif line.role in (Role.KEY, Role.FIELD):
            _known_field(parts, line)
        elif line.role is Role.QUESTION and line.written:
            parts.stem.append(line.text)
        else:
            first, *others = pieces_of(line)
            if line is not block.lines[0]:
                others.insert(0, first)
            elif first.text.strip():
                body.append(first)
            for piece in others:
                context = _free(parts, piece, context, body, settled)
    if known:
        parts.stem.extend(line.text for line in body[:before])
        parts.rest.extend(line.text for line in body[before:])
        parts.choices = _known_choices(known)
    else:
        _lettered(parts, body, settled)
    _tails(parts.choices, literal=block.written)
    return parts


def _free(parts: Parts, line: Line, context: Field | None, body: list[Line], settled: list[int]) -> Field | None:
    """Put one line where it belongs; returns the field that the next line may go on with.

    ``settled``: how long the body was at each labelled line; what comes later is no choice's end.
    """
    if found := field_of(line.text):
        name, start = found
        parts.fields.setdefault(name, []).append((line.text[start:].strip(),))
        settled.append(len(body))
        return name
    text = line.text.strip()
    if context in _LONG and text:
        texts = parts.fields[context]
        texts[-1] = (f"{texts[-1][0]}\n{text}".strip(),)
        return context
    if context is Field.KEY and parts.fields[context][-1] == ("",) and re.fullmatch(r"[A-Ja-j]\W*", text):
        parts.fields[context][-1] = (text,)
    elif text:
        body.append(line)
    return None


def _known_field(parts: Parts, line: Line) -> None:
    name = line.field or named_field(line.label.strip(" :"))
    texts = line.parts
    if name is None and (found := field_of(line.text)):
        name, start = found
        texts = (line.text[start:],)
    if name is None:
        parts.rest.append(line.text)
    else:
        parts.fields.setdefault(name, []).append(texts)


def _known_choices(lines: list[Line]) -> list[Choice]:
    """Choices of a style or a column; a letter that people typed before the text goes."""
    free = [line for line in lines if not line.label]
    labels = {id(line): LABEL.match(line.text) for line in free}
    typed = all(
        (label := labels.get(id(line))) is None or label["letter"].upper() == LETTERS[at : at + 1]
        for at, line in enumerate(lines)
    )
    strip = typed and all((label := labels[id(line)]) and line.text[label.end() :].strip() for line in free)
    made = []
    for at, line in enumerate(lines):
        label = labels.get(id(line)) if strip else None
        letter = LETTERS[at] if at < len(LETTERS) else str(at + 1)
        made.append(_choice(Labelled(letter, 0, label.end() if label else 0), [line]))
    return made


def _lettered(parts: Parts, body: list[Line], settled: list[int]) -> None:
    before = len(body)
    run = chosen(body)
    if not run:
        parts.stem.extend(line.text for line in body)
        return
    grown = len(body) - before
    parts.stem.extend(line.text for line in body[: run[0].line])
    for at, label in enumerate(run):
        end = run[at + 1].line if at + 1 < len(run) else len(body)
        stop = end
        if at + 1 == len(run):
            stop = min([end, *(one + grown for one in settled if one + grown > label.line)])
            parts.rest.extend(line.text for line in body[stop:end])
        parts.choices.append(_choice(label, body[label.line : stop]))


def _choice(label: Labelled, lines: list[Line]) -> Choice:
    first = lines[0]
    text = " ".join([first.text[label.cut :], *(line.text for line in lines[1:])]).strip()
    looks = [first.look(label.cut), *(line.look() for line in lines[1:])]
    look = Look(
        all(one.bold for one in looks),
        all(one.underline for one in looks),
        looks[0].colour if len({one.colour for one in looks}) == 1 else "",
        looks[0].fill if len({one.fill for one in looks}) == 1 else "",
    )
    found = LABEL.match(first.text) if label.cut else None
    starred = bool(found and (found["star"] or found["star2"] or found["star3"]))
    letter_look = Look()
    if label.cut:
        letter_look = first.look(*found.span("letter")) if found else first.look(0, label.cut)
    return Choice(label.letter, text, letter_look, look, starred)


def _tails(choices: list[Choice], *, literal: bool) -> None:
    """Signs after the text mark a choice if some have them and some have not."""
    if literal:
        return
    tails = [RIGHT_TAIL.search(choice.text) for choice in choices]
    right = [bool(tail and tail.start()) for tail in tails]
    if not any(right) or all(right):
        return
    for choice, tail, is_right in zip(choices, tails, right, strict=True):
        choice.starred = choice.starred or is_right
        end = tail.start() if tail and is_right else len(choice.text)
        choice.text = choice.text[:end] if is_right else WRONG_TAIL.sub("", choice.text)
