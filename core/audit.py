"""The audit trail (nhật ký hệ thống): who did what to what, and why.

Entries are written in the transaction of the act itself; triggers refuse to change them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.access import Actor
from core.chain import row_under
from core.db import Base, read, transaction


class AuditEntry(Base):
    """One act. ``subject`` is ``kind:public id``; ``details`` hold no names and no answers."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80), index=True)
    details: Mapped[dict[str, Any]]


_COLUMNS = ("at", "person_id", "action", "subject", "details")


def then(condition: sa.ColumnElement[bool]) -> sa.Insert:
    """An entry as a part of a :class:`~core.chain.Chain`; its parameters are those of :func:`values`."""
    return row_under(AuditEntry, {name: f"audit_{name}" for name in _COLUMNS}, condition)


_ENTRY = then(sa.true())
_really: ContextVar[datetime | None] = ContextVar("really", default=None)


@contextmanager
def played(*, now: datetime) -> Iterator[None]:
    """Acts meanwhile are given moments of their own (a rehearsal): recorded at ``now``, which is the real one.

    The moment that was played stands in their details (``played_at``, ISO 8601).
    """
    token = _really.set(now)
    try:
        yield
    finally:
        _really.reset(token)


def values(
    *, actor: Actor, now: datetime, action: str, subject: str, details: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The parameters of an entry."""
    really = _really.get()
    if really is not None and really != now:
        details, now = {**(details or {}), "played_at": now.isoformat()}, really
    entry = (now, actor.person_id, action, subject, details or {})
    return {f"audit_{name}": value for name, value in zip(_COLUMNS, entry, strict=True)}


def record(*, actor: Actor, now: datetime, action: str, subject: str, details: dict[str, Any] | None = None) -> None:
    """Add an entry to the transaction that is open."""
    entry = values(actor=actor, now=now, action=action, subject=subject, details=details)
    with transaction() as session:
        session.connection().execute(_ENTRY, entry)


def entries(*, subject: str, limit: int = 100) -> list[AuditEntry]:
    """The newest acts on ``subject``, newest first."""
    from_newest = sa.select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id.desc()).limit(limit)
    return list(read().scalars(from_newest))
