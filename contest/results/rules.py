"""The content of a sheet: what is ranked, hashed and proved. Pure."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contest.boards.rules import publishable
from contest.rounds.prizes import award_groups
from contest.rounds.ranking import Ranked, Result, rank_agencies, rank_groups
from contest.rounds.rules import CRITERIA, RoundRules, rules_from_data, rules_to_data
from core.i18n import N_

FORMAT = 2

OVERALL = {
    "points": N_("Tổng điểm cao hơn"),
    "elapsed": N_("Tổng thời gian làm bài ngắn hơn"),
    "submitted_at": N_("Bài cuối cùng nộp sớm hơn (tính đến giây)"),
    "lots": N_("Bốc thăm"),
}
"""The same over a whole contest."""

DECIDED = {**CRITERIA, "shared": N_("Đồng hạng"), "": N_("Dẫn đầu")}
"""Words for ``Ranked.decided_by``."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A person's counted attempt as the sheet takes it."""

    pseudonym: str
    commitment: str
    agency: str
    result: Result
    group: str = ""
    token: str = ""


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
    actual: dict[str, int] | None = None,
    barred: Iterable[str] = (),
) -> dict[str, Any]:
    """A sheet as plain data, without floats; equal inputs give equal data.

    Rows stand group by group in order of rank; ``actual`` is what was predicted, by group; the
    ``barred`` are ranked and get no prize.

    It is published whole, so nobody's agency stands in it, nor numbers of agencies that
    ``boards.rules.publishable`` withholds.
    """
    by_who = {c.result.who: c for c in counted}
    found = rank_groups([(c.group, c.result) for c in counted], rules)
    awards = award_groups(found, rules.prizes, barred=barred)
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
        "predicted": actual or {},
        "rows": [
            _row(place, by_who[place.result.who], rules)
            for group in (rules.papers if rules.groups else ("",))
            for place in found[group]
        ],
        "awards": [
            {"prize": a.prize, "group": a.group, "winners": list(a.winners), "tied": list(a.tied), "left": a.left}
            for a in awards
        ],
        "agencies": [{"rank": a.rank, "agency": a.code, "takers": a.takers, "points": a.points} for a in shown],
        "agencies_withheld": len(agencies) - len(shown),
    }


def _row(place: Ranked, counted: Counted, rules: RoundRules) -> dict[str, Any]:
    result = place.result
    row = {
        "rank": place.rank,
        "pseudonym": counted.pseudonym,
        "name_commitment": counted.commitment,
        "points": result.points,
        "elapsed_ms": result.elapsed_ms,
        "submitted_at": result.submitted_at.isoformat(),
        "decided_by": place.decided_by,
    }
    if rules.groups:
        row["group"] = counted.group
    if rules.prediction is not None:
        row |= {"prediction": result.prediction, "prediction_error": result.prediction_error}
    if "lots" in rules.criteria:
        row |= {"token": counted.token, "lot": result.lot}
    return row


def ranking_follows(data: dict[str, Any]) -> bool:
    """Whether a sheet's ranks follow from its own inputs and rules (recomputed from scratch)."""
    rules = rules_from_data(data["rules"])
    again = rank_groups([(row.get("group", ""), result_of_row(row)) for row in data["rows"]], rules)
    order = rules.papers if rules.groups else ("",)
    return [(p.rank, p.result.who, p.decided_by) for group in order for p in again[group]] == [
        (row["rank"], row["pseudonym"], row["decided_by"]) for row in data["rows"]
    ]


def result_of_row(row: dict[str, Any]) -> Result:
    """What a sheet's row says somebody did."""
    return Result(
        row["pseudonym"],
        row["points"],
        row["elapsed_ms"],
        datetime.fromisoformat(row["submitted_at"]),
        prediction=row.get("prediction"),
        prediction_error=row.get("prediction_error"),
        lot=row.get("lot", "0"),
    )
