"""Tables of results. A sheet is written once; triggers refuse to change or delete it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Sheet(Base):
    """A numbered, immutable result sheet (bảng kết quả đã chốt) of a round.

    ``content`` is the canonical JSON that ``sha256`` is the hash of. People stand in it as
    pseudonyms with salted commitments to their names.
    """

    __tablename__ = "sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    number: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    takers: Mapped[int]
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    supersedes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sheet.id"))

    __table_args__ = (sa.UniqueConstraint("round_id", "number"), {"sqlite_autoincrement": True})


class SheetName(Base):
    """The name and agency behind a pseudonym of a sheet, with their salt: may be erased, the proof stays."""

    __tablename__ = "sheet_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("sheet.id"))
    pseudonym: Mapped[str] = mapped_column(sa.String(16))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    full_name: Mapped[str] = mapped_column(sa.String(120))
    agency_code: Mapped[str] = mapped_column(sa.String(20))
    is_sample: Mapped[bool]
    salt: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (sa.UniqueConstraint("sheet_id", "pseudonym"),)


class Publication(Base):
    """That a sheet was published (Công bố), when and by whom."""

    __tablename__ = "publication"

    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("sheet.id"), primary_key=True)
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class RoundAnalysis(Base):
    """What a round's answers say of its paper as a whole: ``data`` is ``PaperStatistics`` as plain data.

    What they say of each question stands in the bank (``ItemStatistic``). Computed anew at will.
    """

    __tablename__ = "round_analysis"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), primary_key=True)
    data: Mapped[dict[str, Any]]
    computed_at: Mapped[datetime]
