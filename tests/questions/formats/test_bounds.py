"""Hostile and broken files: refused with a sentence, before they cost anything."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from questions.formats import bounds


def packed(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def code_of(call: object, *arguments: object) -> str:
    """The code of the refusal that a call ends with."""
    with pytest.raises(Invalid) as refused:
        call(*arguments)  # type: ignore[operator]
    assert refused.value.message % refused.value.params
    return refused.value.code


def test_empty_and_too_large_files_are_refused() -> None:
    for data in (b"", b" \r\n\t", b"\x00\x00", b"\xef\xbb\xbf\n"):
        assert code_of(bounds.refuse_size, data) == "empty-file"
    bounds.refuse_size(b"x" * bounds.FILE_MAX)
    assert code_of(bounds.refuse_size, b"x" * (bounds.FILE_MAX + 1)) == "too-large"


def test_a_plain_archive_opens() -> None:
    archive = bounds.open_zip(packed({"a/b.xml": b"<a/>", "c.txt": "chữ".encode()}))
    assert bounds.member(archive, "a/b.xml") == b"<a/>"
    assert code_of(bounds.member, archive, "không có") == "broken-file"


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "..\\a", "\\\\host\\a", "a/..", "word/../../x"])
def test_names_that_climb_out_are_refused(name: str) -> None:
    assert code_of(bounds.open_zip, packed({"ok.txt": b"1", name: b"2"})) == "zip-slip"


def test_what_inflates_too_much_is_refused() -> None:
    assert code_of(bounds.open_zip, packed({"a": bytes(30 * 1024 * 1024)})) == "zip-bomb"
    assert code_of(bounds.open_zip, packed({f"{n}": b"" for n in range(bounds.MEMBERS_MAX + 1)})) == "zip-bomb"
    bounds.open_zip(packed({"a": bytes(900_000)}))  # small files may be packed tightly


def test_what_a_member_claims_to_be_is_not_believed() -> None:
    data = bytearray(packed({"a": bytes(500_000)}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + offset
        data[place : place + 4] = struct.pack("<I", 10)  # "ten bytes, unpacked"
    archive = bounds.open_zip(bytes(data))
    assert code_of(bounds.member, archive, "a", 1_000) in ("zip-bomb", "broken-file")
    honest = bounds.open_zip(packed({"a": bytes(5_000)}))
    assert code_of(bounds.member, honest, "a", 4_999) == "zip-bomb"
    assert len(bounds.member(honest, "a", 5_000)) == 5_000


def test_encrypted_members_are_refused_with_what_to_do() -> None:
    data = bytearray(packed({"word/document.xml": b"x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    with pytest.raises(Invalid, match="mật khẩu") as refused:
        bounds.open_zip(bytes(data))
    assert refused.value.code == "encrypted"


@pytest.mark.parametrize("name", ["word/vbaProject.bin", "xl/VBAPROJECT.BIN", "word/vbaData.xml", "a\\vbaProject.bin"])
def test_macros_are_refused(name: str) -> None:
    assert code_of(bounds.open_zip, packed({name: b"x"})) == "macro"


def test_broken_archives_are_refused() -> None:
    good = packed({"a.xml": b"<a/>" * 100, "b": b"2"})
    for data in (b"PK\x03\x04", good[: len(good) // 2], b"\xd0\xcf\x11\xe0" + bytes(100)):
        assert code_of(bounds.open_zip, data) == "broken-file"
    damaged = bytearray(good)
    damaged[40:44] = b"\xff\xff\xff\xff"
    assert code_of(bounds.member, bounds.open_zip(bytes(damaged)), "a.xml") == "broken-file"


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_no_damage_breaks_the_opening(place: int, noise: bytes) -> None:
    data = bytearray(packed({"a.xml": b"<a/>" * 20, "word/b.xml": zlib.compress(b"x" * 50)}))
    data[place : place + len(noise)] = noise
    try:
        archive = bounds.open_zip(bytes(data))
        for name in archive.namelist():
            bounds.member(archive, name)
    except Invalid as error:
        assert error.code in ("broken-file", "zip-bomb", "zip-slip", "encrypted", "macro")


BILLION = (
    b'<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
)


def test_dtds_and_entities_are_refused() -> None:
    for data in (
        BILLION,
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><a/>',
        b'<?xml version="1.0"?><!DOCTYPE html><html/>',
        BILLION.decode().encode("utf-16"),
    ):
        assert code_of(bounds.parse_xml, data) == "dtd"
    assert code_of(bounds.parse_xml, b"<a>&khong-co;</a>") == "bad-xml"


def test_plain_xml_is_parsed_without_comments_and_broken_xml_refused() -> None:
    root = bounds.parse_xml("<?xml version='1.0'?><a><!-- bỏ --><?php x?><b>chữ</b></a>".encode())
    assert [child.tag for child in root] == ["b"]
    assert root[0].text == "chữ"
    for data in (b"", b"<a>", b"chu", b"<a><b></a></b>", b"<a>\xff</a>", b"<a>" * 100_000):
        assert code_of(bounds.parse_xml, data) == "bad-xml"


def test_encodings() -> None:
    text = "Thủ tục hành chính"
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert bounds.decoded(data) == text
    assert bounds.decoded(b"\xfe\xff" + text.encode("utf-16-be")) == text
    # TCVN3, Windows-1258, UTF-16 without its mark, half a character, surrogates
    for data in (
        b"Th\xf1 t\xf4c \xb5",
        "Thủ".encode("utf-16-le"),
        b"\xff\xfea",
        text.encode()[:-1] + b"\xe1",
        b"\xed\xa0\x80",
    ):
        assert code_of(bounds.decoded, data) == "bad-encoding"


def test_too_many_questions() -> None:
    bounds.refuse_many(bounds.QUESTIONS_MAX)
    assert code_of(bounds.refuse_many, bounds.QUESTIONS_MAX + 1) == "too-many"
