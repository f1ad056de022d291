"""What Excel and CSV share: rows of a table -> ``Reading``; ``sheet_writing`` is the way back. Pure.

One question a row. Headings are known without accents and case, in any order, below any title::

    Mã câu | Chủ đề | Mức độ | Loại câu | Tình huống | Nội dung tình huống | Câu hỏi | Phương án A … J
    | Đáp án | Giải thích | Văn bản căn cứ | Điều khoản | Thẻ | Nguồn | Xáo trộn phương án

A situation's text stands once, where its code first appears; a row with nothing else is a
situation without a question. Further citations have columns "Văn bản căn cứ 2" … "Điều khoản 5".
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from core.errors import Invalid
from core.i18n import N_
from core.text import fold, tidy, tidy_lines
from questions.formats.bounds import refuse_many
from questions.formats.conventions import refers_to_others
from questions.formats.sheet_words import (
    CHOICE_LETTERS,
    CITATIONS_MAX,
    DIFFICULTIES,
    HEADINGS,
    KINDS,
    SHARED,
    TRUE_FALSE_WORDS,
    YES_NO,
    Key,
    is_counter,
    key_of,
)
from questions.items import TRUE_FALSE, Citation, Found, Item, Kind, Problem, Reading, Situation, checked

HEADING_WITHIN = 50
_T = TypeVar("_T")
_ANSWER_WORDS = re.compile(r"\b(?:phương án|đáp án|lựa chọn|câu|ý|và|and)\b")


class Flaw(NamedTuple):
    """What a cell's kind makes doubtful: a date, an error; ``stops`` where it cannot be used."""

    reason: str
    value: str
    stops: bool


class Row(NamedTuple):
    """A row as Excel numbers it; ``merged`` are columns whose cell continues another one."""

    number: int
    cells: Sequence[str]
    flaws: Mapping[int, Flaw] = {}
    merged: frozenset[int] = frozenset()
    hidden: bool = False

    def filled(self) -> bool:
        """Whether anything was typed into this very row."""
        return any(cell.strip() and column not in self.merged for column, cell in enumerate(self.cells))


class Table(NamedTuple):
    """A page of a workbook or a whole CSV file, from its first row."""

    name: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class _Head:
    """Where the headings of a table end, what its columns mean and what they are called."""

    end: int
    columns: dict[Key, int]
    texts: dict[int, str]
    unknown: tuple[str, ...]
    twice: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        lost = [] if ("stem", 0) in self.columns else [HEADINGS["stem"]]
        known = sum(field == "choice" for field, _ in self.columns)
        lost += [f"Phương án {letter}" for letter in "AB"[known:]]
        return lost if ("answer", 0) in self.columns else [*lost, HEADINGS["answer"]]


class _Line:
    """A row seen through its headings; collects what is wrong with it and what to look at."""

    def __init__(self, head: _Head, row: Row, at: str) -> None:
        self.head, self.row, self.at = head, row, at
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def text(self, field: str, number: int = 0) -> str:
        """What stands in a column, not yet tidied; empty where there is no such column."""
        column = self.head.columns.get((field, number))
        return "" if column is None or column >= len(self.row.cells) else self.row.cells[column].strip()

    def wrong(self, reason: str, **params: str | int) -> None:
        """Something that stops the import."""
        self.problems.append(Problem(self.at, reason, params))

    def note(self, reason: str, **params: str | int) -> None:
        """Something to look at."""
        self.notes.append(Problem(self.at, reason, params))


class _Collected:
    """What the rows of all tables gave so far."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.situations: dict[str, Situation] = {}

    def add(self, line: _Line) -> None:
        """One row: a question, a situation alone, or what is wrong with it."""
        _cells_checked(line)
        self._situation(line)
        if any(line.text(field, number) for field, number in line.head.columns if not field.startswith("situation")):
            item = _item(line)
            if not line.problems:
                self.found.append(Found(item, line.at))
        self.problems += line.problems
        self.notes += line.notes

    def _situation(self, line: _Line) -> None:
        code, text = tidy(line.text("situation")), tidy_lines(line.text("situation_text"))
        if not text:
            return
        if not code:
            line.wrong(N_("Có nội dung tình huống nhưng cột “Tình huống” chưa ghi mã của tình huống."))
            return
        known = self.situations.setdefault(code, Situation(code, text, tidy(line.text("situation_title"))))
        if known.text != text:
            line.wrong(N_("Tình huống “%(code)s” đã có ở dòng trên với nội dung khác."), code=code)


def reading(tables: Sequence[Table]) -> Reading:
    """Questions of every table that has the headings; raises :class:`Invalid` where none has."""
    heads = [(table, _head(table)) for table in tables]
    whole = [(table, head) for table, head in heads if not head.missing]
    if not whole:
        raise _no_headings([head for _, head in heads])
    collected = _Collected()
    for table, head in heads:
        page = f"Trang “{table.name}”"
        if head.missing:
            if len(head.columns) > 1:
                reason = N_("Trang này thiếu cột %(missing)s nên không được đọc.")
                collected.notes.append(Problem(page, reason, {"missing": ", ".join(head.missing)}))
            continue
        _heading_checked(head, collected, f"{page}, dòng tiêu đề" if len(whole) > 1 else "Dòng tiêu đề")
        filled = [row for row in table.rows[head.end + 1 :] if row.filled()]
        refuse_many(len(collected.found) + len(filled))
        for row in filled:
            at = f"{page}, dòng {row.number}" if len(whole) > 1 else f"Dòng {row.number}"
            collected.add(_Line(head, row, at))
    good, faulty = checked(collected.found)
    lost = [
        Problem(one.at, N_("Tệp không có tình huống “%(code)s” mà câu hỏi dẫn tới."), {"code": one.item.situation})
        for one in good
        if one.item.situation and one.item.situation not in collected.situations
    ]
    return Reading(
        good,
        tuple(collected.situations.values()),
        (*collected.problems, *faulty, *lost),
        tuple(collected.notes),
    )


def _head(table: Table) -> _Head:
    """The first row with all that is needed, or else the one with the most known headings."""
    best = _Head(-1, {}, {}, (), ())
    for index in range(min(HEADING_WITHIN, len(table.rows))):
        head = _head_at(table.rows, index)
        if not head.missing:
            return head
        if len(head.columns) > len(best.columns) or (not best.texts and head.texts):
            best = head
    return best


def _head_at(rows: Sequence[Row], index: int) -> _Head:
    """A row read as headings; "Phương án" over a second row "A", "B", "C", "D" is two rows of them."""
    columns: dict[Key, int] = {}
    twice: list[str] = []
    unknown: list[str] = []
    texts = {column: tidy(cell) for column, cell in enumerate(rows[index].cells) if tidy(cell)}
    keys = {column: key_of(text) for column, text in texts.items()}
    end = index
    if index + 1 < len(rows) and not any(key and key[0] == "choice" for key in keys.values()):
        below = {column: tidy(cell) for column, cell in enumerate(rows[index + 1].cells)}
        choices = {column: key for column, cell in below.items() if (key := key_of(cell)) and key[0] == "choice"}
        if len(choices) > 1:
            keys |= choices
            texts |= {column: below[column] for column in choices}
            end += 1
    for column, key in sorted(keys.items()):
        if key is None:
            unknown.append(texts[column])
        elif key in columns:
            twice.append(texts[column])
        else:
            columns[key] = column
    return _Head(end, columns, texts, tuple(unknown), tuple(twice))


def _no_headings(heads: list[_Head]) -> Invalid:
    best = max(heads, key=lambda head: len(head.columns), default=_Head(-1, {}, {}, (), ()))
    shown = ", ".join(f"“{text[:40]}”" for text in list(best.texts.values())[:12])
    return Invalid(
        N_(
            "Bảng thiếu cột %(missing)s. Các ô tiêu đề tìm thấy: %(found)s. Đề nghị đặt tên cột như trong tệp mẫu "
            "rồi nhập lại."
        ),
        code="no-headings",
        missing=", ".join(best.missing),
        found=shown or "không có",
    )


def _heading_checked(head: _Head, collected: _Collected, at: str) -> None:
    for text in head.twice:
        reason = N_("Có hai cột cùng nghĩa “%(heading)s”. Đề nghị chỉ giữ lại một cột.")
        collected.problems.append(Problem(at, reason, {"heading": text[:60]}))
    for text in head.unknown:
        if is_counter(text):
            continue
        reason = N_("Cột “%(heading)s” không có trong mẫu nên không được đọc.")
        collected.notes.append(Problem(at, reason, {"heading": text[:60]}))


def _cells_checked(line: _Line) -> None:
    """Dates and errors that Excel put into cells, merged cells, a hidden row."""
    row = line.row
    if row.hidden:
        line.note(N_("Dòng này đang ẩn trong bảng tính nhưng vẫn được đọc."))
    if not row.flaws and not row.merged:
        return
    for (field, _), column in line.head.columns.items():
        heading = line.head.texts[column][:60]
        if flaw := row.flaws.get(column):
            (line.wrong if flaw.stops else line.note)(flaw.reason, heading=heading, value=flaw.value)
        if column in row.merged and field in SHARED:
            line.note(N_("Ô “%(heading)s” gộp nhiều dòng: lấy nội dung chung của ô gộp."), heading=heading)
        elif column in row.merged:
            line.wrong(N_("Ô “%(heading)s” nằm trong một ô gộp. Đề nghị bỏ gộp ô và ghi đủ từng ô."), heading=heading)


def _item(line: _Line) -> Item:
    choices = _choices(line)
    kind = _word(line, "kind", KINDS, N_("Không hiểu loại câu “%(text)s”: ghi một lựa chọn, nhiều lựa chọn, đúng/sai."))
    if kind is Kind.TRUE_FALSE and not choices:
        choices = TRUE_FALSE
    keys = _keys(line, choices)
    if kind is None:
        pair = tuple(map(fold, choices)) == ("dung", "sai")
        kind = Kind.MULTIPLE if len(keys) > 1 else Kind.TRUE_FALSE if pair else Kind.SINGLE
    shuffle = _word(line, "shuffle", YES_NO, N_("Không hiểu “%(text)s” ở cột xáo trộn phương án: ghi có hoặc không."))
    if shuffle is None:
        shuffle = not refers_to_others(choices)
        if not shuffle:
            line.note(N_("Có phương án dẫn tới phương án khác nên các phương án giữ nguyên thứ tự."))
    return Item(
        stem=line.text("stem"),
        choices=choices,
        keys=keys,
        kind=kind,
        shuffle=shuffle,
        explanation=line.text("explanation"),
        citations=tuple(
            Citation(line.text("document", number), line.text("article", number)) for number in range(CITATIONS_MAX)
        ),
        topic=line.text("topic"),
        difficulty=_word(
            line, "difficulty", DIFFICULTIES, N_("Không hiểu mức độ “%(text)s”: ghi dễ, vừa, khó hoặc 1, 2, 3.")
        ),
        tags=_split_tags(line.text("tags")),
        source=line.text("source"),
        situation=line.text("situation"),
        code=line.text("code"),
    )


def _word(line: _Line, field: str, words: Mapping[str, _T], reason: str) -> _T | None:
    """What a cell's word stands for; an unknown word is a problem, an empty cell nothing."""
    text = line.text(field)
    if text and fold(text) not in words:
        line.wrong(reason, text=text[:40])
    return words.get(fold(text))


def _choices(line: _Line) -> tuple[str, ...]:
    """The choices up to the last one filled; an empty one between is a problem."""
    numbers = sorted(number for field, number in line.head.columns if field == "choice")
    texts = {number: line.text("choice", number) for number in numbers}
    last = max((number for number, text in texts.items() if text), default=-1)
    gaps = [CHOICE_LETTERS[number] for number in range(last) if not texts.get(number)]
    if gaps:
        line.wrong(
            N_("Phương án %(gaps)s để trống trong khi phương án %(last)s có nội dung."),
            gaps=", ".join(gaps),
            last=CHOICE_LETTERS[last],
        )
    return tuple(texts.get(number, "") for number in range(last + 1))


def _keys(line: _Line, choices: tuple[str, ...]) -> tuple[int, ...]:
    """Positions that a cell like ``B``, ``A, C``, ``ABD``, ``2`` or ``Đúng`` means."""
    written = tidy(line.text("answer")).casefold()
    if tuple(map(fold, choices)) == ("dung", "sai") and fold(written) in TRUE_FALSE_WORDS:
        return (TRUE_FALSE_WORDS[fold(written)],)
    tokens = re.findall(r"\w+", _ANSWER_WORDS.sub(" ", re.sub(r"^(\d+)\.0$", r"\1", written)))
    if all(re.fullmatch(r"[a-j]{1,10}|\d{1,2}", token) for token in tokens):
        parts = [part for token in tokens for part in ([token] if token.isdigit() else token)]
        keys = [int(part) - 1 if part.isdigit() else CHOICE_LETTERS.lower().index(part) for part in parts]
        beyond = [part.upper() for part, key in zip(parts, keys, strict=True) if key not in range(len(choices))]
        if beyond:
            line.wrong(
                N_("Đáp án “%(key)s” không có trong các phương án của câu (câu có %(count)s phương án)."),
                key=", ".join(beyond),
                count=len(choices),
            )
        if any(part.isdigit() for part in parts) and written in map(str.casefold, choices):
            line.note(N_("Đáp án “%(key)s” được hiểu là số thứ tự của phương án."), key=written)
        return tuple(keys)
    same = [position for position, choice in enumerate(choices) if tidy(choice).casefold() == written]
    if not same:
        line.wrong(N_("Không hiểu đáp án “%(key)s”: ghi chữ cái của phương án, ví dụ B hoặc A, C."), key=written[:40])
    return tuple(same[:1])


def _split_tags(text: str) -> tuple[str, ...]:
    """Tags parted by commas; a tag with a comma stands in quotes, as in CSV."""
    try:
        return tuple(next(csv.reader([",".join(text.splitlines())], skipinitialspace=True), ()))
    except csv.Error:
        return tuple(text.split(","))
