"""What holds for one person in a round and for nobody else."""

from dataclasses import dataclass

import sqlalchemy as sa

from contest.rounds.models import Contest, Entry, Exclusion, Round
from core.db import read


@dataclass(frozen=True, slots=True)
class PersonTerms:
    """What holds for one person in one round and for nobody else."""

    extra_minutes: int = 0
    extra_attempts: int = 0
    qualified: bool = False
    excluded: str = ""


def terms(*, round_pk: int, person_id: int) -> PersonTerms:
    """What holds for one person in a round; one statement."""
    row = (
        read()
        .execute(
            sa.select(Entry, Exclusion.reason)
            .select_from(Round)
            .outerjoin(Entry, (Entry.round_id == Round.id) & (Entry.person_id == person_id))
            .outerjoin(Exclusion, (Exclusion.contest_id == Round.contest_id) & (Exclusion.person_id == person_id))
            .where(Round.id == round_pk)
        )
        .one()
    )
    return _terms(*row)


def extra_minutes(round_pk: int) -> dict[int, int]:
    """Person id -> extra minutes of who has any in a round."""
    rows = read().execute(
        sa.select(Entry.person_id, Entry.extra_minutes).where(Entry.round_id == round_pk, Entry.extra_minutes > 0)
    )
    return {row.person_id: row.extra_minutes for row in rows}


def exclusions(contest_id: str) -> list[Exclusion]:
    """Who must not take part in a contest, the newest first."""
    return list(
        read().scalars(
            sa.select(Exclusion)
            .join(Contest, Contest.id == Exclusion.contest_id)
            .where(Contest.public_id == contest_id)
            .order_by(Exclusion.at.desc(), Exclusion.person_id)
        )
    )


def excluded(round_pk: int) -> frozenset[int]:
    """Who must not take part in the contest of this round, by person id."""
    query = sa.select(Exclusion.person_id).join(Round, Round.contest_id == Exclusion.contest_id)
    return frozenset(read().scalars(query.where(Round.id == round_pk)))


def _terms(entry: Entry | None, excluded: str | None) -> PersonTerms:
    if entry is None:
        return PersonTerms(excluded=excluded or "")
    return PersonTerms(entry.extra_minutes, entry.extra_attempts, entry.qualified, excluded or "")
