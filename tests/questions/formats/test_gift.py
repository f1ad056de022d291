"""GIFT: Moodle's text format."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from questions.formats import conventions, gift
from questions.formats.reading import read_file
from questions.items import Bundle, Citation, Item, Kind, Reading
from tests.questions.formats.nasty import PIECES, bundles

EXAMPLES = """\
// Ví dụ theo examples.txt của Moodle
Who's buried in Grant's tomb?{~Grant ~Jefferson =no one}

Grant is buried in Grant's tomb.{FALSE#Thật ra là đúng#Không ai được chôn ở đó.}

The sun rises in the east.{T}

::Kanji Origins::Japanese characters originally
came from what country? {
    ~India
    =China
    ~Korea
    ~Egypt}

What two people are entombed in Grant's tomb? {
    ~%-50%No one
    ~%50%Grant
    ~%50%Grant's wife
    ~%-50%Grant's father }

Which answer equals 5? {
     ~ \\= 2 + 2
     = \\= 2 + 3#Đúng vậy
     ~ \\= 2 + 4  }
"""


def of(text: str) -> Reading:
    return gift.read(text.encode())


def only(text: str) -> Item:
    reading = of(text)
    assert not reading.problems
    return reading.found[0].item


def reasons(text: str) -> list[tuple[str, str]]:
    return [(problem.at, problem.reason % problem.params) for problem in of(text).problems]


def test_moodles_examples() -> None:
    reading = of(EXAMPLES)
    assert not reading.problems
    assert not reading.notes
    grant, false, true, kanji, two, five = (found.item for found in reading.found)
    assert (grant.choices, grant.keys, grant.kind) == (("Grant", "Jefferson", "no one"), (2,), Kind.SINGLE)
    assert (false.choices, false.keys, false.kind) == (("Đúng", "Sai"), (1,), Kind.TRUE_FALSE)
    assert false.explanation == "“Đúng”: Thật ra là đúng\n“Sai”: Không ai được chôn ở đó."
    assert true.keys == (0,)
    assert kanji.code == "Kanji Origins"
    assert kanji.stem == "Japanese characters originally\ncame from what country?"
    assert (two.kind, two.keys) == (Kind.MULTIPLE, (1, 2))
    assert five.choices == ("= 2 + 2", "= 2 + 3", "= 2 + 4")
    assert five.explanation == "“= 2 + 3”: Đúng vậy"
    assert [found.at for found in reading.found][2:4] == ["Câu 3 (dòng 6)", "Câu 4 (Kanji Origins, dòng 8)"]


def test_a_vietnamese_file_with_windows_line_ends_and_a_mark() -> None:
    text = (
        "$CATEGORY: $course$/top/Luật/Hộ tịch\r\n\r\n// question: 3 [id:HT01] [tag:khai sinh] [tag:Mức độ: 2]\r\n"
        "::Ai cấp?::[html]<p>Cơ quan nào cấp <b>giấy khai sinh</b>?</p>{\r\n\t=Ủy ban nhân dân cấp xã\r\n"
        "\t~Công an xã\r\n\t####[plain]Xem luật.\\nCăn cứ\\: Luật Hộ tịch 2014 | Điều 13\r\n}\r\n"
    )
    for data in (text.encode("utf-8-sig"), text.encode("utf-16")):
        item = gift.read(data).found[0].item
        assert item == Item(
            "Cơ quan nào cấp giấy khai sinh?",
            ("Ủy ban nhân dân cấp xã", "Công an xã"),
            (0,),
            explanation="Xem luật.",
            citations=(Citation("Luật Hộ tịch 2014", "Điều 13"),),
            topic="Hộ tịch",
            difficulty=2,
            tags=("khai sinh",),
            code="HT01",
        )


def test_formats_and_escapes() -> None:
    assert only("a < b{=1 ~2}").stem == "a < b"
    assert only("x<br>y &amp; z\nt{=1 ~2}").stem == "x\ny & z\nt"
    assert only("[plain]x<br>y &amp; z{=1 ~2}").stem == "x<br>y &amp; z"
    assert only("[plain]x{=<i>1</i> ~[html]<i>2</i>}").choices == ("<i>1</i>", "2")
    assert only(r"a\: \{b\} \~ \# \\n \n c \d{=1 ~2}").stem == "a: {b} ~ # \\n\nc \\d"
    assert only("::a\\:\\: b::x{=1~2}").code == "a:: b"
    assert of("[markdown]**x**{=1 ~2}").notes[0].reason == conventions.MARKDOWN
    assert only("x{=1//2\n//chú thích ~3\n~4}").choices == ("1//2", "4")
    assert only("x{~=1 ~2}").choices == ("1", "2")


@pytest.mark.parametrize(
    ("choice", "refers"),
    [
        ("Cả A và B", True),
        ("Cả A, B và C đều đúng", True),
        ("Ý A và ý B", True),
        ("Tất cả các phương án trên", True),
        ("Cả ba phương án nêu trên đều đúng.", True),
        ("Không có phương án nào đúng", True),
        ("Cả hai đều sai", True),
        ("Cả nước", False),
        ("Tất cả các cơ quan nhà nước", False),
        ("Không quá 3 ngày làm việc", False),
    ],
)
def test_choices_that_speak_of_others_stay_in_order(choice: str, refers: bool) -> None:
    assert only(f"x{{=Một ~Hai ~{choice}}}").shuffle is not refers


def test_weights_are_noted() -> None:
    reading = of("x{~%70%a ~%30%b ~c}\n\nx{=a ~%50%b ~c}")
    assert [(found.item.kind, found.item.keys) for found in reading.found] == [
        (Kind.MULTIPLE, (0, 1)),
        (Kind.SINGLE, (0,)),
    ]
    assert [note.reason for note in reading.notes] == [conventions.WEIGHTS] * 2


def test_a_name_made_of_the_stem_or_too_long_is_no_code() -> None:
    assert only("::Ai cấp giấy...::Ai cấp giấy khai sinh?{=1 ~2}").code == ""
    assert only("::x::x{=1 ~2}").code == ""
    reading = of(f"::{'n' * 61}::x{{=1 ~2}}")
    assert reading.found[0].item.code == ""
    assert reading.notes[0].reason == conventions.LONG_NAME


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Viết về em.{}", "tự luận"),
        ("Viết về em.{####gợi ý}", "tự luận"),
        ("Nối.{=Canada -> Ottawa =Italy -> Rome}", "ghép đôi"),
        ("Hai cộng hai?{=four =4}", "trả lời ngắn"),
        ("Năm nào?{#1822:1}", "trả lời bằng số"),
        ("Grant is {~buried =entombed} in Grant's tomb.", "điền từ vào chỗ trống"),
        ("Grant is {T} dead.", "điền từ vào chỗ trống"),
        ("Đọc đoạn văn sau.", "đoạn văn không có câu hỏi"),
    ],
)
def test_other_types_are_named(text: str, kind: str) -> None:
    assert reasons(f"a{{=1 ~2}}\n\n::tên::{text}\n\nb{{=1 ~2}}") == [
        (
            "Câu 2 (tên, dòng 3)",
            f"Dạng “{kind}” chưa dùng được; đề nghị chuyển thành câu lựa chọn hoặc bỏ khỏi tệp.",
        )
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x{=1 ~2", "không đủ cặp"),
        ("x}=1 ~2{", "không đủ cặp"),
        ("x=1}", "không đủ cặp"),
        ("x{1 ~2}", "bắt đầu bằng dấu ~"),
        ("{=1 ~2}", "chưa có nội dung"),
        ("x{~1}", "từ 2 đến 10 phương án, hiện có 1"),
        ("x{~1 ~2}", "Chưa rõ phương án đúng"),
        ("x{=1 =2 ~3}", "hiện đánh dấu 2"),
        ("x{=1 ~}", "để trống"),
        ("x{=1 ~1}", "giống nhau"),
        ('[html]<img src\\="a.png">x{=1 ~2}', "hình ảnh"),
        ('x{=<img src\\="a.png"/> ~2}', "hình ảnh"),
        (f"x{{{'~a' * 10_001}}}", "hiện có 10001"),
    ],
)
def test_one_broken_question_does_not_hide_the_next(text: str, reason: str) -> None:
    whole = f"a{{=1 ~2}}\n\n// chú thích\n{text}\n\nb{{=1 ~2}}"
    stems = [found.item.stem for found in of(whole).found]
    assert (stems[0], stems[-1]) == ("a", "b")
    said = reasons(whole)
    assert {at for at, _ in said} == {"Câu 2 (dòng 4)"}
    assert any(reason in sentence for _, sentence in said)


def test_old_encodings_and_too_many_questions_are_refused() -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        gift.read("Thủ tục{=Đúng ~Sai}".encode("cp1258", "replace"))
    with pytest.raises(Invalid, match="quá"):
        of("x{T}\n\n" * 20_001)
    assert of("") == Reading()


def carried(item: Item) -> Item:
    """What GIFT keeps of a question: what ``losses`` does not name."""
    named = gift.losses(item)
    changes: dict[str, object] = {}
    if conventions.LOST_SITUATION in named:
        changes["situation"] = ""
    if conventions.LOST_SOURCE in named:
        changes["source"] = ""
    if conventions.LOST_SHUFFLE in named:
        changes["shuffle"] = not item.shuffle
    if conventions.LOST_LEVEL_TAG in named:
        changes["tags"] = tuple(tag for tag in item.tags if not tag.startswith("Mức độ: ") or len(tag) > 9)
    if conventions.MIXED_CITATION in named:
        explanation, citations = conventions.parted(item.explanation)
        changes |= {"explanation": explanation, "citations": citations + item.citations}
    return msgspec.structs.replace(item, **changes)


@given(bundles)
def test_what_is_written_is_read(bundle: Bundle) -> None:
    reading = gift.read(gift.write(bundle))
    assert not reading.problems
    assert not reading.notes
    assert tuple(found.item for found in reading.found) == tuple(map(carried, bundle.items))


@given(
    st.one_of(
        st.text(st.characters(exclude_characters="\x00")),
        st.lists(st.sampled_from([*PIECES, "\r\n", "\r", "{", "}", "\n\n"])).map("".join),
    )
)
def test_any_text_is_read(text: str) -> None:
    gift.read(text.encode("utf-8", "replace"))


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Invalid):
        gift.read(data)


@pytest.mark.parametrize(
    "text",
    [
        *(f"x{{{sign * 5000000}" for sign in "{~=#:[\\%<&"),
        *(f"{sign * 5000000}" for sign in ":[/\\}\r<"),
        f"x{{{'~' * 5000000}}}",
        f"x{{T{'#' * 5000000}}}",
        f"// {'[tag:' * 1000000}\nx{{T}}",
    ],
    ids=lambda text: text[:9],
)
def test_hostile_lines_are_done_within_the_readers_limits(text: str) -> None:
    try:
        read_file(text.encode(), name="a.txt", format_name="gift")
    except Invalid as refused:
        assert refused.code != "too-heavy"
