"""Tables of incidents: starts that were refused, the record, and what was done for whom."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class RefusedStart(Base):
    """Somebody could not start through no fault of theirs: once for each person, cause and hour.

    ``code`` is ``rules.Cause``; agency and path are as they were then.
    """

    __tablename__ = "refused_start"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    code: Mapped[str] = mapped_column(sa.String(10))
    hour: Mapped[datetime]
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    agency_path: Mapped[str] = mapped_column(sa.String(200))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]

    __table_args__ = (
        sa.UniqueConstraint("round_id", "person_id", "code", "hour"),
        sa.CheckConstraint("code IN ('paused', 'waiting', 'busy', 'error')", name="code"),
        sa.CheckConstraint("first_at <= last_at AND times >= 1", name="times"),
    )


class Incident(Base):
    """An incident of a round (sự cố), from ``starts_at`` to ``ends_at``, for some agencies or (none) for all.

    ``measures`` is ``rules.Measures``; ``figures`` is ``evidence.Timeline`` as it was when the
    measures were proposed. Two people decide.
    """

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(10), default="draft")
    kind: Mapped[str] = mapped_column(sa.String(12))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    agencies: Mapped[list[Any]]
    description: Mapped[str] = mapped_column(sa.String(2000))
    measures: Mapped[dict[str, Any]]
    figures: Mapped[dict[str, Any]]
    reported_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reported_at: Mapped[datetime]
    proposed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(sa.String(300), default="")
    job_id: Mapped[str | None] = mapped_column(sa.String(16))
    applied_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("round_id", "number"),
        sa.CheckConstraint("starts_at < ends_at", name="window"),
        sa.CheckConstraint("state IN ('draft', 'proposed', 'approved', 'applied', 'rejected')", name="state"),
        sa.CheckConstraint("kind IN ('connection', 'software', 'power', 'other')", name="kind"),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'applied')"
            " OR (proposed_by IS NOT NULL AND decided_by IS NOT NULL AND decided_by <> proposed_by)",
            name="two",
        ),
        sa.CheckConstraint("(state = 'applied') = (applied_at IS NOT NULL)", name="applied"),
    )


class IncidentEffect(Base):
    """One thing that an applied incident did for one person; ``what`` is ``rules.What``.

    Written in the transaction of the act itself, so that a job that was killed goes on behind it.
    ``how`` (of ``touched``) is ``rules.How``; ``amount`` are minutes or attempts.
    """

    __tablename__ = "incident_effect"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(sa.ForeignKey("incident.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attempt.id"))
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    what: Mapped[str] = mapped_column(sa.String(10))
    how: Mapped[str] = mapped_column(sa.String(10), default="")
    amount: Mapped[int | None]
    applied_at: Mapped[datetime]

    __table_args__ = (
        # Two unknowns differ to a constraint: what is of no attempt needs a guard of its own.
        sa.UniqueConstraint("incident_id", "attempt_id", "what"),
        sa.Index(
            "uq_incident_effect_of_person",
            "incident_id",
            "person_id",
            "what",
            unique=True,
            sqlite_where=sa.text("attempt_id IS NULL"),
            postgresql_where=sa.text("attempt_id IS NULL"),
        ),
        sa.CheckConstraint("what IN ('touched', 'time', 'attempts', 'void', 'late')", name="what"),
        sa.CheckConstraint("(what = 'touched') = (how <> '')", name="how"),
        sa.CheckConstraint("(attempt_id IS NULL) = (what IN ('touched', 'attempts'))", name="of"),
    )
