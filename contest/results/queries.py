"""Read models of results: sheets as the public and as the committee see them."""

import json
from collections import Counter
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
from contest.results import counting
from contest.results import rules as r
from contest.results.models import Publication, Sheet, SheetName
from contest.rounds.models import Contest, Round
from contest.rounds.queries import RoundView
from contest.rounds.ranking import AgencyPlace, rank_agencies, rank_groups
from contest.rounds.rules import CRITERIA
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
    """A row of a sheet; ``agency`` and ``group`` are names, ``decided_by`` the criterion's words."""

    rank: int
    name: str
    agency: str
    points: int
    elapsed_ms: int
    submitted_at: datetime
    decided_by: str
    group: str = ""
    prediction: int | None = None
    prediction_error: int | None = None
    prize: str = ""


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet with its lines; ``predicted`` is what the prediction question asked for, by group name."""

    head: SheetHead
    contest_title: str
    organiser: str
    is_sample: bool
    rehearses: int | None
    criteria: list[str]
    supersedes: str | None
    lines: list[SheetLine]
    agencies: list[AgencyRow]
    agency_count: int
    predicted: dict[str, int]


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
        query = query.join(Contest, Contest.id == Round.contest_id)
        query = query.where(Publication.published_at.is_not(None), Contest.rehearses_id.is_(None))
    return [_head(*row) for row in read().execute(query)]


def sheet(sheet_id: str, *, rehearsals: bool = False) -> SheetView:
    """A published sheet as the public sees it: the top list under public names, publishable agencies.

    Raises :class:`NotFound`; so for a rehearsal's, unless the committee asks (``rehearsals``).
    """
    stored = _stored(sheet_id, rehearsals=rehearsals)
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
        rehearses=stored.rehearses,
        criteria=shown.criteria,
        supersedes=shown.supersedes,
        lines=[_line(row, names.get(row["pseudonym"]), units, shown, full=shown.full_names) for row in shown.rows],
        agencies=agency_rows(places, units, with_points=True),
        agency_count=len(shown.agencies) + shown.withheld,
        predicted=shown.predicted,
    )


def whole_sheet(sheet_id: str) -> SheetView:
    """A sheet, published or not, with everybody under their full names: for the committee."""
    stored = _stored(sheet_id, rehearsals=True)
    data = json.loads(stored.sheet.content)
    shown = _shown(data)
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
        rehearses=stored.rehearses,
        criteria=shown.criteria,
        supersedes=data["supersedes"],
        lines=[_line(row, names.get(row["pseudonym"]), units, shown, full=True) for row in data["rows"]],
        agencies=[
            AgencyRow(a.rank, units.get(a.code, a.code), a.takers, round(a.points / a.takers, 2)) for a in agencies
        ],
        agency_count=len(agencies),
        predicted=shown.predicted,
    )


def is_intact(sheet_id: str) -> bool:
    """Whether a stored sheet still has its hash, and its ranking follows from its own inputs."""
    stored = _stored(sheet_id, rehearsals=True).sheet
    return sha256(stored.content) == stored.sha256 and r.ranking_follows(json.loads(stored.content))


@dataclass(frozen=True, slots=True)
class _Stored:
    sheet: Sheet
    round: Round
    published_at: datetime | None
    is_sample: bool
    organiser: str
    rehearses: int | None


def _stored(sheet_id: str, *, rehearsals: bool = False) -> _Stored:
    row = (
        read()
        .execute(
            sa.select(
                Sheet, Round, Publication.published_at, Contest.is_sample, Contest.organiser, Contest.rehearses_id
            )
            .options(defer(Sheet.content))
            .join(Round, Round.id == Sheet.round_id)
            .join(Contest, Contest.id == Round.contest_id)
            .outerjoin(Publication, Publication.sheet_id == Sheet.id)
            .where(Sheet.public_id == sheet_id)
        )
        .one_or_none()
    )
    stored = _Stored(*row) if row is not None else None
    if stored is None or not (rehearsals or stored.rehearses is None):
        raise _unknown()
    return stored


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
    groups: dict[str, str]
    prizes: dict[str, str]
    predicted: dict[str, int]


@lru_cache(maxsize=64)
def _public_content(sheet_pk: int) -> _PublicContent:
    """Parsed once a process: a sheet never changes."""
    return _shown(json.loads(read().scalars(sa.select(Sheet.content).where(Sheet.id == sheet_pk)).one()))


def _shown(data: dict[str, Any]) -> _PublicContent:
    rules = data["rules"]
    groups = {group["code"]: group["name"] for group in rules.get("groups", ())}
    prizes = {who: award["prize"] for award in data.get("awards", ()) for who in award["winners"]}
    return _PublicContent(
        contest=data["contest"],
        criteria=[CRITERIA[name] for name in rules["criteria"]],
        supersedes=data["supersedes"],
        full_names=rules["full_names"],
        rows=_named(data["rows"], rules["top"], prizes),
        agencies=data["agencies"],
        withheld=data["agencies_withheld"],
        groups=groups,
        prizes=prizes,
        predicted={groups.get(code, ""): number for code, number in data.get("predicted", {}).items()},
    )


def _named(rows: list[dict[str, Any]], top: int, prizes: dict[str, str]) -> list[dict[str, Any]]:
    """The first of each group, and whoever has won a prize."""
    seen: Counter[str] = Counter()
    named = []
    for row in rows:
        seen[row.get("group", "")] += 1
        if seen[row.get("group", "")] <= top or row["pseudonym"] in prizes:
            named.append(row)
    return named


def forget() -> None:
    """Drop what this process remembers (tests)."""
    _public_content.cache_clear()


def preview(round_: RoundView) -> list[SheetLine]:
    """The ranking as it would be frozen now, with full names: for the committee."""
    chosen = {e.result.who: e for e in counting.of_round(round_).entrants}
    names = people.names(e.person_id for e in chosen.values())
    units = {row.id: row.name for row in read().execute(sa.select(Agency.id, Agency.name))}
    found = rank_groups([(e.group, e.result) for e in chosen.values()], round_.rules)
    group_names = {group.code: group.name for group in round_.rules.groups}
    lines = []
    for place in [p for group in (round_.rules.papers if round_.rules.groups else ("",)) for p in found[group]]:
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
                group=group_names.get(person.group, ""),
                prediction=place.result.prediction,
                prediction_error=place.result.prediction_error,
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


def _line(
    row: dict[str, Any], name: SheetName | None, units: dict[str, str], shown: _PublicContent, *, full: bool
) -> SheetLine:
    return SheetLine(
        rank=row["rank"],
        name=public_name(name.full_name, name.is_sample, full=full) if name else row["pseudonym"],
        agency=units.get(name.agency_code, "") if name else "",
        points=row["points"],
        elapsed_ms=row["elapsed_ms"],
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        decided_by=row["decided_by"],
        group=shown.groups.get(row.get("group", ""), ""),
        prediction=row.get("prediction"),
        prediction_error=row.get("prediction_error"),
        prize=shown.prizes.get(row["pseudonym"], ""),
    )
