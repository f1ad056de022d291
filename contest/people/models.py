"""Tables of people: accounts, roles, consent."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.agencies.models import Agency
from core.db import Base


class Person(Base):
    """An account. ``login`` is normalised (see ``rules.normalise_login``) and unique.

    ``session_version`` is in every session cookie; raising it ends all sessions.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(sa.String(64), unique=True)
    full_name: Mapped[str] = mapped_column(sa.String(120))
    name_key: Mapped[str] = mapped_column(sa.String(120), index=True)
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"), index=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    session_version: Mapped[int] = mapped_column(default=1)
    # Asked only where a contest's rules have an age; declared once.
    birth_date: Mapped[date | None]
    # ``contest.rounds.rules.Assurance``: how sure it is who they are.
    assurance: Mapped[str] = mapped_column(sa.String(10), default="self", server_default="self")
    # A sample is a made-up person of the demo; their rows say so wherever they are shown.
    is_sample: Mapped[bool] = mapped_column(default=False)
    # A made-up taker of a rehearsal: counted and listed nowhere else, deleted with it.
    rehearsal: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    agency: Mapped[Agency | None] = relationship()

    __table_args__ = (
        sa.CheckConstraint("assurance IN ('self', 'roster', 'identity')", name="assurance"),
        {"sqlite_autoincrement": True},
    )


class RoleGrant(Base):
    """A role of a person: organiser (Ban Tổ chức), contact (đầu mối đơn vị) of an agency, author
    (người biên soạn) or reviewer (người thẩm định) of the province's banks or of an agency's.
    """

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))

    __table_args__ = (
        sa.UniqueConstraint("person_id", "role", "agency_id"),
        # To a constraint two unknowns differ: a role without an agency needs a guard of its own.
        sa.Index(
            "uq_role_grant_without_agency",
            "person_id",
            "role",
            unique=True,
            sqlite_where=sa.text("agency_id IS NULL"),
            postgresql_where=sa.text("agency_id IS NULL"),
        ),
        sa.CheckConstraint("role IN ('organiser', 'contact', 'author', 'reviewer')", name="role"),
        sa.CheckConstraint(
            "role IN ('author', 'reviewer') OR (role = 'contact') = (agency_id IS NOT NULL)", name="scope"
        ),
    )


class Consent(Base):
    """Proof of consent to the processing of personal data: which text, when."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    text_version: Mapped[str] = mapped_column(sa.String(20))
    text_sha256: Mapped[str] = mapped_column(sa.String(64))
    given_at: Mapped[datetime]
