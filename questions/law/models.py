"""Tables of legal documents (văn bản quy phạm pháp luật) and of what happened to them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base


class LegalDocument(Base):
    """A legal document. Unknown dates are null: what is not sourced is not filled in."""

    __tablename__ = "legal_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    # How it is named in full: "Nghị định 118/2025/NĐ-CP"
    title: Mapped[str] = mapped_column(sa.String(300), unique=True)
    number: Mapped[str] = mapped_column(sa.String(60), index=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    issuer: Mapped[str] = mapped_column(sa.String(200))
    subject: Mapped[str] = mapped_column(sa.Text)
    issued_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    recorded_at: Mapped[datetime]

    names: Mapped[list["LegalName"]] = relationship(back_populates="document", cascade="all, delete-orphan")

    # Causes of quarantine name documents and changes by id: an id is never given twice.
    __table_args__ = ({"sqlite_autoincrement": True},)


class LegalName(Base):
    """A way in which a document is cited; ``folded`` finds it again without accents."""

    __tablename__ = "legal_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("legal_document.id"), index=True)
    text: Mapped[str] = mapped_column(sa.String(300))
    folded: Mapped[str] = mapped_column(sa.String(300), unique=True)

    document: Mapped[LegalDocument] = relationship(back_populates="names")


class LegalChange(Base):
    """One document amends or replaces another, from ``on`` (null: since it was recorded).

    ``articles`` names what is amended ("Điều 8"); empty means that every article may be touched.
    """

    __tablename__ = "legal_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("legal_document.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("legal_document.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    on: Mapped[date | None]
    articles: Mapped[list[Any]]
    recorded_at: Mapped[datetime]

    document: Mapped[LegalDocument] = relationship(foreign_keys=[document_id])
    by: Mapped[LegalDocument] = relationship(foreign_keys=[by_id])

    __table_args__ = (
        sa.UniqueConstraint("document_id", "by_id", "kind"),
        sa.CheckConstraint("kind IN ('amends', 'replaces')", name="kind"),
        sa.CheckConstraint("document_id <> by_id", name="other"),
        {"sqlite_autoincrement": True},
    )
