"""Starts that an accident refused are written down by fact, once a person, cause and hour."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from contest.attempts import service
from contest.attempts.incidents import refusals
from contest.attempts.incidents.models import RefusedStart
from contest.attempts.incidents.rules import Cause
from core.db import db, transaction
from core.errors import Conflict, Unavailable
from tests.attempts.incidents.outage import refused
from tests.world import World, counted


def _rows(world: World) -> list[RefusedStart]:
    with world.inside():
        return list(db.session.scalars(sa.select(RefusedStart).order_by(RefusedStart.id)))


def test_a_start_in_a_pause_is_written_down_once_an_hour(world: World) -> None:
    person, round_id = world.person("SO-NV"), world.round()
    actor = world.actor(person)
    world.pause(round_id)
    first = world.now
    for _ in range(3):
        assert refused(world, actor, round_id).code == "not-open"
        world.later(minutes=1)
    (row,) = _rows(world)
    assert (row.code, row.times, row.first_at, row.agency_id) == ("paused", 3, first, person.agency_id)
    assert row.last_at == world.later(minutes=-1)
    world.later(hours=2)
    refused(world, actor, round_id)
    assert [one.times for one in _rows(world)] == [3, 1]


def test_what_the_rules_refuse_is_not_written_down(world: World) -> None:
    person, round_id = world.person(), world.round(attempts=1)
    world.sit(person, round_id, right=1)
    assert refused(world, world.actor(person), round_id).code == "limit-reached"
    early = world.round(opens=world.now.resolution * 10**9)
    assert refused(world, world.actor(person), early).code == "not-open"
    assert _rows(world) == []


def test_a_start_that_succeeds_costs_nothing(world: World) -> None:
    person, round_id = world.person(), world.round()
    actor = world.actor(person)
    with world.inside(), counted() as statements:
        service.start(actor=actor, now=world.now, round_id=round_id)
    assert not any("refused_start" in one for one in statements)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("Phòng chờ", code="waiting"), "waiting"),
        (Unavailable("Bận"), "busy"),
        (OperationalError("SELECT", {}, Exception("away")), "busy"),
        (RuntimeError("lỗi của chúng ta"), "error"),
    ],
)
def test_other_causes(world: World, error: Exception, code: str) -> None:
    actor, round_id = world.actor(world.person()), world.round()
    with world.inside(), pytest.raises(type(error)), refusals.noted(actor=actor, now=world.now, round_id=round_id):
        raise error
    assert [row.code for row in _rows(world)] == [code]
    assert refusals.cause_of(Conflict("hết lượt")) is None


def test_rows_wait_while_the_database_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people, round_id = [world.actor(world.person()) for _ in range(2)], world.round()
    store = refusals._store

    def away(taken: object) -> None:
        raise OperationalError("INSERT", {}, Exception("locked"))

    monkeypatch.setattr(refusals, "_store", away)
    with world.inside(), pytest.raises(Unavailable), refusals.noted(actor=people[0], now=world.now, round_id=round_id):
        raise Unavailable("Bận")
    assert _rows(world) == []
    monkeypatch.setattr(refusals, "_store", store)
    with world.inside(), pytest.raises(Unavailable), refusals.noted(actor=people[1], now=world.now, round_id=round_id):
        raise Unavailable("Bận")
    assert {row.person_id for row in _rows(world)} == {one.person_id for one in people}


def test_a_crowd_that_is_turned_away_is_complete(world: World) -> None:
    people, round_id = [world.actor(world.person()) for _ in range(8)], world.round()
    barrier = threading.Barrier(len(people))

    def turned_away(place: int) -> None:
        with world.inside():
            barrier.wait()
            for _ in range(5):
                with pytest.raises(Unavailable), refusals.noted(actor=people[place], now=world.now, round_id=round_id):
                    raise Unavailable("Phòng chờ", code="waiting")

    threads = [threading.Thread(target=turned_away, args=(place,)) for place in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = _rows(world)
    assert {row.person_id: row.times for row in rows} == {one.person_id: 5 for one in people}
    assert {row.code for row in rows} == {Cause.WAITING}


def test_the_table_guards_itself(world: World) -> None:
    person, round_pk = world.person(), world.view(world.round()).pk
    row = {
        "round_id": round_pk, "person_id": person.id, "code": "tired", "hour": world.now, "agency_path": "",
        "first_at": world.now, "last_at": world.now, "times": 1,
    }  # fmt: skip
    with world.inside(), pytest.raises(sa.exc.IntegrityError), transaction() as session:
        session.execute(sa.insert(RefusedStart).values(**row))
