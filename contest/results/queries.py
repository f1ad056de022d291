"""Read models of results: sheets as the public and as the committee see them."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer

from contest.agencies.models import Agency
from contest.boards.queries import AgencyRow, agency_rows
from contest.boards.rules import public_name
from contest.people import queries as people
from contest.results import rules as r
from contest.results.models import Publication, Sheet, SheetName
from contest.results.service import counted
from contest.rounds.models import Contest, Round
from contest.rounds.queries import RoundView
from contest.rounds.ranking import AgencyPlace, Result, rank, rank_agencies
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
    contest_title: str
    organiser: str
    is_sample: bool
    criteria: list[str]
    supersedes: str | None
    lines: list[SheetLine]
    agencies: list[AgencyRow]
    agency_count: int


def sheets(*, round_pk: int | None = None, published_only: bool = True) -> list[SheetHead]:
    """Sheets, newest first; their contents are not read."""
    query = (
        sa.select(Sheet, Round, Publication.published_at)
        .options(defer(Sheet.content, raiseload=True))
        .join(Round, Round.id == Sheet.round_id)
        .outerjoin(Publication, Publication.sheet_id == Sheet.id)
        .order_by(Sheet.frozen_at.desc(), Sheet.id.desc())
    )
    if round_pk is not None:
        query = query.where(Sheet.round_id == round_pk)
    if published_only:
        query = query.where(Publication.published_at.is_not(None))
    return [_head(*row) for row in read().execute(query)]


def sheet(sheet_id: str) -> SheetView:
    """A published sheet as the public sees it: the top list under public names, publishable agencies."""
    stored = _stored(sheet_id)
    if stored.published_at is None:
        raise _unknown()
    shown = _public_content(stored.sheet.id)
    names = _names(stored.sheet.id, {row["pseudonym"] for row in shown.rows})
    units = _agency_names({a["agency"] for a in shown.agencies} | {name.agency_code for name in names.values()})
    places = [AgencyPlace(a["rank"], a["agency"], a["takers"], a["points"]) for a in shown.agencies]
    return SheetView(
        head=_head(stored.sheet, stored.round, stored.published_at),
        contest_title=shown.contest,
        organiser=stored.organiser,
        is_sample=stored.is_sample,
        criteria=shown.criteria,
        supersedes=shown.supersedes,
        lines=[_line(row, names.get(row["pseudonym"]), units, full=shown.full_names) for row in shown.rows],
        agencies=agency_rows(places, units, with_points=True),
        agency_count=len(shown.agencies) + shown.withheld,
    )


def whole_sheet(sheet_id: str) -> SheetView:
    """A sheet, published or not, with everybody under their full names: for the committee."""
    stored = _stored(sheet_id)
    data = json.loads(stored.sheet.content)
    names = _names(stored.sheet.id)
    units = _agency_names({name.agency_code for name in names.values()})
    agencies = rank_agencies(
        (names[row["pseudonym"]].agency_code, row["points"]) for row in data["rows"] if row["pseudonym"] in names
    )
    return SheetView(
        head=_head(stored.sheet, stored.round, stored.published_at),
        contest_title=data["contest"],
        organiser=stored.organiser,
        is_sample=stored.is_sample,
        criteria=[r.CRITERIA[name] for name in data["rules"]["criteria"]],
        supersedes=data["supersedes"],
        lines=[_line(row, names.get(row["pseudonym"]), units, full=True) for row in data["rows"]],
        agencies=[
            AgencyRow(a.rank, units.get(a.code, a.code), a.takers, round(a.points / a.takers, 2)) for a in agencies
        ],
        agency_count=len(agencies),
    )


def is_intact(sheet_id: str) -> bool:
    """Whether a stored sheet still has its hash, and its ranking follows from its own inputs."""
    stored = _stored(sheet_id).sheet
    return sha256(stored.content) == stored.sha256 and r.ranking_follows(json.loads(stored.content))


@dataclass(frozen=True, slots=True)
class _Stored:
    sheet: Sheet
    round: Round
    published_at: datetime | None
    is_sample: bool
    organiser: str


def _stored(sheet_id: str) -> _Stored:
    row = (
        read()
        .execute(
            sa.select(Sheet, Round, Publication.published_at, Contest.is_sample, Contest.organiser)
            .options(defer(Sheet.content))
            .join(Round, Round.id == Sheet.round_id)
            .join(Contest, Contest.id == Round.contest_id)
            .outerjoin(Publication, Publication.sheet_id == Sheet.id)
            .where(Sheet.public_id == sheet_id)
        )
        .one_or_none()
    )
    if row is None:
        raise _unknown()
    return _Stored(*row)


def _unknown() -> NotFound:
    return NotFound(N_("Không tìm thấy bảng kết quả."))


@dataclass(frozen=True, slots=True)
class _PublicContent:
    """The part of a sheet's content that its page shows."""

    contest: str
    criteria: list[str]
    supersedes: str | None
    full_names: bool
    rows: list[dict[str, Any]]
    agencies: list[dict[str, Any]]
    withheld: int


@lru_cache(maxsize=64)
def _public_content(sheet_pk: int) -> _PublicContent:
    """Parsed once a process: a sheet never changes."""
    data = json.loads(read().scalars(sa.select(Sheet.content).where(Sheet.id == sheet_pk)).one())
    rules = data["rules"]
    return _PublicContent(
        contest=data["contest"],
        criteria=[r.CRITERIA[name] for name in rules["criteria"]],
        supersedes=data["supersedes"],
        full_names=rules["full_names"],
        rows=data["rows"][: rules["top"]],
        agencies=data["agencies"],
        withheld=data["agencies_withheld"],
    )


def forget() -> None:
    """Drop what this process remembers (tests)."""
    _public_content.cache_clear()


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
    stored = _stored(sheet_id)
    if stored.published_at is None:
        raise _unknown()
    return {
        "sheet": stored.sheet.public_id,
        "number": stored.sheet.number,
        "round": stored.round.public_id,
        "sha256": stored.sheet.sha256,
        "published_at": stored.published_at.isoformat(),
        "content": stored.sheet.content,
    }


def _head(sheet_: Sheet, round_: Round, published_at: datetime | None) -> SheetHead:
    return SheetHead(
        id=sheet_.public_id,
        number=sheet_.number,
        round_id=round_.public_id,
        round_title=round_.title,
        frozen_at=sheet_.frozen_at,
        published_at=published_at,
        takers=sheet_.takers,
        sha256=sheet_.sha256,
    )


def _agency_names(codes: set[str]) -> dict[str, str]:
    rows = read().execute(sa.select(Agency.code, Agency.name).where(Agency.code.in_(codes)))
    return {row.code: row.name for row in rows}


def _names(sheet_pk: int, pseudonyms: set[str] | None = None) -> dict[str, SheetName]:
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
