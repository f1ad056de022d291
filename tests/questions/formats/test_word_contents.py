"""Reading Word as people write it: labelled lines, situations, stems with lists, and what is wrong."""

import io

import pytest

from questions.items import Citation, Item, Kind
from tests.questions.formats.word_layouts import (
    CAPITAL,
    CHOICES,
    PNG,
    STEM,
    Sheet,
    asked,
    bold,
    four,
    hidden,
    items,
    read,
    said,
)


def test_true_and_false() -> None:
    sheet = Sheet().lines(
        "Câu 1. Một năm có 12 tháng.\nA. Đúng\nB. Sai\nĐáp án: A\nCâu 2. Một tuần có 8 ngày.\nA. Sai\nB. Đúng\n"
    )
    sheet.lines(
        "Đáp án: A\nCâu 3. Một ngày có 24 giờ.\nĐáp án: Đúng\nCâu 4. Nước sôi ở 50 độ.\na) Đúng\nb) Sai\nĐáp án: S"
    )
    found = items(sheet)
    assert [(one.kind, one.choices, one.keys) for one in found] == [
        (Kind.TRUE_FALSE, ("Đúng", "Sai"), (key,)) for key in (0, 1, 0, 1)
    ]


def test_labelled_lines() -> None:
    sheet = Sheet().lines(
        f"""Chủ đề 1: Địa lý
        Câu 1. {STEM}
        {four()}
        Đáp án: B
        Giải thích: Vì thế.
        Và thế nữa:
        a) một
        b) hai
        Căn cứ: Luật Thủ đô, Điều 2; khoản 1 Điều 3 Nghị định 30/2020/NĐ-CP
        Nguồn: Sở Nội vụ
        Mức độ: Vận dụng
        Thẻ: thủ đô, địa lý
        Mã: DL-01
        Câu 2. {STEM}
        {four()}
        Chủ đề: Lịch sử
        Mức độ: Trung bình
        Đáp án: B"""
    )
    first, second = items(sheet)
    assert first.topic == "Địa lý" and second.topic == "Lịch sử"
    assert first.explanation == "Vì thế.\nVà thế nữa:\na) một\nb) hai"
    assert first.citations == (
        Citation("Luật Thủ đô", "Điều 2"),
        Citation("Nghị định 30/2020/NĐ-CP", "khoản 1 Điều 3"),
    )
    assert (first.source, first.difficulty, first.tags, first.code) == ("Sở Nội vụ", 3, ("thủ đô", "địa lý"), "DL-01")
    assert second.difficulty == 2


def test_headings_part_questions_and_only_topics_count() -> None:
    sheet = Sheet().lines(
        f"PHẦN I. KIẾN THỨC CHUNG\n{asked('Câu 1.')}\nCHƯƠNG II\nChủ đề 2: Lịch sử\nCâu 2. {STEM}\n{four()}"
    )
    sheet.lines("Đáp án: B\nPhần III: Khác")
    assert [one.topic for one in items(sheet)] == ["", "Lịch sử"]


def test_a_situation_with_its_picture() -> None:
    sheet = Sheet().lines(
        "Câu 1. " + STEM + "\n" + four() + "\nĐáp án: B\nTình huống 1: Bà Ba đến nộp hồ sơ.\nHồ sơ có hai tờ."
    )
    sheet.document.add_picture(io.BytesIO(PNG))
    sheet.document.inline_shapes[0]._inline.docPr.set("descr", "Tờ đơn")
    sheet.lines(f"{asked('Câu 2.')}\n{asked('Câu 3.')}\nHết tình huống\n{asked('Câu 4.')}")
    sheet.lines(f"Tình huống 2. Ông Tư hỏi.\n{asked('Câu 5.')}\nPhần II. Khác\n{asked('Câu 6.')}")
    reading = read(sheet)
    assert said(reading) == []
    assert [one.item.situation for one in reading.found] == ["", "TH1", "TH1", "", "TH2", ""]
    first, second = reading.situations
    assert (first.text, second.text) == ("Bà Ba đến nộp hồ sơ.\nHồ sơ có hai tờ.", "Ông Tư hỏi.")
    assert [(one.type, one.alt, one.data) for one in first.media] == [("image/png", "Tờ đơn", PNG)]


def test_situations_with_the_same_number_are_told_apart() -> None:
    sheet = Sheet()
    for number in (1, 2, 3):
        sheet.lines(f"Tình huống 1: Chuyện {number}.\n{asked(f'Câu {number}.')}")
    reading = read(sheet)
    assert [one.item.situation for one in reading.found] == ["TH1", "TH1-2", "TH1-3"]
    assert [one.text for one in reading.situations] == ["Chuyện 1.", "Chuyện 2.", "Chuyện 3."]
    assert len(reading.notes) == 2


def test_lists_inside_the_stem_stay_there() -> None:
    stem = "Xét các ý sau:\na) Khoản 1\nb) Khoản 2\ni. Một\nii. Hai\n- Ba\n1) Bốn\n2) Năm\nÝ nào đúng?"
    assert items(Sheet().lines(f"Câu 1. {stem}\n{four()}\nĐáp án: B")) == [Item(stem=stem, choices=CHOICES, keys=(1,))]
    assert items(Sheet().lines(f"1. {stem}\n{four()}\nĐáp án: B\n{asked('2.')}"))[0].stem == stem


def test_a_numbered_list_in_the_stem_of_numbered_questions() -> None:
    stem = "Xét các ý sau:\n1. Một\n2. Hai\n3. Ba"
    sheet = Sheet().lines(f"1. {stem}\n{four()}\nĐáp án: B\n2. {stem}\n{four()}\nĐáp án: B\n{asked('3.')}")
    assert [one.stem for one in items(sheet)] == [stem, stem, STEM]


def test_choices_that_hold_lists() -> None:
    sheet = Sheet().lines(f"Câu 1. {STEM}\nA. Gồm:\na) một\nb) hai\nB. Không gồm\nC. Khác\nĐáp án: A")
    assert items(sheet)[0].choices == ("Gồm: a) một b) hai", "Không gồm", "Khác")


def test_questions_without_numbers() -> None:
    sheet = Sheet()
    for _ in range(2):
        sheet.type(bold(STEM))
        sheet.lines(f"{four()}\nĐáp án: B")
    assert items(sheet) == [CAPITAL, CAPITAL]


@pytest.mark.parametrize(
    "last", ["Cả A và B", "A và B đúng", "Tất cả các phương án trên", "Tất cả các đáp án trên đều đúng",
             "Cả a, b và c đều đúng",
             "Cả ba phương án", "Không có đáp án nào đúng", "Đáp án A và C", "Cả 3 ý trên", "Tất cả đều sai"]
)  # fmt: skip
def test_choices_that_speak_of_others_keep_their_order(last: str) -> None:
    sheet = Sheet().lines(f"Câu 1. {STEM}\nA. Huế\nB. Hà Nội\nC. Đà Nẵng\nD. {last}\nĐáp án: B")
    assert [one.shuffle for one in items(sheet)] == [False]


def test_letters_of_every_make() -> None:
    nfd = "Câu\u00a01.\u200b Thu\u0309 đô cu\u0309a nươ\u0301c ta la\u0300 gi\u0300?"
    sheet = Sheet()
    sheet.type(nfd)
    sheet.type("A.\u00a0Huê\u0301")
    sheet.type("B. Ha", "\u0300 Nô\u0323i")
    sheet.lines("C. Đà Nẵng\nD. Cần\u00adThơ".replace("\u00ad", " "))
    sheet.type("Đa\u0301p a\u0301n:\u00a0B")
    assert items(sheet) == [CAPITAL]


def test_tracked_changes_links_controls_fields_and_hidden_text() -> None:
    sheet = Sheet()
    t = "<w:t xml:space='preserve'>{}</w:t>"
    sheet.xml(
        f"<w:r>{t.format('Câu 1. Thủ ')}</w:r>"
        f"<w:del w:id='1' w:author='x'><w:r><w:delText>phủ</w:delText></w:r></w:del>"
        f"<w:ins w:id='2' w:author='x'><w:r>{t.format('đô của ')}</w:r></w:ins>"
        f"<w:hyperlink><w:r><w:rPr><w:u w:val='single'/></w:rPr>{t.format('nước ta')}</w:r></w:hyperlink>"
        f"<w:sdt><w:sdtContent><w:r>{t.format(' là')}</w:r></w:sdtContent></w:sdt>"
        f"<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> DATE </w:instrText></w:r>"
        f"<w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r>{t.format(' gì?')}</w:r>"
        f"<w:r><w:fldChar w:fldCharType='end'/></w:r>"
    )
    sheet.type("A. Huế", hidden(" (Đ)"))
    sheet.xml(f"<w:pPr><w:rPr><w:del w:id='3' w:author='x'/></w:rPr></w:pPr><w:r>{t.format('B. Hà ')}</w:r>")
    sheet.lines("Nội\nC. Đà Nẵng\nD. Cần Thơ\nĐáp án: B")
    sheet.document.sections[0].header.paragraphs[0].text = "Câu 9. Đầu trang"
    assert items(sheet) == [CAPITAL]


def test_symbols_and_raised_digits() -> None:
    sheet = Sheet().lines("Câu 1. Diện tích là bao nhiêu?\nA. 5 m")
    sheet.document.paragraphs[-1].add_run("2").font.superscript = True
    sheet.lines("B. 6 m")
    sheet.xml("<w:r><w:sym w:font='Wingdings' w:char='F0E0'/></w:r><w:r><w:t> B</w:t></w:r>")
    assert items(sheet)[0].choices == ("5 m²", "6 m")


WRONG = {
    "no key": (f"Câu 7. {STEM}\n{four()}", "Câu 7 (đoạn 1): Không thấy đáp án."),
    "no such letter": (f"Câu 7. {STEM}\n{four()}\nĐáp án: E", "ghi E nhưng câu chỉ có các phương án A, B, C, D."),
    "one choice": (f"Câu 7. {STEM}\nA. Huế\nĐáp án: A", "Câu chỉ có một phương án."),
    "letter missing": (f"Câu 7. {STEM}\nA. Huế\nB. Hà Nội\nD. Cần Thơ\nĐáp án: B", "ghi chữ A, B, D"),
    "letter twice": (f"Câu 7. {STEM}\nA. Huế\nB. Hà Nội\nB. Cần Thơ\nC. Vinh\nĐáp án: B", "ghi chữ A, B, B, C"),
    "essay": ("Câu 7. Trình bày ý nghĩa của cải cách.", "câu tự luận"),
    "unclear key": (f"Câu 7. {STEM}\n{four()}\nĐáp án: xem sau", "Không hiểu dòng đáp án “xem sau”."),
    "two keys": (f"{asked('Câu 7.')}\nBẢNG ĐÁP ÁN\n7.C", "hai đáp án khác nhau: B và C"),
    "same choices": (f"Câu 7. {STEM}\nA. Huế\nB. huế\nĐáp án: B", "Có hai phương án giống nhau."),
    "the key's words are another's": (f"Câu 7. {STEM}\n{four()}\nĐáp án: C. Hà Nội\nĐáp án: C", "hai đáp án khác nhau"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_place(name: str) -> None:
    text, expected = WRONG[name]
    told = said(read(Sheet().lines(text)))
    assert len(told) == 1
    assert told[0].startswith("Câu 7 (đoạn 1): ")
    assert expected in told[0]


def test_a_mark_against_the_key_line() -> None:
    sheet = Sheet().lines(f"Câu 7. {STEM}")
    sheet.type(bold("A. Huế"))
    sheet.lines("B. Hà Nội\nC. Vinh\nĐáp án: B")
    assert "Đánh dấu A nhưng dòng đáp án ghi B" in said(read(sheet))[0]


@pytest.mark.parametrize("inside", ["<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>", "<w:r><w:object/></w:r>"])
def test_equations_and_objects_are_problems(inside: str) -> None:
    sheet = Sheet().lines("Câu 7. Tính:")
    sheet.xml(inside)
    sheet.lines("A. 1\nB. 2\nĐáp án: A")
    assert "Có công thức" in said(read(sheet))[0]


def test_a_picture_in_a_question_belongs_into_a_situation() -> None:
    sheet = Sheet().lines("Câu 7. Hình nào?")
    sheet.document.add_picture(io.BytesIO(PNG))
    sheet.lines("A. 1\nB. 2\nĐáp án: A")
    assert "đưa hình vào phần “Tình huống”" in said(read(sheet))[0]


def test_notes() -> None:
    sheet = Sheet().lines(f"{asked('Câu 1.')}\nDòng lạ\n{asked('Câu 1.')}\nMức độ: rất khó")
    sheet.xml("<w:r><w:footnoteReference w:id='1'/></w:r><w:r><w:t> </w:t></w:r>")
    reading = read(sheet)
    assert reading.problems == ()
    told = " ".join(one.reason % one.params for one in reading.notes)
    for expected in ("Dòng lạ", "Số câu 1 có nhiều lần", "rất khó", "Chú thích cuối trang"):
        assert expected in told
