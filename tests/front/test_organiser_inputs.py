"""What an organiser may type or paste by mistake: told as a sentence, never a 5xx."""

import io

import pytest
import sqlalchemy as sa
import structlog

from core.db import transaction
from tests.wire import ON_SQLITE, form_token
from tests.world import PASSWORD, World


def _organiser(world: World):
    return world.client(world.person("VP-UBND", role="organiser"))


def test_a_null_byte_in_an_introduction(world: World) -> None:
    sent = {"title": "Cuộc thi", "organiser": "Sở Nội vụ", "introduction": "một\0hai"}
    assert _organiser(world).post("/organiser/contests/new", data=sent).status_code == 422


def test_a_null_byte_in_a_reason(world: World) -> None:
    client, round_id = _organiser(world), world.round()
    answer = client.post(f"/organiser/rounds/{round_id}/close", data={"reason": "mất\0điện"})
    assert answer.status_code == 422


@ON_SQLITE
def test_a_title_of_spaces_is_no_title(world: World) -> None:
    sent = {"title": "   ", "organiser": "\u200b"}
    assert _organiser(world).post("/organiser/contests/new", data=sent).status_code == 422


@ON_SQLITE
def test_a_date_before_all_dates(world: World) -> None:
    client, round_id = _organiser(world), world.round()
    sent = {"closes_at": "0001-01-01T00:00", "reason": "nhầm năm"}
    assert client.post(f"/organiser/rounds/{round_id}/extend", data=sent).status_code == 422


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_unexpected_failure_logs_no_password(world: World) -> None:
    logged = io.StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(logged))
    with world.inside(), transaction() as session:
        session.execute(sa.text("DROP TABLE consent"))
    client = world.client()
    sent = {"full_name": "Nguyễn Thị Hoa", "agency": "Sở Nội vụ", "login": "hoa.nguyen", "password": PASSWORD}
    token = form_token(client.get("/register").text)
    answer = client.post("/register", data={"csrf_token": token, "consent": "y", **sent})
    assert answer.status_code == 500
    assert "mã tham chiếu" in answer.text
    assert PASSWORD not in answer.text
    assert "unexpected failure" in logged.getvalue()
    assert "UndefinedTable" in logged.getvalue()
    assert PASSWORD not in logged.getvalue()
