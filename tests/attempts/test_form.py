"""The plain form of the paper: what an old window sends never overwrites a newer copy."""

import re
from typing import Any

from flask.testing import FlaskClient

from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE


def _enter(world: World) -> tuple[FlaskClient, str]:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{world.round()}/attempts", json={}).get_json()
    return client, f"/attempts/{started['attempt']}"


def _form(client: FlaskClient, path: str) -> dict[str, Any]:
    return dict(re.findall(r'name="(epoch|seq)" value="(\d+)"', client.get(path).text))


def test_an_old_window_does_not_overwrite_a_newer_save(world: World) -> None:
    client, path = _enter(world)
    old, new = _form(client, path), _form(client, path)
    saved = client.post(path, data={**new, "slot-1": "0", "slot-2": "1", "action": "save"})
    assert saved.status_code == 200
    assert "Còn 2 câu chưa trả lời" in saved.text
    refused = client.post(path, data={**old, "slot-3": "0", "action": "save"})
    assert refused.status_code == 409
    assert "bản lưu mới hơn" in refused.text
    assert re.search(r'name="seq" value="0"', refused.text)
    blank = client.post(path, data={**old, "action": "submit"})
    assert blank.status_code == 409
    assert _form(client, path) == {"epoch": "1", "seq": "1"}
    again = client.post(path, data={**_form(client, path), "slot-1": "0", "action": "submit"})
    assert again.status_code == 303
    assert again.location.endswith("/receipt")


def test_a_form_without_its_number_is_an_old_one(world: World) -> None:
    client, path = _enter(world)
    first = _form(client, path)
    assert client.post(path, data={**first, "slot-1": "0", "action": "save"}).status_code == 200
    for seq in ("", "abc", "-1", "99999999999"):
        sent = {"epoch": first["epoch"], "seq": seq, "action": "submit"}
        assert client.post(path, data=sent).status_code == 409, seq


def test_a_repeated_press_gives_the_same_page(world: World) -> None:
    client, path = _enter(world)
    sent = {**_form(client, path), "slot-1": "0", "action": "save"}
    assert client.post(path, data=sent).status_code == 200
    assert client.post(path, data=sent).status_code == 200
