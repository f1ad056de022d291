"""Signing out tells the browser to forget; pages of somebody's own travel compressed and remember the size of text."""

import gzip

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
