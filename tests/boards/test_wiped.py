"""A wiped rehearsal leaves nothing in Redis for good: whatever was under way, whoever was away."""

from datetime import timedelta

import pytest

from contest.attempts import live as door
from contest.attempts.pace import Pace
from contest.boards import live, service
from contest.front import rehearsal
from contest.rounds.queries import RoundView
from contest.rounds.rules import BlueprintCell, Group
from core import jobs
from core.access import SYSTEM
from core.redis import gate
from tests.world import TOPICS, World

BLUEPRINT = tuple(BlueprintCell(topic, 1, 1) for topic in TOPICS)
GROUPS = (Group("A", "Sở Nội vụ", BLUEPRINT, agencies=("UBND",)), Group("B", "Còn lại", BLUEPRINT))


def _rehearsed(world: World) -> RoundView:
    round_id = world.round(opens=timedelta(days=2), blueprint=(), groups=GROUPS)
    with world.inside():
        copy_id = rehearsal.begin(actor=SYSTEM, now=world.now, round_id=round_id, takers=8).params["copy"]
        jobs.run_waiting(now=world.now)
    world.later(minutes=5)
    with world.inside():
        service.pass_over_all(now=world.now)
    return world.view(copy_id)


def _wipe(world: World, view: RoundView) -> None:
    with world.inside():
        rehearsal.wipe(actor=SYSTEM, now=world.now, copy_id=view.id)


def _keys(view: RoundView) -> dict[str, int]:
    """Every key of a round, with the seconds that it still has; -1: for ever."""
    return gate.call(
        lambda client: {key: client.ttl(key) for key in client.scan_iter(match=f"*{{{view.id}}}*", count=1000)}
    )


def test_it_is_gone_at_once(world: World) -> None:
    view = _rehearsed(world)
    assert any(":order." in key for key in _keys(view))
    _wipe(world, view)
    assert _keys(view) == {}


def test_a_pass_that_was_under_way_leaves_nothing_for_good(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    view = _rehearsed(world)
    monkeypatch.setattr(service, "_kept", lambda now: [view])  # read before it was wiped
    _wipe(world, view)
    with world.inside():
        service.pass_over_all(now=world.now)
    assert _keys(view)
    assert _mortal(view)


def test_a_rebuild_that_breaks_off_leaves_nothing_for_good(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    view = _rehearsed(world)
    monkeypatch.setattr(service, "_kept", lambda now: [view])
    monkeypatch.setattr(service, "_origin", lambda *_: "another")

    def wiped_meanwhile(*arguments: object) -> bool:
        _wipe(world, view)
        live.project(arguments[0], view.id, [], "")  # type: ignore[arg-type]
        live.open_generation(arguments[0], view.id)  # type: ignore[arg-type]
        raise RuntimeError

    monkeypatch.setattr(live, "swap", wiped_meanwhile)
    with world.inside():
        service.pass_over_all(now=world.now)
    assert _mortal(view)


def test_while_redis_is_away_it_ends_by_itself(
    world: World, redis_server: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    view = _rehearsed(world)
    gate.connect("redis://127.0.0.1:1/0")
    try:
        _wipe(world, view)
    finally:
        gate.connect(redis_server[0], patient=True)
    assert _keys(view)
    assert _mortal(view)


def test_a_rehearsal_that_stays_is_kept_alive_and_a_real_board_needs_no_pass(world: World) -> None:
    view = _rehearsed(world)
    gate.call(lambda client: [client.expire(key, 5) for key in _keys(view)])
    with world.inside():
        service.pass_over_all(now=world.now)
        assert min(_keys(view).values()) > 3000
        assert service.verify(round_=view, now=world.now).listed > 0
    round_id = world.round()
    world.sit(world.person(), round_id, right=2)
    with world.inside():
        service.pass_over_all(now=world.now)
    assert set(_keys(world.view(round_id)).values()) == {-1}


def test_the_waiting_room_of_a_wiped_round_ends_by_itself(world: World) -> None:
    view = _rehearsed(world)
    gate.call(
        lambda client: door.ask(
            client, round_id=view.id, person_id=1, now=world.now, opens_at=view.opens_at, act="join",
            pace=Pace(per_second=1, burst=1, horizon=10),
        )
    )  # fmt: skip
    assert 0 < max(_keys(view).values()) <= 3600


def _mortal(view: RoundView) -> bool:
    return all(0 < seconds <= live.REHEARSAL_TTL.total_seconds() for seconds in _keys(view).values())
