"""Writing down who could not start because of an accident, after they were told so.

Never on the path of a start that succeeds. While the database is away the rows wait in the process,
and one thread at most tries to write them: a crowd that is turned away costs one transaction, not one
each.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from contest.attempts.entering import Paused
from contest.attempts.incidents.models import RefusedStart
from contest.attempts.incidents.rules import Cause
from contest.rounds.models import Round
from core.access import Actor
from core.db import transaction
from core.errors import DomainError, Unavailable

KEPT_MAX = 10_000
log = structlog.get_logger()
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
Key = tuple[str, int, Cause, datetime]


@dataclass(frozen=True, slots=True)
class _Refused:
    agency_id: int | None
    agency_path: str
    first_at: datetime
    last_at: datetime
    times: int


_kept: dict[Key, _Refused] = {}
_keeping, _writing = threading.Lock(), threading.Lock()


@contextmanager
def noted(*, actor: Actor, now: datetime, round_id: str) -> Iterator[None]:
    """Let a start's refusal through, and write it down where an accident caused it."""
    try:
        yield
    except Exception as error:
        cause = cause_of(error)
        if cause is not None and actor.person_id is not None:
            _keep((round_id, actor.person_id, cause, now.replace(minute=0, second=0, microsecond=0)), actor, now)
            _write()
        raise


def cause_of(error: Exception) -> Cause | None:
    """Why a start failed, if an accident (or a pause) is to blame."""
    if isinstance(error, Paused):
        return Cause.PAUSED
    if isinstance(error, Unavailable):
        return Cause.WAITING if error.code == "waiting" else Cause.BUSY
    if isinstance(error, DomainError):
        return None
    return Cause.BUSY if isinstance(error, sa.exc.OperationalError | sa.exc.TimeoutError) else Cause.ERROR


def _keep(key: Key, actor: Actor, now: datetime) -> None:
    with _keeping:
        known = _kept.get(key)
        if known is not None:
            _kept[key] = replace(known, last_at=max(known.last_at, now), times=known.times + 1)
        elif len(_kept) < KEPT_MAX:
            _kept[key] = _Refused(actor.agency_id, actor.agency_path, now, now, 1)


def _write() -> None:
    # Whoever does not get to write leaves its row to the one who does, who looks again after letting go.
    while _kept and _writing.acquire(blocking=False):
        with _keeping:
            taken = dict(_kept)
            _kept.clear()
        try:
            _store(taken)
        except (sa.exc.OperationalError, sa.exc.TimeoutError):
            log.warning("refused starts wait for the database", people=len(taken))
            with _keeping:
                _kept.update({key: row for key, row in taken.items() if key not in _kept})
            return
        except Exception:  # whatever it is, the taker hears why they were refused, not this
            log.exception("refused starts were not written", people=len(taken))
        finally:
            _writing.release()


def _store(taken: dict[Key, _Refused]) -> None:
    with transaction() as session:
        asked = {round_id for round_id, *_ in taken}
        known = session.execute(sa.select(Round.public_id, Round.id).where(Round.public_id.in_(asked)))
        pks: dict[str, int] = {row.public_id: row.id for row in known}
        rows = [
            {
                "round_id": pks[round_id],
                "person_id": person_id,
                "code": code.value,
                "hour": hour,
                "agency_id": row.agency_id,
                "agency_path": row.agency_path,
                "first_at": row.first_at,
                "last_at": row.last_at,
                "times": row.times,
            }
            for (round_id, person_id, code, hour), row in taken.items()
            if round_id in pks
        ]
        if rows:
            insert = _INSERTS[session.get_bind().dialect.name](RefusedStart)
            session.execute(
                insert.on_conflict_do_update(
                    index_elements=["round_id", "person_id", "code", "hour"],
                    set_={"last_at": insert.excluded.last_at, "times": RefusedStart.times + insert.excluded.times},
                ),
                rows,
            )
