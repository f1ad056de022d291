"""The measure of a process that is behind, with real threads; and what gives way to it."""

import threading
import time

import pytest

from contest.boards import service as boards
from core import load
from core.load import Load
from tests.wire import ON_SQLITE, problem
from tests.world import World


def test_a_quiet_process_is_not_behind() -> None:
    quiet = Load()
    for _ in range(50):
        with quiet.request():
            pass
    assert quiet.delay() == 0


def test_whoever_waits_for_a_thread_counts() -> None:
    measured = Load()
    for _ in range(30):
        with measured.request():
            time.sleep(0.002)
    measured.watch(lambda: 100, threads=2)
    ten = Load()
    ten._mean = measured._mean
    ten.watch(lambda: 10, threads=2)
    assert measured.delay() == pytest.approx(10 * ten.delay())
    assert measured.delay() > 50 * 0.001


def test_requests_in_hand_count_without_a_server_that_says() -> None:
    measured, inside, leave = Load(), threading.Barrier(5), threading.Event()
    measured._mean = 0.5

    def stay() -> None:
        with measured.request():
            inside.wait()
            leave.wait()

    threads = [threading.Thread(target=stay) for _ in range(4)]
    for thread in threads:
        thread.start()
    inside.wait()
    assert measured.delay() == pytest.approx(4 * 0.5 / load.THREADS)
    leave.set()
    for thread in threads:
        thread.join()
    assert measured.delay() == 0


def test_one_export_does_not_look_like_an_overload() -> None:
    measured = Load(clock=iter([0.0, 300.0]).__next__)
    with measured.request():
        pass
    measured.watch(lambda: 2, threads=2)
    assert measured.delay() <= load.WEIGHT * load.LONGEST


@ON_SQLITE
def test_boards_give_way_and_the_rest_does_not(world: World) -> None:
    person, round_id = world.person(), world.round()
    world.sit(person, round_id, right=2)
    client = world.client(person)
    board = f"/api/v1/rounds/{round_id}/board"
    load.set_source(lambda: 0.8)
    refused = client.get(f"{board}/me")
    problem(refused, 503, "unavailable", extra={"retry_after"})
    assert int(refused.headers["Retry-After"]) > 0
    assert "no-store" in refused.headers["Cache-Control"]
    for address in ("/", "/rules", "/account", "/api/v1/rounds", f"/api/v1/rounds/{round_id}/clock"):
        assert client.get(address).status_code == 200, address
    assert client.post(f"/api/v1/rounds/{round_id}/attempts", json={}).status_code == 201


@ON_SQLITE
def test_a_public_board_is_shown_as_it_last_was(world: World) -> None:
    round_id = world.round()
    with world.inside():
        boards.pass_over_all(now=world.now)
    client = world.client()
    address = f"/rounds/{round_id}/board"
    load.set_source(lambda: 0.8)
    assert client.get(address).status_code == 503
    load.set_source(None)
    shown = client.get(address)
    load.set_source(lambda: 0.8)
    again = client.get(address)
    assert (again.status_code, again.get_data(), again.headers["ETag"]) == (
        200,
        shown.get_data(),
        shown.headers["ETag"],
    )
    assert client.get(address, headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304
    assert client.get(f"{address}?lang=en").status_code == 503
