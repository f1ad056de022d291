"""The form of a question: read, judged at its fields, and as the plain data that the bank stores."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, ValidationError

from core.text import tidy, tidy_lines
from core.web.forms import at_most
from questions.bank.models import QuestionVersion, SituationVersion
from questions.bank.queries import TopicRow
from questions.desk.workplace import DIFFICULTIES, KINDS
from questions.items import (
    CHOICES_MAX,
    EXPLANATION_MAX,
    STEM_MAX,
    TRUE_FALSE,
    Citation,
    Item,
    Kind,
    faults,
    tidied,
)

CITATIONS_MAX = 5
TAGS_MAX = 10


def line(text: str | None) -> str:
    """What was typed into a field of one line, tidy."""
    return tidy(text or "")


def lines(text: str | None) -> str:
    """What was typed into a field of several lines, tidy."""
    return tidy_lines(text or "")


class Texts(Field):
    """Every value sent under one name, in the order of the page: rows that may be added and moved."""

    def process_data(self, value: Any) -> None:
        """Take over stored texts."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take over what was sent, tidy; rows left empty at the end are no rows."""
        texts = [tidy(text) for text in valuelist]
        while texts and not texts[-1]:
            texts.pop()
        self.data = texts


class Places(Field):
    """Positions of ticked rows, from 0; what is no position of a row is left out."""

    def process_data(self, value: Any) -> None:
        """Take over stored positions."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take over what was ticked."""
        rows = {str(place) for place in range(CHOICES_MAX)}
        self.data = sorted({int(text) for text in valuelist if text in rows})


class Pick(SelectField):
    """A list to choose from, with a sentence of ours for a value that is not in it."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not offered."""
        if self.data not in {str(choice.value) for choice in self.choices or ()}:
            raise ValidationError(_l("Đề nghị chọn một mục trong danh sách."))


class QuestionForm(FlaskForm):
    """Soạn hoặc sửa câu hỏi. ``based_on`` is the hash of the wording that the editor sees."""

    based_on = HiddenField()
    kind = RadioField(
        _l("Loại câu"), choices=[SelectChoice(*kind) for kind in KINDS.items()], default="single", validate_choice=False
    )
    stem = TextAreaField(
        _l("Nội dung câu hỏi"), [DataRequired(_l("Đề nghị nhập nội dung câu hỏi.")), at_most(STEM_MAX)], [lines]
    )
    choices = Texts(_l("Phương án"))
    keys = Places(_l("Phương án đúng"))
    truth = RadioField(
        _l("Đáp án"),
        choices=[SelectChoice("0", TRUE_FALSE[0]), SelectChoice("1", TRUE_FALSE[1])],
        validate_choice=False,
    )
    in_order = BooleanField(_l("Giữ nguyên thứ tự phương án"))
    explanation = TextAreaField(_l("Lời giải thích"), [at_most(EXPLANATION_MAX)], [lines])
    documents = Texts(_l("Văn bản"))
    articles = Texts(_l("Điều, khoản, điểm"))
    topic = Pick(_l("Chủ đề"), choices=[])
    difficulty = Pick(
        _l("Mức độ"), choices=[SelectChoice(str(level), words) for level, words in DIFFICULTIES.items()], default="2"
    )
    situation = Pick(_l("Tình huống"), choices=[], default="")
    tags = StringField(_l("Thẻ"), filters=[line])
    source = StringField(_l("Nguồn"), [at_most(300)], [line])

    def offer(self, topics: list[TopicRow], situations: list[SituationVersion]) -> "QuestionForm":
        """Fill the lists to choose from."""
        self.topic.choices = [SelectChoice("", _l("Chọn chủ đề"))] + [
            SelectChoice(topic.code, "– " * topic.depth + topic.name) for topic in topics
        ]
        self.situation.choices = [SelectChoice("", _l("Không có"))] + [
            SelectChoice(str(row.id), f"{row.code} · {row.title or row.text[:60]}") for row in situations
        ]
        return self

    def fill(self, item: Item, version: QuestionVersion) -> None:
        """Show a stored wording."""
        self.refer(item, version)
        self.based_on.data = version.sha256
        self.stem.data, self.explanation.data = item.stem, item.explanation
        self.in_order.data = not item.shuffle
        if item.kind is Kind.TRUE_FALSE:
            self.truth.data = str(item.keys[0])
        else:
            self.choices.data, self.keys.data = list(item.choices), list(item.keys)

    def refer(self, item: Item, version: QuestionVersion) -> None:
        """Show what the next question usually has in common with this one."""
        self.kind.data, self.difficulty.data, self.topic.data = item.kind.value, str(item.difficulty), item.topic
        self.documents.data = [citation.document for citation in item.citations]
        self.articles.data = [citation.article for citation in item.citations]
        self.situation.data = str(version.situation_id or "")
        self.tags.data, self.source.data = ", ".join(item.tags), item.source

    def item(self) -> Item:
        """What was typed as plain data, whatever it is worth; the situation is the view's."""
        kind = Kind(self.kind.data) if self.kind.data in KINDS else Kind.SINGLE
        true_false = kind is Kind.TRUE_FALSE
        keys = [int(self.truth.data)] if self.truth.data in ("0", "1") else []
        return tidied(
            Item(
                stem=self.stem.data or "",
                choices=TRUE_FALSE if true_false else tuple(self.choices.data),
                keys=tuple(keys if true_false else self.keys.data),
                kind=kind,
                shuffle=not self.in_order.data,
                explanation=self.explanation.data or "",
                citations=tuple(Citation(*row) for row in self.citation_rows() if row[0]),
                topic=self.topic.data or "",
                difficulty=int(self.difficulty.data) if self.difficulty.data in ("1", "2", "3") else None,
                tags=tuple((self.tags.data or "").split(",")),
                source=self.source.data or "",
            )
        )

    def citation_rows(self) -> list[tuple[str, str]]:
        """(document, article) of each row that is not empty, in their order."""
        count = max(len(self.documents.data), len(self.articles.data))
        rows = [(texts + [""] * count) for texts in (self.documents.data, self.articles.data)]
        return [pair for pair in zip(*(row[:count] for row in rows), strict=True) if any(pair)]

    def validate_kind(self, field: Field) -> None:
        """One of the kinds that we know."""
        if field.data not in KINDS:
            raise ValidationError(_l("Đề nghị chọn loại câu."))

    def validate_choices(self, field: Field) -> None:
        """What a question's choices and keys must be, in the bank's own sentences."""
        asked = self.item()
        if asked.kind is Kind.TRUE_FALSE:
            return
        only = Item(stem="?", choices=asked.choices, keys=asked.keys, kind=asked.kind)
        field.errors = [*field.errors, *(gettext(message, **params) for message, params in faults(only))]

    def validate_truth(self, field: Field) -> None:
        """A statement is true or false."""
        if self.kind.data == Kind.TRUE_FALSE and field.data not in ("0", "1"):
            raise ValidationError(_l("Chưa chọn đáp án: Đúng hoặc Sai."))

    def validate_documents(self, field: Field) -> None:
        """A citation names its document; both fit their columns."""
        rows = self.citation_rows()
        if len(rows) > CITATIONS_MAX:
            raise ValidationError(_l("Mỗi câu hỏi ghi tối đa 5 căn cứ."))
        if any(not document for document, _ in rows):
            raise ValidationError(_l("Có điều, khoản chưa ghi thuộc văn bản nào."))
        if any(len(document) > 300 or len(article) > 200 for document, article in rows):
            raise ValidationError(_l("Căn cứ dài quá: tên văn bản đến 300 ký tự, điều khoản đến 200 ký tự."))

    def validate_topic(self, field: Field) -> None:
        """Every question has a topic."""
        if not field.data:
            raise ValidationError(_l("Đề nghị chọn chủ đề."))

    def validate_tags(self, field: Field) -> None:
        """Few and short."""
        tags = self.item().tags
        if len(tags) > TAGS_MAX or any(len(tag) > 60 for tag in tags):
            raise ValidationError(_l("Tối đa 10 thẻ, mỗi thẻ không dài quá 60 ký tự."))
