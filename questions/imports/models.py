"""The tables of import files."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class ImportFile(Base):
    """A file on its way into a bank.

    ``reading`` (being read in a job) -> ``ready`` (a preview stands) or ``refused`` (with its
    sentence) -> ``writing`` -> ``done``, or ``discarded``. Questions of a file that is not
    ``done`` are seen by nobody, so one small UPDATE brings all of them in, or none. ``job_id``
    is the public id of the job that last worked on it.

    ``counts`` says how many ``questions``, ``situations``, ``problems``, ``notes`` and ``near``
    duplicates were found and how often each topic is named (``topics``: text -> questions); ``problems``
    and ``notes`` are the first of them as plain data; ``duplicates`` is, for each question that is
    like another, ``[position, code or position of the other, whether that is in this file, percent]``.
    """

    __tablename__ = "import_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    # No key to the bank's table: questions refer to their file already.
    bank_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    format: Mapped[str] = mapped_column(sa.String(12))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(sa.String(10))
    job_id: Mapped[str] = mapped_column(sa.String(16), default="")
    counts: Mapped[dict[str, Any]]
    problems: Mapped[list[Any]]
    notes: Mapped[list[Any]]
    duplicates: Mapped[list[Any]]
    refusal: Mapped[dict[str, Any]]
    person_id: Mapped[int | None]
    person_name: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("state IN ('reading', 'ready', 'refused', 'writing', 'done', 'discarded')", name="state"),
    )


class ImportPart(Base):
    """A piece of a file's bytes (``content``), of its questions (``found``) or of its situations.

    In pieces, because SQLite writes a whole row anew when any of its columns changes, and locks
    everybody out meanwhile.
    """

    __tablename__ = "import_part"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("import_file.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    number: Mapped[int]
    data: Mapped[bytes]

    __table_args__ = (
        sa.UniqueConstraint("file_id", "kind", "number"),
        sa.CheckConstraint("kind IN ('content', 'found', 'situations')", name="kind"),
    )
