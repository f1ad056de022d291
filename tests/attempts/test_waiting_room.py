"""What people who wait are told: the room, its pages, its answers to programs."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from contest.attempts import waiting
from contest.attempts.pace import LOBBY
from contest.rounds.rules import Prediction
from core.redis import gate
from tests.attempts.door import ask, crowd
from tests.wire import problem
from tests.world import World, counted

pytestmark = pytest.mark.usefixtures("five_a_second")


def told(world: World, round_id: str, others: int) -> list[tuple[Any, ...]]:
    """All that one reader hears from before the opening until they are in, behind so many others."""
    reader, heard = world.person(login=f"nguoidoc{others}"), []
    client = world.client(reader)
    for wait in (0, 60, 240, 240, 120, 1):
        world.later(seconds=wait)
        crowd(world, round_id, others)
        answer = client.post(f"/api/v1/rounds/{round_id}/waiting", json={})
        page = client.get(f"/rounds/{round_id}/waiting/own").text.split('id="main"')[1].split("<form")[0]
        heard.append((answer.text, answer.headers["Retry-After"], page))
    return heard


def test_a_round_with_a_prediction_tells_no_number(world: World) -> None:
    worlds: list[list[tuple[Any, ...]]] = []
    rules: dict[str, Any] = {"prediction": Prediction(), "criteria": ("points", "prediction")}
    for others in (20, 200):
        begun: datetime = world.now
        round_id = world.round(opens=timedelta(seconds=661), lasts=timedelta(days=1), **rules)
        heard = told(world, round_id, others)
        worlds.append([tuple(re.sub(rf"{round_id}|Tuần \d+", "", str(part)) for part in answer) for answer in heard])
        world.now = begun
    assert worlds[0] == worlds[1]
    assert "ahead" not in str(worlds)


def test_before_the_opening_the_button_leads_to_the_waiting_room(world: World) -> None:
    person, round_id = world.person(), world.round(opens=timedelta(hours=2))
    client = world.client(person)
    home = client.get("/").text
    assert f"/rounds/{round_id}/waiting" in home
    answer = client.post(f"/rounds/{round_id}/attempts")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/rounds/{round_id}/waiting")
    early = client.post(f"/api/v1/rounds/{round_id}/waiting", json={})
    assert early.json["state"] == "early"
    problem(client.post(f"/api/v1/rounds/{round_id}/attempts", json={}), 409, "not-open")
    world.later(minutes=90)
    assert timedelta(minutes=30) == LOBBY
    turn = client.post(f"/api/v1/rounds/{round_id}/waiting", json={})
    assert {name: turn.json[name] for name in ("state", "ahead")} == {"state": "waiting", "ahead": 0}
    assert turn.headers["Retry-After"] == str(turn.json["retry_after"])
    assert set(turn.json) == {"state", "ahead", "server_time", "opens_at", "retry_after"}


def test_programs_get_503_and_when_to_try_again(world: World) -> None:
    round_id = world.round()
    crowd(world, round_id, 30)
    client = world.client(world.person())
    answer = client.post(f"/api/v1/rounds/{round_id}/attempts", json={})
    problem(answer, 503, "waiting", extra={"retry_after"})
    assert int(answer.headers["Retry-After"]) >= 3
    page = client.post(f"/rounds/{round_id}/attempts")
    assert (page.status_code, page.headers["Location"]) == (303, f"/rounds/{round_id}/waiting")
    assert client.get(page.headers["Location"]).status_code == 200


def test_without_javascript_a_button_asks_and_enters(world: World) -> None:
    round_id = world.round()
    crowd(world, round_id, 12)
    client = world.client(world.person())
    own = f"/rounds/{round_id}/waiting/own"
    assert "Chưa có lượt chờ" in client.get(own).text
    answer = client.post(f"/rounds/{round_id}/attempts", data={"plain": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, own)
    assert "Còn 2 người ở trước" in client.get(own).text
    world.later(seconds=2)
    ask(world, round_id, 10_011)
    assert "Đã đến lượt" in client.get(own).text
    assert client.post(f"/rounds/{round_id}/attempts", data={"plain": "1"}).headers["Location"].startswith("/attempts/")


def test_before_the_opening_nobody_is_told_to_stand_at_the_head(world: World) -> None:
    round_id, first, second = world.round(opens=timedelta(minutes=4)), world.person(), world.person()
    own = f"/rounds/{round_id}/waiting/own"
    pages = []
    for person in (first, second):
        ask(world, round_id, person.id)
        pages.append(world.client(person).get(own).text)
    assert all("Đang giữ một chỗ trong phòng chờ." in page for page in pages)
    assert not any("Ở đầu hàng chờ" in page for page in pages)
    assert "Còn 1 người ở trước" in pages[1]
    world.later(minutes=4)
    ask(world, round_id, second.id)  # lets the first one in
    assert "Ở đầu hàng chờ" in world.client(second).get(own).text


def test_looking_keeps_no_place_and_changes_nothing(world: World) -> None:
    round_id = world.round(opens=timedelta(minutes=20))
    crowd(world, round_id, 2)
    client = world.client(world.person())
    keys = gate.call(lambda redis: {key: redis.dump(key) for key in redis.keys("wait:*")})
    client.get(f"/rounds/{round_id}/waiting/own")
    client.get(f"/rounds/{round_id}/waiting")
    assert gate.call(lambda redis: {key: redis.dump(key) for key in redis.keys("wait:*")}) == keys


def test_asking_costs_no_sql(world: World) -> None:
    round_id = world.round()
    client = world.client(world.person())
    client.post(f"/api/v1/rounds/{round_id}/waiting", json={})
    waiting._known(round_id, world.now)
    with counted() as statements:
        assert client.post(f"/api/v1/rounds/{round_id}/waiting", json={}).status_code == 200
    assert statements == []
