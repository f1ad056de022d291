"""A sheet as an Excel file. Text cells are written as text, so no formula can slip in."""

from io import BytesIO

import xlsxwriter

from contest.results.queries import SheetView
from core.clock import LOCAL

HEADINGS = ("Hạng", "Họ và tên", "Đơn vị", "Điểm", "Thời gian làm bài (giây)", "Nộp bài lúc")
WIDTHS = (8, 32, 48, 8, 24, 22)


def xlsx(view: SheetView) -> bytes:
    """The sheet as ``.xlsx``: people on the first page, agencies on the second."""
    buffer = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        # The same sheet gives the same bytes, whenever it is downloaded.
        book.set_properties({"created": view.head.frozen_at.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        page = book.add_worksheet("Cá nhân")
        for column, width in enumerate(WIDTHS):
            page.set_column(column, column, width)
        page.write_string(0, 0, f"{view.contest_title} – {view.head.round_title}", bold)
        page.write_string(1, 0, f"Bảng kết quả số {view.head.number} – SHA-256: {view.head.sha256}")
        for column, heading in enumerate(HEADINGS):
            page.write_string(3, column, heading, bold)
        page.freeze_panes(4, 0)
        for row, line in enumerate(view.lines, start=4):
            page.write_number(row, 0, line.rank)
            page.write_string(row, 1, line.name)
            page.write_string(row, 2, line.agency)
            page.write_number(row, 3, line.points)
            page.write_number(row, 4, line.elapsed_ms / 1000)
            local = line.submitted_at.astimezone(LOCAL)
            page.write_string(row, 5, f"{local:%H:%M:%S %d/%m/%Y}")
        units = book.add_worksheet("Đơn vị")
        units.set_column(1, 1, 48)
        for column, heading in enumerate(("Hạng", "Đơn vị", "Số người dự thi", "Điểm trung bình")):
            units.write_string(0, column, heading, bold)
        for row, unit in enumerate(view.agencies, start=1):
            units.write_string(row, 1, unit.agency)
            if unit.rank is None:
                units.write_string(row, 2, "không hiện")
                continue
            units.write_number(row, 0, unit.rank)
            units.write_number(row, 2, unit.takers or 0)
            units.write_number(row, 3, unit.mean_points or 0)
    return buffer.getvalue()
