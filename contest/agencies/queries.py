"""Read models of the agency tree."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from contest.agencies.models import Agency, AgencyName
from contest.agencies.rules import Match, NamedAgency, best_matches, readings
from core.db import read

CANDIDATES = 400


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency as other rooms use it."""

    id: int
    code: str
    name: str
    bloc: str
    kind: str
    path: str


def _row(agency: Agency) -> AgencyRow:
    return AgencyRow(agency.id, agency.code, agency.name, agency.bloc, agency.kind, agency.path)


def _pickable(today: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        Agency.pickable,
        sa.or_(Agency.valid_from.is_(None), Agency.valid_from <= today),
        sa.or_(Agency.valid_to.is_(None), Agency.valid_to >= today),
    )


def find(query: str, *, today: date, limit: int = 8) -> list[Match]:
    """Agencies that may be picked today, found by any of their names, without accents."""
    meanings = readings(query)
    if not meanings:
        return []
    rows = read().execute(
        sa.select(Agency.code, Agency.name, AgencyName.text, AgencyName.folded)
        .join(AgencyName.agency)
        .where(
            _pickable(today),
            sa.or_(
                *(
                    sa.and_(*(AgencyName.folded.contains(word, autoescape=True) for word in wanted))
                    for wanted in meanings
                )
            ),
        )
        .order_by(sa.func.length(AgencyName.folded), AgencyName.folded, Agency.code)
        .limit(CANDIDATES)
    )
    return best_matches((NamedAgency(*row) for row in rows), query, limit)


def pickable(code: str, *, today: date) -> AgencyRow | None:
    """The agency with this code, if it may be picked today."""
    agency = read().scalar(sa.select(Agency).where(Agency.code == code, _pickable(today)))
    return _row(agency) if agency else None


def all_pickable(*, today: date) -> list[AgencyRow]:
    """Every agency that may be picked today, in tree order."""
    found = read().scalars(sa.select(Agency).where(_pickable(today)).order_by(Agency.path))
    return [_row(agency) for agency in found]


def subtree_ids(path: str) -> frozenset[int]:
    """The ids of the agency at ``path`` and of all below it, ended ones included."""
    ids = read().scalars(sa.select(Agency.id).where(Agency.path.startswith(path, autoescape=True)))
    return frozenset(ids)


def by_ids(ids: frozenset[int]) -> dict[int, AgencyRow]:
    """Agencies by id."""
    found = read().scalars(sa.select(Agency).where(Agency.id.in_(ids)))
    return {agency.id: _row(agency) for agency in found}


def names_of(codes: Iterable[str]) -> list[str]:
    """Names by codes, in tree order."""
    return list(read().scalars(sa.select(Agency.name).where(Agency.code.in_(list(codes))).order_by(Agency.path)))


def labels(codes: Iterable[str]) -> dict[str, str]:
    """Names by code; an agency that has ended says until when, for another may have its name now."""
    rows = read().execute(sa.select(Agency.code, Agency.name, Agency.valid_to).where(Agency.code.in_(list(codes))))
    return {code: name if end is None else f"{name} ({end:%d/%m/%Y})" for code, name, end in rows}


def paths_of(codes: Iterable[str]) -> dict[str, str]:
    """Paths by codes, ended agencies included."""
    rows = read().execute(sa.select(Agency.code, Agency.path).where(Agency.code.in_(list(codes))))
    return {row.code: row.path for row in rows}


def names_by_code(codes: Iterable[str]) -> dict[str, str]:
    """Names by codes, ended agencies included."""
    rows = read().execute(sa.select(Agency.code, Agency.name).where(Agency.code.in_(list(codes))))
    return {row.code: row.name for row in rows}
