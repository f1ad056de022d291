"""Who may take part, how often, in which group, and admitted by which earlier round."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, Regexp, ValidationError

from contest.rounds.checks import ATTEMPTS_MAX
from contest.rounds.forms import NEEDED_TEXT
from contest.rounds.rules import Assurance, BlueprintCell, Group, Qualified, RoundRules
from core.text import tidy
from core.web.forms import WholeNumber, at_most, between

GROUPS_MAX = 12
CODE = Regexp(r"[0-9A-Za-zÀ-ỹĐđ][0-9A-Za-zÀ-ỹĐđ.-]*\Z", message=_l("Ký hiệu chỉ gồm chữ, số, dấu chấm, gạch nối."))


class AttemptsPart(FlaskForm):
    """How often a person may sit."""

    attempts = WholeNumber(_l("Số lượt thi mỗi người"), default=1)
    unlimited = BooleanField(_l("Không giới hạn số lượt thi"))

    def validate_attempts(self, field: WholeNumber) -> None:
        """From 1 to 20, needed unless there is no limit."""
        if self.unlimited.data:
            field.errors = []
            return
        if field.errors:
            return  # it is no number
        if field.data is None:
            raise ValidationError(_l("Đề nghị điền mục này."))
        between(1, ATTEMPTS_MAX)(self, field)

    def attempts_rules(self) -> dict[str, Any]:
        """The rules' fields of this part."""
        return {"attempts": 0 if self.unlimited.data else self.attempts.data or 0}

    def fill_attempts(self, rules: RoundRules) -> None:
        """Show stored rules."""
        self.unlimited.data, self.attempts.data = rules.unlimited, rules.attempts or None


class GroupForm(Form):
    """One group (bảng thi); its paper is a grid of its own."""

    code = StringField(_l("Ký hiệu"), [NEEDED_TEXT, at_most(20), CODE])
    name = StringField(_l("Tên bảng thi"), [NEEDED_TEXT, at_most(120)])
    agencies = SelectMultipleField(_l("Đơn vị của bảng"), choices=[])
    blocs = SelectMultipleField(_l("Khối của bảng"), choices=[])
    age_from = WholeNumber(_l("Từ tuổi"), [Optional(), between(0, 99)])
    age_to = WholeNumber(_l("Đến tuổi"), [Optional(), between(0, 99)])

    def group(self, blueprint: tuple[BlueprintCell, ...]) -> Group:
        """The group that the form says."""
        return Group(
            code=tidy(self.code.data or ""),
            name=tidy(self.name.data or ""),
            blueprint=blueprint,
            agencies=tuple(self.agencies.data or ()),
            blocs=tuple(self.blocs.data or ()),
            age_from=self.age_from.data or 0,
            age_to=self.age_to.data or 0,
        )


class PeoplePart(AttemptsPart):
    """Eligibility, assurance, progression and groups."""

    agencies = SelectMultipleField(_l("Đơn vị được dự thi"), choices=[])
    blocs = SelectMultipleField(_l("Khối được dự thi"), choices=[])
    age_from = WholeNumber(_l("Từ tuổi"), [Optional(), between(0, 99)])
    age_to = WholeNumber(_l("Đến tuổi"), [Optional(), between(0, 99)])
    admits = SelectField(
        _l("Điều kiện từ vòng trước"),
        choices=[
            SelectChoice("", _l("Không yêu cầu")),
            SelectChoice("top", _l("Những người dẫn đầu vòng trước")),
            SelectChoice("per_agency", _l("Những người dẫn đầu của mỗi đơn vị ở vòng trước")),
            SelectChoice("points", _l("Người đạt mức điểm ở vòng trước")),
        ],
        default="",
    )
    admits_round = WholeNumber(_l("Vòng trước là vòng thứ"))
    admits_amount = WholeNumber(_l("Số người hoặc số điểm"))
    assurance = SelectField(
        _l("Để nhận giải, người dự thi cần"),
        choices=[
            SelectChoice(Assurance.SELF.value, _l("Tự khai thông tin")),
            SelectChoice(Assurance.ROSTER.value, _l("Có trong danh sách nhân sự của đơn vị")),
            SelectChoice(Assurance.IDENTITY.value, _l("Xác thực bằng tài khoản định danh")),
        ],
        default=Assurance.SELF.value,
    )
    groups = FieldList(FormField(GroupForm), label=_l("Bảng thi"), max_entries=GROUPS_MAX)

    def validate_admits_round(self, field: WholeNumber) -> None:
        """Needed with a condition."""
        self._needed_with_condition(field, 99)

    def validate_admits_amount(self, field: WholeNumber) -> None:
        """Needed with a condition."""
        self._needed_with_condition(field, 100_000)

    def _needed_with_condition(self, field: WholeNumber, most: int) -> None:
        if not self.admits.data or field.errors:
            return
        if field.data is None:
            raise ValidationError(_l("Đề nghị điền mục này."))
        between(1, most)(self, field)

    def offer(self, agencies: list[tuple[str, str]], blocs: list[tuple[str, str]]) -> None:
        """Say which agencies and blocs can be chosen, here and in every group."""
        for part in (self, *(entry.form for entry in self.groups)):
            part.agencies.choices = [SelectChoice(code, name) for code, name in agencies]
            part.blocs.choices = [SelectChoice(code, name) for code, name in blocs]

    def people_rules(self, blueprints: list[tuple[BlueprintCell, ...]]) -> dict[str, Any]:
        """The rules' fields of this part; ``blueprints`` of the groups in order."""
        condition = {self.admits.data: self.admits_amount.data or 0} if self.admits.data else {}
        return {
            **self.attempts_rules(),
            "agencies": tuple(self.agencies.data or ()),
            "blocs": tuple(self.blocs.data or ()),
            "age_from": self.age_from.data or 0,
            "age_to": self.age_to.data or 0,
            "qualified": Qualified(self.admits_round.data or 0, **condition) if condition else None,
            "assurance": Assurance(self.assurance.data),
            "groups": tuple(entry.form.group(cells) for entry, cells in zip(self.groups, blueprints, strict=True)),
        }

    def fill_people(self, rules: RoundRules) -> None:
        """Show stored rules."""
        self.fill_attempts(rules)
        self.agencies.data, self.blocs.data = list(rules.agencies), list(rules.blocs)
        self.age_from.data, self.age_to.data = rules.age_from or None, rules.age_to or None
        self.assurance.data = rules.assurance.value
        if rules.qualified is not None:
            named = [name for name in ("top", "per_agency", "points") if getattr(rules.qualified, name)]
            self.admits.data = named[0] if named else ""
            self.admits_round.data = rules.qualified.number
            self.admits_amount.data = getattr(rules.qualified, named[0]) if named else None
        for group in rules.groups:
            self.groups.append_entry(
                {
                    "code": group.code,
                    "name": group.name,
                    "agencies": list(group.agencies),
                    "blocs": list(group.blocs),
                    "age_from": group.age_from or None,
                    "age_to": group.age_to or None,
                }
            )
