"""Logins, passwords, roles: what is acceptable and what it allows. Pure."""

import re
import unicodedata
from datetime import date

from core.access import Grant, Permission
from core.i18n import N_

PASSWORD_MIN = 8
PASSWORD_MAX = 128
NAME_MAX = 120

CONSENT_VERSION = "2026-11"
CONSENT_TEXT = N_(
    "Đồng ý cho Ban Tổ chức xử lý dữ liệu cá nhân (họ tên, số điện thoại hoặc tên đăng nhập, "
    "đơn vị, bài làm và kết quả) để tổ chức Cuộc thi, xếp hạng và công bố kết quả theo Thể lệ. "
    "Người dự thi có quyền xem, sửa, rút lại sự đồng ý và yêu cầu xóa dữ liệu."
)

AGES = range(6, 111)
_PHONE = re.compile(r"0[0-9]{9}")
_BETWEEN_DIGITS = re.compile(r"[\s.()\u2010-\u2015-]")
_COUNTRY = re.compile(r"^(\+84|0084|84)0?(?=[35789][0-9]{8}$)")
_USER_NAME = re.compile(r"[a-z][a-z0-9._-]{3,31}")
_COMMON = frozenset(
    [
        "hoa-sen-mua-he-27",  # the example that the refusal itself gives
        "12345678",
        "123456789",
        "1234567890",
        "0123456789",
        "87654321",
        "11111111",
        "00000000",
        "88888888",
        "66668888",
        "password",
        "password1",
        "passw0rd",
        "qwertyui",
        "qwerty123",
        "qwertyuiop",
        "abcd1234",
        "abc12345",
        "a1234567",
        "a123456789",
        "iloveyou",
        "matkhau1",
        "matkhau123",
        "matkhau@123",
        "vietnam1",
        "vietnam123",
        "nghean123",
        "nghean2026",
        "admin123",
        "12341234",
        "11223344",
        "123456abc",
        "123123123",
        "anhyeuem",
        "chucmung",
    ]
)


def normalise_login(text: str) -> str | None:
    """A phone as ``0`` and nine digits, else a user name in lower case; ``None`` if neither.

    NFKC first, so that look-alike forms of one login are one login (CVE-2020-7245).
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    # Contacts and web pages hand over invisible marks around a number.
    visible = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    digits = _COUNTRY.sub("0", _BETWEEN_DIGITS.sub("", visible))
    if _PHONE.fullmatch(digits):
        return digits
    return plain if plain.isascii() and _USER_NAME.fullmatch(plain) else None


def password_problem(password: str, *, login: str) -> str | None:
    """Why this password is refused, as a sentence; ``None`` when it will do."""
    if len(password) < PASSWORD_MIN:
        return N_("Mật khẩu cần ít nhất 8 ký tự.")
    if len(password) > PASSWORD_MAX:
        return N_("Mật khẩu không dài quá 128 ký tự.")
    plain = unicodedata.normalize("NFKC", password).casefold()
    if plain in _COMMON or len(set(plain)) < 4 or plain == login:
        return N_("Mật khẩu này quá dễ đoán. Có thể ghép vài từ với số, ví dụ kiểu “hoa-sen-mua-he-27”.")
    return None


_NAME = re.compile(r"[^\W\d_]+([ .'’‘`´′‑–-]{1,3}[^\W\d_]+)*[.'’‘`´′]?")


def _bare(name: str) -> str:
    # Letters of Ba Na and others have no composed form: one mark of its own may follow a letter, heaps may not.
    return re.sub(r"(?<=[^\W\d_])[\u0300-\u036f]", "", name)


def name_problem(full_name: str) -> str | None:
    """Why this full name is refused; ``None`` when it will do."""
    if len(full_name) > NAME_MAX:
        return N_("Họ và tên không dài quá 120 ký tự.")
    letters = sum(1 for c in full_name if c.isalpha())
    numbers = any(unicodedata.category(c)[0] == "N" for c in full_name)
    if len(full_name.split()) < 2 or letters < 3 or numbers or not _NAME.fullmatch(_bare(full_name)):
        return N_("Đề nghị nhập đầy đủ họ và tên, ví dụ: Nguyễn Thị Hoa.")
    return None


ROLES = ("organiser", "contact", "author", "reviewer")
SCOPED = {"contact": True, "organiser": False, "author": None, "reviewer": None}
"""Whether a role names an agency: always, never, or (for a bank of the province or of an agency) either."""

_ALLOWS = {
    "contact": (Permission.AGENCY_TAKERS_READ,),
    "author": (Permission.BANK_READ, Permission.BANK_WRITE),
    "reviewer": (Permission.BANK_READ, Permission.BANK_REVIEW),
}


def grants_of(role: str, agency_ids: frozenset[int] | None) -> tuple[Grant, ...]:
    """What a role allows; ``agency_ids`` is its agency with all below it, ``None`` the whole province."""
    if role == "organiser":
        return tuple(Grant(permission) for permission in Permission)
    if role not in _ALLOWS:
        raise ValueError(f"no role is called {role}")
    return tuple(Grant(permission, agency_ids) for permission in _ALLOWS[role])


def birth_date_problem(birth_date: date, *, today: date) -> str | None:
    """What is wrong with a birth date that somebody declares, if anything."""
    age = today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
    return None if age in AGES else N_("Ngày sinh không hợp lệ. Đề nghị kiểm tra ngày, tháng, năm.")
