"""The public manifest of a round: what binds the organiser beforehand, and what lets anybody check afterwards.

Before the round is over only commitments and the fact of each amendment; afterwards seed, blueprints
and plan of every revision, from which each paper can be drawn again. Never a text, a key or the salt.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.rounds import lifecycle
from contest.rounds.models import PoolRevision
from contest.rounds.queries import AmendmentRow, RoundView, amendments
from core.db import read
from questions import drawing


class RevisionProof(msgspec.Struct, frozen=True):
    """A pool revision; ``seed``, ``blueprints`` (by group) and ``plan`` are null until the round is over.

    ``commitment`` is the SHA-256 of canonical JSON ``{"blueprints", "plan", "seed"}``.
    """

    number: int
    at: datetime
    commitment: str
    seed: str | None = None
    blueprints: dict[str, list[dict[str, Any]]] | None = None
    plan: list[dict[str, Any]] | None = None


class PublicAmendment(msgspec.Struct, frozen=True):
    """What was changed after the round was prepared; ``kind`` is rules, window, pause, resume, keys or incident."""

    number: int
    at: datetime
    kind: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]


class Manifest(msgspec.Struct, frozen=True):
    """The manifest; ``over`` tells whether the proofs are open."""

    round: str
    title: str
    over: bool
    opens_at: datetime
    closes_at: datetime
    revisions: list[RevisionProof]
    amendments: list[PublicAmendment]


def manifest(view: RoundView) -> Manifest:
    """The manifest of a prepared round at the moment of ``view``."""
    over = lifecycle.over(view.state)
    heads = read().execute(
        sa.select(PoolRevision.number, PoolRevision.created_at, PoolRevision.commitment)
        .where(PoolRevision.round_id == view.pk)
        .order_by(PoolRevision.number)
    )
    revisions = [RevisionProof(*head) for head in heads]
    return Manifest(
        round=view.id,
        title=view.title,
        over=over,
        opens_at=view.opens_at,
        closes_at=view.closes_at,
        revisions=[_opened(view.pk, head.number, head.commitment) for head in revisions] if over else revisions,
        amendments=[_public(row) for row in amendments([view.pk]).get(view.pk, [])],
    )


@lru_cache(maxsize=16)
def _opened(round_pk: int, number: int, commitment: str) -> RevisionProof:
    """A revision with all that may be public of it; immutable, so the process keeps it under its commitment."""
    row = (
        read()
        .scalars(sa.select(PoolRevision).where(PoolRevision.round_id == round_pk, PoolRevision.number == number))
        .one()
    )
    return RevisionProof(
        number=row.number,
        at=row.created_at,
        commitment=commitment,
        seed=row.seed,
        blueprints=row.blueprints,
        # Without a salt (a revision of an earlier release) keys could be tried out against it.
        plan=drawing.plan(row.pool, salt=bytes.fromhex(row.salt)) if row.salt else None,
    )


def _public(row: AmendmentRow) -> PublicAmendment:
    before, after, reason = row.before, row.after, row.reason
    if row.kind == "keys":  # which question, and why, may tell a key that another round still asks
        before, after = ({"revision": d["revision"], "commitment": d["commitment"]} for d in (before, after))
        reason = ""
    return PublicAmendment(row.number, row.at, row.kind, reason, before, after)
