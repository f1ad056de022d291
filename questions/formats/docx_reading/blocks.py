"""Parting the lines of a file into questions, situations, lists of keys and what is neither."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.i18n import N_
from core.text import tidy
from questions.formats.bounds import refuse_many
from questions.formats.docx_reading import patterns
from questions.formats.docx_reading.lines import Line
from questions.formats.docx_reading.roles import Field, Role
from questions.formats.docx_reading.starts import Starts, letters_in
from questions.formats.docx_reading.tables import Keys
from questions.items import Problem

_HEADING_MAX = 200


@dataclass(slots=True)
class Block:
    """A question's lines from its start to the next one; ``keys`` come from a list elsewhere."""

    place: str
    number: int | None
    lines: list[Line]
    topic: str
    situation: str
    written: bool = False
    keys: list[str] = field(default_factory=list)
    letters: set[str] = field(default_factory=set)
    listed: int = 0
    last_field: Field | None = None

    @property
    def answered(self) -> bool:
        """Whether it has its choices, so that what follows may be something else."""
        return self.written or {"A", "B"} <= self.letters or self.listed > 1 or self.last_field is Field.KEY


@dataclass(slots=True)
class Telling:
    """A situation's lines; ``code`` names it."""

    code: str
    place: str
    title: str = ""
    lines: list[Line] = field(default_factory=list)


class Parting:
    """Takes lines one after another; ``blocks`` and ``tellings`` are complete after the last."""

    def __init__(self, stream: Sequence[Line | Keys]) -> None:
        self.blocks: list[Block] = []
        self.tellings: list[Telling] = []
        self.notes: list[Problem] = []
        self._starts = Starts(one for one in stream if isinstance(one, Line))
        self._block: Block | None = None
        self._telling: Telling | None = None
        self._situation = ""
        self._codes: dict[str, int] = {}
        self._topic = ""
        self._in_keys = False
        self._numbers: dict[int, Block] = {}
        self._ahead: dict[int, str] = {}
        self._last = self._inner = 0
        self._list: tuple[int, int] | None = None
        for at, one in enumerate(stream):
            if isinstance(one, Keys):
                self._keys(one.letters)
            elif one.role is not None:
                self._known(one)
            else:
                self._line(one, next((two for two in stream[at + 1 : at + 2] if isinstance(two, Line)), None))
        if self._ahead:
            numbers = ", ".join(str(number) for number in list(self._ahead)[:20])
            self.notes.append(
                Problem("Bảng đáp án", N_("Bảng đáp án có câu %(numbers)s nhưng tệp không có."), {"numbers": numbers})
            )

    def _known(self, line: Line) -> None:
        """A line whose part is known from its style or its column."""
        if line.role is Role.QUESTION:
            found = patterns.NAMED.match(line.label or line.text)
            number = int(found[1]) if found and found[1] else None
            self._open(number, line)
            assert self._block is not None
            self._block.written = line.written
            if found and not line.label:
                line.text = line.text[found.end() :]
                line.parts = (line.text,)
        elif line.role is Role.SITUATION:
            self._tell(*(_coded(line)), line.at)
        elif line.role is Role.SITUATION_TEXT and self._telling is not None:
            self._telling.lines.append(line)
        elif line.role is Role.SITUATION_END:
            self._close()
        elif self._block is not None:
            self._block.lines.append(line)
            self._block.listed += line.role is Role.CHOICE
            self._block.last_field = line.field
        else:
            self._left_out(line)

    def _line(self, line: Line, following: Line | None) -> None:
        text = line.text
        short = len(text) <= _HEADING_MAX
        if not (line.pictures or line.odd) and short and patterns.THE_END.fullmatch(text):
            return
        if pairs := patterns.pairs_of(text, loose=self._in_keys):
            self._keys(pairs)
            return
        free = self._block is None or self._block.answered
        if free and short and patterns.KEY_HEAD.fullmatch(text):
            self._in_keys = True
            if patterns.field_of(text) and self._block is not None:
                self._block.lines.append(line)
            return
        if self._in_keys and self._reasoned(line):
            return
        if self._starts_here(line, following):
            self._in_keys = False
        elif free and (found := patterns.SITUATION.match(text)):
            self._tell(f"TH{found[1]}" if found[1] else "", "", line.at)
            assert self._telling is not None
            self._telling.lines.append(line.cut(found.end()))
        elif patterns.SITUATION_END.match(text):
            self._close()
        elif free and self._heading(line):
            return
        else:
            self._append(line)

    def _starts_here(self, line: Line, following: Line | None) -> bool:
        """Whether a question begins with the line; it is opened then."""
        if named := self._starts.named_at(line):
            self._open(named[0], line.cut(named[1]))
            return True
        if numbered := self._starts.numbered_at(line):
            number, end, usual = numbered
            if not self._is_start(line, number, usual=usual):
                self._inner = number
                return False
            self._list = line.listed or self._list
            self._open(number, line.cut(end))
            return True
        if self._starts.unnumbered and self._is_plain_start(line, following):
            self._open(None, line)
            return True
        return False

    def _is_start(self, line: Line, number: int, *, usual: bool) -> bool:
        """Whether a plain number is that of a question, not of a list in its stem or explanation."""
        block = self._block
        if block is None or (line.listed is not None and line.listed == self._list):
            return True
        if block.answered:
            explaining = block.last_field in (Field.EXPLANATION, Field.CITATION)
            if usual:
                return not explaining or self._last < number <= self._last + 3
        return number == self._last + 1 and (not self._inner or number != self._inner + 1)

    def _is_plain_start(self, line: Line, following: Line | None) -> bool:
        """In a file without numbers: the line after the choices that is not one of them."""
        if letters_in(line) or patterns.field_of(line.text) or line.heading or not line.text.strip():
            return False
        if patterns.SITUATION.match(line.text) or patterns.HEADING.match(line.text):
            return False
        if self._block is None and self._telling is None:
            return True
        ahead = letters_in(following) if following is not None else []
        if self._block is None:
            return ahead[:1] == ["A"]
        goes_on = bool(ahead) and ahead[0] != "A" and ahead[0] not in self._block.letters
        return self._block.answered and not goes_on

    def _open(self, number: int | None, line: Line) -> None:
        refuse_many(len(self.blocks) + 1)
        self._telling = None
        place = f"Câu {number or len(self.blocks) + 1} (đoạn {line.at})"
        block = Block(place, number, [line], self._topic, self._situation)
        block.letters.update(letters_in(line))
        self.blocks.append(block)
        self._block = block
        self._inner = 0
        if number is None:
            return
        self._last = number
        if number in self._numbers:
            self.notes.append(Problem(place, N_("Số câu %(number)s có nhiều lần trong tệp."), {"number": number}))
        self._numbers[number] = block
        if number in self._ahead:
            block.keys.append(self._ahead.pop(number))

    def _append(self, line: Line) -> None:
        block = self._block
        if block is not None:
            block.lines.append(line)
            if found := patterns.field_of(line.text):
                block.last_field = found[0]
            else:
                block.letters.update(letters_in(line))
                block.listed += line.listed is not None and line.listed != self._list
        elif self._telling is not None:
            self._telling.lines.append(line)

    def _tell(self, code: str, title: str, at: int) -> None:
        self._close()
        code = code or f"TH{len(self.tellings) + 1}"
        base, times = code, self._codes.get(code, 0) + 1
        self._codes[base] = times
        if times > 1:
            place = f"Tình huống {code} (đoạn {at})"
            self.notes.append(Problem(place, N_("Có nhiều tình huống cùng số; đã đánh số lại."), {}))
            while code in self._codes:
                code, times = f"{base}-{times}", times + 1
            self._codes[code] = 1
        self._telling = Telling(code, f"Tình huống {code} (đoạn {at})", title)
        self.tellings.append(self._telling)
        self._situation = code

    def _close(self) -> None:
        self._block = self._telling = None
        self._situation = ""

    def _heading(self, line: Line) -> bool:
        """Whether the line is a heading; one that says "Chủ đề" names the topic of what follows."""
        text = line.text
        if len(text) > _HEADING_MAX or line.pictures or letters_in(line):
            return False
        outside = self._block is None and self._telling is None
        if (found := patterns.TOPIC.match(text)) and (outside or line.heading):
            self._topic = tidy(text[found.end() :])
        elif found := patterns.HEADING.match(text):
            rest = text[found.end() :]
            apart = line.heading or line.look().bold or text.isupper() or not rest or found[0].rstrip()[-1] in ".:-–—"
            if not apart:
                return False
            if found["topic"]:
                self._topic = tidy(rest or text)
        elif not line.heading or self._telling is not None or patterns.field_of(text):
            return False
        self._close()
        return True

    def _keys(self, letters: list[tuple[int, str]]) -> None:
        """A list of keys speaks of the last question with each number, or of one to come."""
        self._in_keys = True
        for number, letter in letters:
            block = self._numbers.get(number)
            if block is None:
                self._ahead[number] = letter
            else:
                block.keys.append(letter)

    def _reasoned(self, line: Line) -> bool:
        """A key with its reason in a list of keys: the reason goes to the question."""
        found = patterns.REASONED.match(line.text)
        block = self._numbers.get(int(found[1])) if found else None
        if found is None or block is None or block.keys:
            return False
        block.keys.append(found[2].upper())
        reason = line.cut(found.end())
        reason.role, reason.field, reason.parts = Role.FIELD, Field.EXPLANATION, (reason.text,)
        block.lines.append(reason)
        self._block = block
        return True

    def _left_out(self, line: Line) -> None:
        self.notes.append(
            Problem(
                f"Đoạn {line.at}", N_("Không đưa vào dòng không thuộc câu nào: “%(text)s”."), {"text": line.text[:80]}
            )
        )


def _coded(line: Line) -> tuple[str, str]:
    """(code, title) of a situation's first line in a file that the system wrote."""
    if line.label:
        return tidy(line.parts[0]), tidy("".join(line.parts[1:]))
    found = patterns.SITUATION.match(line.text)
    return (f"TH{found[1]}" if found and found[1] else "", tidy(line.text[found.end() :] if found else line.text))
