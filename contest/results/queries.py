"""Read models of results: sheets as the public and as the committee see them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contest.agencies.models import Agency
from contest.boards.queries import AgencyRow, agency_rows
from contest.boards.service import public_name
from contest.people import queries as people
from contest.results import rules as r
from contest.results.models import Publication, Sheet, SheetName
from contest.results.service import counted
from contest.rounds.models import Contest, Round
from contest.rounds.queries import RoundView
from contest.rounds.ranking import AgencyPlace, Result, rank
from core.canonical import sha256
from core.db import read
from core.errors import NotFound
from core.i18n import N_


@dataclass(frozen=True, slots=True)
class SheetHead:
    """A sheet in a list."""

    id: str
    number: int
    round_id: str
    round_title: str
    frozen_at: datetime
    published_at: datetime | None
    takers: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A row of a sheet; ``agency`` is the name, ``decided_by`` the criterion's words."""

    rank: int
    name: str
    agency: str
    points: int
    elapsed_ms: int
    submitted_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet with its lines."""

    head: SheetHead
    content: str
    contest_title: str
    is_sample: bool
    criteria: list[str]
    supersedes: str | None
    lines: list[SheetLine]
    agencies: list[AgencyRow]
    intact: bool


def sheets(*, round_pk: int | None = None, published_only: bool = True) -> list[SheetHead]:
    """Sheets, newest first."""
    query = (
        sa.select(Sheet, Round, Publication.published_at)
        .join(Round, Round.id == Sheet.round_id)
        .outerjoin(Publication, Publication.sheet_id == Sheet.id)
        .order_by(Sheet.frozen_at.desc(), Sheet.id.desc())
    )
    if round_pk is not None:
        query = query.where(Sheet.round_id == round_pk)
    if published_only:
        query = query.where(Publication.published_at.is_not(None))
    return [_head(*row) for row in read().execute(query)]


def sheet(sheet_id: str, *, committee: bool = False) -> SheetView:
    """One sheet. The public sees published ones, and of them the top list under public names."""
    row = (
        read()
        .execute(
            sa.select(Sheet, Round, Publication.published_at, Contest.is_sample)
            .join(Round, Round.id == Sheet.round_id)
            .join(Contest, Contest.id == Round.contest_id)
            .outerjoin(Publication, Publication.sheet_id == Sheet.id)
            .where(Sheet.public_id == sheet_id)
        )
        .one_or_none()
    )
    if row is None or (row[2] is None and not committee):
        raise NotFound(N_("Không tìm thấy bảng kết quả."))
    sheet_ = row[0]
    data = json.loads(sheet_.content)
    rules = data["rules"]
    rows = data["rows"] if committee else [x for x in data["rows"] if x["rank"] <= rules["top"]]
    people_ = _names(sheet_.id, {x["pseudonym"] for x in rows} if not committee else None)
    units = _agency_names({a["agency"] for a in data["agencies"]} | {name.agency_code for name in people_.values()})
    full = committee or rules["full_names"]
    places = [AgencyPlace(a["rank"], a["agency"], a["takers"], a["points"]) for a in data["agencies"]]
    return SheetView(
        head=_head(*row[:3]),
        content=sheet_.content,
        contest_title=data["contest"],
        is_sample=row[3],
        criteria=[r.CRITERIA[name] for name in rules["criteria"]],
        supersedes=data["supersedes"],
        lines=[_line(x, people_.get(x["pseudonym"]), units, full=full) for x in rows],
        agencies=agency_rows(places, units, with_points=True),
        intact=sha256(sheet_.content) == sheet_.sha256 and r.ranking_follows(data),
    )


def preview(round_: RoundView) -> list[SheetLine]:
    """The ranking as it would be frozen now, with full names: for the committee."""
    chosen = {str(c.person_id): c for c in counted(round_)}
    names = people.names(c.person_id for c in chosen.values())
    units = {row.id: row.name for row in read().execute(sa.select(Agency.id, Agency.name))}
    keyed = [Result(who, c.result.points, c.result.elapsed_ms, c.result.submitted_at) for who, c in chosen.items()]
    lines = []
    for place in rank(keyed, round_.rules.criteria):
        person = chosen[place.result.who]
        name = names[person.person_id]
        lines.append(
            SheetLine(
                rank=place.rank,
                name=public_name(name.full_name, name.is_sample, full=True),
                agency=units.get(person.agency_id, "") if person.agency_id else "",
                points=place.result.points,
                elapsed_ms=place.result.elapsed_ms,
                submitted_at=place.result.submitted_at,
                decided_by=place.decided_by,
            )
        )
    return lines


def public_data(sheet_id: str) -> dict[str, Any]:
    """A published sheet for other programs: its canonical content and its hash."""
    view = sheet(sheet_id)
    published = view.head.published_at
    return {
        "sheet": view.head.id,
        "number": view.head.number,
        "round": view.head.round_id,
        "sha256": view.head.sha256,
        "published_at": published.isoformat() if published else None,
        "content": view.content,
    }


def _head(sheet_: Sheet, round_: Round, published_at: datetime | None) -> SheetHead:
    return SheetHead(
        id=sheet_.public_id,
        number=sheet_.number,
        round_id=round_.public_id,
        round_title=round_.title,
        frozen_at=sheet_.frozen_at,
        published_at=published_at,
        takers=len(json.loads(sheet_.content)["rows"]),
        sha256=sheet_.sha256,
    )


def _agency_names(codes: set[str]) -> dict[str, str]:
    rows = read().execute(sa.select(Agency.code, Agency.name).where(Agency.code.in_(codes)))
    return {row.code: row.name for row in rows}


def _names(sheet_pk: int, pseudonyms: set[str] | None) -> dict[str, SheetName]:
    query = sa.select(SheetName).where(SheetName.sheet_id == sheet_pk)
    if pseudonyms is not None:
        query = query.where(SheetName.pseudonym.in_(pseudonyms))
    return {name.pseudonym: name for name in read().scalars(query)}


def _line(row: dict[str, Any], name: SheetName | None, units: dict[str, str], *, full: bool) -> SheetLine:
    return SheetLine(
        rank=row["rank"],
        name=public_name(name.full_name, name.is_sample, full=full) if name else row["pseudonym"],
        agency=units.get(name.agency_code, "") if name else "",
        points=row["points"],
        elapsed_ms=row["elapsed_ms"],
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        decided_by=row["decided_by"],
    )
