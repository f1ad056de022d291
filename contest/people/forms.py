"""Forms of people. What is valid is decided by ``people.service``."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, StringField


class SignInForm(FlaskForm):
    """Đăng nhập."""

    login = StringField(_l("Số điện thoại hoặc tên đăng nhập"))
    password = PasswordField(_l("Mật khẩu"))
    next = HiddenField()


class RegisterForm(FlaskForm):
    """Đăng ký; ``agency`` is what was typed, ``agency_code`` what was picked."""

    full_name = StringField(_l("Họ và tên"))
    agency = StringField(_l("Đơn vị"))
    agency_code = HiddenField()
    login = StringField(_l("Số điện thoại hoặc tên đăng nhập"))
    password = PasswordField(_l("Mật khẩu"))
    consent = BooleanField(_l("Đồng ý cho xử lý dữ liệu cá nhân"))
    next = HiddenField()
