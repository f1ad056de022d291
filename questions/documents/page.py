"""Page set-up, styles and building blocks that the Word documents share.

Layout of Nghị định 30/2020/NĐ-CP, Phụ lục I, mục I and II: A4, Times New Roman, margins 20 mm top
and bottom, 30 mm left, 15 mm right; Quốc hiệu 12–13 and Tiêu ngữ 13–14 bold at the top right, the
organiser at the top left; the page number centred in the top margin, not shown on page 1.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from math import ceil
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENTATION, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_LEADER
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.font import Font
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from core.text import tidy, tidy_lines

FONT = "Times New Roman"
BODY = 13
LEFT = WD_ALIGN_PARAGRAPH.LEFT
CENTER = WD_ALIGN_PARAGRAPH.CENTER
RIGHT = WD_ALIGN_PARAGRAPH.RIGHT
JUSTIFY = WD_ALIGN_PARAGRAPH.JUSTIFY
WIDTH = 165.0  # millimetres between the margins of an upright page
LANDSCAPE_WIDTH = 252.0

QUESTION, CHOICE, SITUATION = "Câu hỏi", "Phương án", "Tình huống"
_DATE_LINE = "………………, ngày …… tháng …… năm ………"
_NARROW = frozenset("ijltfrI.,;:'!|/()[]- \u00a0")
_WIDE = frozenset("mwMW%…—@")
# What follows these in a paragraph's and a section's properties (ECMA-376 part 1, 17.3.1.26 and 17.6.17).
_AFTER_BORDERS = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")
_AFTER_NUMBERING = ("w:cols", "w:vAlign", "w:noEndnote", "w:titlePg", "w:textDirection", "w:docGrid")


def blank(title: str, made_at: datetime) -> Document:
    """An empty upright document; ``made_at`` (aware) is the only date in it, and it names no author."""
    document = docx.Document()
    about = document.core_properties
    about.title, about.author, about.last_modified_by, about.comments = tidy(title)[:255], "", "", ""
    about.created = about.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    about.language = "vi-VN"
    _set_up_styles(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = section.footer_distance = Mm(10)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    numbering = parse_xml(f'<w:pgNumType {nsdecls("w")} w:start="1"/>')
    section._sectPr.insert_element_before(numbering, *_AFTER_NUMBERING)
    return document


def _set_up_styles(document: Document) -> None:
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    set_font(normal.font, FONT)
    normal.font.size = Pt(BODY)
    normal.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="vi-VN"/>'))
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.0
    question, choice, situation = (_new_style(document, name, normal) for name in (QUESTION, CHOICE, SITUATION))
    question.paragraph_format.space_before = Pt(7)
    question.paragraph_format.keep_with_next = question.paragraph_format.keep_together = True
    question.paragraph_format.alignment = JUSTIFY
    choice.paragraph_format.space_before = Pt(2)
    choice.paragraph_format.left_indent, choice.paragraph_format.first_line_indent = Mm(12), Mm(-7)
    choice.paragraph_format.keep_together = True
    situation.paragraph_format.left_indent = situation.paragraph_format.right_indent = Mm(2)
    situation.paragraph_format.alignment = JUSTIFY
    _borders(situation.element.get_or_add_pPr(), top=4, left=4, bottom=4, right=4)


def _new_style(document: Document, name: str, base: ParagraphStyle) -> ParagraphStyle:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.base_style, style.quick_style = base, True
    return style


def set_font(font: Font, name: str) -> None:
    """One font for every script; python-docx itself sets it for Latin letters only."""
    font.name = name
    fonts = font._element.rPr.rFonts
    for script in ("w:eastAsia", "w:cs"):
        fonts.set(qn(script), name)


def next_section(document: Document, *, landscape: bool = False) -> Section:
    """A new section that starts on a fresh leaf even when both sides are printed, its pages counted from 1."""
    # Not ODD_PAGE: two pages numbered 1 part the leaves as well, and LibreOffice loses the top margin there.
    section = document.add_section(WD_SECTION.NEW_PAGE)
    # The mark of a section's end is a paragraph; a full line of it could open an empty page.
    _low(Paragraph(document.element.body[-2], document._body), 1)
    if landscape:
        section.orientation = WD_ORIENTATION.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    return section


def number_pages_on_top(section: Section) -> None:
    """The page number centred in the top margin, not on the section's first page (NĐ 30, Phụ lục I, I.7)."""
    section.different_first_page_header_footer = True
    line = section.header.paragraphs[0]
    line.alignment = CENTER
    field(line, "PAGE")


def field(paragraph: Paragraph, code: str, *, size: float = BODY) -> None:
    """A field that Word works out, such as ``PAGE``."""
    half_points = round(size * 2)
    run = f'<w:r><w:rPr><w:sz w:val="{half_points}"/></w:rPr><w:t>1</w:t></w:r>'
    paragraph._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{escape(code)}">{run}</w:fldSimple>'))


def bookmark(line: Paragraph, name: str) -> None:
    """Name this place, for :func:`section_pages`."""
    number = len(line.part.element.findall(f".//{qn('w:bookmarkStart')}"))
    start = f'<w:bookmarkStart {nsdecls("w")} w:id="{number}" w:name="{escape(name)}"/>'
    line._p.append(parse_xml(start))
    line._p.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{number}"/>'))


def section_pages(line: Paragraph, end: str, *, size: float = BODY) -> None:
    """How many pages the section has, counted from 1; ``end`` is a bookmark on its last page.

    Word counts by SECTIONPAGES. LibreOffice does not know it and shows the field's last result,
    which here is another field: the page on which ``end`` stands.
    """
    line._p.append(_field_part('<w:fldChar w:fldCharType="begin"/>', size))
    line._p.append(_field_part("<w:instrText>SECTIONPAGES</w:instrText>", size))
    line._p.append(_field_part('<w:fldChar w:fldCharType="separate"/>', size))
    field(line, f"PAGEREF {end}", size=size)
    line._p.append(_field_part('<w:fldChar w:fldCharType="end"/>', size))


def _field_part(content: str, size: float) -> BaseOxmlElement:
    half_points = round(size * 2)
    return parse_xml(f'<w:r {nsdecls("w")}><w:rPr><w:sz w:val="{half_points}"/></w:rPr>{content}</w:r>')


def paragraph(
    parent: Document | _Cell,
    text: str = "",
    *,
    bold: bool = False,
    italic: bool = False,
    size: float | None = None,
    align: WD_ALIGN_PARAGRAPH | None = None,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
) -> Paragraph:
    """A paragraph at the end of a document or cell; ``keep`` holds it to the next one. Sizes in points."""
    made = _first_if_unused(parent) or parent.add_paragraph()
    layout = made.paragraph_format
    if align is not None:
        made.alignment = align
    if before:
        layout.space_before = Pt(before)
    if after:
        layout.space_after = Pt(after)
    if keep:
        layout.keep_with_next = True
    if text:
        words(made, text, bold=bold, italic=italic, size=size)
    return made


def styled(document: Document, style: str) -> Paragraph:
    """An empty paragraph in one of this module's styles.

    python-docx looks for a style's id by its name among all styles: half the time of writing papers.
    """
    line = document.add_paragraph()
    line._p.style = style.replace(" ", "")
    return line


def _first_if_unused(parent: Document | _Cell) -> Paragraph | None:
    """The empty paragraph that every new cell holds."""
    if isinstance(parent, _Cell) and len(parent.paragraphs) == 1 and not parent.paragraphs[0].runs:
        return parent.paragraphs[0]
    return None


def words(line: Paragraph, text: str, *, bold: bool = False, italic: bool = False, size: float | None = None) -> Run:
    """A run of ``text`` without the characters that XML does not allow."""
    lead, tail = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
    run = line.add_run(f"{lead}{tidy_lines(text)}{tail}" if text.strip() else text)
    run.bold, run.italic = bold or None, italic or None
    if size is not None:
        run.font.size = Pt(size)
    return run


def dotted(parent: Document | _Cell, *parts: tuple[str, float], before: float = 6) -> Paragraph:
    """A line to fill in: each label followed by dots up to its place in millimetres."""
    line = paragraph(parent, before=before)
    stops = line.paragraph_format.tab_stops
    for label, end in parts:
        stops.add_tab_stop(Mm(end - 2), leader=WD_TAB_LEADER.DOTS)
        line.add_run(f"{label}\t")
    # In a cell, LibreOffice draws dots for a tab only when something follows it.
    line.add_run(".")
    return line


def rule(parent: Document | _Cell, *, width: float, length: float) -> Paragraph:
    """A thin line of ``length`` millimetres in the middle of ``width``."""
    line = paragraph(parent)
    _low(line, 4)
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Mm((width - length) / 2)
    _borders(line._p.get_or_add_pPr(), bottom=6)
    return line


def spacer(parent: Document | _Cell, height: float) -> Paragraph:
    """An empty paragraph ``height`` points high."""
    line = paragraph(parent)
    _low(line, height)
    return line


def _low(line: Paragraph, height: float) -> None:
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.paragraph_format.line_spacing = Pt(height)


def heading_block(document: Document, organiser: str, *, number: str = "", date_line: str | None = "") -> None:
    """The head of an official paper: organiser and number left; Quốc hiệu, Tiêu ngữ and date right.

    Lines of ``organiser`` before its last are the bodies above it (cơ quan chủ quản), not bold. An
    empty ``date_line`` leaves dots to fill in; ``None`` leaves it out.
    """
    left_width, right_width = 70.0, 95.0
    left, right = table(document, [left_width, right_width], 1, grid=False).rows[0].cells
    *above, own = organiser.strip().splitlines() or [""]
    for line in above:
        paragraph(left, balanced(line.upper(), left_width, 12), size=12, align=CENTER)
    paragraph(left, balanced(own.upper(), left_width, 12), bold=True, size=12, align=CENTER)
    rule(left, width=left_width, length=24)
    if number:
        paragraph(left, number, align=CENTER, before=6)
    paragraph(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12, align=CENTER)
    paragraph(right, "Độc lập - Tự do - Hạnh phúc", bold=True, size=13, align=CENTER)
    rule(right, width=right_width, length=57)
    if date_line is not None:
        paragraph(right, date_line or _DATE_LINE, italic=True, align=CENTER, before=6)


def table(
    document: Document | _Cell, widths: Sequence[float], rows: int, *, grid: bool = True, air: float = 0
) -> Table:
    """A table of fixed column ``widths`` in millimetres; without ``grid`` no borders and no cell margins.

    ``air`` is the room above and below each cell's text, in millimetres.
    """
    made = document.add_table(rows, len(widths))
    if grid:
        made.style = "Table Grid"
    made.autofit = False
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    side = 1.2 if grid else 0.0
    room = {"top": air, "left": side, "bottom": air, "right": side}
    margins = "".join(f'<w:{edge} w:w="{Mm(room[edge]).twips}" w:type="dxa"/>' for edge in _EDGES)
    made._tblPr.insert_element_before(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"), "w:tblLook")
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    for row in made.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    return made


def repeat_on_each_page(row: _Row) -> None:
    """Show this row again on top of every page that its table reaches."""
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))


def keep_whole(row: _Row) -> None:
    """Do not part this row between two pages."""
    row._tr.get_or_add_trPr().insert(0, parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))


def cell_borders(cell: _Cell, **eighths: int) -> None:
    """Borders of one cell by edge (top, left, bottom, right), in eighths of a point."""
    edges = "".join(f'<w:{e} w:val="single" w:sz="{eighths[e]}"/>' for e in _EDGES if e in eighths)
    properties = cell._tc.get_or_add_tcPr()
    borders = parse_xml(f"<w:tcBorders {nsdecls('w')}>{edges}</w:tcBorders>")
    properties.insert_element_before(borders, "w:shd", "w:noWrap", "w:tcMar", "w:vAlign")


_EDGES = ("top", "left", "bottom", "right")


def _borders(properties: BaseOxmlElement, **eighths: int) -> None:
    edges = "".join(f'<w:{e} w:val="single" w:sz="{eighths[e]}" w:space="4"/>' for e in _EDGES if e in eighths)
    properties.insert_element_before(parse_xml(f"<w:pBdr {nsdecls('w')}>{edges}</w:pBdr>"), *_AFTER_BORDERS)


def width_of(text: str, points: float = BODY) -> float:
    """About how many millimetres ``text`` takes in one line of Times New Roman; rather too many."""
    return sum(map(_em, unicodedata.normalize("NFC", text))) * points * 25.4 / 72


def _em(char: str) -> float:
    base = unicodedata.normalize("NFD", char)[0]
    if base in _NARROW:
        return 0.34
    if base in _WIDE or ord(base) > 0x2000:
        return 1.0
    return 0.75 if base.isupper() else 0.53


def balanced(text: str, width: float, points: float) -> str:
    """``text`` broken into lines of about the same length, for a centred heading ``width`` millimetres wide."""
    lines = ceil(width_of(text, points) / width)
    even = width_of(text, points) / lines if lines else 0.0
    broken = [""]
    for word in text.split():
        longer = f"{broken[-1]} {word}".strip()
        if len(broken) < lines and broken[-1] and width_of(longer, points) - width_of(word, points) / 2 > even:
            broken.append(word)
        else:
            broken[-1] = longer
    return "\n".join(broken)


def day(value: date) -> str:
    """``05/02/2026``, ``05/7/2026``: days below 10 and months below 3 take a zero (NĐ 30, Phụ lục I, II.4)."""
    return f"{value.day:02d}/{month(value)}/{value.year}"


def month(value: date) -> str:
    """The month's number as official papers write it: ``01``, ``02``, ``3`` … ``12``."""
    return f"{value.month:02d}" if value.month < 3 else str(value.month)


def saved(document: Document) -> bytes:
    """The ``.docx``; the same document gives the same bytes."""
    buffer = BytesIO()
    document.save(buffer)
    with ZipFile(buffer) as parts:
        return zipped({name: parts.read(name) for name in parts.namelist()})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of ``files`` in their order, none of which bears a time."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name), data, ZIP_DEFLATED)
    return buffer.getvalue()
