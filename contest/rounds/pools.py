"""Making revisions of a round's frozen pool, and the public manifest that proves them."""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from contest.rounds.models import PoolRevision
from contest.rounds.rules import RoundRules
from core.canonical import canonical_json, sha256
from core.errors import Conflict
from core.i18n import N_
from questions import drawing
from questions.drawing import PoolItem
from questions.marking import MarkingRule


def first_revision(
    *, round_pk: int, number: int, items: Iterable[PoolItem], rules: RoundRules, now: datetime
) -> PoolRevision:
    """The pool of a round that is being prepared, under a new seed."""
    blueprints = {code: msgspec.to_builtins(cells) for code, cells in rules.papers.items()}
    return _revision(round_pk, number, items, blueprints, secrets.token_bytes(32), secrets.token_bytes(32), now)


def next_revision(
    last: PoolRevision, *, items: Iterable[PoolItem], blueprints: dict[str, list[dict[str, Any]]], now: datetime
) -> PoolRevision:
    """The pool after an amendment; the seed stays, for the organiser is bound to it."""
    seed, salt = bytes.fromhex(last.seed), bytes.fromhex(last.salt) or secrets.token_bytes(32)
    return _revision(last.round_id, last.number + 1, items, blueprints, seed, salt, now)


def refilled(
    blueprints: dict[str, list[dict[str, Any]]], items: Sequence[PoolItem], *, rule: MarkingRule
) -> dict[str, list[dict[str, Any]]]:
    """The blueprints with every cell within what is left to draw: what a cell lacks is taken from another.

    Only from a cell that the same group's blueprint names, and whose questions are worth as much: the same
    topic first, then the nearest difficulty, then where most is left. Raises :class:`Conflict` when that
    is too few.
    """
    left = Counter((item.topic, item.difficulty) for item in items if not item.withdrawn)
    worth = _worth(items) if rule is MarkingRule.RIGHT_MINUS_WRONG else {}
    return {code: _within(cells, left, worth) for code, cells in blueprints.items()}


def _worth(items: Iterable[PoolItem]) -> dict[tuple[str, int], int]:
    """What a question of each cell is worth by its keys: nearly all have the same number, or it was not prepared."""
    keys: dict[tuple[str, int], Counter[int]] = {}
    for item in items:
        keys.setdefault((item.topic, item.difficulty), Counter())[len(item.keys)] += 1
    return {cell: numbers.most_common(1)[0][0] for cell, numbers in keys.items()}


def _within(
    cells: list[dict[str, Any]], left: Counter[tuple[str, int]], worth: dict[tuple[str, int], int]
) -> list[dict[str, Any]]:
    counts = {(cell["topic"], cell["difficulty"]): cell["count"] for cell in cells}
    for lacking in list(counts):
        while counts[lacking] > left[lacking]:
            spare = [key for key in counts if left[key] > counts[key] and worth.get(key) == worth.get(lacking)]
            if not spare:
                raise Conflict(
                    N_(
                        "Bộ câu hỏi của vòng thi không còn đủ câu để ra đề mới nếu bỏ câu này. "
                        "Đề nghị tạm dừng vòng thi."
                    ),
                    code="pool-too-small",
                )
            nearest = min(
                spare,
                key=lambda key: (key[0] != lacking[0], abs(key[1] - lacking[1]), counts[key] - left[key], key),
            )
            counts[lacking] -= 1
            counts[nearest] += 1
    return [
        {"topic": topic, "difficulty": difficulty, "count": count}
        for (topic, difficulty), count in counts.items()
        if count
    ]


def commitment_of(revision: PoolRevision) -> str:
    """The commitment recomputed from what is stored; differs where anything was exchanged."""
    seed = bytes.fromhex(revision.seed)
    if not revision.salt:  # made before there were groups and public plans
        plain = {"pool": revision.pool, "blueprint": revision.blueprints[""], "seed": revision.seed}
        return sha256(canonical_json(plain))
    return drawing.commitment(drawing.plan(revision.pool, salt=bytes.fromhex(revision.salt)), revision.blueprints, seed)


def _revision(
    round_pk: int,
    number: int,
    items: Iterable[PoolItem],
    blueprints: Mapping[str, list[dict[str, Any]]],
    seed: bytes,
    salt: bytes,
    now: datetime,
) -> PoolRevision:
    made = PoolRevision(
        round_id=round_pk,
        number=number,
        pool=drawing.pool_payload(items),
        blueprints=dict(blueprints),
        seed=seed.hex(),
        salt=salt.hex(),
        created_at=now,
    )
    made.commitment = commitment_of(made)
    return made
