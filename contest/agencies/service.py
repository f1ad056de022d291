"""Verbs of the agency tree."""

import csv
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from contest.agencies.models import Agency, AgencyName
from core import audit
from core.access import Actor, Permission, require
from core.db import transaction
from core.text import fold, tidy

NGHE_AN = Path(__file__).parent / "data" / "nghe-an.csv"


def import_tree(*, actor: Actor, now: datetime, file: Path = NGHE_AN) -> int:
    """Add the agencies of ``file`` that are missing; returns how many. All or none.

    Columns: code, name, kind, bloc, parent_code, valid_from, valid_to, merged_into_codes,
    aliases (``;`` between), pickable, source. An ended unit lends its name to its successors,
    for search only.
    """
    require(actor, Permission.CONTEST_MANAGE)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = {row["code"]: row for row in csv.DictReader(lines)}
    with transaction() as session:
        known = {agency.code: agency for agency in session.scalars(sa.select(Agency))}
        missing = [code for code in rows if code not in known]
        for code in missing:
            row = rows[code]
            known[code] = Agency(
                code=code,
                name=tidy(row["name"]),
                kind=row["kind"],
                bloc=row["bloc"],
                path=_path(code, rows),
                valid_from=_day(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
                pickable=row["pickable"] == "yes",
                source=row["source"],
            )
            session.add(known[code])
        session.flush()
        for code in missing:
            parent = rows[code]["parent_code"]
            known[code].parent_id = known[parent].id if parent else None
            session.add_all(_names(known[code], code, rows))
        if missing:
            audit.record(
                actor=actor,
                now=now,
                action="agencies.imported",
                subject="agencies:tree",
                details={"added": len(missing)},
            )
    return len(missing)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _path(code: str, rows: dict[str, dict[str, str]]) -> str:
    parent = rows[code]["parent_code"]
    return (_path(parent, rows) if parent else "") + code + "/"


def _names(agency: Agency, code: str, rows: dict[str, dict[str, str]]) -> list[AgencyName]:
    texts = [agency.name, *rows[code]["aliases"].split(";")]
    for row in rows.values():
        if code in row["merged_into_codes"].split(";"):
            texts += [row["name"], *row["aliases"].split(";")]
    unique = dict.fromkeys(tidy(text) for text in texts if text.strip())
    return [AgencyName(agency_id=agency.id, text=text, folded=fold(text)) for text in unique]
