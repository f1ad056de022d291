"""Tables of attempts and of the standings that they add up to."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Attempt(Base):
    """An attempt (lượt thi): in progress, then submitted by the person or expired by the sweep.

    ``paper`` is ``[[version id, [order of choices]], …]``; ``answers`` maps every slot
    ("1", "2", …) to chosen places or null. Agency and path are as they were at the start.
    ``points`` were marked with the keys of ``revision``.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    number: Mapped[int]
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    agency_path: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[str] = mapped_column(sa.String(12), default="in_progress")
    epoch: Mapped[int] = mapped_column(default=1)
    seq: Mapped[int] = mapped_column(default=0)
    paper: Mapped[list[Any]]
    answers: Mapped[dict[str, Any]]
    revision: Mapped[int]
    started_at: Mapped[datetime]
    deadline: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    elapsed_ms: Mapped[int | None]
    points: Mapped[int | None]
    code: Mapped[str | None] = mapped_column(sa.String(16), unique=True)

    __table_args__ = (
        sa.UniqueConstraint("round_id", "person_id", "number"),
        sa.Index(
            "uq_attempt_in_progress",
            "round_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state = 'in_progress'"),
            postgresql_where=sa.text("state = 'in_progress'"),
        ),
        sa.Index(
            "ix_attempt_due",
            "deadline",
            sqlite_where=sa.text("state = 'in_progress'"),
            postgresql_where=sa.text("state = 'in_progress'"),
        ),
        sa.CheckConstraint("state IN ('in_progress', 'submitted', 'expired')", name="state"),
        sa.CheckConstraint("number >= 1 AND epoch >= 1 AND seq >= 0", name="counters"),
        sa.CheckConstraint("elapsed_ms >= 0 AND points >= 0", name="result"),
        sa.CheckConstraint(
            "(state = 'in_progress') = (finished_at IS NULL)"
            " AND (finished_at IS NULL) = (code IS NULL)"
            " AND (finished_at IS NULL) = (points IS NULL)"
            " AND (finished_at IS NULL) = (elapsed_ms IS NULL)",
            name="finished",
        ),
    )


class Standing(Base):
    """What counts for one person in one round. ``attempt_id`` null: nothing counts (yet).

    ``version`` rises with each change; ``dirty`` until the board shows this version.
    """

    __tablename__ = "standing"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    # Random, so that a board's row does not tell the person's id.
    board_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    attempt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attempt.id"))
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    points: Mapped[int | None]
    elapsed_ms: Mapped[int | None]
    submitted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    dirty: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]

    __table_args__ = (
        sa.Index(
            "ix_standing_dirty",
            "round_id",
            sqlite_where=sa.text("dirty"),
            postgresql_where=sa.text("dirty"),
        ),
        sa.CheckConstraint("(attempt_id IS NULL) = (points IS NULL)", name="counted"),
    )


class StandingChange(Base):
    """One version of a standing: the history that frozen boards read."""

    __tablename__ = "standing_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    version: Mapped[int]
    attempt_id: Mapped[int | None]
    agency_id: Mapped[int | None]
    points: Mapped[int | None]
    elapsed_ms: Mapped[int | None]
    submitted_at: Mapped[datetime | None]
    at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("round_id", "person_id", "version"),)


class LateSheet(Base):
    """A sheet that came after deadline and grace: kept as evidence, never scored. One an attempt."""

    __tablename__ = "late_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), unique=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    answers: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
