"""The workbook of changes: what is read, what is named as wrong."""

import io
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from core.errors import Invalid
from questions.formats.reading import bounded
from questions.law import changes_file
from questions.law.rows import ChangesFile

AMENDS = ("118/2025/NĐ-CP",) + ("",) * 9 + ("45/2026/NĐ-CP", date(2026, 11, 15), "Điều 8, 9 và 15-17")


def workbook(*rows: tuple[Any, ...]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page, days = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        for number, cells in enumerate([changes_file.HEADINGS, *rows]):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), days)  # noqa: DTZ001
                elif cell != "":
                    page.write(number, column, cell)
    return buffer.getvalue()


def test_the_template_reads_as_what_it_says() -> None:
    found = bounded(changes_file.template(), reader="questions.law.changes_file", shape=ChangesFile)
    assert found.problems == ()
    assert [row.number for row in found.rows] == ["61/2018/NĐ-CP", "118/2025/NĐ-CP"]
    assert found.rows[0].replaced_by[0].on == date(2025, 7, 1)


def test_rows_are_read_with_real_dates_and_dates_in_words() -> None:
    found = changes_file.read(workbook(AMENDS, ("", "Luật X", "", "", "", "ngày 01/2/2026", "2026-03-01")))
    assert found.problems == ()
    assert found.rows[0].amended_by[0].articles == ("Điều 8, 9 và 15-17",)
    assert found.rows[0].amended_by[0].on == date(2026, 11, 15)
    assert (found.rows[1].issued_on, found.rows[1].effective_on) == (date(2026, 2, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    "cells",
    [
        ("", "", "Luật"), ("", "x" * 301), ("1", "Luật", "", "", "", "32/13/2026"), ("1", "Luật", "", "", "", 3.5),
        ("1", "Luật", "", "", "", "", "02/01/2026", "01/01/2026"), ("1", "Luật", *[""] * 6, "", "01/01/2026"),
        ("1", "Luật", *[""] * 6, "1"), ("1", "Luật", *[""] * 8, "2; 3"), ("1", "Luật", *[""] * 10, "Điều 4"),
        ("1", "Luật", *[""] * 8, "2", "", "4, 5"), ("1", "Luật", "", "", "", date(9999, 1, 1)),
    ],
)  # fmt: skip
def test_a_bad_row_is_named(cells: tuple[Any, ...]) -> None:
    problems = changes_file.read(workbook(AMENDS, cells)).problems
    assert {problem.at for problem in problems} == {"Dòng 3"}
    for problem in problems:
        assert "%(" not in problem.reason % problem.params


@pytest.mark.parametrize("data", [b"PK\x03\x04nothing", b"a,b,c", workbook(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_such_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        bounded(data, reader="questions.law.changes_file", shape=ChangesFile)
