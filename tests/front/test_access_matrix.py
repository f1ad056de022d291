"""Route x role: who gets what, tokens on every unsafe route, GET that never writes, public bytes."""

import re

import pytest
from flask import Flask

from core.ids import public_id
from tests.routes import ROLES, TABLE, Cast, Route
from tests.wire import ON_SQLITE, PRIVATE, form_token, problem, without_tokens
from tests.world import World, counted

pytestmark = ON_SQLITE
GETS = [route for route in TABLE if route.safe]
UNSAFE = [route for route in TABLE if not route.safe]
WRITES = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b|.*\bFOR UPDATE\b", re.IGNORECASE | re.DOTALL
)


def _rules(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _is_public(app: Flask, route: Route) -> bool:
    endpoint = next(r.endpoint for r in app.url_map.iter_rules() if r.rule == route.rule and route.method in r.methods)
    return getattr(app.view_functions[endpoint], "is_public", False)


def _name(route: Route) -> str:
    return f"{route.method} {route.rule}"


def test_every_route_stands_in_the_table_once(app: Flask) -> None:
    listed = [(route.method, route.rule) for route in TABLE]
    assert set(listed) == _rules(app)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(world: World, role: str) -> None:
    cast = Cast(world)
    client = cast.browser(role)
    place = ROLES.index(role)
    found = {}
    for route in TABLE:
        status = cast.call(client, route).status_code
        if status != route.expected[place]:
            found[_name(route)] = (status, "expected", route.expected[place])
        if route.rule == "/sign-out":
            client = cast.browser(role)
    assert found == {}


@pytest.mark.parametrize("role", ["anonymous", "contestant", "organiser"])
def test_every_unsafe_route_wants_the_token_and_the_own_origin(world: World, role: str) -> None:
    cast = Cast(world)
    client = cast.browser(role)
    token = client.environ_base.pop("HTTP_X_CSRFTOKEN")
    found = {}
    for route in UNSAFE:
        bare = cast.call(client, route)
        foreign = cast.call(client, route, headers={"X-CSRFToken": token, "Origin": "https://evil.example"})
        wrong = cast.call(client, route, headers={"X-CSRFToken": token[:-2] + "xx"})
        wanted = (401, 403, 401) if route.exempt else (400, 403, 400)
        statuses = (bare.status_code, foreign.status_code, wrong.status_code)
        if statuses != wanted:
            found[_name(route)] = statuses
        if route.rule.startswith("/api/") and not route.exempt:
            problem(bare, 400, "csrf")
            problem(foreign, 403, "foreign-origin")
    assert found == {}


def test_a_token_of_somebody_elses_session_is_refused(world: World) -> None:
    cast = Cast(world)
    contestant, other = cast.browser("contestant"), cast.browser("contact")
    stolen = other.environ_base["HTTP_X_CSRFTOKEN"]
    answer = contestant.delete("/api/v1/session", headers={"X-CSRFToken": stolen})
    problem(answer, 400, "csrf")
    assert contestant.get("/api/v1/session").json["person"]["full_name"] == "Nguyễn Thị Thí Sinh"


def test_signing_in_by_a_form_of_another_site_is_refused(world: World) -> None:
    client = world.client()
    for sent in ({"data": {"login": "a", "password": "b"}}, {"data": '{"login": "a", "password": "b"}'}):
        for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=b"):
            answer = client.post("/api/v1/session", content_type=kind, **sent)
            assert answer.status_code in (400, 422), kind
            assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("role", ROLES)
def test_reading_never_writes(world: World, role: str) -> None:
    cast = Cast(world)
    client = cast.browser(role)
    for route in GETS:
        with counted() as statements:
            cast.call(client, route)
            client.head(cast.url(route))
        assert [sql for sql in statements if WRITES.match(sql)] == [], _name(route)


def test_public_answers_are_the_same_for_everybody(world: World) -> None:
    cast = Cast(world)
    browsers = {role: cast.browser(role) for role in ROLES}
    bare, english = world.client(), world.client()
    english.set_cookie("lang", "en")
    public = [route for route in GETS if _is_public(world.app, route)]
    assert len(public) >= 13
    for route in public:
        first = cast.call(bare, route)
        assert set(route.expected) == {first.status_code}
        for client in (bare, english, *browsers.values()):
            answer = cast.call(client, route)
            assert answer.get_data() == first.get_data(), _name(route)
            assert answer.headers.get("ETag") == first.headers.get("ETag"), _name(route)
            assert "Set-Cookie" not in answer.headers, _name(route)
            assert "cookie" not in answer.headers.get("Vary", "").lower(), _name(route)
            assert "private" not in answer.headers.get("Cache-Control", ""), _name(route)
        if first.status_code == 200:
            assert first.headers["Cache-Control"].startswith("public, max-age="), _name(route)
            again = bare.get(cast.url(route), headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.get_data()) == (304, b""), _name(route)


def test_public_pages_hold_no_token_and_refuse_without_a_cookie(world: World) -> None:
    cast = Cast(world)
    client = cast.browser("contestant")
    for route in GETS:
        if _is_public(world.app, route):
            assert b'csrf_token" value' not in cast.call(client, route).get_data(), _name(route)
    hidden = [f"/results/{cast.ids['frozen']}", f"/api/v1/results/{cast.ids['frozen']}"]
    hidden += [f"/rounds/{cast.ids['draft']}/board", f"/api/v1/rounds/{cast.ids['draft']}"]
    for url in hidden:
        answer = client.get(url)
        assert answer.status_code == 404
        assert "Set-Cookie" not in answer.headers
        assert "cookie" not in answer.headers.get("Vary", "").lower()
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("role", ["anonymous", "contestant", "organiser"])
def test_private_answers_are_stored_nowhere(world: World, role: str) -> None:
    cast = Cast(world)
    client = cast.browser(role)
    found = {}
    for route in TABLE:
        if _is_public(world.app, route):
            continue
        answer = cast.call(client, route)
        stored = answer.headers.get("Cache-Control", "")
        if answer.status_code == 200 and route.rule.startswith("/media/"):
            # Named by the hash of its bytes: the browser that was shown it may keep it, nobody between.
            assert stored == "private, max-age=31536000, immutable"
        elif stored != PRIVATE and not (answer.status_code >= 400 and stored == "no-store"):
            found[_name(route)] = (answer.status_code, stored)
    assert found == {}


def test_a_foreign_attempt_reads_like_one_that_does_not_exist(world: World) -> None:
    cast = Cast(world)
    for role in ("other contact", "contact", "organiser"):
        client = cast.browser(role)
        for route in TABLE:
            if "attempt_id" not in route.ids:
                continue
            foreign = cast.call(client, route)
            own_id, cast.ids[route.ids["attempt_id"]] = cast.ids[route.ids["attempt_id"]], public_id()
            unknown = cast.call(client, route)
            unknown_id, cast.ids[route.ids["attempt_id"]] = cast.ids[route.ids["attempt_id"]], own_id
            assert (foreign.status_code, unknown.status_code) == (404, 404), _name(route)
            texts = [without_tokens(answer.text) for answer in (foreign, unknown)]
            assert texts[0].replace(own_id, "") == texts[1].replace(unknown_id, ""), _name(route)


def test_contacts_see_their_own_agency_and_no_other(world: World) -> None:
    cast = Cast(world)
    world.person("TTDDTB", name="Bùi Thị Trực Thuộc")  # below SO-NV
    own, other = cast.browser("contact").get("/agency").text, cast.browser("other contact").get("/agency").text
    for name in ("Nguyễn Thị Thí Sinh", "Bùi Thị Trực Thuộc"):
        assert name in own
        assert name not in other
    assert "Trần Văn Tư Pháp" in other
    assert "Trần Văn Tư Pháp" not in own


def test_unknown_ids_are_unknown_for_the_committee_too(world: World) -> None:
    cast = Cast(world)
    client = cast.browser("organiser")
    cast.ids = {name: public_id() for name in cast.ids}
    # prepare, open, close, freeze and publish say it on the page that they lead back to.
    for route in TABLE:
        if not route.ids or "/organiser/" not in route.rule:
            continue
        answer = cast.call(client, route)
        if answer.status_code == 303:
            answer = client.get(answer.location)
        assert answer.status_code == 404, _name(route)


def test_what_is_no_id_is_404(world: World) -> None:
    client = world.client(world.person())
    for bad in ("1", "0" * 15, "0" * 17, "A" * 16, "../../etc/passwd", "%00" * 16, "０" * 16):
        for start in ("/attempts/", "/results/", "/api/v1/attempts/", "/api/v1/rounds/"):
            assert client.get(start + bad).status_code == 404


def test_wrong_methods_say_which_are_right(world: World) -> None:
    client = world.client()
    token = form_token(client.get("/sign-in").text)
    answer = client.put("/api/v1/rounds", headers={"X-CSRFToken": token})
    problem(answer, 405)
    assert "GET" in answer.headers["Allow"]
