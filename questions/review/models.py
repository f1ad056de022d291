"""Tables of review: what was said and decided on a version, and who has seen its keys."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from questions.bank.models import QuestionVersion


class ReviewEntry(Base):
    """One act on a version, with the hash of what was decided on. Written once.

    Names are kept as they were: minutes (biên bản thẩm định) must not change with an account.
    """

    __tablename__ = "review_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), index=True)
    person_id: Mapped[int | None]
    person_name: Mapped[str] = mapped_column(sa.String(120))
    act: Mapped[str] = mapped_column(sa.String(12))
    text: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(index=True)

    version: Mapped[QuestionVersion] = relationship()

    __table_args__ = (
        sa.CheckConstraint(
            "act IN ('submitted', 'comment', 'approved', 'returned', 'withdrawn', 'retired', 'restored',"
            " 'quarantined')",
            name="act",
        ),
    )


class KeyExposure(Base):
    """Who has seen, printed or exported the keys of an approved version, since when, how often."""

    __tablename__ = "key_exposure"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"))
    person_id: Mapped[int] = mapped_column(index=True)
    person_name: Mapped[str] = mapped_column(sa.String(120))
    how: Mapped[str] = mapped_column(sa.String(10))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]

    __table_args__ = (
        sa.UniqueConstraint("version_id", "person_id", "how"),
        sa.CheckConstraint("how IN ('seen', 'printed', 'exported')", name="how"),
    )
