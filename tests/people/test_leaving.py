"""Signing out tells the browser to forget; pages of somebody's own travel compressed and remember the size of text."""

import gzip

from contest.attempts import window
from core.access import SYSTEM
from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE
FORGET = '"cache", "storage"'


def test_signing_out_empties_the_browser_and_goes_on_only_within_this_site(world: World) -> None:
    for asked, target in (("/sign-in", "/sign-in"), ("", "/"), ("//evil.com", "/"), ("https://evil.com", "/")):
        answer = world.client(world.person()).post("/sign-out", data={"next": asked})
        assert answer.status_code == 303
        assert answer.location == target
        assert answer.headers["Clear-Site-Data"] == FORGET
        gone = [cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in cookie]
        assert {"text", "view"} <= set(gone)
    answer = world.client(world.person()).delete("/api/v1/session")
    assert answer.headers["Clear-Site-Data"] == FORGET


def test_who_has_a_paper_that_runs_is_asked_first_wherever_they_leave(world: World) -> None:
    person, round_id = world.person(), world.round()
    client = world.client(person)
    assert "data-running" not in client.get("/").text
    attempt = world.start(person, round_id)
    paper = f"/attempts/{attempt.public_id}"
    for address in ("/", "/account", paper):
        assert f'data-running="{paper}"' in client.get(address).text, address
    asked = client.post("/sign-out", data={"next": "/sign-in"})
    assert asked.status_code == 409
    assert "Clear-Site-Data" not in asked.headers
    assert "Đăng xuất không dừng đồng hồ của bài thi." in asked.text
    assert f'href="{paper}"' in asked.text
    assert 'name="next" value="/sign-in"' in asked.text
    assert client.get("/account").status_code == 200
    left = client.post("/sign-out", data={"next": "/sign-in", "sure": "1"})
    assert (left.status_code, left.location, left.headers["Clear-Site-Data"]) == (303, "/sign-in", FORGET)


def test_a_paper_whose_time_is_over_asks_nothing(world: World) -> None:
    person, round_id = world.person(), world.round()
    client = world.client(person)
    attempt = world.start(person, round_id)
    with world.inside():
        window.pause(actor=SYSTEM, now=world.now, round_id=round_id, reason="Mất điện")
    world.later(hours=1)
    assert client.post("/sign-out").status_code == 409  # the clock stands still
    with world.inside():
        window.resume(actor=SYSTEM, now=world.now, round_id=round_id, reason="Có điện")
    world.now = world.stored(attempt).deadline
    assert client.post("/sign-out").status_code == 303


def test_a_paper_travels_compressed_where_the_browser_takes_it(world: World) -> None:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{world.round()}/attempts", json={}).get_json()
    path = f"/attempts/{started['attempt']}"
    plain = client.get(path)
    assert "Content-Encoding" not in plain.headers
    packed = client.get(path, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert "paper-root" in gzip.decompress(packed.data).decode()


def test_the_size_of_the_text_is_remembered_and_nonsense_is_the_usual_one(world: World) -> None:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{world.round()}/attempts", json={}).get_json()
    path = f"/attempts/{started['attempt']}"
    assert '<html lang="vi">' in client.get(path).text
    sent = {"epoch": "1", "seq": "0", "slot-1": "0", "text": "3"}
    assert '<html lang="vi" data-text="3">' in client.post(path, data=sent).text
    assert '<html lang="vi" data-text="3">' in client.get(path).text
    for nonsense in ("9", "-1", "x", "１"):
        client.set_cookie("text", nonsense)
        assert '<html lang="vi">' in client.get(path).text, nonsense
