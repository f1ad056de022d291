"""Excel workbooks of questions."""

import contextlib
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from core.errors import Invalid
from questions.formats import excel, reading, sheet_words
from questions.formats.sheet import Row, Table
from questions.formats.sheet import reading as read_tables
from questions.items import Bundle, Citation, Item, Kind, Media, Problem, Reading, Situation
from tests.questions.formats.sharing import with_situations

HEADINGS = ["Câu hỏi", "Phương án A", "Phương án B", "Phương án C", "Phương án D", "Đáp án"]
ROW = ["Thủ đô?", "Huế", "Hà Nội", "Đà Nẵng", "Cần Thơ", "B"]


def book(*rows: Sequence[Any], change: Callable[[Any, Any], None] | None = None) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        workbook.set_properties({"created": dt.datetime(2026, 1, 1)})  # noqa: DTZ001
        page = workbook.add_worksheet("Trang 1")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(number, column, value, workbook.add_format({"num_format": "d/m"}))
                elif value not in ("", None):
                    page.write(number, column, value)
        if change:
            change(workbook, page)
    return buffer.getvalue()


def told(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    return [(problem.at, problem.reason % problem.params) for problem in problems]


def of(*rows: Sequence[str]) -> Reading:
    return read_tables([Table("T", [Row(n, cells) for n, cells in enumerate(rows, start=1)])])


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as error:
        excel.read(data)
    return error.value.message % error.value.params


def without_media(situations: Sequence[Situation]) -> dict[str, Situation]:
    return {one.code: msgspec.structs.replace(one, media=()) for one in situations}


@settings(deadline=None, max_examples=150)
@given(with_situations())
def test_what_is_written_is_read_again(bundle: Bundle) -> None:
    again = excel.read(excel.write(bundle))
    assert not again.problems
    assert tuple(found.item for found in again.found) == bundle.items
    assert without_media(again.situations) == without_media(bundle.situations)


def test_the_same_questions_give_the_same_bytes() -> None:
    bundle = Bundle((Item("S", ("a", "b"), (0,)),))
    assert excel.write(bundle) == excel.write(bundle)


def test_no_cell_becomes_a_formula() -> None:
    item = Item('=HYPERLINK("http://x")', ("=1+1", "@SUM(A1)", "http://a.vn", "_x0041_"), (0,), tags=("=x",))
    data = excel.write(Bundle((item,)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert excel.read(data).found[0].item == item


def test_losses_are_told() -> None:
    many = Item("S", ("a", "b"), (0,), citations=tuple(Citation(f"Luật {n}") for n in range(7)))
    pictured = Situation("t", "", media=(Media("a.png", "image/png", "", b"x"),))
    assert len(excel.losses(many, pictured)) == 3
    assert excel.losses(msgspec.structs.replace(many, citations=many.citations[:5])) == []
    assert excel.read(excel.write(Bundle((many,)))).found[0].item.citations == many.citations[:5]


def test_the_template_is_itself_an_import() -> None:
    data = excel.template()
    read = excel.read(data)
    assert [found.item for found in read.found] == list(sheet_words.EXAMPLES.items)
    assert not read.problems and not read.notes
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        assert workbook.sheet_names == ["Câu hỏi", "Hướng dẫn"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("xl/worksheets/sheet1.xml").count(b"<dataValidation ") == 4


def test_headings_in_any_order_and_below_a_title() -> None:
    read = of(
        ["NGÂN HÀNG CÂU HỎI NĂM 2026"],
        [],
        ["STT", "ĐÁP ÁN ĐÚNG", "dap an a", "Đáp án B (nếu có)", "Noi dung cau hoi *", "Độ khó", "Ghi chú"],
        ["1", "b", "Sai rồi", "Phải", "Một?", "Vận dụng", "x"],
        ["", "", "", "", "", "", ""],
        ["2", "1", "Phải", "Sai rồi", "Hai?", "nhận biết"],
    )
    assert not read.problems
    assert told(read.notes) == [("Dòng tiêu đề", "Cột “Ghi chú” không có trong mẫu nên không được đọc.")]
    assert [(found.at, found.item.stem, found.item.keys, found.item.difficulty) for found in read.found] == [
        ("Dòng 4", "Một?", (1,), 3),
        ("Dòng 6", "Hai?", (0,), 1),
    ]


def test_headings_in_two_rows() -> None:
    read = of(["Câu hỏi", "Phương án", "", "Đáp án"], ["", "A", "B", ""], ["Một?", "x", "y", "B"])
    assert read.found[0].item.choices == ("x", "y")


def test_missing_columns_are_named() -> None:
    with pytest.raises(Invalid) as error:
        of(["Nội dung", "Phương án A", "Mức độ"], ["S", "a", "Dễ"])
    assert error.value.message % error.value.params == (
        "Bảng thiếu cột Phương án B, Đáp án. Các ô tiêu đề tìm thấy: “Nội dung”, “Phương án A”, “Mức độ”. Đề nghị đặt "
        "tên cột như trong tệp mẫu rồi nhập lại."
    )


@pytest.mark.parametrize(
    ("answer", "keys", "kind"),
    [
        ("B", (1,), Kind.SINGLE),
        ("b.", (1,), Kind.SINGLE),
        ("2", (1,), Kind.SINGLE),
        ("2.0", (1,), Kind.SINGLE),
        ("Phương án C", (2,), Kind.SINGLE),
        ("A, C", (0, 2), Kind.MULTIPLE),
        ("A và C", (0, 2), Kind.MULTIPLE),
        ("ACD", (0, 2, 3), Kind.MULTIPLE),
        ("1;3", (0, 2), Kind.MULTIPLE),
        ("hà nội", (1,), Kind.SINGLE),
    ],
)
def test_answers_as_people_write_them(answer: str, keys: tuple[int, ...], kind: Kind) -> None:
    read = of(HEADINGS, [*ROW[:-1], answer])
    assert not read.problems
    assert (read.found[0].item.keys, read.found[0].item.kind) == (keys, kind)


@pytest.mark.parametrize(("answer", "key"), [("Đúng", 0), ("S", 1), ("Đ", 0), ("B", 1), ("true", 0), ("2", 1)])
def test_true_and_false(answer: str, key: int) -> None:
    for choices in (["", ""], ["Đúng", "Sai"]):
        read = of(["Loại câu", *HEADINGS[:3], "Đáp án"], ["đúng/sai", "S.", *choices, answer])
        assert not read.problems
        assert read.found[0].item == Item("S.", ("Đúng", "Sai"), (key,), Kind.TRUE_FALSE)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["S", "a", "b", "", "", "E"], "Đáp án “E” không có trong các phương án của câu (câu có 2 phương án)."),
        (["S", "a", "b", "", "", "?x"], "Không hiểu đáp án “?x”: ghi chữ cái của phương án, ví dụ B hoặc A, C."),
        (["S", "a", "b", "", "", ""], "Chưa rõ phương án đúng."),
        (["", "a", "b", "", "", "A"], "Câu hỏi chưa có nội dung."),
        (["S", "a", "b", "", "d", "A"], "Phương án C để trống trong khi phương án D có nội dung."),
        (["S", "a", "", "", "", "A"], "Câu hỏi cần từ 2 đến 10 phương án, hiện có 1."),
    ],
)
def test_what_is_wrong_with_a_row(row: list[str], reason: str) -> None:
    assert told(of(HEADINGS, ROW, [], row).problems) == [("Dòng 4", reason)]


@pytest.mark.parametrize(
    ("heading", "word"), [("Mức độ", "siêu khó"), ("Loại câu", "tự luận"), ("Xáo trộn phương án", "đôi khi")]
)
def test_unknown_words(heading: str, word: str) -> None:
    [(at, reason)] = told(of([*HEADINGS, heading], [*ROW, word]).problems)
    assert at == "Dòng 2"
    assert f"“{word}”" in reason


def test_choices_that_refer_to_others_keep_their_order() -> None:
    read = of(HEADINGS, ["S", "a", "b", "Cả A và B", "", "C"])
    assert not read.found[0].item.shuffle
    assert len(read.notes) == 1
    said = of([*HEADINGS, "Xáo trộn"], ["S", "a", "b", "Cả A và B", "", "C", "Có"])
    assert said.found[0].item.shuffle
    assert not said.notes


def test_situations() -> None:
    head = [*HEADINGS, "Tình huống", "Nội dung tình huống"]
    read = of(head, [*ROW, "TH1", "Bà Lan nộp hồ sơ."], [*ROW, "TH1", ""], [*ROW, "TH1", "Khác."], [*ROW, "TH2", ""])
    assert read.situations == (Situation("TH1", "Bà Lan nộp hồ sơ."),)
    assert told(read.problems) == [
        ("Dòng 4", "Tình huống “TH1” đã có ở dòng trên với nội dung khác."),
        ("Dòng 5", "Tệp không có tình huống “TH2” mà câu hỏi dẫn tới."),
    ]
    assert "chưa ghi mã" in told(of(head, [*ROW, "", "Lời văn."]).problems)[0][1]


def test_columns_that_mean_the_same() -> None:
    assert "Có hai cột cùng nghĩa “Câu hỏi”" in told(of(["Nội dung", *HEADINGS], ["x", *ROW]).problems)[0][1]


def test_what_excel_makes_of_texts() -> None:
    read = excel.read(
        book(
            HEADINGS,
            ["Một?", 1.0, 2, 2.5, True, 2],
            ["Hai?", dt.date(2026, 4, 3), "b", "", "", "A"],
            ["Ba?", "=NA()", "b", "", "", "A"],
            ["Bốn?", "a", "b", "", "", "C"],
            change=lambda _, page: (
                page.write_formula(3, 1, "=NA()", None, "#N/A"),
                page.write_formula(4, 3, '="c"', None, "c"),
                page.set_row(4, None, None, {"hidden": True}),
            ),
        )
    )
    assert [found.item.choices for found in read.found] == [("1", "2", "2,5", "TRUE"), ("a", "b", "c")]
    assert [(at, reason[:44]) for at, reason in told(read.problems)] == [
        ("Dòng 3", "Excel đã đổi nội dung ô “Phương án A” thành "),
        ("Dòng 4", "Ô “Phương án A” có lỗi công thức của Excel ("),
    ]
    assert {at for at, _ in told(read.notes)} == {"Dòng 2", "Dòng 5"}


def test_merged_cells() -> None:
    def merge(_: Any, page: Any) -> None:
        page.merge_range(1, 6, 2, 6, "Chung")
        page.merge_range(3, 1, 3, 2, "x")

    read = excel.read(book([*HEADINGS, "Chủ đề"], ROW, [*ROW[:-1], "C"], ["S", "x", "", "c", "", "A"], change=merge))
    assert [found.item.topic for found in read.found] == ["Chung", "Chung"]
    assert told(read.notes) == [("Dòng 3", "Ô “Chủ đề” gộp nhiều dòng: lấy nội dung chung của ô gộp.")]
    assert ("Dòng 4", "Ô “Phương án B” nằm trong một ô gộp. Đề nghị bỏ gộp ô và ghi đủ từng ô.") in told(read.problems)


def test_every_sheet_with_headings_is_read() -> None:
    def more(workbook: Any, _: Any) -> None:
        for name, rows in {"Hai": (HEADINGS, [*ROW[:-1], "Z"]), "Dở": (HEADINGS[:2], ROW[:2])}.items():
            page = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number + 2, 3, row)

    read = excel.read(book(HEADINGS, ROW, change=more))
    assert [found.at for found in read.found] == ["Trang “Trang 1”, dòng 2"]
    assert [problem.at for problem in read.problems] == ["Trang “Hai”, dòng 4"]
    assert [note.at for note in read.notes] == ["Trang “Dở”"]


def rezipped(data: bytes, change: Callable[[str, bytes], bytes], *, extra: dict[str, bytes] | None = None) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        return zipped({name: change(name, old.read(name)) for name in old.namelist()} | (extra or {}))


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def in_sheet(pattern: bytes, text: bytes) -> bytes:
    data = book(HEADINGS, ROW)
    return rezipped(data, lambda name, part: re.sub(pattern, text, part, count=1) if "sheet1" in name else part)


def test_what_is_no_safe_workbook() -> None:
    good = book(HEADINGS, ROW)
    assert "Excel cũ (.xls)" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)
    assert "tệp Word" in refused(zipped({"word/document.xml": b"<x/>"}))
    assert "bị hỏng" in refused(good[:700])
    assert "macro" in refused(rezipped(good, lambda _, part: part, extra={"xl/vbaProject.bin": b"x"}))
    assert "DTD" in refused(in_sheet(rb"<worksheet", b"<!DOCTYPE x><worksheet"))
    assert "200000 dòng" in refused(in_sheet(rb'r="F2"', b'r="F1048576"'))
    assert "200 cột" in refused(in_sheet(rb'r="F2"', b'r="XFD2"'))
    assert "bị hỏng" in refused(in_sheet(rb"<sheetData>", b"<sheetData"))
    assert "giải ra quá lớn" in refused(rezipped(good, lambda _, part: part, extra={"x": b"0" * 30_000_000}))


def test_a_panic_in_calamine_is_a_broken_file(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {})

    class Panicking:
        @staticmethod
        def from_filelike(_: io.BytesIO) -> None:
            raise panic

    data = book(HEADINGS, ROW)
    monkeypatch.setattr(excel, "CalamineWorkbook", Panicking)
    assert "bị hỏng" in refused(data)


def test_cells_without_places() -> None:
    data = book(HEADINGS, ROW)
    bare = rezipped(data, lambda name, part: re.sub(rb' r="[A-F]?\d"', b"", part) if "sheet1" in name else part)
    with contextlib.suppress(Invalid):
        assert excel.read(bare).found == excel.read(data).found


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_broken_workbooks_are_refused_politely(data: st.DataObject) -> None:
    good = data.draw(st.sampled_from([book(HEADINGS, ROW), excel.template()]))
    if data.draw(st.booleans()):
        part = data.draw(
            st.sampled_from(["workbook.xml", "sheet1", "rels", "sharedStrings", "styles", "Content_Types"])
        )
        piece = data.draw(st.sampled_from([b"", b"<", b"\x00", b'r="ZZ', b't="e"', b"999", b"</c>", b'"', b"&x;"]))

        place, gone = data.draw(st.integers(0, 10_000)), data.draw(st.integers(0, 9))

        def change(name: str, content: bytes) -> bytes:
            if part not in name:
                return content
            start = place * len(content) // 10_000
            return content[:start] + piece + content[start + gone :]

        broken = rezipped(good, change)
    else:
        place = data.draw(st.integers(0, 10_000)) * len(good) // 10_000
        broken = good[:place] + data.draw(st.binary(max_size=4)) + good[place + 2 :]
    with contextlib.suppress(Invalid):
        excel.read(broken)


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes(data: bytes, zipped: bool) -> None:
    with contextlib.suppress(Invalid):
        excel.read(b"PK\x03\x04" + data if zipped else data)


def test_a_file_of_the_greatest_size_is_read_within_its_bounds() -> None:
    example = sheet_words.EXAMPLES.items[0]
    many = tuple(msgspec.structs.replace(example, stem=f"{example.stem} {n}", code=f"C{n}") for n in range(20_000))
    read, _ = reading.read_file(excel.write(Bundle(many)), name="a.xlsx")
    assert not read.problems
    assert len(read.found) == 20_000
