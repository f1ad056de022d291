"""Registering and signing in by form, as it works without JavaScript."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from contest.people.models import Consent, Person
from contest.people.rules import CONSENT_TEXT, CONSENT_VERSION
from core.canonical import sha256
from core.db import read
from tests.wire import ON_SQLITE, field_errors, form_token, is_vietnamese, session_cookie
from tests.world import PASSWORD, World

OWN_PASSWORD = "mot-cua-lien-thong-9"  # not the example that a refusal quotes

GOOD = {
    "full_name": "Nguyễn Thị Hoa",
    "agency": "Sở Nội vụ",
    "login": "hoa.nguyen",
    "password": OWN_PASSWORD,
    "consent": "y",
}
EVIL = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%0d%0aSet-Cookie: a=b\r\nX: y",
    "//user@evil.example",
    "https://localhost@evil.example",
    "/x\\..\\..//evil.example",
    "evil.example",
    "?next=//evil.example",
    "",
]
FINE = ["/", "/account", "/rules?lang=en", "/rounds/0123456789abcdef/board?page=1"]


def _post(client: FlaskClient, url: str, **fields: str):
    token = form_token(client.get(url).text)
    return client.post(url, data={"csrf_token": token, **fields})


def _register(world: World, client: FlaskClient | None = None, **changes: str):
    fields = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return _post(client or world.client(), "/register", **fields)


def _people(world: World) -> list[Person]:
    with world.inside():
        return list(read().scalars(sa.select(Person).order_by(Person.id)))


def test_registering_signs_in_and_proves_the_consent(world: World) -> None:
    client = world.client()
    page = client.get("/register").text
    assert not re.search(r'name="consent"[^>]*checked', page)
    before = session_cookie(client)
    answer = _register(world, client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert session_cookie(client) != before
    me = client.get("/api/v1/session").json["person"]
    assert me == {"full_name": "Nguyễn Thị Hoa", "agency": "Sở Nội vụ"}
    with world.inside():
        person = read().scalar(sa.select(Person))
        consent = read().scalar(sa.select(Consent))
    assert person.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (consent.person_id, consent.text_version) == (person.id, CONSENT_VERSION)
    assert consent.text_sha256 == sha256(CONSENT_TEXT)
    assert consent.given_at == world.now


@ON_SQLITE
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("full_name", "Hoa"),
        ("full_name", "Nguyễn Hoa 2"),
        ("full_name", "=cmd() 1"),
        ("full_name", "Nguyễn " + "a" * 120),
        ("full_name", "\u202e\u200b \u200b"),
        ("login", ""),
        ("login", "abc"),
        ("login", "hoa nguyễn"),
        ("login", "091234567"),
        ("login", "1hoa"),
        ("login", "hoa.nguyen\u0430"),
        ("password", ""),
        ("password", "hoa1234"),
        ("password", "12345678"),
        ("password", "ＰＡＳＳＷＯＲＤ"),
        ("password", "hoa.nguyen"),
        ("password", "x1y2" * 33),
        ("agency", ""),
        ("agency", "Sở không có thật"),
        ("agency", "<script>alert(1)</script>"),
        ("consent", None),
        ("consent", "false"),
    ],
)
def test_every_wrong_field_is_told_at_the_field(world: World, field: str, value: str | None) -> None:
    client = world.client()
    answer = _register(world, client, **{field: value})
    assert answer.status_code == 422
    errors = field_errors(answer.text)
    assert set(errors) == {field}
    assert is_vietnamese(errors[field])
    assert 'role="alert"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert "<script>alert" not in answer.text
    assert OWN_PASSWORD not in answer.text
    assert _people(world) == []
    assert client.get("/api/v1/session").json["person"] is None


@ON_SQLITE
def test_all_wrong_fields_are_told_at_once(world: World) -> None:
    answer = _post(world.client(), "/register")
    assert answer.status_code == 422
    assert set(field_errors(answer.text)) == {"full_name", "login", "password", "agency", "consent"}


@pytest.mark.parametrize(
    ("taken", "same"),
    [
        ("hoa.nguyen", ["hoa.nguyen", "Hoa.Nguyen", " hoa.nguyen\u00a0", "ｈｏａ.nguyen", "hoa․nguyen"]),
        ("0912345678", ["0912345678", "+84912345678", "84 912 345 678", "0912-345-678", "(091)2345678", "０912345678"]),
    ],
)
def test_look_alikes_of_a_taken_login_are_taken(world: World, taken: str, same: list[str]) -> None:
    assert _register(world, login=taken).status_code == 303
    for login in same:
        answer = _register(world, login=login)
        assert answer.status_code == 422, login
        assert "đã được dùng" in field_errors(answer.text)["login"], login
    assert [person.login for person in _people(world)] == [taken]


@ON_SQLITE
@pytest.mark.parametrize("login", ["0٩12345678", "09१2345678", "hоa.nguyen", "hoa.nguyen\u200b", "ноа.nguyen"])
def test_look_alikes_from_other_alphabets_are_no_logins(world: World, login: str) -> None:
    assert set(field_errors(_register(world, login=login).text)) == {"login"}


@ON_SQLITE
@pytest.mark.parametrize("typed", ["Sở Nội vụ", "so noi vu", "SỞ NỘI VỤ", "  Sở  Nội  vụ "])
def test_an_exact_agency_is_taken_as_typed(world: World, typed: str) -> None:
    client = world.client()
    assert _register(world, client, agency=typed).status_code == 303
    assert client.get("/api/v1/session").json["person"]["agency"] == "Sở Nội vụ"


@ON_SQLITE
def test_an_ambiguous_agency_is_asked_back(world: World) -> None:
    client = world.client()
    asked = _register(world, client, agency="so noi")
    assert asked.status_code == 422
    assert set(field_errors(asked.text)) == {"agency"}
    radios = re.findall(r'type="radio" name="agency_code" value="([^"]+)"', asked.text)
    assert "SO-NV" in radios
    assert 1 <= len(radios) <= 8
    assert "checked" not in asked.text.split("<fieldset")[1].split("</fieldset")[0]
    assert _register(world, client, agency="so noi", agency_code="SO-NV").status_code == 303
    assert client.get("/api/v1/session").json["person"]["agency"] == "Sở Nội vụ"


@ON_SQLITE
def test_a_former_name_offers_its_successor(world: World) -> None:
    asked = _register(world, agency="Sở Kế hoạch và Đầu tư")
    assert asked.status_code == 422
    assert 'value="SO-TC"' in asked.text
    assert "tên khác hoặc tên cũ: Sở Kế hoạch và Đầu tư" in asked.text


@ON_SQLITE
def test_a_text_typed_after_picking_is_not_overruled_by_the_old_pick(world: World) -> None:
    client = world.client()
    page = _register(world, client, agency="so noi", agency_code="SO-NV", password="ngan").text
    assert re.search(r'name="agency_code" value="SO-NV"', page)
    _register(world, client, agency="Sở Tài chính", agency_code="SO-NV")
    assert [person.agency_id for person in _people(world)] in ([], [world.agency_id("SO-TC")])


@ON_SQLITE
@pytest.mark.parametrize("code", ["UBND", "CU-SNV", "SO-NV' --", "x" * 5000, "so-nv"])
def test_only_agencies_that_may_be_picked_are_taken(world: World, code: str) -> None:
    answer = _register(world, agency="", agency_code=code)
    assert set(field_errors(answer.text)) == {"agency"}
    assert _people(world) == []


@pytest.mark.parametrize("field", ["full_name", "login", "password", "agency", "agency_code", "next", "odd\0name"])
def test_null_characters_are_refused(world: World, field: str) -> None:
    assert _register(world, **{field: "a\0b"}).status_code == 422
    signed_in = world.client(world.person())
    for answer in (signed_in.get("/sign-in?next=/%00/evil.example"), signed_in.get("/api/v1/agencies?q=%00")):
        assert answer.status_code == 422
        assert "Location" not in answer.headers
    assert len(_people(world)) == 1


@ON_SQLITE
@pytest.mark.parametrize("target", EVIL)
def test_no_open_redirect(world: World, target: str) -> None:
    person = world.person()
    client = world.client()
    page = client.get("/sign-in", query_string={"next": target}).text
    assert re.search(r'name="next"[^>]*value="/"', page)
    answer = _post(client, "/sign-in", login=person.login, password=PASSWORD, next=target)
    again = client.get("/sign-in", query_string={"next": target})
    registered = _register(world, next=target)
    for redirect in (answer, again, registered):
        assert redirect.location == "/"
        assert "a=b" not in str(redirect.headers)


@ON_SQLITE
@pytest.mark.parametrize("target", FINE)
def test_back_to_where_the_reader_came_from(world: World, target: str) -> None:
    person = world.person()
    answer = _post(world.client(), "/sign-in", login=person.login, password=PASSWORD, next=target)
    assert (answer.status_code, answer.location) == (303, target)


@ON_SQLITE
def test_odd_paths_stay_on_this_site(world: World) -> None:
    client = world.client(world.person())
    for target in (
        "/%2F/evil.example",
        "/%5Cevil.example",
        "/.//evil.example",
        "/@evil.example",
        "/;//evil.example",
        "/é",
    ):
        location = client.get("/sign-in", query_string={"next": target}).location
        seen = re.sub(r"[\t\r\n]", "", location).replace("\\", "/")
        assert urlsplit(urljoin("http://localhost/sign-in", seen)).netloc == "localhost", target


@ON_SQLITE
def test_a_wrong_password_reads_like_an_unknown_login(world: World) -> None:
    person = world.person()
    pages = []
    for login in (person.login, "khong-co-ai"):
        answer = _post(world.client(), "/sign-in", login=login, password="sai-mat-khau-1")
        assert answer.status_code == 422
        assert set(field_errors(answer.text)) == {"password"}
        assert "sai-mat-khau-1" not in answer.text
        pages.append(answer.text.replace(login, "").replace(form_token(answer.text), ""))
    assert pages[0] == pages[1]


@ON_SQLITE
def test_too_many_tries_by_form(world: World) -> None:
    person = world.person()
    client = world.client()
    for _ in range(10):
        assert _post(client, "/sign-in", login=person.login, password="sai-mat-khau-1").status_code == 422
    refused = _post(client, "/sign-in", login=person.login, password=PASSWORD)
    assert refused.status_code == 429
    assert "Có quá nhiều lần thử liên tiếp" in refused.text
    assert 1 <= int(refused.headers["Retry-After"]) <= 300


@ON_SQLITE
def test_a_page_that_needs_a_sign_in_leads_there_and_back(world: World) -> None:
    client, person = world.client(), world.person()
    asked = client.get("/account?lang=vi")
    assert asked.status_code == 302
    target = client.get(asked.location)
    answer = _post(client, asked.location, login=person.login, password=PASSWORD)
    assert target.status_code == 200
    assert (answer.status_code, answer.location) == (303, "/account?lang=vi")
