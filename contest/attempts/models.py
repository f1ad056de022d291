"""Tables of attempts and of the standings that they add up to."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Attempt(Base):
    """An attempt (lượt thi); its states are those of ``attempts.machine``.

    ``paper`` is ``[[version id, [order of choices]], …]``, drawn from the pool ``revision`` for
    ``drawn_for``; ``answers`` maps every slot ("1", "2", …) to chosen places or null. Agency, path,
    group and assurance are as they were at the start. ``points`` were marked with the keys of
    ``marked_revision``. ``allowance_ms`` is the time of its own; ``paused_ms`` were taken out of it,
    since ``paused_at`` more are.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    number: Mapped[int]
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    agency_path: Mapped[str] = mapped_column(sa.String(200))
    group_code: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    assurance: Mapped[str] = mapped_column(sa.String(10), default="self", server_default="self")
    state: Mapped[str] = mapped_column(sa.String(12), default="in_progress")
    epoch: Mapped[int] = mapped_column(default=1)
    seq: Mapped[int] = mapped_column(default=0)
    paper: Mapped[list[Any]]
    answers: Mapped[dict[str, Any]]
    # Whether the paper has a prediction question, so that a save needs no look at the round.
    predicts: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    prediction: Mapped[int | None]
    revision: Mapped[int]
    marked_revision: Mapped[int | None]
    drawn_for: Mapped[str] = mapped_column(sa.String(16))
    started_at: Mapped[datetime]
    deadline: Mapped[datetime]
    allowance_ms: Mapped[int]
    paused_ms: Mapped[int] = mapped_column(default=0, server_default="0")
    paused_at: Mapped[datetime | None]
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
            sqlite_where=sa.text("state = 'in_progress' AND paused_at IS NULL"),
            postgresql_where=sa.text("state = 'in_progress' AND paused_at IS NULL"),
        ),
        sa.CheckConstraint("state IN ('in_progress', 'submitted', 'expired', 'voided')", name="state"),
        sa.CheckConstraint("number >= 1 AND epoch >= 1 AND seq >= 0", name="counters"),
        sa.CheckConstraint("elapsed_ms >= 0 AND points >= 0 AND prediction >= 0", name="result"),
        sa.CheckConstraint("allowance_ms > 0 AND paused_ms >= 0", name="time"),
        sa.CheckConstraint(
            "(state = 'in_progress') = (finished_at IS NULL)"
            " AND (finished_at IS NULL) = (code IS NULL)"
            " AND (finished_at IS NULL) = (points IS NULL)"
            " AND (finished_at IS NULL) = (elapsed_ms IS NULL)"
            " AND (finished_at IS NULL) = (marked_revision IS NULL)"
            " AND (finished_at IS NULL OR paused_at IS NULL)",
            name="finished",
        ),
        # What a re-marking looks for: finished attempts whose keys are older than the round's.
        sa.Index("ix_attempt_marked", "round_id", "marked_revision"),
        {"sqlite_autoincrement": True},
    )


class Standing(Base):
    """What counts for one person in one round. ``attempt_id`` null: nothing counts (yet).

    ``elapsed_ms`` is in terms of the time that everybody has (``ranking.fair_elapsed``).
    ``version`` rises with each change; ``dirty`` until the board shows this version.
    """

    __tablename__ = "standing"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    # Random, so that a board's row does not tell the person's id.
    board_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    attempt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attempt.id"))
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    group_code: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
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
    group_code: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
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
    prediction: Mapped[int | None]
    received_at: Mapped[datetime]


class KeyChange(Base):
    """A wrong key in a round: what one person proposes and another approves.

    ``keys`` are positions in the question's choices; empty: the question is marked by no key any
    more (vô hiệu câu hỏi). ``revision`` is the pool revision that came of it.
    """

    __tablename__ = "key_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), index=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"))
    keys: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(sa.String(300))
    proposed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    revision: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint("decided_by IS NULL OR proposed_by IS NULL OR decided_by <> proposed_by", name="two"),
        sa.Index(
            "uq_key_change_waiting",
            "round_id",
            "version_id",
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
    )
