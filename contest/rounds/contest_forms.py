"""The organiser's forms for contests: what a contest says of itself, its template, what holds over all rounds."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, ValidationError

from contest.rounds.prizes import ContestRules
from contest.rounds.queries import ContestView
from contest.rounds.rules import AgencyMeasure, AgencyPrize, Prize
from contest.rounds.templates.every import EVERY, usable
from contest.rounds.templates.model import Template
from core.web.forms import WholeNumber, at_most, between

NEEDED_TEXT = DataRequired(_l("Đề nghị điền mục này."))  # spaces are nothing
YEARS = range(2000, 2101)
BASICS = ("title", "organiser", "contact", "introduction")
BLANK_ROWS = 2
ROWS_MAX = 20
MEASURES = {
    AgencyMeasure.TAKERS: _l("Số người dự thi"),
    AgencyMeasure.ATTEMPTS: _l("Số lượt thi"),
    AgencyMeasure.RATE: _l("Tỷ lệ tham gia, rồi điểm trung bình"),
    AgencyMeasure.MEAN: _l("Điểm trung bình"),
    AgencyMeasure.WINNERS: _l("Số người đạt giải"),
}
CRITERIA = [
    SelectChoice("", _l("Không dùng")),
    SelectChoice("elapsed", _l("Tổng thời gian làm bài ngắn hơn")),
    SelectChoice("submitted_at", _l("Bài cuối cùng nộp sớm hơn")),
    SelectChoice("lots", _l("Bốc thăm")),
]


class BasicsForm(FlaskForm):
    """What a contest says of itself."""

    title = StringField(_l("Tên cuộc thi"), [NEEDED_TEXT, at_most(300)])
    organiser = StringField(_l("Đơn vị tổ chức"), [NEEDED_TEXT, at_most(200)])
    contact = StringField(_l("Liên hệ hỗ trợ"), [at_most(300)])
    introduction = TextAreaField(_l("Giới thiệu"), [at_most(5000)])

    def values(self) -> dict[str, Any]:
        """What the verbs take, by name."""
        return {name: self[name].data or "" for name in BASICS}


class Day(DateField):
    """A day, with a sentence of ours for everything else; an empty field is ``None``."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if text:
            try:
                self.data = date.fromisoformat(text)
            except ValueError:
                raise ValueError(_l("Đề nghị nhập ngày có thật.")) from None


class NewContestForm(BasicsForm):
    """Tạo cuộc thi: from nothing (an empty template) or from a template and its first day."""

    template = RadioField(
        _l("Thể lệ"),
        choices=[SelectChoice("", _l("Tự thiết lập")), *(SelectChoice(t.code, t.name) for t in EVERY if not t.refused)],
        default="",
    )
    first_day = Day(_l("Ngày đầu tiên của vòng thi đầu tiên"))

    @property
    def chosen(self) -> Template | None:
        """The template that was chosen."""
        return usable(self.template.data or "")

    def validate_first_day(self, field: DateField) -> None:
        """A template needs its first day."""
        if self.template.data and not field.process_errors:
            if field.data is None:
                raise ValidationError(_l("Đề nghị chọn ngày đầu tiên của vòng thi đầu tiên."))
            if field.data.year not in YEARS:
                raise ValidationError(_l("Đề nghị chọn năm từ 2000 đến 2100."))


class PrizeRow(Form):
    """A prize for people; a row without name and count is none."""

    name = StringField(_l("Tên giải"), [at_most(100)])
    count = WholeNumber(_l("Số lượng"), [Optional(), between(1, 1000)])
    value = StringField(_l("Giá trị"), [at_most(200)])

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not ((self.name.data or "").strip() or self.count.data or (self.value.data or "").strip())

    def validate_name(self, field: StringField) -> None:
        """A prize with a name has a number, and the other way round."""
        if not self.empty and not ((field.data or "").strip() and self.count.data):
            raise ValidationError(_l("Mỗi giải cần tên và số lượng."))


class AgencyPrizeRow(PrizeRow):
    """A collective prize."""

    by = SelectField(_l("Căn cứ xét"), choices=[SelectChoice(m.value, words) for m, words in MEASURES.items()])
    each_bloc = BooleanField(_l("Mỗi khối một bộ giải"))
    floor = WholeNumber(_l("Tham gia tối thiểu (phần trăm)"), [Optional(), between(0, 100)])


class ContestForm(BasicsForm):
    """Sửa cuộc thi, with what holds over all rounds."""

    overall = BooleanField(_l("Xếp hạng chung cuộc theo tổng kết quả các vòng thi"))
    rounds_required = WholeNumber(_l("Số vòng thi phải tham gia"), [Optional(), between(1, 52)])
    second = SelectField(_l("Tiêu chí thứ hai"), choices=CRITERIA)
    third = SelectField(_l("Tiêu chí thứ ba"), choices=CRITERIA)
    fourth = SelectField(_l("Tiêu chí thứ tư"), choices=CRITERIA)
    one_prize = BooleanField(_l("Mỗi người nhận nhiều nhất một giải cá nhân trong cả cuộc thi"))
    prizes = FieldList(FormField(PrizeRow), _l("Giải cá nhân chung cuộc"), max_entries=ROWS_MAX)
    agency_prizes = FieldList(FormField(AgencyPrizeRow), _l("Giải tập thể toàn cuộc thi"), max_entries=ROWS_MAX)

    @classmethod
    def of(cls, contest: ContestView, *, locked: bool) -> "ContestForm":
        """The form as stored, or as it was sent; ``locked`` only with what a contest says of itself."""
        second, third, fourth = (*contest.rules.criteria[1:], "", "", "")[:3]
        stored = {name: getattr(contest, name) for name in BASICS}
        form = cls(
            data={
                **stored,
                "overall": contest.rules.overall,
                "rounds_required": contest.rules.rounds_required,
                "second": second,
                "third": third,
                "fourth": fourth,
                "one_prize": contest.rules.one_prize,
                "prizes": [_row(prize) for prize in contest.rules.prizes],
                "agency_prizes": [_row(prize) | {"by": prize.by.value} for prize in contest.rules.agency_prizes],
            }
        )
        if locked:
            for name in [field.name for field in form if field.name not in (*BASICS, "csrf_token")]:
                del form[name]
        return form

    def add_blank_rows(self) -> None:
        """For showing the form: rows in which further prizes can be typed."""
        for rows in (self.prizes, self.agency_prizes):
            while len(rows) < ROWS_MAX and sum(row.form.empty for row in rows) < BLANK_ROWS:
                rows.append_entry()

    @property
    def row_errors(self) -> list[tuple[str, str]]:
        """(id of the input, sentence) of what is wrong in rows of prizes."""
        return [
            (field.id, error)
            for rows in (self.prizes, self.agency_prizes)
            for row in rows
            for field in row.form
            for error in field.errors
        ]

    def rules(self) -> ContestRules:
        """The rules that the form says; call after validation."""
        rest = [name for name in (self.second.data, self.third.data, self.fourth.data) if name]
        return ContestRules(
            overall=bool(self.overall.data),
            rounds_required=self.rounds_required.data or 1,
            criteria=("points", *rest),
            one_prize=bool(self.one_prize.data),
            prizes=tuple(
                Prize(row.name.data or "", row.count.data or 0, value=row.value.data or "")
                for row in _filled(self.prizes)
            ),
            agency_prizes=tuple(
                AgencyPrize(
                    row.name.data or "",
                    row.count.data or 0,
                    AgencyMeasure(row.by.data),
                    bool(row.each_bloc.data),
                    row.floor.data or 0,
                    row.value.data or "",
                )
                for row in _filled(self.agency_prizes)
            ),
        )


def _row(prize: Prize | AgencyPrize) -> dict[str, Any]:
    return {name: getattr(prize, name) for name in prize.__struct_fields__}


def _filled(rows: Iterable[Any]) -> list[Any]:
    return [row.form for row in rows if not row.form.empty]


def next_monday(today: date) -> date:
    """The first Monday after ``today``."""
    return today + timedelta(days=7 - today.weekday())
