"""Prizes for people and for agencies, a row each."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from contest.rounds.checks import PRIZES_MAX
from contest.rounds.forms import NEEDED_TEXT
from contest.rounds.rules import AgencyMeasure, AgencyPrize, Prize, RoundRules
from core.text import tidy
from core.web.forms import NEEDED, WholeNumber, at_most, between

ROWS_MAX = 20


class _Row(Form):
    name = StringField(_l("Tên giải"), [NEEDED_TEXT, at_most(100)])
    count = WholeNumber(_l("Số lượng"), [NEEDED, between(1, PRIZES_MAX)], default=1)
    value = StringField(_l("Trị giá hoặc hiện vật"), [at_most(200)])

    @property
    def blank(self) -> bool:
        """Nothing was typed: such a row says nothing and is left out."""
        return not (self.name.data or "").strip() and not (self.value.data or "").strip()

    def validate(self, *args: Any, **options: Any) -> bool:
        """A blank row is in order."""
        return self.blank or bool(super().validate(*args, **options))


class PrizeForm(_Row):
    """A prize for people."""

    each_group = BooleanField(_l("Trao ở mỗi bảng thi"))

    def prize(self) -> Prize:
        """The prize that the row says."""
        return Prize(
            name=tidy(self.name.data or ""),
            count=self.count.data or 0,
            each_group=bool(self.each_group.data),
            value=tidy(self.value.data or ""),
        )


class AgencyPrizeForm(_Row):
    """A collective prize (giải tập thể)."""

    by = SelectField(
        _l("Xét theo"),
        choices=[
            SelectChoice(AgencyMeasure.TAKERS.value, _l("Số người dự thi")),
            SelectChoice(AgencyMeasure.ATTEMPTS.value, _l("Số lượt thi")),
            SelectChoice(AgencyMeasure.RATE.value, _l("Tỷ lệ tham gia, rồi điểm trung bình")),
            SelectChoice(AgencyMeasure.MEAN.value, _l("Điểm trung bình")),
            SelectChoice(AgencyMeasure.WINNERS.value, _l("Số người đạt giải cá nhân")),
        ],
        default=AgencyMeasure.TAKERS.value,
    )
    each_bloc = BooleanField(_l("Trao ở mỗi khối"))
    floor = WholeNumber(_l("Tỷ lệ tham gia ít nhất (%)"), [Optional(), between(0, 100)])

    def prize(self) -> AgencyPrize:
        """The prize that the row says."""
        return AgencyPrize(
            name=tidy(self.name.data or ""),
            count=self.count.data or 0,
            by=AgencyMeasure(self.by.data),
            each_bloc=bool(self.each_bloc.data),
            floor=self.floor.data or 0,
            value=tidy(self.value.data or ""),
        )


class PrizesPart(FlaskForm):
    """Both lists."""

    prizes = FieldList(FormField(PrizeForm), label=_l("Giải cá nhân"), max_entries=ROWS_MAX)
    agency_prizes = FieldList(FormField(AgencyPrizeForm), label=_l("Giải tập thể"), max_entries=ROWS_MAX)

    def prizes_rules(self) -> dict[str, Any]:
        """The rules' fields of this part."""
        return {
            "prizes": tuple(row.form.prize() for row in self.prizes if not row.form.blank),
            "agency_prizes": tuple(row.form.prize() for row in self.agency_prizes if not row.form.blank),
        }

    def fill_prizes(self, rules: RoundRules) -> None:
        """Show stored rules."""
        for prize in rules.prizes:
            self.prizes.append_entry(
                {"name": prize.name, "count": prize.count, "each_group": prize.each_group, "value": prize.value}
            )
        for collective in rules.agency_prizes:
            self.agency_prizes.append_entry(
                {
                    "name": collective.name,
                    "count": collective.count,
                    "by": collective.by.value,
                    "each_bloc": collective.each_bloc,
                    "floor": collective.floor or None,
                    "value": collective.value,
                }
            )
