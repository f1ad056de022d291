"""CSV files of questions."""

import contextlib
import csv
import io

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from questions.formats import delimited, sheet_words
from questions.items import Bundle, Item, Situation
from tests.questions.formats.nasty import PIECES
from tests.questions.formats.sharing import with_situations

LINES = [
    ["Câu hỏi", "Phương án A", "Phương án B", "Đáp án", "Giải thích"],
    ["Một; hai, ba?", 'Có "ngoặc"', "Không", "A", "Dòng 1\nDòng 2\n\nDòng 4"],
    ["", "", "", "", ""],
    ["Bốn?", "x", "y", "B", ""],
]
MARKS = ["=", "+", "-", "@", "'", "''", "＝", "＋", "－", "＠", "'=", "''=", "'-1"]


def table(delimiter: str, encoding: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(LINES)
    return text.getvalue().encode(encoding)


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as error:
        delimited.read(data)
    return error.value.message % error.value.params


@settings(deadline=None, max_examples=150)
@given(with_situations(), st.lists(st.sampled_from(MARKS), min_size=20, max_size=20))
def test_what_is_written_is_read_again(bundle: Bundle, marks: list[str]) -> None:
    several = [
        msgspec.structs.replace(item, stem=mark + item.stem, explanation=mark + item.explanation)
        for item, mark in zip(bundle.items, marks, strict=False)
    ]
    written = Bundle(tuple(several), bundle.situations)
    again = delimited.read(delimited.write(written))
    assert not again.problems
    assert tuple(found.item for found in again.found) == written.items


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_programs_write(delimiter: str, encoding: str) -> None:
    read = delimited.read(table(delimiter, encoding))
    assert not read.problems
    first, second = read.found
    assert (first.at, first.item.stem) == ("Dòng 2", "Một; hai, ba?")
    assert first.item.choices == ('Có "ngoặc"', "Không")
    assert first.item.explanation == "Dòng 1\nDòng 2\n\nDòng 4"
    assert second.at == "Dòng 4"


def test_a_hint_about_the_delimiter() -> None:
    assert len(delimited.read(b"sep=|\r\n" + table("|", "utf-8")).found) == 2


def test_formulas_are_written_as_text() -> None:
    item = Item("=cmd|' /C calc'!A0", ("@x", "+1", "'quoted'", "'=x"), (0,), code="-2", tags=("=y",))
    data = delimited.write(Bundle((item,), (Situation("＝t", "＋x"),)))
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"):
        assert not any(cell[:1] in set("=+-@\t\r＝＋－＠") for cell in row if cell)
    read = delimited.read(data)
    assert read.found[0].item == item
    assert read.situations == (Situation("＝t", "＋x"),)


def test_an_apostrophe_that_is_meant() -> None:
    lines = "Câu hỏi,Phương án A,Phương án B,Đáp án\r\n'n sự,'=1,''=1,A\r\n"
    item = delimited.read(lines.encode()).found[0].item
    assert (item.stem, item.choices) == ("'n sự", ("=1", "'=1"))


def test_excel_opens_it_with_accents() -> None:
    data = delimited.template()
    assert data.startswith(b"\xef\xbb\xbf")
    read = delimited.read(data)
    assert [found.item for found in read.found] == list(sheet_words.EXAMPLES.items)
    assert not read.problems and not read.notes


def test_what_is_refused() -> None:
    assert "UTF-8" in refused("Câu hỏi,Phương án A\nMột".encode("cp1258", "replace"))
    assert "200 cột" in refused(b"a," * 201)
    assert "không đúng cú pháp" in refused(b'Cau hoi,A,B,Dap an\n"' + b"x" * 140_000 + b'",a,b,A\n')
    assert "Bảng thiếu cột Câu hỏi" in refused(b"x;y;z\n1;2;3\n")


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from([*PIECES, *MARKS, ";", ",", "\t", '"', "\r"])).map(
            lambda found: ("Câu hỏi;A;B;Đáp án\n" + "".join(found)).encode()
        ),
    )
)
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(Invalid):
        delimited.read(data)


def test_tags_with_commas_and_quotes() -> None:
    item = Item("S", ("a", "b"), (0,), tags=("một, hai", 'ba "bốn"', '"', "năm"))
    assert delimited.read(delimited.write(Bundle((item,)))).found[0].item == item
    typed = "Câu hỏi;A;B;Đáp án;Thẻ\nS;a;b;A;một, hai,  , một\n"
    assert delimited.read(typed.encode()).found[0].item.tags == ("một", "hai")


def test_more_questions_than_a_file_may_bring() -> None:
    assert "quá 20000 câu hỏi" in refused(("Câu hỏi;A;B;Đáp án\n" + "S;a;b;A\n" * 20_001).encode())
