"""The content of a sheet: what is ranked, hashed and proved. Pure."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contest.boards.rules import publishable
from contest.rounds.ranking import Ranked, Result, rank, rank_agencies
from contest.rounds.rules import RoundRules, rules_to_data
from core.i18n import N_

FORMAT = 1

CRITERIA = {
    "points": N_("Điểm cao hơn"),
    "elapsed": N_("Thời gian làm bài ngắn hơn"),
    "submitted_at": N_("Nộp bài sớm hơn (tính đến giây)"),
}

DECIDED = {**CRITERIA, "shared": N_("Đồng hạng"), "": N_("Dẫn đầu")}
"""Words for ``Ranked.decided_by``."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A person's counted attempt as the sheet takes it."""

    pseudonym: str
    commitment: str
    agency: str
    result: Result


def name_commitment(*, full_name: str, agency: str, salt: str) -> str:
    """HMAC-SHA-256 of name and agency code under a salt: binding, and silent once the salt is erased."""
    return hmac.new(bytes.fromhex(salt), f"{full_name}\n{agency}".encode(), hashlib.sha256).hexdigest()


def content(
    *,
    contest_title: str,
    round_id: str,
    round_title: str,
    number: int,
    supersedes: str | None,
    rules: RoundRules,
    revision: int,
    pool_commitment: str,
    counted: list[Counted],
) -> dict[str, Any]:
    """A sheet as plain data, without floats; equal inputs give equal data.

    It is published whole, so nobody's agency stands in it, nor numbers of agencies that
    ``boards.rules.publishable`` withholds.
    """
    by_who = {c.result.who: c for c in counted}
    places = rank([c.result for c in counted], rules.criteria)
    agencies = rank_agencies((c.agency, c.result.points) for c in counted if c.agency)
    shown = publishable(agencies)
    return {
        "format": FORMAT,
        "contest": contest_title,
        "round": round_id,
        "round_title": round_title,
        "number": number,
        "supersedes": supersedes,
        "rules": rules_to_data(rules),
        "key_revision": revision,
        "pool_commitment": pool_commitment,
        "rows": [_row(place, by_who[place.result.who]) for place in places],
        "agencies": [{"rank": a.rank, "agency": a.code, "takers": a.takers, "points": a.points} for a in shown],
        "agencies_withheld": len(agencies) - len(shown),
    }


def _row(place: Ranked, counted: Counted) -> dict[str, Any]:
    result = place.result
    return {
        "rank": place.rank,
        "pseudonym": counted.pseudonym,
        "name_commitment": counted.commitment,
        "points": result.points,
        "elapsed_ms": result.elapsed_ms,
        "submitted_at": result.submitted_at.isoformat(),
        "decided_by": place.decided_by,
    }


def ranking_follows(data: dict[str, Any]) -> bool:
    """Whether a sheet's ranks follow from its own inputs and rules (recomputed from scratch)."""
    results = [
        Result(
            row["pseudonym"],
            row["points"],
            row["elapsed_ms"],
            datetime.fromisoformat(row["submitted_at"]),
        )
        for row in data["rows"]
    ]
    again = rank(results, tuple(data["rules"]["criteria"]))
    return [(p.rank, p.result.who, p.decided_by) for p in again] == [
        (row["rank"], row["pseudonym"], row["decided_by"]) for row in data["rows"]
    ]
