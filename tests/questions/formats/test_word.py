"""Word written and read back: nothing changes that Word can carry, whatever the texts say."""

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import msgspec
import pytest
from docx.shared import Pt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.text import tidy, tidy_lines
from questions.formats import own, word
from questions.items import Bundle, Citation, Item, Kind, Media, Situation, faults, tidied
from tests.questions.formats.word_layouts import PNG

STARTER = Path("questions/starter/mot-cua.json")
JPEG = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00\xff\xd9"
NASTY = st.sampled_from(
    ["Câu 2. ", "Câu 3: ", "A. ", "B) ", "a) ", "Đáp án: C", "ĐÁP ÁN", "1.B 2.C", "- ", "• ", "(đúng)", " *", "* ",
     "(Đ)", "Tình huống 1: ", "Hết tình huống", "Phần I. ", "Chủ đề: X", "Giải thích: ", "Căn cứ: ", " | ", "; ",
     "=> B", "\n", "\n\n", "  ", "Mức độ: Khó", "Cả A và B", "Đúng", "Sai", "\u0301", "ệ", "“", "<w:p>", "&amp;", "→",
     "A, C", "²", "\t"]
)  # fmt: skip
TEXT = st.lists(NASTY | st.text(max_size=8), min_size=1, max_size=6).map("".join)
LINE = TEXT.map(tidy)
WORDS = LINE.map(lambda text: tidy(text[:50]))
MEDIA = st.lists(
    st.sampled_from([("image/png", PNG), ("image/jpeg", JPEG), ("image/png", PNG + b"x")]).flatmap(
        lambda one: st.builds(Media, WORDS.filter(bool), st.just(one[0]), WORDS, st.just(one[1]))
    ),
    max_size=2,
)


@st.composite
def item_of(draw: Any, codes: list[str]) -> Item:
    choices = draw(
        st.lists(LINE.filter(bool), min_size=2, max_size=10, unique_by=str.casefold) | st.just(["Đúng", "Sai"])
    )
    many = draw(st.booleans())
    keys = draw(st.sets(st.integers(0, len(choices) - 1), min_size=1, max_size=len(choices) if many else 1))
    kinds = [Kind.MULTIPLE] if many else [Kind.SINGLE, Kind.TRUE_FALSE] if choices == ["Đúng", "Sai"] else [Kind.SINGLE]
    return tidied(
        Item(
            stem=draw(TEXT),
            choices=tuple(choices),
            keys=tuple(keys),
            kind=draw(st.sampled_from(kinds)),
            shuffle=draw(st.booleans()),
            explanation=draw(st.just("") | TEXT),
            citations=tuple(draw(st.lists(st.builds(Citation, WORDS, WORDS), max_size=3))),
            topic=draw(st.just("") | WORDS),
            difficulty=draw(st.none() | st.integers(1, 3)),
            tags=tuple(draw(st.lists(WORDS, max_size=3))),
            source=draw(st.just("") | WORDS),
            situation=draw(st.sampled_from(["", *codes])),
            code=draw(st.just("") | WORDS),
        )
    )


@st.composite
def bundles(draw: Any) -> Bundle:
    codes = draw(st.lists(WORDS.filter(bool), max_size=3, unique=True))
    situations = [
        Situation(code, draw(TEXT.map(tidy_lines).filter(bool)), draw(st.just("") | WORDS), tuple(draw(MEDIA)))
        for code in codes
    ]
    items = draw(st.lists(item_of(codes).filter(lambda item: not list(faults(item))), min_size=1, max_size=4))
    return Bundle(tuple(items), tuple(situations))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(bundles())
def test_what_is_written_reads_back(bundle: Bundle) -> None:
    situations = {one.code: one for one in bundle.situations}
    assert all(word.losses(item, situations.get(item.situation)) == [] for item in bundle.items)
    reading = word.read(word.write(bundle))
    assert [one.item for one in reading.found] == list(bundle.items)
    assert {one.code: one for one in reading.situations} == situations
    assert reading.problems == ()


def test_the_starter_bank_reads_back() -> None:
    bank = own.read(STARTER.read_bytes())
    bundle = Bundle(tuple(one.item for one in bank.found), bank.situations)
    reading = word.read(word.write(bundle))
    assert [one.item for one in reading.found] == list(bundle.items)
    assert reading.problems == () and reading.notes == ()


ITEM = Item(stem="Hỏi?", choices=("Một", "Hai"), keys=(0,), situation="S")


@pytest.mark.parametrize(
    ("media", "lost"),
    [
        (Media("a.png", "image/png", "Tờ đơn", PNG), False),
        (Media("a.jpg", "image/jpeg", "Tờ đơn", JPEG), False),
        (Media("a.mp3", "audio/mpeg", "Lời nói", b"ID3"), True),
        (Media("a.png", "image/png", "Tờ đơn", b"GIF89a"), True),
    ],
)
def test_losses_tell_what_is_missing_afterwards(media: Media, lost: bool) -> None:
    situation = Situation("S", "Chuyện.", media=(media,))
    reading = word.read(word.write(Bundle((ITEM,), (situation,))))
    assert bool(word.losses(ITEM, situation)) is lost
    assert reading.situations == (msgspec.structs.replace(situation, media=() if lost else (media,)),)
    assert [one.item for one in reading.found] == [ITEM]


def test_a_situation_that_is_not_there_is_a_loss() -> None:
    assert word.losses(ITEM)
    reading = word.read(word.write(Bundle((ITEM,))))
    assert [one.item.situation for one in reading.found] == [""]


def test_the_page_is_that_of_the_decree() -> None:
    document = docx.Document(io.BytesIO(word.write(Bundle((ITEM,)))))
    section = document.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides if side is not None] == [20, 20, 30, 15]
    assert [round(side.mm) for side in (section.page_width, section.page_height) if side is not None] == [210, 297]
    font = document.styles["Normal"].font
    assert (font.name, font.size) == ("Times New Roman", Pt(13))
    assert [one.text for one in document.paragraphs] == ["Câu 1. Hỏi?", "A. Một", "B. Hai", "Đáp án: A"]


def test_people_may_go_on_in_a_written_file() -> None:
    """A question typed at the end of an export, and one typed in its styles without labels."""
    document = docx.Document(io.BytesIO(word.write(Bundle((msgspec.structs.replace(ITEM, situation=""),)))))
    for style, text in (("TN Câu hỏi", "Câu 2. Hai?"), ("TN Phương án", "A. Ba"), ("TN Phương án", "B. Bốn")):
        document.add_paragraph(text, style)
    document.add_paragraph("Đáp án: B", "TN Đáp án")
    for text in ("Câu 3. Ba?", "A. Năm", "B. Sáu", "Đáp án: A"):
        document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    reading = word.read(stream.getvalue())
    assert reading.problems == ()
    assert [(one.item.stem, one.item.choices, one.item.keys) for one in reading.found] == [
        ("Hỏi?", ("Một", "Hai"), (0,)),
        ("Hai?", ("Ba", "Bốn"), (1,)),
        ("Ba?", ("Năm", "Sáu"), (0,)),
    ]


def test_the_file_holds_no_more_than_it_needs() -> None:
    with zipfile.ZipFile(io.BytesIO(word.write(Bundle((ITEM,))))) as archive:
        assert archive.testzip() is None
