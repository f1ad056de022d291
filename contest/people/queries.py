"""Read models of people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from contest.agencies.models import Agency
from contest.agencies.queries import subtree_ids
from contest.people.models import Person, RoleGrant
from contest.people.rules import grants_of, normalise_login
from core.access import Actor, Grant
from core.db import read
from core.text import fold
from questions.review.models import KeyExposure

BATCH = 500
# A column of the person's own statement: the start of an attempt asks further only where it is true.
_HANDED_KEYS = sa.exists().where(KeyExposure.person_id == Person.id)


@dataclass(frozen=True, slots=True)
class PersonName:
    """What other rooms need to name a person."""

    id: int
    full_name: str
    name_key: str
    is_sample: bool
    agency_id: int | None


_ACTOR = (
    sa.select(
        Person.id,
        Person.full_name,
        Person.agency_id,
        Person.birth_date,
        Person.assurance,
        Person.is_sample,
        Person.disabled_at,
        Person.session_version,
        Agency.code.label("agency_code"),
        Agency.name.label("agency_name"),
        Agency.path.label("agency_path"),
        Agency.bloc.label("agency_bloc"),
        RoleGrant.role,
        RoleGrant.agency_id.label("scope_id"),
        _HANDED_KEYS.label("handed_keys"),
    )
    .outerjoin(Agency, Agency.id == Person.agency_id)
    .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
    .where(Person.id == sa.bindparam("person"))
)


def actor_of(person_id: int, session_version: int) -> Actor | None:
    """The actor behind a session, or ``None`` when it was ended. One statement; two for a contact."""
    rows = read().connection().execute(_ACTOR, {"person": person_id}).all()
    if not rows:
        return None
    person = rows[0]
    if person.disabled_at is not None or person.session_version != session_version:
        return None
    grants: list[Grant] = []
    for row in rows:
        if row.role is not None:
            grants += grants_of(row.role, _subtree(row.scope_id))
    return Actor(
        person_id=person.id,
        full_name=person.full_name,
        agency_id=person.agency_id,
        agency_code=person.agency_code or "",
        agency_name=person.agency_name or "",
        agency_path=person.agency_path or "",
        agency_bloc=person.agency_bloc or "",
        birth_date=person.birth_date,
        assurance=person.assurance,
        is_sample=person.is_sample,
        grants=tuple(grants),
        handed_keys=bool(person.handed_keys),
    )


def agency_path(person_id: int) -> str:
    """The path of a person's agency, empty without one; one statement."""
    here = sa.select(Agency.path).join(Person, Person.agency_id == Agency.id).where(Person.id == person_id)
    return read().scalar(here) or ""


def names(person_ids: Iterable[int]) -> dict[int, PersonName]:
    """People by id, in batches: databases bound the number of parameters."""
    ids = list(person_ids)
    return {
        row.id: PersonName(*row)
        for start in range(0, len(ids), BATCH)
        for row in read().execute(
            sa.select(Person.id, Person.full_name, Person.name_key, Person.is_sample, Person.agency_id).where(
                Person.id.in_(ids[start : start + BATCH])
            )
        )
    }


def of_agencies(agency_ids: frozenset[int]) -> list[PersonName]:
    """People registered in these agencies, by given name."""
    found = read().execute(
        sa.select(Person.id, Person.full_name, Person.name_key, Person.is_sample, Person.agency_id)
        .where(Person.agency_id.in_(agency_ids), Person.disabled_at.is_(None), Person.rehearsal.is_(False))
        .order_by(Person.name_key)
    )
    return [PersonName(*row) for row in found]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person sees of their own account."""

    login: str
    created_at: datetime
    birth_date: date | None


def profile(person_id: int) -> Profile:
    """A person's own account."""
    row = (
        read()
        .execute(sa.select(Person.login, Person.created_at, Person.birth_date).where(Person.id == person_id))
        .one()
    )
    return Profile(*row)


def person_of_login(login: str) -> PersonName | None:
    """The person behind a normalised login."""
    row = (
        read()
        .execute(
            sa.select(Person.id, Person.full_name, Person.name_key, Person.is_sample, Person.agency_id).where(
                Person.login == login
            )
        )
        .one_or_none()
    )
    return PersonName(*row) if row else None


@dataclass(frozen=True, slots=True)
class Found:
    """A person as the committee finds them."""

    id: int
    full_name: str
    login: str
    agency: str


def found(text: str, *, agency_code: str = "", limit: int = 20) -> list[Found]:
    """People with this login, or with every word of ``text`` in their name (accents count not), of an agency.

    Nothing for a text shorter than two letters.
    """
    words = fold(text).split()
    if len("".join(words)) < 2:
        return []
    query = (
        sa.select(Person.id, Person.full_name, Person.login, Agency.name)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .where(
            Person.disabled_at.is_(None),
            Person.rehearsal.is_(False),
            sa.or_(
                Person.login == normalise_login(text),
                sa.and_(*(Person.name_key.contains(word, autoescape=True) for word in words)),
            ),
        )
        .order_by(Person.name_key, Person.id)
        .limit(limit)
    )
    if agency_code:
        query = query.where((sa.literal("/") + Agency.path).contains(f"/{agency_code}/", autoescape=True))
    return [Found(*row[:3], row[3] or "") for row in read().execute(query)]


def described(person_ids: Iterable[int]) -> dict[int, Found]:
    """People by id, with login and agency."""
    rows = read().execute(
        sa.select(Person.id, Person.full_name, Person.login, Agency.name)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .where(Person.id.in_(list(person_ids)))
    )
    return {row[0]: Found(*row[:3], row[3] or "") for row in rows}


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Who holds a role: for the province, or (with ``scope``) for an agency."""

    person_id: int
    full_name: str
    login: str
    role: str
    scope_id: int | None
    scope: str


def holders(roles: Iterable[str]) -> list[RoleHolder]:
    """Everybody with one of these roles: the province's first, then agency by agency, by given name."""
    rows = read().execute(
        sa.select(Person.id, Person.full_name, Person.login, RoleGrant.role, RoleGrant.agency_id, Agency.name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .outerjoin(Agency, Agency.id == RoleGrant.agency_id)
        .where(RoleGrant.role.in_(list(roles)), Person.disabled_at.is_(None))
        .order_by(sa.func.coalesce(Agency.path, ""), Person.name_key, Person.id, RoleGrant.role)
    )
    return [RoleHolder(*row[:5], row[5] or "") for row in rows]


def other_organisers(person_id: int | None) -> list[str]:
    """Names of the committee without this person: who could give a second yes."""
    return [one.full_name for one in holders(["organiser"]) if one.person_id != person_id]


def _subtree(agency_id: int | None) -> frozenset[int] | None:
    if agency_id is None:
        return None
    path = read().scalars(sa.select(Agency.path).where(Agency.id == agency_id)).one()
    return subtree_ids(path)
