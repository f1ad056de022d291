"""Drawing a paper from a frozen pool: pure, reproducible, the same for everybody who recomputes it.

Each cell of the blueprint (ma trận đề) permutes its questions by HMAC-SHA-256(seed, person);
attempt *n* takes the *n*-th slice. So one person meets no question twice while the pool allows,
and every question is drawn about equally often.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from core.canonical import canonical_json, sha256

_BLOCK = 64
"""Bytes of a block of SHA-256."""


@dataclass(frozen=True, slots=True)
class PoolItem:
    """A question version as frozen for a round; ``keys`` are positions in ``choices``.

    ``situation`` is ``{"id", "title", "text", "media": [{"type", "alt", "sha256"}]}``: the questions of
    one situation stand together on a paper. ``shuffle`` is false where the choices' order matters.
    A ``withdrawn`` question proved wrong while the round ran: it is on no new paper. It is marked by
    its corrected keys or, where it is ``neutral``, not by them at all.
    """

    version_id: int
    topic: str
    difficulty: int
    stem: str
    choices: tuple[str, ...]
    keys: tuple[int, ...]
    explanation: str
    citation: str
    kind: str = "single"
    shuffle: bool = True
    situation: dict[str, Any] | None = None
    withdrawn: bool = False
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """``count`` questions of one topic and one difficulty (1 easy, 2 medium, 3 hard)."""

    topic: str
    difficulty: int
    count: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on a paper: which version, the order in which its choices stand, whether several may be chosen."""

    version_id: int
    order: tuple[int, ...]
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class Shortage:
    """A cell that wants more questions than there are."""

    topic: str
    difficulty: int
    wanted: int
    available: int


def shortages(available: dict[tuple[str, int], int], blueprint: Iterable[Cell]) -> list[Shortage]:
    """The cells that cannot be filled; ``available`` maps (topic, difficulty) to a number."""
    return [
        Shortage(cell.topic, cell.difficulty, cell.count, available.get((cell.topic, cell.difficulty), 0))
        for cell in blueprint
        if cell.count > available.get((cell.topic, cell.difficulty), 0)
    ]


def disjoint_papers(available: dict[tuple[str, int], int], blueprint: Iterable[Cell]) -> int:
    """How many papers one person can be given before a question repeats."""
    ratios = [available.get((cell.topic, cell.difficulty), 0) // cell.count for cell in blueprint if cell.count]
    return min(ratios, default=0)


ByCell = Mapping[tuple[str, int], Sequence[PoolItem]]


def by_cell(pool: Iterable[PoolItem]) -> ByCell:
    """What of a pool may be drawn, by (topic, difficulty)."""
    cells: dict[tuple[str, int], list[PoolItem]] = {}
    for item in pool:
        if not item.withdrawn:
            cells.setdefault((item.topic, item.difficulty), []).append(item)
    return cells


def draw(pool: ByCell, blueprint: Iterable[Cell], *, seed: bytes, person: str, number: int) -> list[Slot]:
    """The paper of ``person``'s attempt ``number`` (from 1), in the order in which it is shown.

    Raises :class:`ValueError` when a cell has fewer questions than it wants, or is named twice.
    """
    cells = list(blueprint)
    if len({(cell.topic, cell.difficulty) for cell in cells}) != len(cells):
        raise ValueError("a cell is named twice")
    rank = _ranking(seed, "cell", person)
    chosen: list[PoolItem] = []
    for cell in cells:
        items = pool.get((cell.topic, cell.difficulty), ())
        if cell.count > len(items):
            raise ValueError(f"cell {cell.topic}/{cell.difficulty} has {len(items)} questions")
        order = sorted(items, key=lambda item: rank(item.version_id))
        first = (number - 1) * cell.count
        chosen += [order[(first + k) % len(order)] for k in range(cell.count)]
    chosen.sort(key=lambda item: _place(item, seed, person, number))
    return [Slot(item.version_id, _shuffled(item, seed, person, number), item.kind == "multiple") for item in chosen]


def _place(item: PoolItem, seed: bytes, person: str, number: int) -> tuple[bytes, bytes]:
    alone = _rank(seed, "slot", person, number, item.version_id)
    if item.situation is None:
        return alone, alone
    return _rank(seed, "situation", person, number, item.situation["id"]), alone


def _shuffled(item: PoolItem, seed: bytes, person: str, number: int) -> tuple[int, ...]:
    places = range(len(item.choices))
    if not item.shuffle:
        return tuple(places)
    return tuple(sorted(places, key=_ranking(seed, "choice", person, number, item.version_id)))


def pool_payload(pool: Iterable[PoolItem]) -> list[dict[str, Any]]:
    """The pool as plain data, in a fixed order, ready to be stored and hashed; defaults are left out."""
    return [
        {name: value for name, value in _plain(item).items() if value != _DEFAULTS.get(name, ...)}
        for item in sorted(pool, key=lambda item: item.version_id)
    ]


def pool_from_payload(payload: Iterable[dict[str, Any]]) -> tuple[PoolItem, ...]:
    """The inverse of :func:`pool_payload`."""
    return tuple(PoolItem(**{**row, "choices": tuple(row["choices"]), "keys": tuple(row["keys"])}) for row in payload)


_DEFAULTS = {"kind": "single", "shuffle": True, "situation": None, "withdrawn": False, "neutral": False}


def _plain(item: PoolItem) -> dict[str, Any]:
    return {**asdict(item), "choices": list(item.choices), "keys": list(item.keys)}


def plan(payload: list[dict[str, Any]], *, salt: bytes) -> list[dict[str, Any]]:
    """What of a pool may be public once the round is over: enough to draw any paper again, and no text.

    ``content`` is an HMAC-SHA-256 over the whole question under a ``salt`` that stays secret, so that
    keys cannot be tried out; with the salt an auditor proves that no question was exchanged.
    """
    return [
        {
            "version_id": row["version_id"],
            "topic": row["topic"],
            "difficulty": row["difficulty"],
            "kind": row.get("kind", _DEFAULTS["kind"]),
            "choices": len(row["choices"]),
            "shuffle": row.get("shuffle", _DEFAULTS["shuffle"]),
            "situation": row["situation"]["id"] if row.get("situation") else None,
            "withdrawn": row.get("withdrawn", _DEFAULTS["withdrawn"]),
            "content": hmac.new(salt, canonical_json(row).encode(), hashlib.sha256).hexdigest(),
        }
        for row in payload
    ]


def items_of_plan(plan: Iterable[dict[str, Any]]) -> list[PoolItem]:
    """Items that draw as the ones behind a public plan do; their texts are empty."""
    return [
        PoolItem(
            version_id=row["version_id"],
            topic=row["topic"],
            difficulty=row["difficulty"],
            stem="",
            choices=("",) * row["choices"],
            keys=(),
            explanation="",
            citation="",
            kind=row["kind"],
            shuffle=row["shuffle"],
            situation=None if row["situation"] is None else {"id": row["situation"]},
            withdrawn=row["withdrawn"],
        )
        for row in plan
    ]


def commitment(plan: list[dict[str, Any]], blueprints: dict[str, list[dict[str, Any]]], seed: bytes) -> str:
    """SHA-256 over plan, blueprint of each group and seed: public before the round opens, binding from then on."""
    return sha256(canonical_json({"plan": plan, "blueprints": blueprints, "seed": seed.hex()}))


def _rank(seed: bytes, *parts: object) -> bytes:
    return _ranking(seed, *parts[:-1])(parts[-1])


def _ranking(seed: bytes, *parts: object) -> Callable[[object], bytes]:
    """HMAC-SHA-256 of ``parts`` and one more, parted by U+001F; what they share is worked out once.

    By its definition (RFC 2104): a paper takes four hundred of them, and copying objects of :mod:`hmac`
    would be a quarter of a start.
    """
    begun, outer = _keyed(seed)
    begun = begun.copy()
    begun.update("".join(f"{part}\x1f" for part in parts).encode())

    def rank(last: object) -> bytes:
        inner, whole = begun.copy(), outer.copy()
        inner.update(str(last).encode())
        whole.update(inner.digest())
        return whole.digest()

    return rank


@lru_cache(maxsize=64)
def _keyed(seed: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    key = (seed if len(seed) <= _BLOCK else hashlib.sha256(seed).digest()).ljust(_BLOCK, b"\0")
    return hashlib.sha256(bytes(b ^ 0x36 for b in key)), hashlib.sha256(bytes(b ^ 0x5C for b in key))
