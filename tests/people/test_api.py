"""The session over HTTP: signing in, what it starts and what ends it."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import create_app
from contest.people import rules, service
from contest.people.models import Person
from core.access import SYSTEM
from core.db import transaction
from core.extensions import dispose_database
from core.settings import Settings
from tests.wire import ON_SQLITE, PRIVATE, problem, session_cookie
from tests.world import PASSWORD, World

pytestmark = ON_SQLITE
URL = "/api/v1/session"


def _sign_in(client: FlaskClient, login: str, password: str = PASSWORD, **more):
    return client.post(URL, json={"login": login, "password": password}, **more)


def _change(world: World, person: Person, **values: object) -> None:
    with world.inside(), transaction() as session:
        session.execute(sa.update(Person).where(Person.id == person.id).values(**values))


def test_anybody_gets_a_token_and_the_signed_in_their_name(world: World) -> None:
    person = world.person(name="Nguyễn Văn An")
    client = world.client()
    nobody = client.get(URL)
    assert nobody.headers["Cache-Control"] == PRIVATE
    assert set(nobody.json) == {"csrf_token", "person"}
    assert nobody.json["person"] is None
    answer = _sign_in(client, person.login)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == PRIVATE
    assert set(answer.json) == {"csrf_token", "person"}
    assert answer.json["person"] == {"full_name": "Nguyễn Văn An", "agency": "Sở Nội vụ"}
    assert client.get(URL).json["person"] == answer.json["person"]
    token = {"X-CSRFToken": answer.json["csrf_token"]}
    out = client.delete(URL, headers=token)
    assert (out.status_code, out.get_data()) == (204, b"")
    assert client.get(URL).json["person"] is None


def test_every_form_of_a_login_signs_in(world: World) -> None:
    world.person(login="0912345678")
    world.person(login="hoa.nguyen")
    for form in ("0912345678", "+84 912 345 678", "0084912345678", "0912.345.678", " ０９１２３４５６７８ "):
        assert _sign_in(world.client(), form).status_code == 200, form
    for form in ("Hoa.Nguyen", "ＨＯＡ.nguyen", "hoa.nguyen "):
        assert _sign_in(world.client(), form).status_code == 200, form


def test_unknown_wrong_and_disabled_read_alike(world: World) -> None:
    person, disabled = world.person(), world.person()
    _change(world, disabled, disabled_at=world.now)
    answers = [
        _sign_in(world.client(), person.login, "sai-mat-khau-1"),
        _sign_in(world.client(), person.login, ""),
        _sign_in(world.client(), "khong-co-ai"),
        _sign_in(world.client(), "không phải tên"),
        _sign_in(world.client(), disabled.login),
    ]
    bodies = [problem(answer, 401, "sign-in-failed") for answer in answers]
    for answer, body in zip(answers, bodies, strict=True):
        del body["reference"]
        assert body == bodies[0]
        assert dict(answer.headers) == dict(answers[0].headers)


def test_tries_are_counted_by_account_not_by_address(world: World) -> None:
    person, neighbour = world.person(), world.person()
    client = world.client()
    for _ in range(10):
        problem(_sign_in(client, person.login, "sai-mat-khau-1"), 401)
    for address in ("127.0.0.1", "10.0.0.9"):
        refused = _sign_in(world.client(), person.login.upper(), environ_overrides={"REMOTE_ADDR": address})
        problem(refused, 429, "too-many-requests", extra={"retry_after"})
        assert 1 <= int(refused.headers["Retry-After"]) <= 300
        assert "Set-Cookie" not in refused.headers
    assert _sign_in(client, neighbour.login).status_code == 200


def test_unknown_logins_are_counted_like_known_ones(world: World) -> None:
    for _ in range(10):
        problem(_sign_in(world.client(), "khong-co-ai"), 401)
    problem(_sign_in(world.client(), "khong-co-ai"), 429, extra={"retry_after"})


def test_only_the_own_origin_signs_in(world: World) -> None:
    person = world.person()
    for origin in (
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "https://localhost",
        "http://localhost:1",
    ):
        client = world.client()
        refused = _sign_in(client, person.login, headers={"Origin": origin})
        problem(refused, 403, "foreign-origin")
        assert session_cookie(client) is None
    assert _sign_in(world.client(), person.login, headers={"Origin": "http://localhost"}).status_code == 200


def test_signing_in_starts_a_fresh_session(world: World) -> None:
    person = world.person()
    client, thief = world.client(), world.client()
    planted_token = client.get(URL).json["csrf_token"]
    planted = session_cookie(client)
    assert planted is not None
    thief.set_cookie("contest", planted)
    assert _sign_in(client, person.login).status_code == 200
    assert session_cookie(client) not in (None, planted)
    assert thief.get(URL).json["person"] is None
    problem(client.delete(URL, headers={"X-CSRFToken": planted_token}), 400, "csrf")
    assert client.get(URL).json["person"] is not None


def test_signing_in_as_somebody_else_leaves_nothing_behind(world: World) -> None:
    first, second = world.person(name="Lê Văn Châu"), world.person(name="Hồ Thị Dung")
    client = world.client(first)
    answer = _sign_in(client, second.login)
    assert answer.json["person"]["full_name"] == "Hồ Thị Dung"
    assert answer.json["csrf_token"] != client.environ_base["HTTP_X_CSRFTOKEN"]


@pytest.mark.parametrize("change", ["version", "disabled"])
def test_an_ended_session_ends_with_the_next_request(world: World, change: str) -> None:
    person = world.person(role="organiser")
    round_id = world.round()
    client = world.client(person)
    assert client.get("/account").status_code == 200
    values = {"session_version": person.session_version + 1} if change == "version" else {"disabled_at": world.now}
    _change(world, person, **values)
    assert client.get(URL).json["person"] is None
    assert client.get("/account").location == "/sign-in?next=/account"
    assert client.get("/organiser").status_code == 302
    problem(client.get(f"/api/v1/rounds/{round_id}/board/me"), 401)
    problem(client.post(f"/api/v1/rounds/{round_id}/attempts", json={}), 401, "sign-in-required")
    assert _sign_in(world.client(), person.login).status_code == (200 if change == "version" else 401)


def test_a_role_that_was_taken_away_is_gone_at_once(world: World) -> None:
    person = world.person(role="organiser")
    client = world.client(person)
    assert client.get("/organiser/questions").status_code == 200
    with world.inside(), transaction() as session:
        session.execute(sa.text("DELETE FROM role_grant WHERE person_id = :id"), {"id": person.id})
    assert client.get("/organiser/questions").status_code == 403


def test_forged_cookies_sign_nobody_in(world: World) -> None:
    person = world.person()
    client = world.client(person)
    real = session_cookie(client)
    assert real is not None
    for forged in (real[:-1] + ("A" if real[-1] != "A" else "B"), real.split(".")[0], "e30.x.y", "", "x" * 3000):
        client.set_cookie("contest", forged)
        answer = client.get(URL)
        assert answer.status_code == 200
        assert answer.json["person"] is None
    client.set_cookie("contest", real)
    assert client.get(URL).json["person"] is not None


def test_the_cookie_is_guarded(world: World, database_url: str) -> None:
    header = _sign_in(world.client(), world.person().login).headers["Set-Cookie"]
    assert header.startswith("contest=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(header.split("; "))
    assert "Domain" not in header
    old: Settings = world.app.config["SETTINGS"]
    made = Settings(
        mode="production",
        database_url=database_url,
        redis_url=old.redis_url,
        secret_key=old.secret_key,
        var_dir=old.var_dir,
    )
    app = create_app(made)
    header = app.test_client().get(URL, base_url="https://thi.example").headers["Set-Cookie"]
    dispose_database(app)
    assert header.startswith("__Host-contest=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(header.split("; "))
    assert "Domain" not in header


def test_a_longer_password_is_not_cut_to_one_that_matches(world: World) -> None:
    longest = "mật khẩu dài " * 9 + "x" * 11
    assert len(longest) == 128
    with world.inside():
        person = service.register(
            actor=SYSTEM,
            now=world.now,
            login="dainhat",
            password=longest,
            full_name="Nguyễn Văn Dài",
            agency_code="SO-NV",
            consent=True,
        )
    client = world.client()
    good = client.post("/api/v1/session", json={"login": person.login, "password": longest})
    assert good.status_code == 200
    assert client.post("/api/v1/session", json={"login": person.login, "password": longest + "y"}).status_code == 401


def test_the_example_of_a_refusal_is_no_password(world: World) -> None:
    assert rules.password_problem("hoa-sen-mua-he-27", login="dainhat") is not None


def test_ones_own_sign_ins_lock_nobody_out(world: World) -> None:
    person, client = world.person(), world.client()
    good = {"login": person.login, "password": PASSWORD}
    for _ in range(service.SIGN_IN_TRIES + 2):
        assert client.post("/api/v1/session", json=good).status_code == 200
    for _ in range(service.SIGN_IN_TRIES):
        assert client.post("/api/v1/session", json=good | {"password": "sai"}).status_code == 401
    assert client.post("/api/v1/session", json=good).status_code == 429
