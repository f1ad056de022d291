"""What the taking page costs a phone: the page and all its assets, compressed as they are served."""

import gzip
import re

from bench.stage import Stage

ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def taking_page(stage: Stage) -> dict[str, int]:
    """Compressed bytes by address; the page itself counts gzipped, as a proxy serves it."""
    client = stage.clients[0]
    # A fresh attempt is needed: the last one was submitted.
    page = client.get(_paper(stage))
    weights = {"page": len(gzip.compress(page.data, 6))}
    for address in sorted(set(ASSET.findall(page.text))):
        with client.get(address, headers={"Accept-Encoding": "br, gzip"}) as answer:
            weights[address.split("/", 3)[3]] = len(answer.get_data())
    return weights


def _paper(stage: Stage) -> str:
    started = stage.clients[0].post(f"/api/v1/rounds/{stage.round_id}/attempts", json={}).get_json()
    return f"/attempts/{started['attempt']}"
