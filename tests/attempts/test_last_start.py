"""Where only whole papers start: everybody who waits is in before the last start."""

from datetime import datetime, timedelta

import pytest

from contest.attempts import live, waiting, window
from contest.attempts.pace import FLUSH
from contest.rounds import lifecycle
from contest.rounds.rules import LastStart
from core import load
from core.access import SYSTEM
from core.errors import Gone
from tests.attempts.door import ask, crowd, stopped
from tests.wire import problem
from tests.world import World

pytestmark = pytest.mark.usefixtures("five_a_second")


def full_time(world: World, **lasts: float) -> tuple[str, datetime]:
    """A round in which every paper has its ten minutes, and its last start."""
    round_id = world.round(lasts=timedelta(**lasts), last_start=LastStart.FULL_TIME)
    return round_id, world.view(round_id).closes_at - timedelta(minutes=10)


def test_where_only_whole_papers_start_everybody_is_in_before_the_last_start(world: World) -> None:
    round_id, last = full_time(world, minutes=30)
    waiting.configure(starts_per_second=0.1, processes=1)
    load.set_source(lambda: 60.0)
    people = crowd(world, round_id, 200)
    world.now = last - FLUSH - timedelta(seconds=10)
    people += crowd(world, round_id, 400)[200:]
    assert "waiting" in {ask(world, round_id, person).state for person in people}
    world.now = last - FLUSH
    turns = [ask(world, round_id, person) for person in people]
    assert {turn.state for turn in turns} == {"admitted"}
    assert {turn.until for turn in turns} == {last}


def test_a_turn_held_before_the_last_start_counts_for_seconds_after_it(world: World) -> None:
    round_id, last = full_time(world, minutes=30)
    waiting.configure(starts_per_second=0.1, processes=1)
    held, queued, newcomer, sitting = (world.person() for _ in range(4))
    entering, late, back = (world.client(person) for person in (held, newcomer, sitting))
    world.now = last - timedelta(seconds=120)
    world.start(sitting, round_id)
    assert ask(world, round_id, held.id).state == "admitted"
    assert ask(world, round_id, queued.id).state == "waiting"
    world.now = last + lifecycle.IN_TURN
    url = f"/api/v1/rounds/{round_id}"
    problem(late.post(f"{url}/attempts", json={}), 410, "closed")
    assert late.post(f"{url}/waiting", json={}).json["state"] == "closed"
    for client in (entering, world.client(queued)):
        assert client.post(f"{url}/waiting", json={}).json["state"] == "admitted"
        assert client.post(f"{url}/attempts", json={}).status_code == 201
    assert back.post(f"{url}/attempts", json={}).status_code == 200
    world.later(seconds=1)
    assert ask(world, round_id, newcomer.id).state == ask(world, round_id, held.id).state == "closed"
    problem(late.post(f"{url}/attempts", json={}), 410, "closed")
    assert entering.post(f"{url}/attempts", json={"number": 1}).status_code == 200


def test_without_a_turn_the_last_start_is_the_last(world: World, redis_server: tuple[str, int]) -> None:
    person = world.person()
    round_id, last = full_time(world, minutes=30)
    client = world.client(person)
    world.now = last + timedelta(seconds=1)
    with stopped(redis_server):
        problem(client.post(f"/api/v1/rounds/{round_id}/attempts", json={}), 410, "closed")
        assert client.post(f"/api/v1/rounds/{round_id}/waiting", json={}).json["state"] == "closed"


def test_an_agency_with_a_later_close_is_let_in_until_its_own_last_start(world: World) -> None:
    extended, other = world.person("SO-NV"), world.person("SO-TP")
    queue = [world.person("SO-NV").id for _ in range(5)]
    round_id, last = full_time(world, minutes=30)
    later = last + timedelta(minutes=20)
    close = later + timedelta(minutes=10)
    with world.inside():
        window.extend(
            actor=SYSTEM, now=world.now, round_id=round_id, closes_at=close, reason="Mất điện", agency_code="SO-NV"
        )
    waiting.forget()
    waiting.configure(starts_per_second=0.1, processes=1)
    world.now = last - FLUSH - timedelta(seconds=20)
    crowd(world, round_id, 5)
    assert ask(world, round_id, other.id).state == ask(world, round_id, extended.id).state == "waiting"
    world.now = last - FLUSH
    turns = [ask(world, round_id, person.id) for person in (other, extended)]
    assert [turn.until for turn in turns] == [last, world.now + live.PASS]
    world.now = last + timedelta(minutes=6)
    load.set_source(lambda: 60.0)
    assert ask(world, round_id, other.id).state == "closed"
    with pytest.raises(Gone):
        world.start(other, round_id)
    assert "waiting" in {ask(world, round_id, person).state for person in queue}
    world.now = later - FLUSH
    assert {ask(world, round_id, person).state for person in queue} == {"admitted"}
    assert world.start(extended, round_id).deadline == world.now + timedelta(minutes=10)


def test_a_pause_moves_the_last_start_with_the_close(world: World) -> None:
    person = world.person()
    round_id, last = full_time(world, minutes=30)
    world.pause(round_id)
    waiting.forget()
    world.now = last + timedelta(minutes=5)
    assert ask(world, round_id, person.id).state == "admitted"
    world.resume(round_id)
    waiting.forget()
    assert world.start(person, round_id).deadline == world.now + timedelta(minutes=10)


def test_where_only_whole_papers_start_the_room_says_so(world: World) -> None:
    round_id, last = full_time(world, minutes=30)
    client, plain = world.client(world.person()), world.round()
    room = client.get(f"/rounds/{round_id}/waiting").text
    assert "Chỉ vào thi được khi còn đủ 10 phút làm bài" in room
    assert "Chỉ vào thi được" not in client.get(f"/rounds/{plain}/waiting").text
    world.now = last + timedelta(seconds=30)
    assert "Đã quá thời điểm vào thi cuối cùng" in client.get(f"/rounds/{round_id}/waiting/own").text
