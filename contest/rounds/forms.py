"""The organiser's small forms for contests and rounds; a round's rules have ``round_form``."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired

from core.web.forms import at_most

NEEDED_TEXT = DataRequired(_l("Đề nghị điền mục này."))  # spaces are nothing


class ReasonForm(FlaskForm):
    """An act of which only the reason is asked."""

    reason = StringField(_l("Lý do"), [NEEDED_TEXT, at_most(300)])
