"""Whom a round's published sheet admits to a later round (vòng sau), by that round's rules."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contest.results.models import Publication, Sheet, SheetName
from contest.rounds import entries
from contest.rounds.models import Round
from contest.rounds.rules import Qualified, rules_from_data
from core.access import SYSTEM
from core.db import read


def apply(*, now: datetime, round_: Round) -> None:
    """Admit to ``round_`` whom its rules name, by the newest published sheet; nobody while there is none."""
    rule = rules_from_data(round_.rules).qualified
    if rule is None:
        return
    sheet = read().scalar(
        sa.select(Sheet)
        .join(Round, Round.id == Sheet.round_id)
        .join(Publication, Publication.sheet_id == Sheet.id)
        .where(Round.contest_id == round_.contest_id, Round.number == rule.number)
        .order_by(Sheet.number.desc())
        .limit(1)
    )
    admitted = _people(sheet, rule) if sheet is not None else []
    entries.qualify(actor=SYSTEM, now=now, round_id=round_.public_id, person_ids=admitted)


def follow(*, now: datetime, sheet: Sheet) -> None:
    """The same for every later round that a sheet, just published, decides about."""
    earlier = read().get_one(Round, sheet.round_id)
    for later in read().scalars(
        sa.select(Round).where(Round.contest_id == earlier.contest_id, Round.number != earlier.number)
    ):
        rule = rules_from_data(later.rules).qualified
        if rule is not None and rule.number == earlier.number:
            apply(now=now, round_=later)


def admitted(rows: list[dict[str, Any]], agencies: dict[str, str], rule: Qualified) -> list[str]:
    """Pseudonyms of those whom the rule admits; who shares the last admitted rank is admitted too.

    ``rows`` of a sheet stand group by group in order of rank; ``agencies`` are codes by pseudonym.
    """
    found: list[str] = []
    last: dict[tuple[str, str], int] = {}
    taken: Counter[tuple[str, str]] = Counter()
    for row in rows:
        who, group = row["pseudonym"], row.get("group", "")
        if rule.points:
            if row["points"] >= rule.points:
                found.append(who)
            continue
        key = (group, agencies.get(who, "") if rule.per_agency else "")
        if taken[key] < (rule.per_agency or rule.top) or last.get(key) == row["rank"]:
            taken[key] += 1
            last[key] = row["rank"]
            found.append(who)
    return found


def _people(sheet: Sheet, rule: Qualified) -> list[int]:
    names = {
        name.pseudonym: name for name in read().scalars(sa.select(SheetName).where(SheetName.sheet_id == sheet.id))
    }
    chosen = admitted(json.loads(sheet.content)["rows"], {who: name.agency_code for who, name in names.items()}, rule)
    return [names[who].person_id for who in chosen if who in names]
