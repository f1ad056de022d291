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


ROUND = {
    "title": "Tuần 9",
    "opens_at": "2026-11-24T08:00",
    "closes_at": "2026-11-30T08:00",
    "minutes": "20",
    "attempts": "1",
    "top": "20",
    "show_score": "receipt",
    "show_answers": "never",
    "board": "live",
    "cell-kiem-soat-1": "2",
}


@ON_SQLITE
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cell-mot-cua-1": "abc"}, "số câu phải là số nguyên"),
        ({"cell-mot-cua-1": "-3"}, "số câu phải là số nguyên"),
        ({"cell-mot-cua-1": "1000"}, "số câu phải là số nguyên"),
        ({"minutes": "hai mươi"}, "Đề nghị nhập số nguyên không âm."),
        ({"minutes": "0"}, "Đề nghị nhập số từ 1 đến 180."),
        ({"attempts": ""}, "Đề nghị điền mục này."),
        ({"title": "x" * 201}, "Không dài quá 200 ký tự."),
        ({"closes_at": "2026-11-24T07:00"}, "Thời điểm kết thúc phải sau thời điểm bắt đầu."),
        ({"opens_at": "0001-01-01T00:00"}, "Đề nghị chọn năm từ 2000 đến 2100."),
    ],
)
def test_a_bad_round_is_told_why_and_keeps_what_was_typed(world: World, changes: dict[str, str], sentence: str) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    before = world.view(round_id)
    answer = client.post(f"/organiser/rounds/{round_id}/edit", data=ROUND | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="2"' in answer.text  # the grid's good cell
    assert world.view(round_id) == before


@ON_SQLITE
def test_a_good_round_is_stored_as_typed(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    assert client.post(f"/organiser/rounds/{round_id}/edit", data=ROUND).status_code == 303
    view = world.view(round_id)
    assert (view.title, view.minutes, view.questions, view.rules.top) == ("Tuần 9", 20, 2, 20)
    assert view.opens_at.isoformat() == "2026-11-24T01:00:00+00:00"


@ON_SQLITE
def test_a_refused_extension_keeps_what_was_typed(world: World) -> None:
    client, round_id = _organiser(world), world.round()
    sent = {"closes_at": "2026-11-24T08:00", "reason": "mất điện diện rộng"}
    answer = client.post(f"/organiser/rounds/{round_id}/extend", data=sent)
    assert answer.status_code == 422
    assert "Đề nghị chọn thời điểm muộn hơn." in answer.text
    assert "Đã gia hạn vòng thi." not in answer.text
    assert "Đã gia hạn vòng thi." not in client.get(f"/organiser/rounds/{round_id}").text
    assert "mất điện diện rộng" in answer.text


@ON_SQLITE
def test_a_round_that_is_over_is_not_prepared(world: World) -> None:
    client, round_id = _organiser(world), world.round(prepared=False)
    world.later(days=8)
    answer = client.post(f"/organiser/rounds/{round_id}/prepare", follow_redirects=True)
    assert "đã qua thời điểm kết thúc" in answer.text
    assert world.view(round_id).state == "draft"
