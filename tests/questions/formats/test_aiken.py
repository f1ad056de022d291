"""Aiken: stem, choices, the right letter."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from questions.formats import aiken
from questions.formats.reading import read_file
from questions.items import TRUE_FALSE, Bundle, Item, Kind, Reading
from tests.questions.formats.nasty import PIECES, bundles

MOODLES_ERRORS = """\
A question with too few answers
A) Only answer
ANSWER: A

A) Question not started

ANSWER: Question not started

A good question
A) Correct
B) Incorrect
ANSWER: A

A question started but not finished
A) Correct-ish
B) Incorrect-ish

A second good question
A)Incorrect (No space)
B)Correct (No space)
ANSWER: B"""


def of(text: str) -> Reading:
    return aiken.read(text.encode())


def only(text: str) -> Item:
    reading = of(text)
    assert not reading.problems
    return reading.found[0].item


def reasons(text: str) -> list[tuple[str, str]]:
    return [(problem.at, problem.reason % problem.params) for problem in of(text).problems]


def test_moodles_file_of_errors() -> None:
    reading = of(MOODLES_ERRORS)
    stems = [found.item.stem for found in reading.found]
    assert stems == ["A question with too few answers", "A good question", "A second good question"]
    assert reading.found[2].item.choices == ("Incorrect (No space)", "Correct (No space)")
    assert reading.found[2].item.keys == (1,)
    assert [problem.at for problem in reading.problems] == ["Câu 2 (dòng 5)", "Câu 4 (dòng 14)", "Câu 1 (dòng 1)"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_vietnamese_file(end: str) -> None:
    text = (
        "C. Mác viết “Tư bản” năm nào?\n\na. 1848\nb) 1867\n\nanswer: b.  \nCăn cứ Luật:\n- ý một\nC. ý hai\n"
        "A.  Đúng\nB. Sai\nANSWER:A\nAi cấp?\nA. Xã\nB. Tỉnh\nC. Cả A và B\nANSWER : C"
    ).replace("\n", end)
    for data in (text.encode("utf-8-sig"), text.encode("utf-16")):
        reading = aiken.read(data)
        assert not reading.problems
        assert [found.item for found in reading.found] == [
            Item("C. Mác viết “Tư bản” năm nào?", ("1848", "1867"), (1,)),
            Item("Căn cứ Luật:\n- ý một\nC. ý hai", TRUE_FALSE, (0,), Kind.TRUE_FALSE),
            Item("Ai cấp?", ("Xã", "Tỉnh", "Cả A và B"), (2,), shuffle=False),
        ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x\nA. 1\nB. 2", "thiếu dòng “ANSWER"),
        ("x\nA. 1\nB. 2\nANSWER:", "thiếu dòng “ANSWER"),
        ("x\nA. 1\nB. 2\nANSWER: C", "ghi “C”"),
        ("x\nA. 1\nB. 2\nANSWER: A, B", "ghi “A, B”"),
        ("x\nA. 1\nC. 2\nANSWER: A", "thứ tự A, B, C"),
        ("x\nA. 1\nA. 2\nANSWER: A", "thứ tự A, B, C"),
        ("x", "không có phương án nào"),
        ("x\n\nx\nA. 1\nB. 2\nANSWER: A", "không có phương án nào"),
        ("ANSWER: A", "không có nội dung câu hỏi"),
        ("A. 1\nB. 2\nANSWER: A", "không có nội dung câu hỏi"),
        ("x\nA. 1\nANSWER: A", "từ 2 đến 10"),
        ("x\nA.\nB. 2\nANSWER: A", "để trống"),
        ("x\n" + "\n".join(f"{letter}. {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ") + "\nANSWER: A", "có 26"),
        ("x\n" + "A. 1\n" * 10_001 + "ANSWER: A", "hiện có 10001"),
    ],
)
def test_one_broken_question_does_not_hide_the_next(text: str, reason: str) -> None:
    whole = f"a\nA. 1\nB. 2\nANSWER: A\n\n{text}\n\nb\nA. 1\nB. 2\nANSWER: A\n"
    stems = [found.item.stem for found in of(whole).found]
    assert (stems[0], stems[-1]) == ("a", "b")
    said = reasons(whole)
    assert {at for at, _ in said} == {"Câu 2 (dòng 6)"}
    assert reason in said[0][1]


def test_old_encodings_and_too_many_questions_are_refused() -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        aiken.read("Thủ tục\nA. Đúng".encode("cp1258", "replace"))
    with pytest.raises(Invalid, match="quá"):
        of("x\nA. 1\nB. 2\nANSWER: A\n" * 20_001)
    assert of("") == Reading()


def carried(item: Item) -> Item:
    """What Aiken keeps of a question: what ``losses`` does not name."""
    named = aiken.losses(item)
    empty = {
        aiken.LOST_EXPLANATION: "explanation",
        aiken.LOST_CITATIONS: "citations",
        aiken.LOST_TOPIC: "topic",
        aiken.LOST_DIFFICULTY: "difficulty",
        aiken.LOST_TAGS: "tags",
        aiken.LOST_SOURCE: "source",
        aiken.LOST_SITUATION: "situation",
        aiken.LOST_CODE: "code",
    }
    bare = Item(item.stem, item.choices, item.keys)
    item = msgspec.structs.replace(item, **{empty[r]: getattr(bare, empty[r]) for r in named if r in empty})
    if aiken.LOST_LINES in named:
        item = msgspec.structs.replace(item, stem=" ".join(item.stem.split()))
    if aiken.LOST_SHUFFLE in named:
        item = msgspec.structs.replace(item, shuffle=not item.shuffle)
    if item.choices == TRUE_FALSE:
        item = msgspec.structs.replace(item, kind=Kind.TRUE_FALSE)
    return item


@given(bundles)
def test_what_is_written_is_read(bundle: Bundle) -> None:
    reading = aiken.read(aiken.write(bundle))
    assert not reading.problems
    kept = [item for item in bundle.items if aiken.LOST_KEYS not in aiken.losses(item)]
    assert [found.item for found in reading.found] == list(map(carried, kept))


@given(st.lists(st.sampled_from([*PIECES, "\n", "\r\n", "A. ", "B. ", "\nANSWER: A\n"])).map("".join))
def test_any_text_is_read(text: str) -> None:
    of(text)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Invalid):
        aiken.read(data)


@pytest.mark.parametrize(
    "text",
    [
        "A." * 2500000,
        "ANSWER" + " " * 5000000,
        "x\n" * 2500000,
        "\n" * 5000000,
        "x\n" + "A.\n" * 1000000,
        "A.\nANSWER: A\n" * 500000,
    ],
    ids=lambda text: text[:9],
)
def test_hostile_lines_are_done_within_the_readers_limits(text: str) -> None:
    try:
        read_file(text.encode(), name="a.txt", format_name="aiken")
    except Invalid as refused:
        assert refused.code != "too-heavy"
