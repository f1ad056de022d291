"""Reading a distribution of scores that an organiser uploads or pastes. Pure.

Lines of "points; people" with or without a heading, or a bare list with one score a line.
Nothing is guessed: a line that is not understood is an error with its number.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from contest.rounds.checks import POINTS_MAX
from core.i18n import N_

ROWS_MAX = 200_000
LINE_MAX = 1_000
_POINTS = re.compile(r"([0-9]{1,6})(?:[.,]0{1,2})?")
_PEOPLE = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(?:[.,\s][0-9]{3}){1,2}")
_HINT = re.compile("sep=.")

NOT_POINTS = N_("Điểm phải là số nguyên không âm.")
TOO_MANY_POINTS = N_("Điểm cao hơn số điểm tối đa của bài thi.")
NOT_PEOPLE = N_("Số người phải là số nguyên không âm.")
NO_PEOPLE = N_("Dòng này thiếu số người.")
TOO_WIDE = N_("Mỗi dòng chỉ gồm điểm và số người.")
TOO_LONG = N_("Bảng điểm dài quá 200.000 dòng nên không được nhận.")
EMPTY = N_("Bảng điểm không có người nào.")


@dataclass(frozen=True, slots=True)
class ScoreList:
    """points -> people, and (line from 1, msgid) of what was not understood; line 0 is the whole list."""

    scores: dict[int, float] = field(default_factory=dict)
    errors: list[tuple[int, str]] = field(default_factory=list)


def scores_from_text(text: str, *, points_max: int = POINTS_MAX) -> ScoreList:
    """A list of semicolon, tab or comma separated lines, as pasted or from a decoded CSV file."""
    lines = text.removeprefix("\ufeff").splitlines()
    delimiter = next((mark for mark in ";\t" if mark in text), ",")
    if lines and _HINT.fullmatch(lines[0]):
        lines[0] = ""  # kept, so that the numbers of the other lines hold
    return scores_from_rows((_cells(line, delimiter) for line in lines), points_max=points_max)


def scores_from_rows(rows: Iterable[Sequence[object]], *, points_max: int = POINTS_MAX) -> ScoreList:
    """The same from cells, as a spreadsheet gives them (text, whole or decimal numbers, nothing)."""
    table: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows, start=1):
        if number > ROWS_MAX:
            return ScoreList(errors=[(0, TOO_LONG)])
        cells = [_text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            table.append((number, cells))
    if table and not any(_PEOPLE.fullmatch(cell) or _POINTS.fullmatch(cell) for cell in table[0][1]):
        del table[0]  # the heading
    read = ScoreList()
    counted = any(len(cells) == 2 for _, cells in table)
    for number, cells in table:
        error = _add(read.scores, cells, counted, points_max)
        if error:
            read.errors.append((number, error))
    if not read.errors and not sum(read.scores.values()):
        read.errors.append((0, EMPTY))
    return read


def _add(scores: dict[int, float], cells: list[str], counted: bool, points_max: int) -> str:
    """What is wrong with a line; adds it where nothing is."""
    points = _POINTS.fullmatch(cells[0])
    if len(cells) > 2:
        return TOO_WIDE
    if points is None:
        return NOT_POINTS
    if int(points[1]) > points_max:
        return TOO_MANY_POINTS
    if counted and len(cells) == 1:
        return NO_PEOPLE
    people = cells[1] if counted else "1"
    if _PEOPLE.fullmatch(people) is None:
        return NOT_PEOPLE
    scores[int(points[1])] = scores.get(int(points[1]), 0) + int(re.sub(r"[^0-9]", "", people))
    return ""


def _cells(line: str, delimiter: str) -> list[str]:
    if len(line) > LINE_MAX:
        return [line]
    return next(csv.reader([line], delimiter=delimiter), [])


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
