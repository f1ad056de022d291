"""Printed papers: the same for everybody who recomputes them; the keys agree and stay apart."""

import csv
import random
import struct
import zlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.documents.printed import (
    CONFIDENTIAL,
    LETTERS,
    PrintedQuestion,
    Printing,
    Variant,
    keys,
    package,
    papers,
    right_letters,
    variants,
    write,
)
from questions.drawing import Slot
from questions.items import Kind, Media, Situation

SEED = bytes(range(32))
LONG = "Cán bộ, công chức tiếp nhận hồ sơ tự đặt ra thêm giấy tờ, thủ tục ngoài quy định của pháp luật"


def png(width: int, height: int) -> bytes:
    """A black picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(bytes(1 + width) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


CASE = Situation(
    "TH1",
    "Bà Bích nộp hồ sơ lúc 16 giờ.\nCông chức không lập phiếu.",
    "Hồ sơ xây dựng",
    (
        Media("anh.png", "image/png", "Sơ đồ tiếp nhận", png(640, 320)),
        Media("hong.png", "image/png", "Ảnh hỏng", png(4, 4)[:20]),
        Media("phieu.webp", "image/webp", "Phiếu hẹn", b"RIFF"),
        Media("goi.mp3", "audio/mpeg", "Cuộc gọi tới đường dây nóng", b"ID3"),
        Media("quay.mp4", "video/mp4", "", b"ftyp"),
    ),
)


def question(number: int) -> PrintedQuestion:
    """The kinds of questions that there are, by turns."""
    choices = tuple(f"Ý {number}{letter}" for letter in "abcd")
    one = PrintedQuestion(number, f"Nội dung {number}?", choices, (number % 4,))
    match number % 8:
        case 1:
            return replace(one, kind=Kind.MULTIPLE, keys=(0, 2))
        case 2:
            return replace(one, kind=Kind.TRUE_FALSE, choices=("Đúng", "Sai"), keys=(1,))
        case 3:
            return replace(one, choices=(*choices[:3], "Cả ba ý trên"), shuffle=False)
        case 4:
            return replace(one, choices=(f"{LONG} {number}", *choices[1:]))
        case 5 | 6:
            return replace(one, situation=CASE)
    return one


def printing(count: int = 20, papers_: int = 3) -> Printing:
    return Printing(
        tuple(question(number) for number in range(1, 1 + count)),
        "Hội thi tìm hiểu cải cách hành chính năm 2026",
        "ỦY BAN NHÂN DÂN TỈNH\nBan Tổ chức Hội thi",
        15,
        papers_,
        SEED,
        datetime(2026, 7, 5, 3, tzinfo=UTC),
    )


def opened(data: bytes) -> Document:
    return docx.Document(BytesIO(data))


def all_text(data: bytes) -> str:
    """Every word of every part of a ``.docx``."""
    with ZipFile(BytesIO(data)) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))


def paper_of(document: Document) -> list[tuple[str, dict[str, str]]]:
    """What a reader meets on a paper: each stem with its choices by letter, in order."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in document.paragraphs:
        if line.style is not None and line.style.name == "Câu hỏi":
            found.append((line.text, {}))
        elif line.style is not None and line.style.name == "Phương án":
            letter = ""
            for run in line.runs:
                if run.bold:
                    letter = run.text.rstrip(".")
                elif run.text.strip():
                    found[-1][1][letter] = run.text.strip()
    return found


def key_table(document: Document) -> dict[tuple[str, int], str]:
    """(mã đề, number) -> letters, from the tables of the key document."""
    found = {}
    for table in document.tables[1:]:
        head, *rows = [[cell.text for cell in row.cells] for row in table.rows]
        for number, *letters in rows:
            found.update({(code, int(number)): text for code, text in zip(head[1:], letters, strict=True)})
    return found


SITUATIONS = [None, None, CASE, Situation("TH1", "Một tình huống khác, cùng mã")]


@st.composite
def banks(draw: st.DrawFn) -> list[PrintedQuestion]:
    ids = draw(st.lists(st.integers(1, 10_000), min_size=1, max_size=25, unique=True))
    return [
        PrintedQuestion(
            number,
            f"Câu {number}",
            tuple(f"Ý {c}" for c in range(draw(st.integers(2, 10)))),
            (0,),
            shuffle=draw(st.booleans()),
            situation=draw(st.sampled_from(SITUATIONS)),
        )
        for number in ids
    ]


@settings(max_examples=60, deadline=None)
@given(banks(), st.integers(1, 24), st.binary(min_size=1, max_size=32), st.randoms())
def test_every_variant_asks_everything_once(
    bank: list[PrintedQuestion], count: int, seed: bytes, chance: random.Random
) -> None:
    by_id = {one.version_id: one for one in bank}
    made = variants(bank, seed=seed, count=count)
    assert len({variant.code for variant in made}) == count
    for variant in made:
        assert len(variant.code) == 3 and variant.code.isdigit()
        assert Counter(slot.version_id for slot in variant.slots) == Counter(by_id.keys())
        asked = [by_id[slot.version_id] for slot in variant.slots]
        for slot, one in zip(variant.slots, asked, strict=True):
            assert sorted(slot.order) == list(range(len(one.choices)))
            assert one.shuffle or slot.order == tuple(range(len(one.choices)))
        for situation in {one.situation for one in asked if one.situation is not None}:
            places = [place for place, one in enumerate(asked) if one.situation == situation]
            assert places == list(range(places[0], places[-1] + 1))
    mixed = bank[:]
    chance.shuffle(mixed)
    assert variants(mixed, seed=seed, count=count) == made
    assert variants(bank, seed=seed, count=24)[:count] == made


def test_variants_and_seeds_differ() -> None:
    bank = printing().questions
    made = variants(bank, seed=SEED, count=24)
    assert [variant.code for variant in made] == [str(code) for code in range(101, 125)]
    assert len({variant.slots for variant in made}) == 24
    assert variants(bank, seed=b"another", count=24)[0].slots != made[0].slots


def test_every_place_is_about_equally_likely() -> None:
    one = PrintedQuestion(7, "?", ("a", "b", "c", "d"), (0,))
    firsts = Counter(variants([one], seed=bytes([n]), count=1)[0].slots[0].order[0] for n in range(256))
    assert all(35 < firsts[place] < 95 for place in range(4))


def test_true_and_false_keep_their_order() -> None:
    one = PrintedQuestion(1, "?", ("Đúng", "Sai"), (0,), Kind.TRUE_FALSE)
    assert all(variant.slots[0].order == (0, 1) for variant in variants([one], seed=SEED, count=24))


@pytest.mark.parametrize("count", [0, 25])
def test_a_number_of_variants_that_cannot_be_made(count: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 24"):
        variants([question(1)], seed=SEED, count=count)


@pytest.mark.parametrize("bank", [[], [question(1), question(1)]])
def test_a_bank_that_cannot_be_printed(bank: list[PrintedQuestion]) -> None:
    with pytest.raises(ValueError, match="no questions, or one is given twice"):
        variants(bank, seed=SEED, count=1)


def test_right_letters_follow_the_order() -> None:
    one = PrintedQuestion(1, "?", ("a", "b", "c"), (0, 2), Kind.MULTIPLE)
    assert right_letters(one, Slot(1, (2, 1, 0))) == "AC"
    assert right_letters(one, Slot(1, (1, 0, 2))) == "BC"


def test_the_key_points_at_the_right_choice_of_every_paper() -> None:
    wanted = printing()
    by_stem = {one.stem: one for one in wanted.questions}
    with ZipFile(BytesIO(package(wanted))) as files:
        table = key_table(opened(files.read("dap-an.docx")))
        rows = list(csv.DictReader(files.read("dap-an.csv").decode("utf-8-sig").splitlines()))
        assert len(table) == 3 * 20
        for code in ("101", "102", "103"):
            asked = paper_of(opened(files.read(f"de-{code}.docx")))
            assert len(asked) == 20
            for number, (stem, choices) in enumerate(asked, start=1):
                head, _, rest = stem.partition(". ")
                one = by_stem[rest.removesuffix(" (có thể chọn nhiều phương án)")]
                assert head == f"Câu {number}"
                assert list(choices) == list(LETTERS[: len(one.choices)])
                assert sorted(choices.values()) == sorted(one.choices)
                letters = table[code, number]
                assert {choices[letter] for letter in letters} == {one.choices[key] for key in one.keys}
                assert rows[number - 1][code] == letters
                assert rest.endswith("(có thể chọn nhiều phương án)") is (one.kind is Kind.MULTIPLE)


def test_a_package_has_its_files_and_the_csv_a_mark() -> None:
    with ZipFile(BytesIO(package(printing(papers_=2)))) as files:
        names = ["de-101.docx", "de-102.docx", "phieu-tra-loi.docx", "dap-an.docx", "dap-an.csv"]
        assert files.namelist() == names
        assert files.read("dap-an.csv").startswith(b"\xef\xbb\xbfcau,101,102\r\n1,")
        for name in names[:3]:
            assert CONFIDENTIAL not in all_text(files.read(name))


def test_the_head_of_a_paper() -> None:
    document = opened(papers(replace(printing(), issued="Huế, ngày 05 tháng 7 năm 2026")))
    left, right = document.tables[0].rows[0].cells
    assert left.text.split("\n")[:2] == ["ỦY BAN NHÂN DÂN TỈNH", "BAN TỔ CHỨC HỘI THI"]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc" in right.text
    assert "Huế, ngày 05 tháng 7 năm 2026" in right.text
    texts = [line.text for line in document.paragraphs]
    assert texts.count("Mã đề 101") == texts.count("Mã đề 103") == 1
    assert "Thời gian làm bài: 15 phút" in texts
    assert any("Họ và tên:" in text and "Ngày sinh:" in text for text in texts)
    assert any("Đơn vị:" in text and "Số báo danh:" in text for text in texts)


def test_a_date_that_is_not_given_leaves_dots() -> None:
    assert "ngày …… tháng …… năm" in opened(papers(printing())).tables[0].rows[0].cells[1].text


def test_pages_are_counted_by_paper() -> None:
    document = opened(write(printing(papers_=2)))
    paper, sheet, *_, key = document.sections
    fields = [e.get(qn("w:instr")) for e in paper.footer._element.iter(qn("w:fldSimple"))]
    assert paper.footer.paragraphs[0].text.startswith("Mã đề 101 – Trang ")
    assert fields == ["PAGE", "PAGEREF het_101"]
    assert [e.text for e in paper.footer._element.iter(qn("w:instrText"))] == ["SECTIONPAGES"]
    assert sheet.footer.paragraphs[0].text == "Phiếu trả lời – Mã đề 101"
    assert key.footer.paragraphs[0].text.startswith("Đáp án – Trang ")
    ends = [e.get(qn("w:name")) for e in document.element.iter(qn("w:bookmarkStart"))]
    assert ends == ["het_101", "het_102", "het_dap_an"]
    assert all(s._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1" for s in document.sections)


def test_the_keys_come_last_and_only_they_are_marked() -> None:
    document = opened(write(printing()))
    assert len(document.sections) == 2 * 3 + 1
    marked = [CONFIDENTIAL in "".join(p.text for p in s.header.paragraphs) for s in document.sections]
    assert marked == [False] * 6 + [True]
    texts = [line.text for line in document.paragraphs]
    assert texts.index("ĐÁP ÁN") > max(n for n, text in enumerate(texts) if text.startswith("Câu "))


def test_nothing_of_the_keys_in_the_papers() -> None:
    """Whichever choices are right, the papers are the same to the byte."""
    wanted = printing()
    others = tuple(
        replace(one, keys=tuple((key + 1) % len(one.choices) for key in one.keys)) for one in wanted.questions
    )
    assert papers(wanted) == papers(replace(wanted, questions=others))
    assert keys(wanted) != keys(replace(wanted, questions=others))
    text = all_text(papers(wanted))
    assert CONFIDENTIAL not in text
    assert "Đáp án" not in text and "ĐÁP ÁN" not in text


def test_the_same_input_gives_the_same_bytes() -> None:
    for made in (papers, keys, write, package):
        assert made(printing(8, 2)) == made(printing(8, 2))


def test_a_file_names_nobody_and_bears_the_given_date() -> None:
    about = opened(papers(printing(4, 1))).core_properties
    assert (about.author, about.last_modified_by, about.comments) == ("", "", "")
    assert about.created == about.modified == datetime(2026, 7, 5, 3, tzinfo=UTC)


def test_a_situation_stands_once_before_its_questions() -> None:
    document = opened(papers(printing(papers_=1)))
    lines = [(line.style.name if line.style else "", line.text) for line in document.paragraphs]
    framed = [text for style, text in lines if style == "Tình huống"]
    first = int(framed[0].split()[-3])
    assert framed[0] == f"Đọc tình huống sau và trả lời các câu từ {first} đến {first + 3}:"
    assert framed[1:4] == ["Hồ sơ xây dựng", "Bà Bích nộp hồ sơ lúc 16 giờ.", "Công chức không lập phiếu."]
    assert framed[5:] == [
        "[Hình: Ảnh hỏng]",
        "[Hình: Phiếu hẹn]",
        "[Nghe tệp “goi.mp3” do người coi thi phát. Cuộc gọi tới đường dây nóng]",
        "[Xem tệp “quay.mp4” do người coi thi phát]",
    ]
    after = lines[[style for style, _ in lines].index("Tình huống") + len(framed)]
    assert after[1].startswith(f"Câu {first}. ")
    (picture,) = document.inline_shapes
    assert picture._inline.docPr.get("descr") == "Sơ đồ tiếp nhận"
    assert picture.width / picture.height == pytest.approx(2, rel=1e-3)
    assert picture.width.mm <= 120


def test_one_question_of_a_situation() -> None:
    alone = replace(question(1), situation=Situation("TH2", "Ông An hỏi."))
    document = opened(papers(replace(printing(), questions=(alone,), variants=1)))
    assert "Đọc tình huống sau và trả lời câu 1:" in [line.text for line in document.paragraphs]


@pytest.mark.parametrize(
    ("choices", "lines"),
    [
        (("01 ngày", "02 ngày", "03 ngày", "05 ngày"), 1),
        (("Văn phòng Chính phủ", "Bộ Khoa học và Công nghệ", "Bộ Công an", "Bộ Nội vụ"), 2),
        (("01 ngày", LONG, "03 ngày", "05 ngày"), 4),
        (("1", "2", "3", "4", "5"), 5),
        (("1", "2", "3", "4", "5", "6"), 3),
        (("1", "2", "3"), 1),
    ],
)
def test_short_choices_share_a_line(choices: tuple[str, ...], lines: int) -> None:
    one = PrintedQuestion(1, "?", choices, (0,), shuffle=False)
    document = opened(papers(replace(printing(), questions=(one,), variants=1)))
    assert len([line for line in document.paragraphs if line.style and line.style.name == "Phương án"]) == lines
    assert [list(found.values()) for _, found in paper_of(document)] == [list(choices)]


def test_a_question_stays_together() -> None:
    document = opened(papers(printing(papers_=1)))
    for line, following in zip(document.paragraphs, document.paragraphs[1:], strict=False):
        if line.style and line.style.name == "Phương án":
            more = following.style is not None and following.style.name == "Phương án"
            assert bool(line.paragraph_format.keep_with_next) is more


def bubbles(document: Document) -> dict[str, str]:
    """Question label -> its bubbles, over the tables that hold bubbles."""
    found = {}
    for table in document.tables:
        for row in table.rows:
            label = ""
            for cell in row.cells:
                if cell.text.rstrip("*").isdigit():
                    label = cell.text
                    found[label] = ""
                elif cell.text and cell.text in "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿ":
                    found[label] += cell.text
    return {label: marks for label, marks in found.items() if marks}


def test_the_sheet_of_a_variant_has_the_bubbles_of_its_questions() -> None:
    wanted = printing(papers_=1)
    (variant,) = variants(wanted.questions, seed=SEED, count=1)
    by_id = {one.version_id: one for one in wanted.questions}
    asked = [by_id[slot.version_id] for slot in variant.slots]
    expected = {
        f"{number}{'*' if one.kind is Kind.MULTIPLE else ''}": "ⒶⒷⒸⒹ"[: len(one.choices)]
        for number, one in enumerate(asked, start=1)
    }
    document = opened(papers(wanted))
    assert bubbles(document) == expected
    assert any("Câu có dấu * là câu có thể chọn nhiều phương án" in line.text for line in document.paragraphs)


@pytest.mark.parametrize("count", [1, 40, 100, 101])
def test_the_common_sheet(count: int) -> None:
    bank = tuple(PrintedQuestion(n, "?", ("a", "b", "c", "d", "e"), (0,)) for n in range(count))
    with ZipFile(BytesIO(package(replace(printing(), questions=bank, variants=1)))) as files:
        document = opened(files.read("phieu-tra-loi.docx"))
    assert bubbles(document) == {str(number): "ⒶⒷⒸⒹⒺ" for number in range(1, count + 1)}
    assert [line.text for line in document.paragraphs].count("PHIẾU TRẢ LỜI TRẮC NGHIỆM") == (2 if count > 100 else 1)


def test_ten_choices_have_ten_bubbles() -> None:
    one = PrintedQuestion(1, "?", tuple(f"Ý {n}" for n in range(10)), (9,), shuffle=False)
    wanted = replace(printing(), questions=(one,), variants=1)
    assert bubbles(opened(papers(wanted))) == {"1": "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿ"}
    assert key_table(opened(keys(wanted))) == {("101", 1): "J"}


def test_twenty_four_variants_in_two_key_tables() -> None:
    document = opened(keys(printing(8, 24)))
    assert len(key_table(document)) == 8 * 24
    first, second = document.tables[1:]
    assert [len(first.columns), len(second.columns)] == [13, 13]
    for table in (first, second):
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_a_variant_is_plain_data() -> None:
    assert variants([question(8)], seed=SEED, count=1)[0] == Variant("101", (Slot(8, (2, 0, 1, 3)),))
