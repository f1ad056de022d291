"""Word (.docx): reads what people write, writes a file that reads back exactly.

What is written has paragraph styles of its own ("TN Câu hỏi", "TN Phương án", …) and character
styles for labels ("Câu 1. ") and separators; the reader goes by them where they stand, so that no
text can be taken for something else. Everything else is read by how people write; see
``docx_reading``: ``opening`` (the archive), ``walking`` (lines and tables), ``blocks`` (questions,
situations), ``choosing`` (choices), ``keys`` (what is right), ``building`` (items).

What is written follows Nghị định 30/2020/NĐ-CP: A4, Times New Roman 13, margins 20, 20, 30, 15 mm.
"""

import io
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.oxml.shape import CT_Inline
from docx.shared import Emu, Mm, Pt
from lxml import etree

from core.i18n import N_
from core.text import tidy, tidy_lines
from questions.formats.docx_reading.blocks import Parting
from questions.formats.docx_reading.building import Builder, likely_kind
from questions.formats.docx_reading.opening import W, opened
from questions.formats.docx_reading.pictures import picture_size, picture_type
from questions.formats.docx_reading.roles import (
    KIND_NAMES,
    LABEL_STYLE,
    LETTERS,
    LEVELS,
    SEPARATOR_STYLE,
    Field,
    Role,
)
from questions.formats.docx_reading.tables import flattened
from questions.formats.docx_reading.walking import Walker
from questions.items import Bundle, Item, Media, Problem, Reading, Situation, checked, tidied

_WIDTH = Mm(120)
_HEIGHT = Mm(90)
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def read(data: bytes) -> Reading:
    """Questions and situations of a Word file; what cannot be understood is a problem at its place."""
    file = opened(data)
    walker = Walker(file)
    parting = Parting(list(flattened(walker.pieces())))
    builder = Builder(file)
    found = [one for block in parting.blocks if (one := builder.question(block)) is not None]
    situations = tuple(builder.situation(telling) for telling in parting.tellings)
    good, faulty = checked(found)
    known = {situation.code for situation in situations}
    lost = [
        Problem(one.at, N_("Tệp không có tình huống “%(code)s” mà câu hỏi dẫn tới."), {"code": one.item.situation})
        for one in good
        if one.item.situation and one.item.situation not in known
    ]
    problems = [*builder.problems, *faulty, *lost]
    if not parting.blocks:
        reason = N_("Không thấy câu hỏi nào. Đề nghị ghi mỗi câu theo mẫu: Câu 1. …, A. …, B. …, Đáp án: A.")
        problems.append(Problem("Tệp", reason, {}))
    notes = [*parting.notes, *builder.notes]
    if walker.footnotes:
        notes.append(Problem("Tệp", N_("Chú thích cuối trang, cuối tài liệu không được đưa vào."), {}))
    return Reading(good, situations, tuple(problems), tuple(notes))


def losses(item: Item, situation: Situation | None = None) -> list[str]:
    """A situation that is not there, and media that are no PNG or JPEG pictures."""
    if item.situation and situation is None:
        return [N_("Tệp Word không có tình huống của câu hỏi.")]
    if situation is not None and not all(map(_is_picture, situation.media)):
        return [N_("Âm thanh, phim và hình không phải PNG, JPEG của tình huống không đưa được vào tệp Word.")]
    return []


def write(bundle: Bundle) -> bytes:
    """A Word file with the questions in their order, each situation before its first question.

    Situations stand in the order of use, those that no question uses at the end.
    """
    writer = _Writer()
    situations = {tidy(one.code): one for one in bundle.situations}
    written: set[str] = set()
    current = ""
    for number, raw in enumerate(bundle.items, start=1):
        item = tidied(raw)
        code = item.situation if item.situation in situations else ""
        elsewhere = code if code in written and code != current else ""
        wanted = "" if elsewhere else code
        if current and wanted != current:
            writer.paragraph(Role.SITUATION_END, "Hết tình huống")
        if wanted and wanted != current:
            writer.situation(situations[wanted])
            written.add(wanted)
        current = wanted
        writer.question(number, item, elsewhere)
    if current:
        writer.paragraph(Role.SITUATION_END, "Hết tình huống")
    for code, situation in situations.items():
        if code not in written:
            writer.situation(situation)
            writer.paragraph(Role.SITUATION_END, "Hết tình huống")
    return writer.saved()


def _is_picture(media: Media) -> bool:
    return bool(media.name.strip()) and picture_type(media.data) == media.type


def _lines_of(item: Item, situation: str) -> Iterator[tuple[Field, tuple[str, ...]]]:
    """The labelled lines of a question under its choices; texts are parted by separators."""
    yield Field.KEY, (", ".join(LETTERS[key] for key in item.keys),)
    if item.kind is not likely_kind(item.choices, item.keys):
        yield Field.KIND, (KIND_NAMES[item.kind],)
    if not item.shuffle:
        yield Field.SHUFFLE, ("không",)
    if item.explanation:
        yield Field.EXPLANATION, (item.explanation,)
    for citation in item.citations:
        yield Field.CITATION, (citation.document, citation.article)
    if item.difficulty is not None:
        yield Field.DIFFICULTY, (LEVELS[item.difficulty],)
    if item.tags:
        yield Field.TAGS, item.tags
    for field, text in (
        (Field.TOPIC, item.topic),
        (Field.SOURCE, item.source),
        (Field.CODE, item.code),
        (Field.SITUATION, situation),
    ):
        if text:
            yield field, (text,)


class _Writer:
    """A document that is being written."""

    def __init__(self) -> None:
        self._document: Document = docx.Document()
        self._pictures = 0
        _lay_out(self._document)
        _make_styles(self._document)
        self._styles = {style.name: style.style_id for style in self._document.styles}
        self._end = self._document.element.body.sectPr

    def question(self, number: int, item: Item, situation: str) -> None:
        """A question; ``situation`` is named where the question does not stand under it."""
        self.paragraph(Role.QUESTION, f"Câu {number}. ", item.stem)
        for letter, choice in zip(LETTERS, item.choices, strict=False):
            self.paragraph(Role.CHOICE, f"{letter}. ", choice)
        for field, texts in _lines_of(item, situation):
            separator = " | " if field is Field.CITATION else "; "
            self.paragraph(Role.KEY if field is Field.KEY else Role.FIELD, f"{field}: ", *texts, separator=separator)

    def situation(self, situation: Situation) -> None:
        """A situation with its pictures; of other media their words, as a remark that is not read back."""
        self.paragraph(Role.SITUATION, "Tình huống ", tidy(situation.code), tidy(situation.title), separator=": ")
        self.paragraph(Role.SITUATION_TEXT, "", tidy_lines(situation.text))
        for media in situation.media:
            if _is_picture(media):
                self._picture(media)
            else:
                self.paragraph(Role.SITUATION_TEXT, tidy(f"[{media.name}: {media.alt}]"))

    def paragraph(self, role: Role, label: str, *texts: str, separator: str = "") -> etree._Element:
        """A paragraph: its label, then texts with separators between; lines of a text stay lines."""
        # Built by hand: python-docx takes a millisecond for a paragraph.
        made = self._document.element.makeelement(f"{W}p")
        self._end.addprevious(made)
        etree.SubElement(etree.SubElement(made, f"{W}pPr"), f"{W}pStyle").set(f"{W}val", self._styles[role.value])
        if label:
            self._run(made, label, LABEL_STYLE)
        for at, text in enumerate(texts):
            if at:
                self._run(made, separator, SEPARATOR_STYLE)
            if text:
                self._run(made, text)
        return made

    def _run(self, paragraph: etree._Element, text: str, style: str = "") -> etree._Element:
        run = etree.SubElement(paragraph, f"{W}r")
        if style:
            etree.SubElement(etree.SubElement(run, f"{W}rPr"), f"{W}rStyle").set(f"{W}val", self._styles[style])
        for at, line in enumerate(text.split("\n")):
            if at:
                etree.SubElement(run, f"{W}br")
            shown = etree.SubElement(run, f"{W}t")
            shown.set(_SPACE, "preserve")
            shown.text = line
        return run

    def saved(self) -> bytes:
        """The bytes of the file."""
        stream = io.BytesIO()
        self._document.save(stream)
        return stream.getvalue()

    def _picture(self, media: Media) -> None:
        """Embed the bytes as they are: python-docx would refuse a picture whose header it dislikes."""
        self._pictures += 1
        ending = media.type.rpartition("/")[2]
        part = Part(
            PackURI(f"/word/media/hinh{self._pictures}.{ending}"), media.type, media.data, self._document.part.package
        )
        relation = self._document.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
        width, height = picture_size(media.data) or (4, 3)
        scale = min(_WIDTH / width, _HEIGHT / height)
        inline = CT_Inline.new_pic_inline(
            self._pictures, relation, tidy(media.name), Emu(int(width * scale) or 1), Emu(int(height * scale) or 1)
        )
        inline.docPr.set("name", tidy(media.name))
        inline.docPr.set("descr", tidy(media.alt))
        paragraph = self.paragraph(Role.SITUATION_TEXT, "")
        etree.SubElement(paragraph[0], f"{W}jc").set(f"{W}val", "center")
        etree.SubElement(self._run(paragraph, ""), f"{W}drawing").append(inline)


def _lay_out(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(13)
    # Word takes letters with Vietnamese accents from this one.
    fonts = normal.element.rPr.rFonts
    for script in ("w:eastAsia", "w:cs"):
        fonts.set(qn(script), "Times New Roman")
    normal.paragraph_format.space_after = Pt(3)


def _make_styles(document: Document) -> None:
    for name in (LABEL_STYLE, SEPARATOR_STYLE):
        document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
    document.styles[LABEL_STYLE].font.bold = True
    for role in Role:
        style = document.styles.add_style(role.value, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.quick_style = True
        if role in (Role.QUESTION, Role.SITUATION):
            style.paragraph_format.space_before = Pt(10)
            style.paragraph_format.keep_with_next = True
        if role in (Role.CHOICE, Role.KEY, Role.FIELD):
            style.paragraph_format.left_indent = Mm(8)
        if role is Role.CHOICE:
            style.paragraph_format.keep_with_next = True
