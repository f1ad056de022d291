"""Files that are none, broken ones, hostile ones, giant ones: a sentence, never a traceback."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from questions.formats import word
from questions.formats.reading import read_file
from questions.items import Bundle, Item, Media, Situation
from tests.questions.formats.word_layouts import PNG, Sheet

ITEM = Item(stem="Hỏi?", choices=("Một", "Hai"), keys=(0,), situation="S")
WRITTEN = word.write(Bundle((ITEM,) * 3, (Situation("S", "Chuyện.", media=(Media("a", "image/png", "b", PNG),)),)))
MAIN = "word/document.xml"


def typed() -> bytes:
    sheet = Sheet().lines("Câu 1. Hỏi?\nA. Một\tB. Hai\nĐáp án: A\nTình huống 1: Chuyện.")
    sheet.list_of(41, ("decimal", "%1."), ("upperLetter", "%2."))
    sheet.numbered("Hỏi?", 41)
    sheet.table([["STT", "Câu hỏi", "A", "B", "Đáp án"], ["2", "Hỏi?", "Một", "Hai", "B"]])
    sheet.table([["Câu", "1"], ["Đáp án", "A"]])
    sheet.table([["A. Một", "B. Hai"]])
    return sheet.saved()


TYPED = typed()


def changed(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The same archive with something else in one member."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for member in before.namelist():
            content = before.read(member)
            after.writestr(member, content.replace(old, new, 1) if member == name else content)
    return stream.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        word.read(data)
    return caught.value.message % caught.value.params


DTD = b"?><!DOCTYPE x [<!ENTITY a 'b'>]>"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Word kiểu cũ (.doc)"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        (b"{\\rtf1 Cau 1.}", "không phải là tệp Word"),
        (b"", "không phải là tệp Word"),
        (WRITTEN[:-200], "bị hỏng"),
        (changed(WRITTEN, "[Content_Types].xml", b"wordprocessingml.document.main", b"x.macroEnabled.main"), "macro"),
        (changed(WRITTEN, "[Content_Types].xml", b"wordprocessingml.document", b"spreadsheetml.sheet"), "Excel"),
        (changed(WRITTEN, MAIN, b"?>", DTD), "DTD"),
        (changed(WRITTEN, "word/styles.xml", b"?>", DTD), "DTD"),
        (changed(WRITTEN, "[Content_Types].xml", b"?>", DTD), "DTD"),
        (changed(WRITTEN, MAIN, b"<w:body>", b"<w:body><w:p>"), "không đúng cú pháp"),
        (changed(WRITTEN, MAIN, b"<w:body>", b"<w:body>" + b" " * 20_000_000), "giải ra quá lớn"),
        (
            changed(WRITTEN, MAIN, b"schemas.openxmlformats.org/wordprocessingml/2006/main", b"purl.oclc.org/w"),
            "Strict",
        ),
    ],
)
def test_what_is_refused(data: bytes, expected: str) -> None:
    assert expected in refused(data)


def test_a_file_with_macros_is_refused() -> None:
    stream = io.BytesIO(WRITTEN)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    assert "macro" in refused(stream.getvalue())


def test_a_file_without_questions() -> None:
    reading = word.read(Sheet().lines("Kính gửi: Ông Nguyễn Văn A").saved())
    assert [one.at for one in reading.problems] == ["Tệp"]


MUTATIONS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12)


def survives(data: bytes) -> None:
    with contextlib.suppress(Invalid):
        word.read(data)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([WRITTEN, TYPED]), MUTATIONS, st.integers(0, 3))
def test_damaged_bytes(data: bytes, mutations: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(data)
    for at, value in mutations:
        damaged[at % len(damaged)] = value
    survives(bytes(damaged[: len(damaged) - cut * 50]))


PIECES = st.sampled_from(
    [b"<w:p>", b"</w:p>", b"<w:r>", b"</w:r>", b"<w:tbl/>", b'w:val="', b'"', b"<w:tc>", b"<w:numPr/>", b"<w:numId/>",
     b'<w:ilvl w:val="99999999999"/>', b"<m:oMath/>", b"<w:sdt/>", b"<w:drawing/>", b"<w:pict/>",
     b"w:", b"<", b"1", b"A. ", b"<mc:AlternateContent/>", b"\xff", b"<w:t/>", b"<w:br/>", b"%9",
     "Câu 1. ".encode(), "Đáp án: ".encode()]
)  # fmt: skip
PARTS = st.sampled_from(
    [MAIN, "word/styles.xml", "word/numbering.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"]
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([WRITTEN, TYPED]), PARTS, st.data())
def test_damaged_xml(data: bytes, part: str, draw: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if part not in archive.namelist():
            return
        content = archive.read(part)
    for _ in range(draw.draw(st.integers(1, 3))):
        marks = [at for at, byte in enumerate(content) if byte in b'<>"']
        start = draw.draw(st.sampled_from(marks))
        end = draw.draw(st.sampled_from([start, *marks[marks.index(start) :][:8]]))
        content = content[:start] + draw.draw(PIECES | st.just(b"")) + content[end:]
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(stream, "w") as after:
        for member in before.namelist():
            after.writestr(member, content if member == part else before.read(member))
    survives(stream.getvalue())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30) | st.sampled_from(
    ["Câu 1.", "1. x", "A. x", "B. y", "Đáp án: A", "ĐÁP ÁN", "1.A 2.B", "Tình huống 1:", "Hết tình huống", "a) z",
     "Đ. x", "D. x", "\tB. x", "Giải thích:", "Căn cứ: ", "=>", "Phần I", "Câu hỏi:", "Đáp án: 0", "Đáp án: ",
     "Đáp án: Đ"]
), max_size=14))  # fmt: skip
def test_any_lines_are_read(lines: list[str]) -> None:
    sheet = Sheet()
    for line in lines:
        sheet.type("".join(c for c in line if c.isprintable() or c == "\t"))
    word.read(sheet.saved())


def body_of(paragraphs: str) -> bytes:
    """A file of raw paragraphs: python-docx is too slow for giants."""
    return changed(WRITTEN, MAIN, b"<w:body>", b"<w:body>" + paragraphs.encode())


def plain(text: str) -> str:
    return f"<w:p><w:r><w:rPr><w:b/><w:sz w:val='26'/></w:rPr><w:t>{text}</w:t></w:r></w:p>"


def test_ten_thousand_choices() -> None:
    listed = (
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>Ý {}</w:t></w:r></w:p>"
    )
    for choices in (
        "".join(plain(f"{chr(65 + n % 26)}. Ý số {n}") for n in range(10_001)),
        "".join(listed.format(n) for n in range(10_001)),
        plain("  ".join(f"{chr(65 + n % 26)}. Ý số {n}" for n in range(10_001))),
    ):
        reading, _ = read_file(body_of(plain("Câu 1. Hỏi?") + choices + plain("Đáp án: A")), name="a.docx")
        assert reading.problems


def asked(count: int) -> bytes:
    return body_of(
        "".join(
            plain(f"Câu {n}. Câu hỏi số {n} về điều gì {n * 7919 % 100_003}?")
            + "".join(plain(f"{letter}. Phương án {letter} {n * 31 % 9973}") for letter in "ABCD")
            + plain(f"Đáp án: {'ABCD'[n % 4]}")
            for n in range(1, count + 1)
        )
    )


def test_twenty_thousand_questions_are_too_many() -> None:
    with pytest.raises(Invalid) as caught:
        read_file(asked(20_001), name="a.docx")
    assert caught.value.code in ("too-many", "too-heavy")


def test_two_thousand_questions_are_read_in_time() -> None:
    reading, _ = read_file(asked(2_000), name="a.docx")
    assert len(reading.found) == 2_003
