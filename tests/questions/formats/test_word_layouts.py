"""Reading Word as people write it: starts, choices, tables and keys of every make."""

import pytest

from questions.items import Citation
from tests.questions.formats.word_layouts import (
    CAPITAL,
    CHOICES,
    COLOURS,
    STEM,
    Run,
    Sheet,
    asked,
    bold,
    coloured,
    four,
    items,
    read,
    red,
    under,
    yellow,
)


@pytest.mark.parametrize(
    "start",
    ["Câu 1.", "Câu 1:", "Câu 1)", "1)", "1.", "1/", "CÂU 1 (1 điểm).", "Câu hỏi 1:", "Câu 1 - ", "Câu 1. (0,5 điểm)",
     "câu 1 .", "Câu số 1:", "[Câu 1]", "Câu 1 (Nhận biết):"],
)  # fmt: skip
def test_a_question_starts(start: str) -> None:
    sheet = Sheet().lines(f"BỘ CÂU HỎI\n{asked(start)}")
    sheet.lines(f"{start.replace('1', '2', 1)} Màu nào có trên Quốc kỳ?\nA. Đỏ\nB. Xanh\nC. Vàng\nD. Tím\nĐáp án: A, C")
    assert items(sheet) == [CAPITAL, COLOURS]


@pytest.mark.parametrize("label", ["A. ", "A) ", "a) ", "a. ", "A.", "A/ ", "(A) ", "A: ", "A - ", "A.\t"])
def test_choices_are_lettered(label: str) -> None:
    made = "\n".join(
        label.replace("A", letter.upper()).replace("a", letter) + text
        for letter, text in zip("abcd", CHOICES, strict=True)
    )
    assert items(Sheet().lines(f"Câu 1. {STEM}\n{made}\nĐáp án: B")) == [CAPITAL]


@pytest.mark.parametrize(
    "key",
    ["Đáp án: B", "Đáp án đúng: B", "ĐA: B", "Đ/A: B", "Trả lời: B", "=> b) Hà Nội", "→ B", "Đáp án B", "Chọn B",
     "Đáp án: B. Hà Nội", "Đáp án: Hà Nội", "ĐÁP ÁN: b", "Dap an: B", "Đáp án là: B", "⇒ Đáp án: B", "Đáp án: B vì thế",
     "Đáp án: B, vì thế",
     "Câu 1: B", "ĐÁP ÁN\n1.B", "Đáp án: 2", "Đáp án:\nB"],
)  # fmt: skip
def test_a_key_line(key: str) -> None:
    assert items(Sheet().lines(f"Câu 1. {STEM}\n{four()}\n{key}")) == [CAPITAL]


@pytest.mark.parametrize("mark", [bold, under, red, yellow, lambda text: coloured(text, "00B050")])
def test_the_right_choice_looks_different(mark: object) -> None:
    assert callable(mark)
    sheet = Sheet()
    sheet.type(bold("Câu 1. "), bold(STEM))
    for at, line in enumerate(four().split("\n")):
        sheet.type(mark(line) if at == 1 else line)
    assert items(sheet) == [CAPITAL]


def test_only_the_letter_of_the_right_choice_is_underlined() -> None:
    sheet = Sheet()
    sheet.type(bold(f"Câu 1. {STEM}"))
    for at, choice in enumerate(CHOICES):
        letter: Run = ("ABCD"[at], lambda run, at=at: (bold("")[1](run), at == 1 and under("")[1](run)))
        sheet.type(letter, ". ", choice)
    assert items(sheet) == [CAPITAL]


def test_what_all_choices_have_is_no_mark() -> None:
    sheet = Sheet()
    sheet.type(f"Câu 1. {STEM}")
    for at, line in enumerate(four().split("\n")):
        text, style = coloured(line, "FF0000" if at == 1 else "0000FF")
        sheet.type((text, lambda run, style=style: (style(run), setattr(run, "bold", True))))
    sheet.type(f"Câu 2. {STEM}")
    for line in four().split("\n"):
        sheet.type(bold(line))
    sheet.type(f"Câu 3. {STEM}")
    for at, line in enumerate(four().split("\n")):
        sheet.type(coloured(line, "000000" if at == 2 else "0D0D0D"))
    reading = read(sheet)
    assert [one.item for one in reading.found] == [CAPITAL]
    assert [one.at for one in reading.problems] == ["Câu 2 (đoạn 6)", "Câu 3 (đoạn 11)"]


def test_a_word_in_bold_is_no_mark() -> None:
    sheet = Sheet().lines(f"Câu 1. {STEM}\nA. Huế\nB. Hà Nội")
    sheet.type("C. ", bold("Đà"), " Nẵng là câu trả lời rất dài")
    sheet.lines("D. Cần Thơ\nĐáp án: B")
    assert items(sheet)[0].keys == (1,)


@pytest.mark.parametrize(
    "marked",
    ["*B. Hà Nội", "B. Hà Nội *", "B. *Hà Nội", "B*. Hà Nội", "B. Hà Nội (đúng)", "B. Hà Nội (Đ)", "✓ B. Hà Nội"],
)
def test_a_sign_beside_the_right_choice(marked: str) -> None:
    sheet = Sheet().lines(f"Câu 1. {STEM}\n{four()}".replace("B. Hà Nội", marked))
    assert items(sheet) == [CAPITAL]


def test_right_and_wrong_are_written_behind() -> None:
    made = "A. Huế (S)\nB. Hà Nội (Đ)\nC. Đà Nẵng (S)\nD. Cần Thơ (S)"
    assert items(Sheet().lines(f"Câu 1. {STEM}\n{made}")) == [CAPITAL]


def test_several_marked_choices_are_several_right_ones() -> None:
    sheet = Sheet()
    sheet.type("Câu 1. Màu nào có trên Quốc kỳ?")
    sheet.type(bold("A. Đỏ"))
    sheet.type("B. Xanh")
    sheet.type(bold("C. Vàng"))
    sheet.type("D. Tím")
    assert items(sheet) == [COLOURS]


@pytest.mark.parametrize(
    "lines",
    [
        "A. Huế\tB. Hà Nội\tC. Đà Nẵng\tD. Cần Thơ",
        "A. Huế     B. Hà Nội     C. Đà Nẵng    D. Cần Thơ",
        "A. Huế\t\tB. Hà Nội\nC. Đà Nẵng\t\tD. Cần Thơ",
        "A. Huế B. Hà Nội\nC. Đà Nẵng D. Cần Thơ",
        "A. Huế B. Hà Nội C. Đà Nẵng D. Cần Thơ",
    ],
)
def test_choices_share_a_line(lines: str) -> None:
    assert items(Sheet().lines(f"Câu 1. {STEM}\n{lines}\nĐáp án: B")) == [CAPITAL]
    assert items(Sheet().lines(f"Câu 1. {STEM}\n{lines}   Đáp án: B")) == [CAPITAL]


def test_a_mark_on_a_shared_line() -> None:
    sheet = Sheet().lines(f"Câu 1. {STEM}")
    sheet.type("A. Huế\t", red("B. Hà Nội"), "\tC. Đà Nẵng\tD. Cần Thơ")
    assert items(sheet) == [CAPITAL]


def test_all_in_one_paragraph() -> None:
    sheet = Sheet()
    sheet.type(asked("Câu 1."))
    sheet.type(f"Câu 2. {STEM} A. Huế B. Hà Nội C. Đà Nẵng D. Cần Thơ")
    sheet.type("Đáp án: B")
    assert items(sheet) == [CAPITAL, CAPITAL]


def test_automatic_numbers_on_two_levels() -> None:
    sheet = Sheet()
    sheet.list_of(41, ("decimal", "Câu %1."), ("upperLetter", "%2."))
    for _ in range(2):
        sheet.numbered(STEM, 41, mark=True)
        for at, choice in enumerate(CHOICES):
            sheet.numbered(choice, 41, 1, mark=at == 1)
    assert items(sheet) == [CAPITAL, CAPITAL]
    assert [one.at for one in read(sheet).found] == ["Câu 1 (đoạn 1)", "Câu 2 (đoạn 6)"]


@pytest.mark.parametrize("form", [("decimal", "%2)"), ("bullet", "o"), ("lowerLetter", "%2)"), ("decimal", "%1.%2.")])
def test_automatic_numbers_with_choices_of_any_form(form: tuple[str, str]) -> None:
    sheet = Sheet()
    sheet.list_of(41, ("decimal", "%1."), form)
    for _ in range(2):
        sheet.numbered(STEM, 41)
        for at, choice in enumerate(CHOICES):
            sheet.numbered(choice, 41, 1, mark=at == 1)
    assert items(sheet) == [CAPITAL, CAPITAL]


def test_automatic_numbers_in_lists_of_their_own() -> None:
    sheet = Sheet()
    sheet.list_of(41, ("decimal", "%1."))
    for number in (42, 43):
        sheet.list_of(number, ("upperLetter", "%1."))
        sheet.numbered(STEM, 41)
        for choice in CHOICES:
            sheet.numbered(choice, number)
        sheet.type("Đáp án: B")
    assert items(sheet) == [CAPITAL, CAPITAL]


def test_one_list_of_letters_that_was_never_begun_anew() -> None:
    sheet = Sheet()
    sheet.list_of(42, ("upperLetter", "%1."))
    for number in (1, 2):
        sheet.type(f"Câu {number}. {STEM}")
        for at, choice in enumerate(CHOICES):
            sheet.numbered(choice, 42, mark=at == 1)
    assert items(sheet) == [CAPITAL, CAPITAL]


@pytest.mark.parametrize(
    "rows",
    [
        [["A. Huế", "B. Hà Nội", "C. Đà Nẵng", "D. Cần Thơ"]],
        [["A. Huế", "B. Hà Nội"], ["C. Đà Nẵng", "D. Cần Thơ"]],
        [["A. Huế", "C. Đà Nẵng"], ["B. Hà Nội", "D. Cần Thơ"]],
        [["A. Huế"], ["B. Hà Nội"], ["C. Đà Nẵng"], ["D. Cần Thơ"]],
        [["A", "Huế"], ["B", "Hà Nội"], ["C", "Đà Nẵng"], ["D", "Cần Thơ"]],
        [["A.", "Huế", "B.", "Hà Nội"], ["C.", "Đà Nẵng", "D.", "Cần Thơ"]],
    ],
)
def test_choices_stand_in_a_table(rows: list[list[str]]) -> None:
    sheet = Sheet().lines(f"Câu 1. {STEM}")
    sheet.table(rows)
    sheet.lines("Đáp án: B")
    sheet.lines(f"Câu 2. {STEM}")
    sheet.table([[red(text) if text in ("B. Hà Nội", "Hà Nội") else text for text in row] for row in rows])
    assert items(sheet) == [CAPITAL, CAPITAL]


def test_a_table_of_questions() -> None:
    sheet = Sheet()
    sheet.table(
        [
            ["STT", "Câu hỏi", "Phương án A", "Phương án B", "Phương án C", "Phương án D", "Đáp án", "Chủ đề",
             "Mức độ", "Căn cứ pháp lý", "Giải thích"],
            ["1", STEM, *CHOICES, "B", "Địa lý", "Nhận biết", "Điều 13 Hiến pháp 2013", "Ai cũng biết"],
            ["2", "Màu nào có trên Quốc kỳ?", "Đỏ", "Xanh", "Vàng", "Tím", "A, C", "", "", "", ""],
        ]
    )  # fmt: skip
    first, second = items(sheet)
    assert first.citations == (Citation("Hiến pháp 2013", "Điều 13"),)
    assert (first.topic, first.difficulty, first.explanation) == ("Địa lý", 1, "Ai cũng biết")
    assert (first.stem, first.choices, first.keys) == (STEM, CHOICES, (1,))
    assert second == COLOURS


def test_a_table_of_questions_whose_choices_share_a_cell() -> None:
    sheet = Sheet()
    sheet.table(
        [
            ["TT", "Nội dung câu hỏi", "Đáp án"],
            ["1", f"{STEM}\n{four()}", "B"],
            ["2", f"{STEM}\n{four('A) ', 'abcd')}", "b"],
        ]
    )
    sheet.type("Phần II")
    sheet.table([["STT", "Câu hỏi", "Các phương án trả lời", "Đáp án đúng"], ["3", STEM, four(), "B"]])
    assert items(sheet) == [CAPITAL] * 3


def test_a_table_of_questions_with_headings_that_goes_on_after_a_break() -> None:
    sheet = Sheet()
    head = ["STT", "Nội dung câu hỏi", "Đáp án A", "Đáp án B", "Đáp án C", "Đáp án D", "Đáp án đúng"]
    empty = [""] * 5
    sheet.table(
        [
            ["BẢNG CÂU HỎI", "", *empty],
            head,
            ["I", "Chủ đề 1: Một cửa", *empty],
            ["1", STEM, "Huế", "Hà Nội", "Đà Nẵng", "Cần Thơ", "B"],
            ["2", "Chữ nào đứng trước?", "A", "B", "C", "", "A"],
        ]
    )
    sheet.type("(xem tiếp)")
    sheet.table([["3", STEM, "A. Huế", "B. Hà Nội", "C. Đà Nẵng", "D. Cần Thơ", "B"]])
    found = items(sheet)
    assert [(one.stem, one.choices, one.keys, one.topic) for one in found] == [
        (STEM, CHOICES, (1,), "Một cửa"),
        ("Chữ nào đứng trước?", ("A", "B", "C"), (0,), "Một cửa"),
        (STEM, CHOICES, (1,), "Một cửa"),
    ]


def test_a_list_of_keys_with_reasons() -> None:
    sheet = Sheet().lines(
        f"Câu 1. {STEM}\n{four()}\nCâu 2. {STEM}\n{four()}\nĐÁP ÁN VÀ GIẢI THÍCH\nCâu 1: B. Vì thế\nCâu 2: B"
    )
    assert [(one.keys, one.explanation) for one in items(sheet)] == [((1,), "Vì thế"), ((1,), "")]


def test_vietnamese_letters_and_boxes() -> None:
    sheet = Sheet().lines(
        "Câu 1. Chữ?\na) m\nb) n\nc) o\nd) p\nđ) q\ne) r\nĐáp án: đ\nCâu 2. Hộp?\n☐ A. m\n☑ B. n\n☐ C. o"
    )
    assert [(one.choices, one.keys) for one in items(sheet)] == [(tuple("mnopqr"), (4,)), (tuple("mno"), (1,))]


def test_questions_beside_each_other_in_cells() -> None:
    sheet = Sheet()
    sheet.table([[asked("Câu 1."), asked("Câu 2.")]])
    assert items(sheet) == [CAPITAL, CAPITAL]


def test_a_table_of_questions_with_the_right_cell_shaded() -> None:
    sheet = Sheet()
    sheet.table([["STT", "Câu hỏi", "A", "B", "C", "D"], ["1", STEM, "Huế", yellow("Hà Nội"), "Đà Nẵng", "Cần Thơ"]])
    assert items(sheet) == [CAPITAL]


@pytest.mark.parametrize(
    "rows",
    [
        [["Câu", "1", "2"], ["Đáp án", "B", "A,C"]],
        [["Câu", "Đáp án"], ["1", "B"], ["2", "A, C"]],
        [["Câu", "Đáp án", "Câu", "Đáp án"], ["1", "B", "2", "AC"]],
        [["1.B", "2.A,C"]],
        [["1", "2"], ["B", "AC"]],
        [["Câu 1", "B"], ["Câu 2", "A C"]],
    ],
)
def test_a_table_of_keys_at_the_end(rows: list[list[str]]) -> None:
    sheet = Sheet().lines(
        f"Câu 1. {STEM}\n{four()}\nCâu 2. Màu nào có trên Quốc kỳ?\nA. Đỏ\nB. Xanh\nC. Vàng\nD. Tím\nĐÁP ÁN"
    )
    sheet.table(rows)
    assert items(sheet) == [CAPITAL, COLOURS]


@pytest.mark.parametrize(
    "line", ["1.B 2.A,C", "1-B; 2-AC", "1. B, 2. A+C", "Câu 1: B; Câu 2: A, C", "1B 2AC", "1. B\n2. A, C"]
)
def test_a_line_of_keys_at_the_end(line: str) -> None:
    for number in ("Câu 1.", "1."):
        second = number.replace("1", "2")
        sheet = Sheet().lines(
            f"{number} {STEM}\n{four()}\n{second} Màu nào có trên Quốc kỳ?\nA. Đỏ\nB. Xanh\nC. Vàng\nD. Tím"
        )
        assert items(sheet.lines(f"BẢNG ĐÁP ÁN\n{line}\n--- HẾT ---")) == [CAPITAL, COLOURS]


def test_lists_of_keys_after_each_section() -> None:
    sheet = Sheet()
    for part, key in (("I", "B"), ("II", "C")):
        sheet.lines(f"PHẦN {part}. MỘT PHẦN\nCâu 1. {STEM}\n{four()}\nĐáp án:\n1.{key} 2.{key}")
    reading = read(sheet)
    assert [one.item.keys for one in reading.found] == [(1,), (2,)]
    assert len(reading.notes) == 2
