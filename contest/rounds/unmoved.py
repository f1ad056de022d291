"""Writing on the ground of a look that held no lock: only if the round is still as it was seen."""

from typing import Any

import sqlalchemy as sa

from contest.rounds.models import Round
from contest.rounds.queries import RoundView

_SEEN = ("opens_at", "closes_at", "ends_at", "moves", "revision")


def if_unmoved(*values: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """``values`` as a row, if a round still is as :func:`as_seen` says it was; no row otherwise.

    It is held then: it is not closed, moved, amended or published until the open transaction ends. Whoever
    changes it meanwhile is waited for, and what they leave behind is compared.
    """
    same = (getattr(Round, name) == sa.bindparam(f"seen_{name}") for name in _SEEN)
    return (
        sa.select(*values)
        .select_from(Round)
        .where(Round.id == sa.bindparam("seen_pk"), Round.prepared_at.is_not(None), Round.published_at.is_(None), *same)
        .with_for_update(read=True, of=Round)
    )


def as_seen(view: RoundView) -> dict[str, Any]:
    """The parameters of :func:`if_unmoved`: ``moves`` rises with every change of window, pauses and rules."""
    return {"seen_pk": view.pk, **{f"seen_{name}": getattr(view, name) for name in _SEEN}}
