"""The one place that recomputes a standing: inside the transaction of whatever changed it."""

from datetime import datetime

import sqlalchemy as sa

from contest.attempts.models import Attempt, Standing, StandingChange
from contest.rounds.ranking import Result, best
from core.db import transaction


def recompute(*, standing: Standing, attempts: list[Attempt], criteria: tuple[str, ...], now: datetime) -> None:
    """Write the best of ``attempts`` into ``standing`` (which the caller has locked).

    A new version, a history row and the dirty flag, only if what counts has changed.
    """
    by_code = {a.code: a for a in attempts if a.finished_at is not None and a.code}
    counted = best(
        (
            Result(code, a.points or 0, a.elapsed_ms or 0, a.finished_at)
            for code, a in by_code.items()
            if a.finished_at is not None
        ),
        criteria,
    )
    chosen = by_code[counted.who] if counted else None
    values = {
        "attempt_id": chosen.id if chosen else None,
        "agency_id": chosen.agency_id if chosen else None,
        "points": chosen.points if chosen else None,
        "elapsed_ms": chosen.elapsed_ms if chosen else None,
        "submitted_at": chosen.finished_at if chosen else None,
    }
    if all(getattr(standing, name) == value for name, value in values.items()):
        return
    version = standing.version + 1
    key = (Standing.round_id == standing.round_id, Standing.person_id == standing.person_id)
    with transaction() as session:
        session.execute(
            sa.update(Standing)
            .where(*key)
            .values(**values, version=version, dirty=True, changed_at=now)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            sa.insert(StandingChange).values(
                round_id=standing.round_id,
                person_id=standing.person_id,
                version=version,
                at=now,
                **values,
            )
        )


def mark_projected(*, round_pk: int, versions: list[tuple[int, int]]) -> None:
    """Clear ``dirty`` where (person id, version) is still the standing's version."""
    with transaction() as session:
        for person_id, version in versions:
            session.execute(
                sa.update(Standing)
                .where(
                    Standing.round_id == round_pk,
                    Standing.person_id == person_id,
                    Standing.version == version,
                )
                .values(dirty=False)
                .execution_options(synchronize_session=False)
            )
