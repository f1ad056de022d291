"""Papers to print for a venue without network: every variant (mã đề) with its answer sheet, and the keys apart.

A variant orders questions and choices by HMAC-SHA-256(seed, code, …), so that whoever has the
questions and the seed works out the same papers. The keys never travel with the papers.
"""

import csv
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from itertools import groupby

from docx.document import Document
from docx.image.image import Image
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from core.text import tidy
from questions.documents import page
from questions.documents.page import CENTER, dotted, field, heading_block, paragraph, table, words
from questions.documents.sheet import answer_sheet
from questions.drawing import Slot
from questions.items import CHOICES_MAX, Kind, Media, Situation

LETTERS = "ABCDEFGHIJ"[:CHOICES_MAX]
VARIANTS_MAX = 24
FIRST_CODE = 101
CODES_PER_TABLE = 12
CONFIDENTIAL = "MẬT – CHỈ DÀNH CHO BAN TỔ CHỨC"
PICTURES = ("image/png", "image/jpeg")
PICTURE_WIDTH, PICTURE_HEIGHT = 120.0, 85.0  # millimetres at most
CHOICE_INDENT = 5.0


@dataclass(frozen=True, slots=True)
class PrintedQuestion:
    """A question version to print; ``keys`` are positions in ``choices``."""

    version_id: int
    stem: str
    choices: tuple[str, ...]
    keys: tuple[int, ...]
    kind: Kind = Kind.SINGLE
    shuffle: bool = True
    situation: Situation | None = None


@dataclass(frozen=True, slots=True)
class Printing:
    """What to print. ``minutes`` to answer; ``variants`` is a number from 1 to 24.

    ``organiser`` may have lines: the bodies above it first. ``issued`` is the place and date as
    written under the Tiêu ngữ; empty leaves dots. ``made_at`` (aware) dates the files.
    """

    questions: tuple[PrintedQuestion, ...]
    title: str
    organiser: str
    minutes: int
    variants: int
    seed: bytes
    made_at: datetime
    issued: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """One paper: its code (mã đề), and per number the version and the order of its choices."""

    code: str
    slots: tuple[Slot, ...]


def variants(questions: Sequence[PrintedQuestion], *, seed: bytes, count: int) -> list[Variant]:
    """``count`` papers with codes 101, 102, …, whatever order the questions come in.

    Questions of one situation stand together. True-false questions and those without ``shuffle``
    keep the order of their choices. Raises :class:`ValueError` for no questions, a version given
    twice, or a count outside 1 to 24.
    """
    if not 1 <= count <= VARIANTS_MAX:
        raise ValueError(f"{count} variants; from 1 to {VARIANTS_MAX} can be made")
    if not questions or len({question.version_id for question in questions}) < len(questions):
        raise ValueError("no questions, or one is given twice")
    return [_variant(questions, seed, str(FIRST_CODE + n)) for n in range(count)]


def _variant(questions: Sequence[PrintedQuestion], seed: bytes, code: str) -> Variant:
    together: dict[object, list[PrintedQuestion]] = {}
    for question in questions:
        together.setdefault(question.situation or question.version_id, []).append(question)
    # A group is known by its lowest version: the codes of two situations may be the same.
    groups = sorted(together.values(), key=lambda group: _rank(seed, "group", code, min(q.version_id for q in group)))
    slots: list[Slot] = []
    for group in groups:
        ordered = sorted(group, key=lambda question: _rank(seed, "question", code, question.version_id))
        slots += [Slot(q.version_id, _order(q, seed, code), q.kind is Kind.MULTIPLE) for q in ordered]
    return Variant(code, tuple(slots))


def _order(question: PrintedQuestion, seed: bytes, code: str) -> tuple[int, ...]:
    places = range(len(question.choices))
    if not question.shuffle or question.kind is Kind.TRUE_FALSE:
        return tuple(places)
    return tuple(sorted(places, key=lambda place: _rank(seed, "choice", code, question.version_id, place)))


def _rank(seed: bytes, *parts: object) -> bytes:
    text = "\x1f".join(("printed", *map(str, parts)))
    return hmac.new(seed, text.encode(), hashlib.sha256).digest()


def right_letters(question: PrintedQuestion, slot: Slot) -> str:
    """The letters of the right choices as they stand on the paper: ``B``, ``ACD``."""
    return "".join(LETTERS[place] for place, choice in enumerate(slot.order) if choice in question.keys)


def papers(printing: Printing) -> bytes:
    """One ``.docx``: every variant's paper followed by its answer sheet; no keys in it."""
    document = page.blank(printing.title, printing.made_at)
    _papers(document, printing)
    return page.saved(document)


def keys(printing: Printing) -> bytes:
    """One ``.docx`` for the organisers: which letters are right on every variant."""
    document = page.blank(f"Đáp án – {printing.title}", printing.made_at)
    _keys(document, printing)
    return page.saved(document)


def write(printing: Printing) -> bytes:
    """One ``.docx`` with everything: papers and answer sheets, at its very end the keys."""
    document = page.blank(printing.title, printing.made_at)
    _papers(document, printing)
    page.next_section(document)
    _keys(document, printing)
    return page.saved(document)


def package(printing: Printing) -> bytes:
    """A zip: ``de-101.docx`` …, ``phieu-tra-loi.docx`` for all of them, ``dap-an.docx``, ``dap-an.csv``."""
    files = {}
    for variant in _variants(printing):
        document = page.blank(f"{printing.title} – Mã đề {variant.code}", printing.made_at)
        _paper(document, printing, variant)
        files[f"de-{variant.code}.docx"] = page.saved(document)
    files["phieu-tra-loi.docx"] = _common_sheet(printing)
    files["dap-an.docx"] = keys(printing)
    files["dap-an.csv"] = _keys_csv(printing)
    return page.zipped(files)


def _variants(printing: Printing) -> list[Variant]:
    return variants(printing.questions, seed=printing.seed, count=printing.variants)


def _papers(document: Document, printing: Printing) -> None:
    by_id = {question.version_id: question for question in printing.questions}
    for number, variant in enumerate(_variants(printing)):
        if number:
            page.next_section(document)
        _paper(document, printing, variant)
        page.next_section(document)
        asked = [by_id[slot.version_id] for slot in variant.slots]
        _footer(document, f"Phiếu trả lời – Mã đề {variant.code}")
        answer_sheet(
            document,
            organiser=printing.organiser,
            title=printing.title,
            code=variant.code,
            choices=[len(question.choices) for question in asked],
            several={number for number, one in enumerate(asked, start=1) if one.kind is Kind.MULTIPLE},
        )


def _common_sheet(printing: Printing) -> bytes:
    """The sheet for every variant: each question has as many bubbles as the longest."""
    document = page.blank(f"Phiếu trả lời – {printing.title}", printing.made_at)
    most = max(len(question.choices) for question in printing.questions)
    any_several = any(question.kind is Kind.MULTIPLE for question in printing.questions)
    answer_sheet(
        document,
        organiser=printing.organiser,
        title=printing.title,
        code="",
        choices=[most] * len(printing.questions),
        several=None if any_several else (),
    )
    return page.saved(document)


def _paper(document: Document, printing: Printing, variant: Variant) -> None:
    _footer(document, f"Mã đề {variant.code} – Trang ", end := f"het_{variant.code}")
    heading_block(document, printing.organiser, date_line=printing.issued)
    paragraph(document, "ĐỀ THI TRẮC NGHIỆM", bold=True, size=14, align=CENTER, before=14)
    paragraph(document, page.balanced(printing.title, page.WIDTH, 14), bold=True, size=14, align=CENTER)
    count = len(variant.slots)
    paragraph(document, f"Thời gian làm bài: {printing.minutes} phút", italic=True, align=CENTER, before=3)
    paragraph(document, f"(Đề thi có {count} câu hỏi)", italic=True, align=CENTER)
    paragraph(document, f"Mã đề {variant.code}", bold=True, size=14, align=CENTER, before=6)
    dotted(document, ("Họ và tên:", 105), (" Ngày sinh:", page.WIDTH), before=8)
    dotted(document, ("Đơn vị:", 105), (" Số báo danh:", page.WIDTH))
    _questions(document, printing, variant)
    page.bookmark(paragraph(document, "–––––––– HẾT ––––––––", bold=True, align=CENTER, before=14), end)


def _footer(document: Document, text: str, end: str = "") -> None:
    """``Mã đề 101 – Trang x/y``; ``end`` is a bookmark on the section's last page."""
    line = document.sections[-1].footer.paragraphs[0]
    line.alignment = CENTER
    words(line, text, size=11)
    if end:
        field(line, "PAGE", size=11)
        words(line, "/", size=11)
        page.section_pages(line, end, size=11)


def _questions(document: Document, printing: Printing, variant: Variant) -> None:
    by_id = {question.version_id: question for question in printing.questions}
    numbered = [(number, slot, by_id[slot.version_id]) for number, slot in enumerate(variant.slots, start=1)]
    for situation, group in groupby(numbered, key=lambda one: one[2].situation):
        asked = list(group)
        if situation is not None:
            _situation(document, situation, asked[0][0], asked[-1][0])
        for number, slot, question in asked:
            _question(document, number, question, [question.choices[place] for place in slot.order])


def _question(document: Document, number: int, question: PrintedQuestion, choices: Sequence[str]) -> None:
    stem = page.styled(document, page.QUESTION)
    words(stem, f"Câu {number}. ", bold=True)
    words(stem, question.stem)
    if question.kind is Kind.MULTIPLE:
        words(stem, " (có thể chọn nhiều phương án)", italic=True)
    texts = [tidy(choice) for choice in choices]
    columns = _columns(texts)
    step = (page.WIDTH - CHOICE_INDENT) / columns
    for start in range(0, len(texts), columns):
        line = page.styled(document, page.CHOICE)
        line.paragraph_format.keep_with_next = start + columns < len(texts) or None
        if columns > 1:
            line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Mm(CHOICE_INDENT), Mm(0)
        for place in range(start, min(start + columns, len(texts))):
            if place > start:
                line.paragraph_format.tab_stops.add_tab_stop(Mm(CHOICE_INDENT + step * (place - start)))
                line.add_run("\t")
            words(line, f"{LETTERS[place]}.", bold=True)
            line.add_run(f"{' ' if columns > 1 else chr(9)}{texts[place]}")


def _columns(texts: Sequence[str]) -> int:
    """How many choices stand side by side: 4, 2 or 1; no line is left with a lone one of many."""
    widest = max(page.width_of(f"A. {text}") for text in texts) + 3
    for columns in (4, 2):
        even = len(texts) <= 4 or len(texts) % columns == 0
        if even and widest <= (page.WIDTH - CHOICE_INDENT) / columns:
            return columns
    return 1


def _situation(document: Document, situation: Situation, first: int, last: int) -> None:
    """The shared text in a frame, with its pictures, before its questions."""
    numbers = f"câu {first}" if first == last else f"các câu từ {first} đến {last}"
    heading = _framed(document, f"Đọc tình huống sau và trả lời {numbers}:", bold=True)
    heading.paragraph_format.space_before = Pt(12)
    if situation.title:
        _framed(document, situation.title, bold=True).alignment = CENTER
    lines = [line for line in situation.text.splitlines() if line.strip()]
    for number, line in enumerate(lines, start=1):
        # All of a long text held together would leave half a page empty before it.
        _framed(document, line, keep=number == len(lines))
    for media in situation.media:
        _media(document, media)


def _framed(document: Document, text: str, *, bold: bool = False, keep: bool = True) -> Paragraph:
    line = page.styled(document, page.SITUATION)
    line.paragraph_format.keep_with_next = keep or None
    line.paragraph_format.space_after = Pt(3)
    words(line, text, bold=bold)
    return line


def _media(document: Document, media: Media) -> None:
    """A picture that Word can hold, else words in its place."""
    kind = media.type.partition("/")[0]
    if kind in ("audio", "video"):
        verb = "Nghe" if kind == "audio" else "Xem"
        notice = f"{verb} tệp “{media.name}” do người coi thi phát"
        _framed(document, f"[{notice}. {media.alt}]" if media.alt else f"[{notice}]").runs[0].italic = True
        return
    size = _picture_size(media.data) if media.type in PICTURES else None
    if size is None:
        _framed(document, f"[Hình: {media.alt or media.name}]").runs[0].italic = True
        return
    line = page.styled(document, page.SITUATION)
    line.alignment = CENTER
    line.paragraph_format.keep_with_next = True
    shape = line.add_run().add_picture(BytesIO(media.data), width=Mm(size[0]), height=Mm(size[1]))
    shape._inline.docPr.set("descr", tidy(media.alt))


def _picture_size(data: bytes) -> tuple[float, float] | None:
    """Width and height in millimetres on paper, at 96 dots an inch or smaller; ``None`` if it is no picture."""
    try:
        image = Image.from_blob(data)
        across, down = image.px_width, image.px_height
    except Exception:  # Of a broken picture python-docx raises KeyError, struct.error, even a bare Exception.
        return None
    if not across or not down:
        return None
    scale = min(25.4 / 96, PICTURE_WIDTH / across, PICTURE_HEIGHT / down)
    return across * scale, down * scale


def _keys(document: Document, printing: Printing) -> None:
    """The key tables, up to 12 codes side by side, under a notice on every page."""
    section = document.sections[-1]
    notice = section.header.paragraphs[0]
    notice.alignment = CENTER
    words(notice, CONFIDENTIAL, bold=True, size=14)
    section.header_distance = Mm(8)
    _footer(document, "Đáp án – Trang ", end := "het_dap_an")
    heading_block(document, printing.organiser, date_line=printing.issued)
    paragraph(document, "ĐÁP ÁN", bold=True, size=14, align=CENTER, before=12)
    paragraph(document, page.balanced(printing.title, page.WIDTH, 14), bold=True, size=14, align=CENTER)
    head, *rows = _key_rows(printing)
    for first in range(1, len(head), CODES_PER_TABLE):
        span = slice(first, first + CODES_PER_TABLE)
        codes = head[span]
        of = f"Mã đề {codes[0]}" if len(codes) == 1 else f"Mã đề từ {codes[0]} đến {codes[-1]}"
        caption = paragraph(document, of, italic=True, align=CENTER, before=8, after=4, keep=True)
        caption.paragraph_format.page_break_before = first > 1
        _key_table(document, [[row[0], *row[span]] for row in (["Câu", *head[1:]], *rows)])
    page.bookmark(page.spacer(document, 1), end)


def _key_table(document: Document, rows: Sequence[Sequence[str]]) -> None:
    across = min(20.0, (page.WIDTH - 15) / (len(rows[0]) - 1))
    grid = table(document, [15.0, *[across] * (len(rows[0]) - 1)], len(rows))
    page.repeat_on_each_page(grid.rows[0])
    for line, (row, texts) in enumerate(zip(grid.rows, rows, strict=True)):
        page.keep_whole(row)
        for column, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            paragraph(cell, text, bold=line == 0 or column == 0, size=11, align=CENTER)


def _key_rows(printing: Printing) -> list[list[str]]:
    """A table of texts: the head ``cau, 101, 102, …``, then per question number the right letters."""
    by_id = {question.version_id: question for question in printing.questions}
    papers_ = _variants(printing)
    rows = [["cau", *(variant.code for variant in papers_)]]
    for place in range(len(printing.questions)):
        slots = [variant.slots[place] for variant in papers_]
        rows.append([str(place + 1), *(right_letters(by_id[slot.version_id], slot) for slot in slots)])
    return rows


def _keys_csv(printing: Printing) -> bytes:
    """UTF-8 with BOM, so that Excel reads it as such."""
    text = StringIO()
    csv.writer(text).writerows(_key_rows(printing))
    return text.getvalue().encode("utf-8-sig")
