"""Jobs: long work off the request path, with progress, that survives the death of its process.

A job is a row. The worker takes the oldest one that waits (or whose process fell silent) and
runs it in a process of its own, nicer than the rest, so that neither its memory nor its errors
reach the sweep or the boards. A handler reports progress and may keep a cursor; it is started
again with that cursor after a crash or when the database was away for a moment, three times at
most, so handlers repeat safely.
"""

import atexit
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column, undefer

from core import clock
from core.access import SYSTEM, Actor
from core.db import Base, read, transaction
from core.errors import DomainError, NotFound
from core.i18n import N_
from core.ids import public_id

log = structlog.get_logger()
LEASE = timedelta(seconds=60)
TRIES = 3
KEEP = timedelta(days=30)
BROKEN = N_("Có lỗi của hệ thống; lỗi đã được ghi lại để xử lý.")
ROOT = Path(__file__).resolve().parent.parent


class Superseded(Exception):
    """Another process has taken the job over; whoever meets this writes nothing more."""


class Job(Base):
    """One piece of long work (tác vụ). ``done`` of ``total`` units.

    ``result`` is the handler's and may be megabytes: it is loaded only where somebody looks at it.
    """

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(300))
    params: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(sa.String(10), index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(index=True)
    person_name: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),)


@dataclass(frozen=True)
class Running:
    """What a handler gets: its parameters, where it stopped last time, on whose behalf it acts, since when."""

    job_id: str
    params: dict[str, Any]
    cursor: dict[str, Any]
    actor: Actor
    now: datetime
    tries: int

    def progress(self, done: int, total: int, *, cursor: dict[str, Any] | None = None) -> None:
        """Say how far it is; call it at least every half minute.

        Raises :class:`Superseded` where the lease ran out and somebody else runs the job: called in
        the transaction of a piece of work, it keeps two processes from doing that piece twice.
        """
        values: dict[str, Any] = {"done": done, "total": total, "lease_until": clock.now() + LEASE}
        if cursor is not None:
            values["cursor"] = cursor
        _update(self.job_id, self.tries, values)


Handler = Callable[[Running], dict[str, Any]]
_handlers: dict[str, Handler] = {}


def register_job(kind: str, handler: Handler) -> None:
    """Name what runs jobs of ``kind``; rooms register in ``create_app``."""
    _handlers[kind] = handler


def enqueue(*, actor: Actor, now: datetime, kind: str, title: str, params: dict[str, Any], here: bool = False) -> Job:
    """Put work in the queue, in the transaction that is open; the caller has checked permissions.

    With ``here`` the job is claimed at once, by the caller, who calls :func:`run` (commands).
    """
    if kind not in _handlers:
        raise LookupError(f"no job is called {kind}")
    job = Job(
        public_id=public_id(),
        kind=kind,
        title=title[:300],
        params=params,
        state="running" if here else "queued",
        tries=1 if here else 0,
        lease_until=now + LEASE if here else None,
        cursor={},
        result={},
        person_id=actor.person_id,
        person_name=actor.full_name,
        created_at=now,
    )
    with transaction() as session:
        session.add(job)
        session.flush()
    return job


def find(job_id: str) -> Job:
    """A job; raises :class:`NotFound`."""
    job = read().scalar(sa.select(Job).where(Job.public_id == job_id))
    if job is None:
        raise NotFound(N_("Không tìm thấy tác vụ này."))
    return job


def recent(limit: int = 50, *, person_id: int | None = None) -> list[Job]:
    """The newest jobs first: everybody's, or one person's; of those that failed with what fills their sentences."""
    query = sa.select(Job).order_by(Job.id.desc()).limit(limit)
    found = list(read().scalars(query if person_id is None else query.where(Job.person_id == person_id)))
    failed = [job.id for job in found if job.state == "failed"]
    if failed:
        read().scalars(sa.select(Job).where(Job.id.in_(failed)).options(undefer(Job.result))).all()
    return found


def latest(kind: str, params: dict[str, Any]) -> Job | None:
    """The newest job of a kind with these parameters, whatever others it has."""
    query = sa.select(Job.id, Job.params).where(Job.kind == kind).order_by(Job.id.desc()).limit(500)
    found = next((row.id for row in read().execute(query) if row.params | params == row.params), None)
    return None if found is None else read().get(Job, found)


def claim(*, now: datetime) -> str | None:
    """Take the oldest job that waits or whose lease ran out; its id, or ``None``."""
    claimed = _claim(now)
    return claimed[0] if claimed else None


def _claim(now: datetime) -> tuple[str, int] | None:
    if read().scalar(sa.select(Job.id).where(_waiting(now)).limit(1)) is None:
        return None  # the usual case costs no write transaction
    with transaction() as session:
        session.execute(
            sa.update(Job)
            .where(Job.state == "running", Job.lease_until <= now, Job.tries >= TRIES)
            .values(state="failed", finished_at=now, error=N_("Tác vụ bị ngắt nhiều lần nên đã dừng."))
        )
        job = session.scalar(
            sa.select(Job).where(_waiting(now)).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
        )
        if job is None:
            return None
        job.state, job.tries, job.lease_until = "running", job.tries + 1, now + LEASE
        return job.public_id, job.tries


def run(job_id: str, *, tries: int | None = None) -> None:
    """Run a claimed job here and now, to its end; refusals become its ``error``.

    With ``tries`` only that try of it: a process that starts after its lease has nothing to do.

    Raises where the database was away: the job keeps its lease and is tried again after it.
    """
    job = find(job_id)
    if tries is not None and (job.state, job.tries) != ("running", tries):
        return
    actor = replace(SYSTEM, person_id=job.person_id, full_name=job.person_name)
    running = Running(job_id, job.params, job.cursor, actor, clock.now(), job.tries)
    values: dict[str, Any]
    try:
        values = {"state": "done", "result": _handlers[job.kind](running)}
    except Superseded:
        log.warning("job superseded", job=job_id, kind=job.kind)
        return
    except OperationalError:
        log.warning("job met a passing error of the database", job=job_id, kind=job.kind, tries=running.tries)
        raise
    except DomainError as error:
        values = {"state": "failed", "error": error.message, "result": {"params": plain(error.params)}}
    except Exception:
        log.exception("job failed", job=job_id, kind=job.kind)
        values = {"state": "failed", "error": BROKEN}
    with suppress(Superseded):
        _update(job_id, running.tries, {**values, "finished_at": clock.now(), "lease_until": None})


def run_waiting(*, now: datetime) -> int:
    """Run everything that waits in this process, one after the other (commands, tests)."""
    count = 0
    while (job_id := claim(now=now)) is not None:
        run(job_id)
        count += 1
    return count


_child: subprocess.Popen[bytes] | None = None
_child_runs = ("", 0)


def pass_over(*, now: datetime) -> None:
    """One pass of the worker: start a process for the next job unless one is running.

    The process inherits the environment, and so the settings and the database.
    """
    global _child, _child_runs
    if _child is not None:
        code = _child.poll()
        if code is None:
            return
        _child = None
        if code < 0:  # killed; one that gave up by itself waits out its lease, and so what it waits for
            _release(*_child_runs, now)
    claimed = _claim(now)
    if claimed is not None:
        _child_runs = claimed
        _child = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "jobs", "run", claimed[0], "--tries", str(claimed[1])],
            cwd=ROOT,
            env={**os.environ, "FLASK_SKIP_DOTENV": "1"},
            stdin=subprocess.DEVNULL,
        )


def forget_old(*, now: datetime) -> None:
    """Delete finished jobs after a month: their results stand in the rooms that asked for them."""
    with transaction() as session:
        session.execute(sa.delete(Job).where(Job.finished_at < now - KEEP))


def _release(job_id: str, tries: int, now: datetime) -> None:
    # A process that died needs no lease: whoever waits for the job shall not wait for that too.
    # Somebody else's try at it is not ours to end.
    stuck = sa.and_(Job.public_id == job_id, Job.state == "running", Job.tries == tries)
    if read().scalar(sa.select(Job.id).where(stuck)) is not None:
        with transaction() as session:
            session.execute(sa.update(Job).where(stuck).values(lease_until=now))


def _update(job_id: str, tries: int, values: dict[str, Any]) -> None:
    with transaction() as session:
        mine = sa.and_(Job.public_id == job_id, Job.state == "running", Job.tries == tries)
        if session.execute(sa.update(Job).where(mine).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
            raise Superseded


@atexit.register
def _stop_child() -> None:
    if _child is not None and _child.poll() is None:
        _child.terminate()


def _waiting(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(Job.state == "queued", sa.and_(Job.state == "running", Job.lease_until <= now))


def plain(params: dict[str, object]) -> dict[str, Any]:
    """What fills a sentence's places, as JSON can hold it."""
    return {name: value if isinstance(value, int) else str(value) for name, value in params.items()}
