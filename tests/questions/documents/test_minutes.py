"""Minutes of a review: what they say adds up, and they give no answers away."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import docx
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENTATION
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from questions.documents.minutes import Minutes, MinutesRow, ReviewerLine, set_hash, write


def row(number: int, *, returned: bool = False) -> MinutesRow:
    return MinutesRow(
        f"TTHC-{number:03d}",
        1 + number % 3,
        f"Nội dung câu {number}?",
        "Kiểm soát thủ tục hành chính",
        "Nguyễn Thị Hồng Nhung",
        "Trần Quốc Toản",
        "returned" if returned else "approved",
        "Căn cứ đã hết hiệu lực" if returned else "",
        datetime(2026, 7, 2, 18, tzinfo=UTC),
        hashlib.sha256(str(number).encode()).hexdigest(),
    )


ROWS = tuple(row(number, returned=number % 5 == 0) for number in range(1, 41))
MINUTES = Minutes(
    "Ngân hàng câu hỏi năm 2026",
    "ỦY BAN NHÂN DÂN TỈNH\nTổ thẩm định câu hỏi",
    date(2026, 6, 29),
    date(2026, 7, 5),
    datetime(2026, 7, 5, 20, 5, tzinfo=UTC),
    (ReviewerLine("Trần Quốc Toản", 32, 8), ReviewerLine("Lê Thị Bích Hằng", 0, 0)),
    ROWS,
    set_hash(ROWS),
)


def opened(minutes: Minutes = MINUTES) -> Document:
    return docx.Document(BytesIO(write(minutes)))


def text_of(document: Document) -> str:
    return "\n".join(line.text for line in document.paragraphs)


def test_the_hash_is_what_the_minutes_say_it_is() -> None:
    listed = [[one.code, one.number, one.sha256] for one in ROWS if one.decision == "approved"]
    text = json.dumps(sorted(listed), ensure_ascii=False, separators=(",", ":"))
    assert set_hash(ROWS) == hashlib.sha256(text.encode()).hexdigest()
    assert f"được duyệt:\n{set_hash(ROWS)}" in text_of(opened())


@given(st.permutations(ROWS))
def test_the_hash_does_not_depend_on_the_order(rows: list[MinutesRow]) -> None:
    assert set_hash(rows) == MINUTES.set_hash


@pytest.mark.parametrize(
    "change",
    [{"sha256": "0" * 64}, {"number": 9}, {"code": "TTHC-999"}, {"decision": "returned"}],
)
def test_the_hash_depends_on_what_was_approved(change: dict[str, object]) -> None:
    assert set_hash((replace(ROWS[0], **change), *ROWS[1:])) != MINUTES.set_hash


def test_the_hash_leaves_out_returned_questions_and_words() -> None:
    assert set_hash([one for one in ROWS if one.decision == "approved"]) == MINUTES.set_hash
    assert set_hash([replace(one, comment="Khác", topic="Khác") for one in ROWS]) == MINUTES.set_hash


def test_another_sets_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="not that of the rows"):
        write(replace(MINUTES, set_hash="0" * 64))


def test_the_text() -> None:
    document = opened()
    left, right = document.tables[0].rows[0].cells
    assert left.text.split("\n")[:2] == ["ỦY BAN NHÂN DÂN TỈNH", "TỔ THẨM ĐỊNH CÂU HỎI"]
    assert "Số: ……/BB-……" in left.text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc" in right.text
    assert "……, ngày …… tháng …… năm ……" in right.text
    text = text_of(document)
    assert "BIÊN BẢN\nThẩm định câu hỏi của Ngân hàng câu hỏi năm 2026" in text
    assert "từ ngày 29/6/2026 đến ngày 05/7/2026." in text
    assert "1. Trần Quốc Toản: duyệt 32, trả lại 8;\n2. Lê Thị Bích Hằng: duyệt 0, trả lại 0.\n" in text
    assert "40 bản câu hỏi: duyệt 32, trả lại 8 để sửa" in text
    assert "lúc 03 giờ 05 phút, ngày 06 tháng 7 năm 2026" in text
    assert "căn cứ pháp luật còn hiệu lực" in text
    assert "Nơi nhận:" in text


def test_one_day_and_a_month_below_three() -> None:
    text = text_of(opened(replace(MINUTES, period_from=date(2026, 2, 5), period_to=date(2026, 2, 5))))
    assert "Thời gian thẩm định: ngày 05/02/2026." in text


def test_the_signatures() -> None:
    cells = opened().tables[1].rows[0].cells
    assert [cell.text.split("\n")[0] for cell in cells] == ["THƯ KÝ", "TỔ TRƯỞNG TỔ THẨM ĐỊNH"]


def test_the_table_of_decisions() -> None:
    table = opened().tables[2]
    head, first, *_, last = [[cell.text for cell in row.cells] for row in table.rows]
    assert head == [
        *("STT", "Mã câu", "Bản", "Chủ đề", "Nội dung"),
        *("Người biên soạn", "Người thẩm định", "Kết luận", "Ý kiến"),
    ]
    people = ["Nguyễn Thị Hồng Nhung", "Trần Quốc Toản"]
    topic = "Kiểm soát thủ tục hành chính"
    assert first == ["1", "TTHC-001", "2", topic, "Nội dung câu 1?", *people, "Duyệt\n03/7/2026", ""]
    returned = "Trả lại\n03/7/2026"
    assert last == ["40", "TTHC-040", "2", topic, "Nội dung câu 40?", *people, returned, "Căn cứ đã hết hiệu lực"]
    assert len(table.rows) == 41
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_the_pages() -> None:
    document = opened()
    upright, annex = document.sections
    assert (upright.page_width.mm, upright.page_height.mm) == pytest.approx((210, 297), abs=0.1)
    assert annex.orientation is WD_ORIENTATION.LANDSCAPE
    for section in (upright, annex):
        margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [margin.mm for margin in margins] == pytest.approx([20, 20, 30, 15], abs=0.1)
        assert section.different_first_page_header_footer
        assert section.first_page_header.paragraphs[0].text == ""
        assert [e.get(qn("w:instr")) for e in section.header._element.iter(qn("w:fldSimple"))] == ["PAGE"]
    normal = document.styles["Normal"]
    assert (normal.font.name, normal.font.size.pt) == ("Times New Roman", 13)


def test_nothing_reviewed_yet() -> None:
    document = opened(replace(MINUTES, rows=(), reviewers=(), set_hash=set_hash(())))
    assert "0 bản câu hỏi" in text_of(document)
    assert len(document.tables[2].rows) == 1


def test_the_same_minutes_give_the_same_bytes() -> None:
    assert write(MINUTES) == write(MINUTES)
    about = opened().core_properties
    assert (about.author, about.last_modified_by) == ("", "")
    assert about.created == datetime(2026, 7, 5, 20, 5, tzinfo=UTC)


def test_text_that_xml_does_not_allow_is_left_out() -> None:
    odd = (replace(ROWS[0], stem="Một\x00\x0b hai\ud800 & <b>"),)
    table = opened(replace(MINUTES, rows=odd, set_hash=set_hash(odd))).tables[2]
    assert table.rows[1].cells[4].text == "Một\nhai & <b>"
