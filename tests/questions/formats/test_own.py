"""The bank's own JSON: nothing is lost, and whatever is not in its form is named."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from questions.formats import own
from questions.formats.bounds import QUESTIONS_MAX
from questions.items import Bundle, Item, Kind, Media, Situation
from tests.questions.formats.sharing import with_situations

QUESTION: dict[str, Any] = {"stem": "Ai ký?", "choices": ["Chủ tịch", "Thư ký"], "keys": [0]}
CASE: dict[str, Any] = {"code": "TH1", "text": "Bà Bích nộp hồ sơ."}


def file(*questions: Any, situations: Any = (), **more: Any) -> bytes:
    """A file with these questions."""
    data = {"format": own.FORMAT, "situations": list(situations), "questions": list(questions), **more}
    return json.dumps(data).encode()


def problems(data: bytes) -> list[tuple[str, str]]:
    """(place, sentence) of everything that stops an import."""
    return [(one.at, one.reason % one.params) for one in own.read(data).problems]


@given(with_situations())
def test_nothing_is_lost(bundle: Bundle) -> None:
    reading = own.read(own.write(bundle))
    assert tuple(one.item for one in reading.found) == bundle.items
    assert reading.situations == bundle.situations
    assert not reading.problems
    assert not reading.notes
    assert not any(own.losses(item) for item in bundle.items)


@given(with_situations())
def test_the_same_questions_give_the_same_readable_bytes(bundle: Bundle) -> None:
    data = own.write(bundle)
    assert data == own.write(bundle)
    assert all(item.stem in json.loads(data)["questions"][place]["stem"] for place, item in enumerate(bundle.items))


def test_defaults_may_be_left_out_and_media_are_base64() -> None:
    picture = Situation("TH1", "Bà Bích nộp hồ sơ.", media=(Media("a.png", "image/png", "Sơ đồ", b"\x89PNG\x00\xff"),))
    data = json.loads(own.write(Bundle((Item("Ai ký?", ("A", "B"), (1,), situation="TH1"),), (picture,))))
    assert data == {
        "format": "tthc-questions/1",
        "situations": [
            {
                "code": "TH1",
                "text": "Bà Bích nộp hồ sơ.",
                "media": [{"name": "a.png", "type": "image/png", "alt": "Sơ đồ", "data": "iVBORwD/"}],
            }
        ],
        "questions": [{"stem": "Ai ký?", "choices": ["A", "B"], "keys": [1], "situation": "TH1"}],
    }
    assert "situations" not in json.loads(own.write(Bundle(())))


def test_a_whole_question_is_read() -> None:
    whole = {
        **QUESTION, "code": "KS-01", "topic": "kiem-soat", "kind": "multiple", "difficulty": 3, "shuffle": False,
        "explanation": "Theo luật.\nĐiều 1.", "citations": [{"document": "Luật", "article": "Điều 1"}],
        "tags": ["a", "b"], "source": "Sổ tay", "situation": "TH1",
    }  # fmt: skip
    reading = own.read(file(whole, situations=[CASE]))
    assert not reading.problems
    found = reading.found[0]
    assert found.at == "Câu 1 (KS-01)"
    assert json.loads(msgspec.json.encode(found.item)) == whole
    assert found.item.kind is Kind.MULTIPLE


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({**QUESTION, "answer": 1}, "unknown field `answer`"),
        ({"stem": "Ai ký?", "choices": ["A", "B"]}, "missing required field `keys`"),
        ({**QUESTION, "keys": "0"}, "Expected `array`, got `str`"),
        ({**QUESTION, "keys": [0.5]}, "Expected `int`, got `float`"),
        ({**QUESTION, "kind": "essay"}, "Invalid enum value 'essay'"),
        ({**QUESTION, "citations": [{"document": "Luật", "page": 1}]}, "unknown field `page`"),
        (["không phải câu hỏi"], "Expected `object`, got `array`"),
        (None, "Expected `object`, got `null`"),
        ({**QUESTION, "keys": [10**30]}, "Chưa rõ phương án đúng."),
        ({**QUESTION, "keys": [-1]}, "Chưa rõ phương án đúng."),
        ({**QUESTION, "difficulty": 4}, "Mức độ là 1 (dễ)"),
        ({**QUESTION, "choices": ["A"] * 300}, "hiện có 300"),
        ({**QUESTION, "situation": "TH9"}, "Tệp không có tình huống “TH9”"),
    ],
)
def test_a_question_that_does_not_fit_is_named_and_the_others_are_read(question: Any, sentence: str) -> None:
    data = file(QUESTION, question, QUESTION)
    assert any(at == "Câu 2" and sentence in words for at, words in problems(data)), problems(data)
    assert {at for at, _ in problems(data)} == {"Câu 2"}
    assert len(own.read(data).found) in (2, 3)


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        ({**CASE, "code": " "}, "Tình huống cần mã và nội dung."),
        ({**CASE, "text": "\u0000\n"}, "Tình huống cần mã và nội dung."),
        ({**CASE, "code": "TH\u00001"}, "hai tình huống cùng mã"),
        ({"code": "x" * 61, "text": "A"}, "Tình huống dài quá"),
        ({"code": "TH2", "text": "A", "title": "x" * 201}, "Tình huống dài quá"),
        ({"code": "TH2", "text": "x" * 8_001}, "nội dung đến 8000 ký tự"),
    ],
)
def test_a_situation_that_cannot_be_stored_is_named(situation: Any, sentence: str) -> None:
    found = problems(file(QUESTION, situations=[CASE, situation]))
    assert any(at.startswith("Tình huống 2") and sentence in words for at, words in found), found


def test_control_characters_go_and_codes_still_meet() -> None:
    reading = own.read(
        file({**QUESTION, "situation": " TH\u00001 "}, situations=[{"code": "TH1\u0007", "text": "Một\u0000\r\nHai"}])
    )
    assert not reading.problems
    assert reading.situations == (Situation("TH1", "Một\nHai"),)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 200_000,
        b'{"format":"tthc-questions/1","questions":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
        b'{"format":"tthc-questions/1","questions":[' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]}",
        b'{"format":"tthc-questions/1"}',
        b'{"format":"tthc-questions/1","questions":{}}',
        b'{"format":"tthc-questions/1","questions":[],"answers":[]}',
        b'{"format":"tthc-questions/1","questions":[{"stem":"\\ud800 a","choices":["A","B"],"keys":[0]}]}',
        b'{"format":"tthc-questions/1","questions":[{"stem":"a","difficulty":NaN}]}',
        b'{"format":"tthc-questions/1","questions":[],"situations":[{"code":"a","text":"\\udfff"}]}',
        file(situations=[{**CASE, "media": [{"name": "a", "type": "b", "alt": "c", "data": "***"}]}]),
        file(situations=[{**CASE, "url": "http://evil.example"}]),
        file(format="tthc-questions/2"),
        file(format=1),
    ],
    ids=lambda data: data[:40].decode(),
)
def test_a_file_that_is_not_in_the_form_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        own.read(data)
    assert refused.value.code == "bad-json"
    assert len(refused.value.message % refused.value.params) < 400


def test_twenty_thousand_are_read_and_no_more() -> None:
    many = [{**QUESTION, "stem": f"Câu thứ {number}?"} for number in range(QUESTIONS_MAX)]
    reading = own.read(file(*many))
    assert len(reading.found) == QUESTIONS_MAX
    assert not reading.problems
    with pytest.raises(Invalid) as refused:
        own.read(file(*many, QUESTION))
    assert refused.value.code == "too-many"


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for text in (data, file()[:-2] + data):
        try:
            own.read(text)
        except Invalid as error:
            assert error.message % error.params
