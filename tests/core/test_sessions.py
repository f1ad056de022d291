"""Sessions and tokens: what was found genuine once is remembered, and nothing else passes for it."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from tests.wire import ON_SQLITE, problem, session_cookie
from tests.world import World

pytestmark = ON_SQLITE


def me(client: FlaskClient) -> object:
    """The person whom the server sees."""
    return client.get("/api/v1/session").json["person"]


@pytest.fixture
def client(world: World) -> FlaskClient:
    """A browser that is signed in and was seen before."""
    client = world.client(world.person())
    assert me(client) is not None
    assert me(client) is not None
    return client


def test_a_changed_cookie_is_nobodys(app: Flask, client: FlaskClient) -> None:
    cookie = session_cookie(client)
    assert cookie is not None
    for changed in (cookie[:-1] + ("A" if cookie[-1] != "A" else "B"), "x" + cookie, cookie.split(".")[0], "", "…"):
        other = app.test_client()
        other.set_cookie("contest", changed)
        assert me(other) is None


@pytest.mark.parametrize(("spare", "known"), [(timedelta(minutes=1), True), (timedelta(minutes=-1), False)])
def test_a_cookie_grows_too_old(app: Flask, client: FlaskClient, spare: timedelta, known: bool) -> None:
    age = int((app.permanent_session_lifetime - spare).total_seconds())

    class Earlier(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - age

    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    serializer.signer = Earlier
    with client.session_transaction() as kept:
        cookie = str(serializer.dumps(dict(kept)))
    client.set_cookie("contest", cookie)
    for _ in range(2):
        assert (me(client) is not None) == known


def test_a_token_is_its_sessions_own(world: World, client: FlaskClient) -> None:
    stranger = world.client(world.person())
    token = client.get("/api/v1/session").json["csrf_token"]
    foreign = stranger.get("/api/v1/session").json["csrf_token"]
    for client_, wrong in ((client, foreign), (client, token[:-1] + "~"), (client, ""), (stranger, token)):
        client_.environ_base.pop("HTTP_X_CSRFTOKEN", None)
        problem(client_.delete("/api/v1/session", headers={"X-CSRFToken": wrong}), 400, "csrf")
    assert client.delete("/api/v1/session", headers={"X-CSRFToken": token}).status_code < 300
