"""Boards in Redis. Owner of every key: the projector. All are rebuilt from SQL by ``rebuild``.

    board:{<round>}:generations   set     numbers of the generations that are written
    board:{<round>}:current       string  the generation that readers see
    board:{<round>}:counter       string  last generation number given out
    board:{<round>}:meta          string  JSON: what the pages say about the round (no SQL to show)
    board:{<round>}:<g>:order     zset    board id -> packed sort key, ascending
    board:{<round>}:<g>:order.<c> zset    the same of group c, in a round with groups
    board:{<round>}:<g>:rows      hash    board id -> JSON {version, counts, code, sum, name, …}
    board:{<round>}:<g>:takers    hash    agency code -> people who count
    board:{<round>}:<g>:points    hash    agency code -> sum of their points
    board:{<round>}:<g>:names     hash    agency code -> agency name
    board:{<round>}:<g>:changed   string  moment of the last change, ISO 8601
    board:{<round>}:<g>:origin    string  Redis run id and policy under which it was filled

No TTL: rounds are few. Only a rehearsal's keys end :data:`REHEARSAL_TTL` after the projector's last pass over it,
for it can be wiped while Redis is away or a pass is under way; what is still shown is kept alive by the next pass.
Names are as public as the round's rules make them; ids are random.
Every key of a round carries the same hash tag, so a Cluster keeps them in one slot.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import redis

from core.redis import script

_LUA = Path(__file__).parent / "lua"
_PROJECT = script((_LUA / "project.lua").read_text("utf-8"))
_SWAP = script((_LUA / "swap.lua").read_text("utf-8"))
REHEARSAL_TTL = timedelta(hours=1)
PARTS = ("order", "rows", "takers", "points", "names", "changed", "origin")


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A row as stored; ``score`` is the packed sort key, ``None`` when nothing counts."""

    board_id: str
    version: int
    score: int | None
    name: str
    agency_code: str
    agency: str
    points: int
    elapsed_ms: int
    group: str = ""

    def to_json(self) -> str:
        """The stored form."""
        return json.dumps(
            {
                "version": self.version,
                "counts": self.score is not None,
                "code": self.agency_code,
                "sum": self.points,
                "name": self.name,
                "agency": self.agency,
                "elapsed_ms": self.elapsed_ms,
                **({"group": self.group} if self.group else {}),
            },
            ensure_ascii=False,
        )


def prefix(round_id: str) -> str:
    """The common beginning of a round's keys."""
    return f"board:{{{round_id}}}:"


def project(client: redis.Redis, round_id: str, rows: list[BoardRow], now: str) -> None:
    """Write rows into every generation; idempotent and free of order."""
    base = prefix(round_id)
    for row in rows:
        _PROJECT(
            client,
            [base + "generations"],
            [
                base,
                row.board_id,
                row.version,
                "" if row.score is None else row.score,
                row.to_json(),
                row.agency_code,
                row.points,
                now,
                row.agency,
                row.group,
            ],
        )


def open_generation(client: redis.Redis, round_id: str) -> str:
    """Start a new generation: from now on every projection writes to it too."""
    base = prefix(round_id)
    generation = str(client.incr(base + "counter"))
    client.sadd(base + "generations", generation)
    return generation


def swap(client: redis.Redis, round_id: str, generation: str, origin: str, groups: Iterable[str]) -> bool:
    """Show ``generation`` and drop the others; false when another rebuild was first."""
    base = prefix(round_id)
    return bool(_SWAP(client, [base + "generations"], [base, generation, origin, *parts(groups)]))


def parts(groups: Iterable[str]) -> list[str]:
    """The names of a generation's keys in a round with these groups."""
    return [*PARTS, *(f"order.{code}" for code in groups)]


def order(group: str) -> str:
    """The key of a group's order; of everybody's with ``""``."""
    return f"order.{group}" if group else "order"


def _text(client: redis.Redis, key: str) -> str | None:
    # The client decodes every answer (core.redis); its type hints cannot know.
    return cast("str | None", client.get(key))


def origin(client: redis.Redis, round_id: str) -> str | None:
    """Under which run id and policy the shown generation was filled; ``None`` without one."""
    base = prefix(round_id)
    generation = _text(client, base + "current")
    return _text(client, f"{base}{generation}:origin") if generation else None


def forget(client: redis.Redis, round_id: str, groups: Iterable[str]) -> None:
    """Delete every key of a round with these groups."""
    client.delete(*_all_keys(client, round_id, groups))


def expire(client: redis.Redis, round_id: str, groups: Iterable[str]) -> None:
    """Let every key of a round end after :data:`REHEARSAL_TTL`, unless this is called again."""
    pipe = client.pipeline(transaction=False)
    for key in _all_keys(client, round_id, groups):
        pipe.expire(key, REHEARSAL_TTL)
    pipe.execute()


def _all_keys(client: redis.Redis, round_id: str, groups: Iterable[str]) -> list[str]:
    base, names = prefix(round_id), parts(groups)
    generations = cast("set[str]", client.smembers(base + "generations"))
    keys = [f"{base}{generation}:{name}" for generation in generations for name in names]
    return [*keys, *(base + name for name in ("generations", "current", "counter", "meta"))]


def put_meta(client: redis.Redis, round_id: str, meta: dict[str, Any]) -> None:
    """Store what pages say about the round."""
    client.set(prefix(round_id) + "meta", json.dumps(meta, ensure_ascii=False))


def get_meta(client: redis.Redis, round_id: str) -> dict[str, Any] | None:
    """What pages say about the round, or ``None`` when no board is kept for it."""
    stored = _text(client, prefix(round_id) + "meta")
    return cast("dict[str, Any]", json.loads(stored)) if stored else None


@dataclass(frozen=True, slots=True)
class TopList:
    """The first places of a board: (board id, packed key, stored row), and the last change."""

    rows: list[tuple[str, int, dict[str, Any]]]
    changed: str | None


def top(client: redis.Redis, round_id: str, count: int, *, group: str = "") -> TopList:
    """The first ``count`` places, of everybody or of one group."""
    base = prefix(round_id)
    generation = _text(client, base + "current")
    if generation is None:
        return TopList([], None)
    pipe = client.pipeline(transaction=False)
    pipe.zrange(f"{base}{generation}:{order(group)}", 0, count - 1, withscores=True)
    pipe.get(f"{base}{generation}:changed")
    first, changed = pipe.execute()
    stored = client.hmget(f"{base}{generation}:rows", [m for m, _ in first]) if first else []
    rows = [
        (member, int(score), json.loads(row))
        for (member, score), row in zip(first, cast("list[str | None]", stored), strict=True)
        if row is not None
    ]
    return TopList(rows, changed)


@dataclass(frozen=True, slots=True)
class AgencyTotals:
    """Agency code -> (takers, sum of points), agency code -> name, and the last change."""

    totals: dict[str, tuple[int, int]]
    names: dict[str, str]
    changed: str | None


def agency_totals(client: redis.Redis, round_id: str) -> AgencyTotals:
    """The agencies' counters."""
    base = prefix(round_id)
    generation = _text(client, base + "current")
    if generation is None:
        return AgencyTotals({}, {}, None)
    pipe = client.pipeline(transaction=False)
    for part in ("takers", "points", "names"):
        pipe.hgetall(f"{base}{generation}:{part}")
    pipe.get(f"{base}{generation}:changed")
    takers, points, names, changed = pipe.execute()
    totals = {code: (int(n), int(points.get(code, 0))) for code, n in takers.items() if int(n) > 0}
    return AgencyTotals(totals, names, changed)


def place(client: redis.Redis, round_id: str, board_id: str, *, group: str = "") -> int | None:
    """Somebody's rank (in a group): one more than the number of better keys; ``None`` when not listed."""
    base = prefix(round_id)
    generation = _text(client, base + "current")
    key = f"{base}{generation}:{order(group)}"
    score = client.zscore(key, board_id) if generation else None
    if score is None:
        return None
    better = client.zcount(key, "-inf", f"({int(score)}")
    return int(better) + 1


def everything(client: redis.Redis, round_id: str, *, group: str = "") -> list[tuple[str, int]]:
    """All (board id, packed key) in board order: for ``verify``."""
    base = prefix(round_id)
    generation = _text(client, base + "current")
    if generation is None:
        return []
    ordered = cast(
        "list[tuple[str, float]]",
        client.zrange(f"{base}{generation}:{order(group)}", 0, -1, withscores=True),
    )
    return [(member, int(score)) for member, score in ordered]
