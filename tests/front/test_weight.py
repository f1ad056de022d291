"""The taking page with all its assets stays light enough for a slow network."""

import gzip
import re

from flask import Flask

from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
BUDGET = 60 * 1024


def test_the_taking_page_with_its_assets_is_under_60_kb(app: Flask, world: World) -> None:
    client = world.client(world.person())
    started = client.post(f"/api/v1/rounds/{world.round()}/attempts", json={}).get_json()
    page = client.get(f"/attempts/{started['attempt']}")
    addresses = set(ASSET.findall(page.text))
    assert any(address.endswith("/made/sitting.css") for address in addresses)
    assert any(address.endswith("/made/paper.js") for address in addresses)
    weight = len(gzip.compress(page.data, 6))
    for address in addresses:
        with client.get(address, headers={"Accept-Encoding": "gzip"}) as asset:
            assert asset.status_code == 200
            assert "max-age=31536000" in asset.headers["Cache-Control"]
            weight += len(asset.get_data())
    assert weight <= BUDGET
