"""Tables of contests and rounds."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base


class Contest(Base):
    """A contest (cuộc thi): a title, who organises it, and its rounds."""

    __tablename__ = "contest"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    organiser: Mapped[str] = mapped_column(sa.String(200))
    # How people reach the help desk: a phone number, an address; shown on every page.
    contact: Mapped[str] = mapped_column(sa.String(300))
    introduction: Mapped[str] = mapped_column(sa.Text)
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    rounds: Mapped[list["Round"]] = relationship(back_populates="contest", order_by="Round.number")


class Round(Base):
    """A round (vòng thi). ``rules`` is ``RoundRules`` as plain data.

    ``prepared_at`` locks the rules and freezes the pool (chốt đề); from then on the window
    alone decides whether the round is scheduled, open or closed.
    """

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey("contest.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    rules: Mapped[dict[str, Any]]
    prepared_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    # The newest pool revision: names the keys by which papers are marked.
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    contest: Mapped[Contest] = relationship(back_populates="rounds")

    __table_args__ = (
        sa.UniqueConstraint("contest_id", "number"),
        sa.CheckConstraint("opens_at < closes_at", name="window"),
    )


class PoolRevision(Base):
    """A round's frozen pool: what papers are drawn from and marked by. Never changed.

    ``pool`` is ``questions.drawing.pool_payload``; ``commitment`` binds pool, blueprint and seed.
    """

    __tablename__ = "pool_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    number: Mapped[int]
    pool: Mapped[list[Any]]
    seed: Mapped[str] = mapped_column(sa.String(64))
    commitment: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("round_id", "number"),)
