"""Logins, passwords, names, roles."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.people.rules import (
    CONSENT_TEXT,
    NAME_MAX,
    PASSWORD_MAX,
    PASSWORD_MIN,
    grants_of,
    name_problem,
    normalise_login,
    password_problem,
)
from core.access import Permission

PHONE = "0912345678"
quick = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678", "+84912345678", "84912345678", "0084912345678", "0912 345 678", "0912.345.678", "0912-345-678",
        "(091) 234 5678", "+84 912 345 678", "+84.912.345.678", "0084 912-345-678", " 0912345678\n",
        "\t0912\u00a0345\u00a0678", "０９１２３４５６７８", "＋８４９１２３４５６７８", "0912\u2003345\u3000678",
        "𝟎𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "⁰⁹¹²³⁴⁵⁶⁷⁸",
    ],
)  # fmt: skip
def test_one_phone_however_it_is_typed(typed: str) -> None:
    assert normalise_login(typed) == PHONE


@pytest.mark.parametrize(
    "typed",
    ["+84 0912 345 678", "+84 (0)912 345 678", "\u202a0912345678\u202c", "0912\u200b345678", "0912–345–678",
     "0912\u2011345\u2011678"],
)  # fmt: skip
def test_phones_as_contacts_and_web_pages_give_them(typed: str) -> None:
    assert normalise_login(typed) == PHONE


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\u0966", "\u0e50", "\u17e0", "\u1040"])
def test_digits_of_other_scripts_are_no_second_account(zero: str) -> None:
    foreign = "0" + "".join(chr(ord(zero) + int(digit)) for digit in PHONE[1:])
    assert normalise_login(foreign) in (None, PHONE)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "091234567", "09123456789", "912345678", "+8412345678", "+84123456789", "+1 912 345 6789", "0912345678x",
     "0912,345,678",
     "an", "ann", "1abc", ".abcd", "-abcd", "_abcd", "a" * 33, "nguyễn.an", "an an an", "an@nghean.gov.vn", "an/nv1",
     "admin\x00", "ad\u200bmin", "аdmin", "αdmin", "adm\u0131n", "admin\u0301", "ａｄｍｉｎ\u0301", "'; --", "%%%%",
     "0912345678 0"],
)  # fmt: skip
def test_what_is_no_login(typed: str) -> None:
    assert normalise_login(typed) is None


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ("nguyen.an", "nguyen.an"),
        ("  Nguyen.AN ", "nguyen.an"),
        ("ＡＤＭＩＮ", "admin"),
        ("ⓐⓓⓜⓘⓝ", "admin"),
        ("𝒶𝒹𝓂𝒾𝓃", "admin"),
        ("ᴬdmin", "admin"),
        ("ﬁnance", "finance"),
        ("Kelvin", "kelvin"),
        ("ſecret", "secret"),
        ("a---", "a---"),
        ("doan_tn-01", "doan_tn-01"),
        ("a" * 32, "a" * 32),
    ],
)
def test_look_alikes_are_one_login(typed: str, login: str) -> None:
    assert normalise_login(typed) == login


@quick
@given(st.text(max_size=40) | st.text(alphabet="09８４+-. ()\u0669aA._ſﬁK", max_size=14))
def test_a_login_is_stable_and_its_forms_agree(typed: str) -> None:
    login = normalise_login(typed)
    if login is None:
        return
    assert normalise_login(login) == login
    assert len(login) <= 64
    for form in ("NFKC", "NFKD"):
        assert normalise_login(unicodedata.normalize(form, typed)) == login
    assert normalise_login(f"  {typed}\n") == login


@quick
@given(
    st.from_regex("[35789][0-9]{8}", fullmatch=True),
    st.sampled_from(["0", "+84", "84", "0084"]),
    st.lists(st.sampled_from(["", "", " ", ".", "-", "\u00a0"]), min_size=9, max_size=9),
    st.booleans(),
)
def test_every_spelling_of_every_mobile_number(rest: str, prefix: str, gaps: list[str], wide: bool) -> None:
    typed = prefix + "".join(gap + digit for gap, digit in zip(gaps, rest, strict=True))
    if wide:
        typed = re.sub("[0-9]", lambda m: chr(ord(m[0]) + 0xFEE0), typed)
    assert normalise_login(typed) == "0" + rest


@pytest.mark.parametrize("password", ["sen-ho-tay-1010-nam", "Mật khẩu dài", "xK4!xK4!", "   a b c   ", "🙂🙃😉😊abcd"])
def test_good_passwords(password: str) -> None:
    assert password_problem(password, login=PHONE) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "8 ký tự"),
        ("abc-123", "8 ký tự"),
        ("hoasen-7" * 17, "128 ký tự"),
        ("12345678", "dễ đoán"),
        ("PassW0rd", "dễ đoán"),
        ("ＰＡＳＳＷＯＲＤ", "dễ đoán"),
        ("NgheAn2026", "dễ đoán"),
        ("aaaaaaaabbc", "dễ đoán"),
        ("AaAaAaBbBc", "dễ đoán"),
        ("0987612345", "dễ đoán"),
    ],
)
def test_bad_passwords_are_told_why(password: str, reason: str) -> None:
    problem = password_problem(password, login="0987612345")
    assert problem is not None
    assert reason in problem


@quick
@given(st.text(min_size=4, max_size=4, alphabet="ăâêôơưđ🙂").filter(lambda t: len(set(t)) == 4), st.integers(0, 140))
def test_length_counts_characters_not_bytes(four: str, extra: int) -> None:
    password = four + "a" * extra
    assert (password_problem(password, login="") is None) == (PASSWORD_MIN <= len(password) <= PASSWORD_MAX)


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Hoa",
        "Lê Na",
        "Y Bing Niê",
        "Moong Văn Ợi",
        "Ông O'Neil",
        "Trần-Lê Vi",
        "H’Hen Niê",
        "Y Nơ\u0306 Êban",
        "Nguyễn Văn A.",
        "K‘ Brêu",
        "H`Hen Niê",
        "Đinh Văn Pơ’",
        "Thu – Hà",
    ],
)
def test_full_names(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["", "Hoa", "A B", "Nguyễn Văn 5", "0912345678", "... ...", "Lê Na" + "a" * NAME_MAX,
    "<b>Lê</b> Na", "Lê Na 😀", "Nguyễn_Văn An", "Nguyễn Văn An!", "=HYPERLINK Lê Na",
    "Le\u0301\u0301\u0301 Na Vân", "-- Lê Na",
    "Lê ②② Na",
])  # fmt: skip
def test_what_is_no_full_name(name: str) -> None:
    assert name_problem(name)


def test_a_name_may_be_as_long_as_its_column() -> None:
    assert name_problem("Lê " + "a" * (NAME_MAX - 3)) is None
    assert name_problem("Lê " + "a" * (NAME_MAX - 2)) is not None


def test_an_organiser_may_everything_a_contact_reads_their_takers() -> None:
    organiser = grants_of("organiser", frozenset())
    assert {grant.permission for grant in organiser} == set(Permission)
    assert {grant.agency_ids for grant in organiser} == {None}
    (contact,) = grants_of("contact", frozenset({3, 4}))
    assert (contact.permission, contact.agency_ids) == (Permission.AGENCY_TAKERS_READ, {3, 4})
    assert grants_of("contact", frozenset())[0].agency_ids == frozenset()


def test_consent_names_the_rights() -> None:
    for right in ("xem", "sửa", "rút lại", "xóa"):
        assert right in CONSENT_TEXT
