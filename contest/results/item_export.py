"""An item analysis as an Excel file: figures and remarks, no choices and no keys."""

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from contest.results.item_analysis import Analysis
from contest.results.item_words import Line
from contest.rounds.queries import RoundView
from core.clock import LOCAL

HEADINGS = (
    ("Mã câu", 14), ("Câu hỏi", 70), ("Chủ đề", 30), ("Số bài có câu này", 12), ("Tỷ lệ đúng", 10),
    ("Độ phân biệt", 10), ("Tương quan điểm – câu", 12), ("Bỏ trống", 10), ("Mức độ khi soạn", 10),
    ("Mức độ gợi ý", 10), ("Nhận xét", 70),
)  # fmt: skip
DIFFICULTIES = {1: "Dễ", 2: "Vừa", 3: "Khó"}
METHODS = {"kr-20": "KR-20", "nested": "ước lượng cho đề rút ngẫu nhiên"}


def xlsx(view: RoundView, analysis: Analysis, lines: Sequence[Line]) -> bytes:
    """One page: the paper as a whole on top, then a row a question. Texts are written as text."""
    buffer = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": analysis.computed_at.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        share = book.add_format({"num_format": "0.0%", "valign": "top"})
        two = book.add_format({"num_format": "0.00", "valign": "top"})
        page = book.add_worksheet("Phân tích câu hỏi")
        for column, (_, width) in enumerate(HEADINGS):
            page.set_column(column, column, width)
        page.write_string(0, 0, f"{view.contest.title} – {view.title}", bold)
        page.write_string(1, 0, _summary(analysis))
        for column, (heading, _) in enumerate(HEADINGS):
            page.write_string(3, column, heading, bold)
        page.freeze_panes(4, 1)
        for row, line in enumerate(lines, start=4):
            found = line.statistics
            for column, text in ((0, line.code), (1, line.stem), (2, line.topic), (10, "\n".join(line.remarks))):
                page.write_string(row, column, text, wrap)
            page.write_number(row, 3, found.n, wrap)
            page.write_number(row, 4, found.facility, share)
            page.write_number(row, 5, found.discrimination, two)
            if found.point_biserial is not None:
                page.write_number(row, 6, found.point_biserial, two)
            page.write_number(row, 7, found.omitted, share)
            page.write_string(row, 8, DIFFICULTIES[line.difficulty], wrap)
            if line.suggested is not None:
                page.write_string(row, 9, DIFFICULTIES[line.suggested], wrap)
    return buffer.getvalue()


def _summary(analysis: Analysis) -> str:
    paper = analysis.paper
    reliability = "không tính được" if paper.reliability is None else f"{paper.reliability:.2f}".replace(".", ",")
    parts = (
        f"{paper.n} bài",
        f"tỷ lệ đúng trung bình {100 * paper.mean:.1f}%".replace(".", ","),
        f"độ lệch chuẩn {100 * paper.deviation:.1f} điểm phần trăm".replace(".", ","),
        f"độ tin cậy ({METHODS[paper.method]}) {reliability}",
        f"tính lúc {analysis.computed_at.astimezone(LOCAL):%H:%M %d/%m/%Y}",
    )
    return "; ".join(parts)
