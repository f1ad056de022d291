"""How many papers each person has beyond the attempts that the rules give everybody (promise 6)."""

from collections import Counter
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from contest.rounds.models import Entry
from core.db import read

Source = Callable[[int], sa.Select[int, int]]
"""Round's key -> (person id, number) of those who have any."""
_sources: list[Source] = []


def register_given(source: Source) -> None:
    """Have what ``source`` counts among the papers beyond the rules; rooms above register at start."""
    if source not in _sources:
        _sources.append(source)


def _extra(round_pk: int) -> sa.Select[int, int]:
    return sa.select(Entry.person_id, Entry.extra_attempts.label("number")).where(
        Entry.round_id == round_pk, Entry.extra_attempts > 0
    )


def given(round_pk: int, person_ids: Sequence[int] | None = None) -> Counter[int]:
    """Person id -> papers beyond the rules, of everybody or of these; one statement."""
    rows = sa.union_all(*(source(round_pk) for source in (_extra, *_sources))).subquery()
    person_id, number = rows.c
    query = sa.select(person_id, sa.func.sum(number)).group_by(person_id)
    if person_ids is not None:
        query = query.where(person_id.in_(person_ids))
    return Counter({pk: int(total) for pk, total in read().execute(query)})
