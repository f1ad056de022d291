"""What the taking page costs a phone: the page and all its assets, compressed as they are served."""

import asyncio
import gzip
import re

from bench import servers
from bench.client import Address, Browser
from bench.stage import Stage

ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def taking_page(stage: Stage) -> dict[str, int]:
    """Compressed bytes by address, as they travel."""
    with servers.gunicorn(stage.settings):
        return asyncio.run(_weights(stage))


async def _weights(stage: Stage) -> dict[str, int]:
    address = Address(stage.settings.port)
    browser, taker = Browser(address), stage.takers[0]
    path = f"/api/v1/rounds/{stage.round_id}/attempts"
    started = (await browser.ask(address.request("POST", path, taker=taker, data={}))).json()
    page = await browser.ask(address.request("GET", f"/attempts/{started['attempt']}", taker=taker))
    weights = {"page": len(page.body)}
    for asset in sorted(set(ASSET.findall(gzip.decompress(page.body).decode()))):
        answer = await browser.ask(address.request("GET", asset))
        weights[asset.split("/", 3)[3]] = len(answer.body)
    browser.close()
    return weights
