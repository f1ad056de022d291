"""What of a prepared round may still change is shown in words before it is recorded."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from contest.rounds.models import Amendment
from contest.rounds.rules import Prize
from core.db import db
from tests.front.pages import form_of
from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE


def _organiser(world: World) -> FlaskClient:
    return world.client(world.person("VP-UBND", role="organiser"))


def _typed(page: str, changes: dict[str, str]) -> MultiDict[str, str]:
    sent = form_of(page)
    for name, value in changes.items():
        sent[name] = value
    return sent


def _amendments(world: World) -> list[Amendment]:
    with world.inside():
        return list(db.session.scalars(sa.select(Amendment)))


def test_a_change_is_previewed_then_recorded(world: World) -> None:
    client, round_id = _organiser(world), world.round(show_score="close", board="hidden")
    url = f"/organiser/rounds/{round_id}/amend"
    sent = form_of(client.get(url).text)
    sent["attempts"], sent["show_score"], sent["reason"] = "5", "publication", "Mạng chập chờn ở nhiều xã"
    shown = client.post(url, data=sent)
    assert shown.status_code == 200
    for words in ("2 lượt thi mỗi người", "5 lượt thi mỗi người", "Sau khi công bố kết quả", "Mạng chập chờn"):
        assert words in shown.text
    assert not _amendments(world)
    changed_mind = form_of(shown.text)
    changed_mind["attempts"] = "6"
    again = client.post(url, data=changed_mind)
    assert (again.status_code, len(_amendments(world))) == (200, 0)
    assert "6 lượt thi mỗi người" in again.text
    assert client.post(url, data=form_of(again.text)).status_code == 303
    (recorded,) = _amendments(world)
    assert recorded.after == {"attempts": 6, "show_score": "publication"}
    assert recorded.reason == "Mạng chập chờn ở nhiều xã"
    assert world.view(round_id).rules.attempts == 6


def test_prizes_may_change_and_rows_come_without_javascript(world: World) -> None:
    world.review()
    client, round_id = _organiser(world), world.round(trial=False, attempts=1)
    url = f"/organiser/rounds/{round_id}/amend"
    sent = form_of(client.post(url, data=_typed(client.get(url).text, {"add": "prizes", "reason": "Thêm"})).text)
    assert sent["reason"] == "Thêm"
    sent["prizes-0-name"], sent["prizes-0-count"], sent["prizes-0-value"] = "Giải Nhất", "2", "1 triệu đồng"
    shown = client.post(url, data=sent)
    assert "Giải Nhất: 2 giải (1 triệu đồng)" in shown.text
    assert client.post(url, data=form_of(shown.text)).status_code == 303
    assert world.view(round_id).rules.prizes == (Prize("Giải Nhất", 2, value="1 triệu đồng"),)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Chưa có nội dung nào thay đổi."),
        ({"attempts": "1"}, "Số lượt thi chỉ được tăng thêm"),
        ({"show_score": "receipt"}, "không được hiện sớm hơn"),
        ({"full_names": "y"}, "không chuyển sang nêu đầy đủ họ và tên được"),
        ({"prizes-0-name": "Nhất", "prizes-0-count": "1"}, "Vòng thi thử không có giải."),
        ({"top": "101"}, "Đề nghị nhập số từ 1 đến 100."),
        ({"reason": " "}, "Đề nghị điền mục này."),
        ({"board": "x"}, "Chưa ghi nhận"),
    ],
)
def test_what_may_not_change_is_told(world: World, changes: dict[str, str], sentence: str) -> None:
    client, round_id = _organiser(world), world.round(show_score="close")
    url = f"/organiser/rounds/{round_id}/amend"
    answer = client.post(url, data=_typed(client.get(url).text, {"reason": "Lý do"} | changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not _amendments(world)


def test_a_round_that_has_not_begun_can_be_reopened(world: World) -> None:
    client, round_id = _organiser(world), world.round(opens=timedelta(days=1))
    url = f"/organiser/rounds/{round_id}"
    page = client.get(f"{url}/amend").text
    assert "bộ đề đã chốt bị bỏ" in page
    assert client.post(f"{url}/unprepare", data={"reason": ""}).status_code == 422
    assert client.post(f"{url}/unprepare", data={"reason": "Sai giờ"}).status_code == 303
    assert world.view(round_id).state == "draft"
    assert client.get(f"{url}/amend").status_code == 409


def test_a_round_that_runs_cannot(world: World) -> None:
    client, round_id = _organiser(world), world.round()
    assert "bộ đề đã chốt bị bỏ" not in client.get(f"/organiser/rounds/{round_id}/amend").text
    answer = client.post(f"/organiser/rounds/{round_id}/unprepare", data={"reason": "x"}, follow_redirects=True)
    assert "Chỉ mở lại để sửa được" in answer.text
    assert world.view(round_id).state == "open"
