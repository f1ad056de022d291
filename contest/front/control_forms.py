"""Forms of the acts on a prepared or running round."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from contest.agencies.api import AgencyOption
from contest.rounds.forms import NEEDED_TEXT, ReasonForm
from core.web.forms import NEEDED, WholeNumber, at_most, between
from core.web.moments import MomentField

ALL, AGENCY = "all", "agency"


class TwicePressedForm(FlaskForm):
    """An act that is done at the second press; ``confirmed`` names what the first one showed the effect of."""

    confirmed = HiddenField()


class ReasonTwiceForm(TwicePressedForm, ReasonForm):
    """Kết thúc sớm: why."""


class ScopedForm(TwicePressedForm, ReasonForm):
    """An act for everybody or one agency."""

    scope = RadioField(
        _l("Áp dụng cho"),
        choices=[SelectChoice(ALL, _l("Mọi đơn vị")), SelectChoice(AGENCY, _l("Một đơn vị và đơn vị trực thuộc"))],
        default=ALL,
    )
    agency = StringField(_l("Đơn vị"), [at_most(200)])
    agency_code = HiddenField()
    options: list[AgencyOption]

    def validate_agency(self, field: StringField) -> None:
        """An agency that was named must not become everybody."""
        if self.scope.data == ALL and (field.data or "").strip():
            raise ValidationError(
                _l("Đã nêu đơn vị: đề nghị chọn “Một đơn vị và đơn vị trực thuộc”, hoặc xóa tên đơn vị.")
            )

    @property
    def scoped(self) -> bool:
        """Whether one agency is meant."""
        return bool(self.scope.data == AGENCY)


class ExtendForm(ScopedForm):
    """Gia hạn: the new close, for whom and why."""

    closes_at = MomentField(_l("Kết thúc mới (giờ Việt Nam)"), [NEEDED], id="extend-closes-at", ends=True)


class TimeForm(TwicePressedForm):
    """Hỗ trợ thêm thời gian: whom, how much, why."""

    person = HiddenField(_l("Người dự thi"))
    minutes = WholeNumber(_l("Thời gian thêm cho mỗi lượt thi (phút)"), [NEEDED, between(0, 180)])
    reason = StringField(_l("Lý do"), [NEEDED_TEXT, at_most(300)])


class ExcludeForm(FlaskForm):
    """Thêm vào danh sách không được dự thi."""

    login = StringField(_l("Số điện thoại hoặc tên đăng nhập"), [NEEDED_TEXT, at_most(64)])
    reason = StringField(_l("Lý do"), [NEEDED_TEXT, at_most(300)])
