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
    # ``ContestRules`` as plain data: what holds over all rounds.
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    # A rehearsal (diễn tập) of that round: only the committee sees it, and it may be wiped.
    rehearses_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("round.id", use_alter=True, name="fk_contest_rehearses_id"), index=True
    )
    created_at: Mapped[datetime]

    rounds: Mapped[list["Round"]] = relationship(
        back_populates="contest", order_by="Round.number", foreign_keys="Round.contest_id"
    )

    # A key that was wiped with a rehearsal is not given out again.
    __table_args__ = ({"sqlite_autoincrement": True},)


class Round(Base):
    """A round (vòng thi). ``rules`` is ``RoundRules`` as plain data.

    ``prepared_at`` locks the rules and freezes the pool (chốt đề); from then on the window
    alone decides whether the round is scheduled, open or closed. ``exceptions`` is
    ``lifecycle.Exceptions``; ``ends_at`` is the last close of anybody. ``moves`` rises with each
    change that those who sit must hear of.
    """

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey("contest.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    exceptions: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    moves: Mapped[int] = mapped_column(default=0, server_default="0")
    rules: Mapped[dict[str, Any]]
    prepared_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    # The newest pool revision: names the keys by which papers are marked.
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    contest: Mapped[Contest] = relationship(back_populates="rounds", foreign_keys=[contest_id])

    __table_args__ = (
        sa.UniqueConstraint("contest_id", "number"),
        sa.CheckConstraint("opens_at < closes_at AND closes_at <= ends_at", name="window"),
        {"sqlite_autoincrement": True},
    )


class PoolRevision(Base):
    """A round's frozen pool: what papers are drawn from and marked by. Never changed.

    ``pool`` is ``questions.drawing.pool_payload``, ``blueprints`` the cells by group code;
    ``commitment`` binds both and the ``seed``. The seed becomes public when the round is over, the
    ``salt`` never. An amendment of keys is the next revision, with the same seed.
    """

    __tablename__ = "pool_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    number: Mapped[int]
    pool: Mapped[list[Any]]
    blueprints: Mapped[dict[str, Any]]
    seed: Mapped[str] = mapped_column(sa.String(64))
    salt: Mapped[str] = mapped_column(sa.String(64))
    commitment: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("round_id", "number"),)


class Amendment(Base):
    """A change of a round's terms after it was prepared: numbered, public, never changed.

    ``before`` and ``after`` hold what changed, by field; people stand in it by id only.
    """

    __tablename__ = "amendment"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(20))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    __table_args__ = (
        sa.UniqueConstraint("round_id", "number"),
        sa.CheckConstraint("kind IN ('rules', 'window', 'pause', 'resume', 'keys', 'incident')", name="kind"),
    )


class Entry(Base):
    """What holds for one person in one round and for nobody else.

    ``extra_minutes`` for each attempt (an accommodation), ``extra_attempts`` beyond the rules,
    ``qualified`` by an earlier round's sheet.
    """

    __tablename__ = "entry"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    extra_minutes: Mapped[int] = mapped_column(default=0)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    qualified: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        sa.CheckConstraint("extra_minutes BETWEEN 0 AND 180 AND extra_attempts BETWEEN 0 AND 100", name="extra"),
    )


class Exclusion(Base):
    """Who must not take part in a contest (danh sách không được dự thi): organisers, question-setters, helpers."""

    __tablename__ = "exclusion"

    contest_id: Mapped[int] = mapped_column(sa.ForeignKey("contest.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[datetime]
