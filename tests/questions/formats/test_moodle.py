"""Moodle XML."""

import contextlib
from html import escape

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from questions.formats import conventions, moodle
from questions.formats.reading import read_file
from questions.items import Bundle, Citation, Item, Kind, Reading
from tests.questions.formats.nasty import bundles

EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 0  -->
  <question type="category">
    <category><text>$course$/Iota/Luật &amp; nghị định</text></category>
    <info format="html"><text></text></info>
  </question>
  <question type="truefalse">
    <name><text>Iota Question</text></name>
    <questiontext format="html"><text><![CDATA[<p>Testing <b>Iota</b> Question</p>]]></text></questiontext>
    <generalfeedback format="html"><text></text></generalfeedback>
    <idnumber></idnumber>
    <answer fraction="0" format="moodle_auto_format">
      <text>true</text><feedback format="html"><text>&lt;p&gt;Chưa đúng&lt;/p&gt;</text></feedback>
    </answer>
    <answer fraction="100" format="moodle_auto_format">
      <text>false</text><feedback format="html"><text></text></feedback>
    </answer>
  </question>
  <question type="multichoice">
    <name><text>Khai sinh</text></name>
    <questiontext format="html">
      <text><![CDATA[<p>Cơ quan nào cấp?</p><ul><li>a &amp; b</li></ul>]]></text>
    </questiontext>
    <generalfeedback format="html"><text><![CDATA[<p>Vì sao</p><p>Căn cứ: Luật | Điều 1</p>]]></text></generalfeedback>
    <defaultgrade>1.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden>
    <idnumber>HT-01</idnumber>
    <single>false</single><shuffleanswers>false</shuffleanswers><answernumbering>abc</answernumbering>
    <correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback>
    <answer fraction="50" format="html"><text><![CDATA[<p>Xã</p>]]></text>
      <feedback><text>đúng</text></feedback></answer>
    <answer fraction="50" format="html"><text>Tỉnh</text></answer>
    <answer fraction="-100" format="plain_text"><text>&lt;b&gt;</text></answer>
    <tags><tag><text>hộ tịch</text></tag><tag><text>Mức độ: 3</text></tag></tags>
  </question>
</quiz>
"""


FILE = '<file name="a" encoding="base64">iVBO</file>'
ELEMENTS = ["<quiz>", "</quiz>", "<question type='essay'>", "</question>", "<text>", "</text>", "<answer/>", "a", "&"]


def question(inner: str = "", kind: str = "multichoice", stem: str = "x", answers: str = "") -> str:
    answers = answers or '<answer fraction="100"><text>1</text></answer><answer fraction="0"><text>2</text></answer>'
    text = f'<questiontext format="html"><text>{escape(stem)}</text></questiontext>'
    return f'<question type="{kind}">{text}{inner}{answers}</question>'


def of(*questions: str) -> Reading:
    return moodle.read(f"<quiz>{''.join(questions)}</quiz>".encode())


def only(*questions: str) -> Item:
    reading = of(*questions)
    assert not reading.problems
    return reading.found[0].item


def reasons(*questions: str) -> list[tuple[str, str]]:
    return [(problem.at, problem.reason % problem.params) for problem in of(*questions).problems]


def test_an_export_of_moodle() -> None:
    reading = moodle.read(EXPORT.encode())
    assert not reading.problems
    assert not reading.notes
    assert [found.at for found in reading.found] == ["Câu 1 (Iota Question)", "Câu 2 (Khai sinh)"]
    false, several = (found.item for found in reading.found)
    assert false == Item(
        "Testing Iota Question",
        ("Đúng", "Sai"),
        (1,),
        Kind.TRUE_FALSE,
        explanation="“Đúng”: Chưa đúng",
        topic="Luật & nghị định",
        code="Iota Question",
    )
    assert several == Item(
        "Cơ quan nào cấp?\n- a & b",
        ("Xã", "Tỉnh", "<b>"),
        (0, 1),
        Kind.MULTIPLE,
        False,
        "Vì sao\n“Xã”: đúng",
        (Citation("Luật", "Điều 1"),),
        "Luật & nghị định",
        3,
        ("hộ tịch",),
        code="HT-01",
    )


def test_other_spellings() -> None:
    assert only(question("<shuffleanswers>0</shuffleanswers><shuffleanswers>true</shuffleanswers>")).shuffle
    referring = '<answer fraction="100"><text>Cả B và C</text></answer><answer><text>b</text></answer>'
    assert not only(question(answers=referring)).shuffle
    assert only(question("<shuffleanswers>1</shuffleanswers>", answers=referring)).shuffle
    assert only(question("<name><text>x</text></name>")).code == ""
    old = '<answer fraction="0"><text>Vrai</text></answer><answer fraction="100"><text>Faux</text></answer>'
    assert only(question(kind="truefalse", answers=old)).keys == (1,)
    assert only(question(stem="&").replace("&amp;", "<p>a</p><p>b</p>")).stem == "a\nb"
    auto = question(stem="a < b\nc").replace('format="html"', 'format="moodle_auto_format"')
    assert only(auto).stem == "a < b\nc"
    assert moodle.read(EXPORT.replace("UTF-8", "UTF-16").encode("utf-16")).found


def test_what_is_not_kept_is_noted() -> None:
    uneven = "".join(f'<answer fraction="{part}"><text>{part}</text></answer>' for part in ("70", "30", "0"))
    reading = of(
        question("<single>false</single>", answers=uneven),
        question("<hint><text>Gợi ý</text></hint>"),
        question('<generalfeedback><text>Xem &lt;img src="@@PLUGINFILE@@/a.png"&gt;</text></generalfeedback>'),
        question(f"<name><text>{'n' * 61}</text></name>"),
        question().replace('"html"', '"markdown"'),
    )
    assert not reading.problems
    assert [note.at[:5] for note in reading.notes] == ["Câu 1", "Câu 2", "Câu 3", "Câu 4", "Câu 5"]
    assert reading.notes[0].reason == conventions.WEIGHTS
    assert reading.found[0].item.keys == (0, 1)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("essay", "tự luận"),
        ("matching", "ghép đôi"),
        ("shortanswer", "trả lời ngắn"),
        ("numerical", "trả lời bằng số"),
        ("cloze", "nhiều chỗ trống (cloze)"),
        ("description", "đoạn văn không có câu hỏi"),
        ("calculatedmulti", "tính theo công thức"),
        ("ddwtos", "kéo thả từ vào đoạn văn"),
        ("stack", "stack"),
    ],
)
def test_other_types_are_named(kind: str, name: str) -> None:
    assert reasons(question(), question("<name><text>tên</text></name>", kind), question()) == [
        ("Câu 2 (tên)", f"Dạng “{name}” chưa dùng được; đề nghị chuyển thành câu lựa chọn hoặc bỏ khỏi tệp.")
    ]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (question(stem='<img src="@@PLUGINFILE@@/a.png">'), "hình ảnh"),
        (question(stem='<a href="@@PLUGINFILE@@/a.mp3">nghe</a>'), "tệp kèm theo"),
        (question("<image_base64>iVBO</image_base64>"), "hình ảnh"),
        (
            question().replace("</questiontext>", '<file name="a" encoding="base64">iVBO</file></questiontext>'),
            "hình ảnh",
        ),
        (question().replace("<text>2", '<text>&lt;img src="a.png"&gt;'), "hình ảnh"),
        (question(stem=""), "chưa có nội dung"),
        (question().replace('"100"', '"90"'), "Chưa rõ phương án đúng"),
        (question().replace('"100"', '"nhiều"'), "“nhiều” của một phương án không phải là số"),
        (question(answers="<answer/>"), "từ 2 đến 10 phương án, hiện có 1"),
        (question(answers="<answer><text>a</text></answer>" * 10_001), "hiện có 10001"),
    ],
)
def test_one_broken_question_does_not_hide_the_next(broken: str, reason: str) -> None:
    category = '<question type="category"><category><text>top</text></category></question>'
    said = reasons(question(stem="a"), category, broken, question(stem="b"))
    assert {at for at, _ in said} == {"Câu 2 (dòng 1)"}
    assert any(reason in sentence for _, sentence in said)
    stems = [found.item.stem for found in of(question(stem="a"), broken, question(stem="b")).found]
    assert (stems[0], stems[-1]) == ("a", "b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chữ",
        "<quiz>",
        "<html/>",
        '<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>',
        '<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>',
        "<quiz>" + "<a>" * 10_000 + "</a>" * 10_000 + "</quiz>",
        "<quiz>" + "<question type='essay'/>" * 20_001 + "</quiz>",
    ],
    ids=lambda text: text[:30],
)
def test_what_is_no_quiz_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        moodle.read(text.encode())


def carried(item: Item) -> Item:
    """What Moodle XML keeps of a question: what ``losses`` does not name."""
    named = moodle.losses(item)
    changes: dict[str, object] = {}
    if conventions.LOST_SITUATION in named:
        changes["situation"] = ""
    if conventions.LOST_SOURCE in named:
        changes["source"] = ""
    if conventions.LOST_SHUFFLE in named:
        changes["shuffle"] = True
    if conventions.LOST_LEVEL_TAG in named:
        changes["tags"] = tuple(tag for tag in item.tags if not tag.startswith("Mức độ: ") or len(tag) > 9)
    if conventions.MIXED_CITATION in named:
        explanation, citations = conventions.parted(item.explanation)
        changes |= {"explanation": explanation, "citations": citations + item.citations}
    return msgspec.structs.replace(item, **changes)


@given(bundles)
def test_what_is_written_is_read(bundle: Bundle) -> None:
    reading = moodle.read(moodle.write(bundle))
    assert not reading.problems
    assert not reading.notes
    assert tuple(found.item for found in reading.found) == tuple(map(carried, bundle.items))


@given(st.lists(st.sampled_from(ELEMENTS)).map("".join))
def test_any_markup_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Invalid):
        moodle.read(f"<quiz>{text}</quiz>".encode())


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Invalid):
        moodle.read(data)


@pytest.mark.parametrize("piece", ["{", "~", "<b>", "<p>", "&amp;", " \n", "<img>", "<a "])
def test_hostile_texts_are_done_within_the_readers_limits(piece: str) -> None:
    html = question(stem=piece * 300_000)
    for wording in (html, html.replace('"html"', '"moodle_auto_format"')):
        try:
            read_file(f"<quiz>{wording}</quiz>".encode(), name="a.xml", format_name="moodle-xml")
        except Invalid as refused:
            assert refused.code != "too-heavy"
