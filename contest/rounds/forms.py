"""The organiser's small forms for contests and rounds; a round's rules have ``round_form``."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    StringField,
)
from wtforms.validators import DataRequired, ValidationError

from core.web.forms import NEEDED, at_most

NEEDED_TEXT = DataRequired(_l("Đề nghị điền mục này."))  # spaces are nothing
YEARS = range(2000, 2101)
LOCAL_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]


def in_our_time(form: FlaskForm, field: DateTimeLocalField) -> None:
    """A year that a contest can have."""
    if field.data is not None and field.data.year not in YEARS:
        raise ValidationError(_l("Đề nghị chọn năm từ 2000 đến 2100."))


class CloseForm(FlaskForm):
    """Gia hạn: the new close and why."""

    closes_at = DateTimeLocalField(_l("Kết thúc mới (giờ Việt Nam)"), [NEEDED, in_our_time], format=LOCAL_FORMATS)
    reason = StringField(_l("Lý do"), [NEEDED_TEXT, at_most(300)])


class ReasonForm(FlaskForm):
    """Kết thúc sớm: why."""

    reason = StringField(_l("Lý do"), [NEEDED_TEXT, at_most(300)])
