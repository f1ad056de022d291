"""Tables of the bank. A version that was used never changes; a new wording is a new version."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from questions.law.models import LegalDocument


def _only(flag: str) -> dict[str, Any]:
    condition = sa.text(flag)
    return {"sqlite_where": condition, "postgresql_where": condition}


PROVINCE = 0
"""The owner of a bank that belongs to the province; any other owner is an agency's id."""
SETTLED = ("approved", "sample")
"""States of wordings that papers may hold: their keys are secret."""


class Bank(Base):
    """A bank (ngân hàng câu hỏi) and its owner; others use it only where it is shared with them."""

    __tablename__ = "bank"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    # An id as grants name it: this room does not know what an agency is.
    owner_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("owner_id", "name"),)


class BankShare(Base):
    """A bank's owner lets another owner's rounds draw from it; its pages stay closed to them."""

    __tablename__ = "bank_share"

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_id: Mapped[int] = mapped_column(sa.ForeignKey("bank.id"))
    owner_id: Mapped[int]
    shared_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("bank_id", "owner_id"),)


class Topic(Base):
    """A topic (chủ đề) of the tree that all banks share; blueprints count questions by it."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("topic.id"), index=True)


class MediaFile(Base):
    """A picture, sound or film by the SHA-256 of its bytes. Written once."""

    __tablename__ = "media_file"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    type: Mapped[str] = mapped_column(sa.String(60))
    data: Mapped[bytes]
    created_at: Mapped[datetime]


class SituationVersion(Base):
    """A situation (tình huống) in one wording. Written once: a new wording is a new row.

    ``media`` is ``[{"name", "type", "alt", "sha256"}]``.
    """

    __tablename__ = "situation_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_id: Mapped[int] = mapped_column(sa.ForeignKey("bank.id"))
    code: Mapped[str] = mapped_column(sa.String(60))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text)
    media: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("bank_id", "code", "number"),)


class Question(Base):
    """A question's identity; what is asked stands in its versions.

    ``status`` says whether it may be used at all; whether a wording was approved is the
    version's ``state``. ``search`` is the newest wording folded, for finding it without accents.
    """

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    bank_id: Mapped[int] = mapped_column(sa.ForeignKey("bank.id"))
    code: Mapped[str] = mapped_column(sa.String(60))
    topic_id: Mapped[int] = mapped_column(sa.ForeignKey("topic.id"), index=True)
    # active; quarantined: "Tạm dừng sử dụng"; retired: "Ngừng sử dụng"
    status: Mapped[str] = mapped_column(sa.String(12), index=True)
    tags: Mapped[list[Any]]
    source: Mapped[str] = mapped_column(sa.String(300))
    search: Mapped[str] = mapped_column(sa.Text)
    # The keys of the starter bank travel with the software: anybody may know them.
    keys_public: Mapped[bool] = mapped_column(default=False)
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_file.id"), index=True)
    created_at: Mapped[datetime]

    bank: Mapped[Bank] = relationship()
    topic: Mapped[Topic] = relationship()
    versions: Mapped[list["QuestionVersion"]] = relationship(
        back_populates="question", order_by="QuestionVersion.number"
    )

    __table_args__ = (
        sa.UniqueConstraint("bank_id", "code"),
        sa.CheckConstraint("status IN ('active', 'quarantined', 'retired')", name="status"),
    )


class QuestionVersion(Base):
    """One wording: stem, choices (texts), keys (positions of the right choices), citations.

    ``draft`` (Bản nháp) may change; from ``in_review`` (Chờ thẩm định) on the content is fixed,
    and a trigger holds it. ``approved`` (Đã duyệt) and ``sample`` (Mẫu – chưa thẩm định tại địa
    phương) may be drawn; of those the ``drawn`` one is. ``settled_at``: approved or sample since.
    ``editors`` are the ids of all whose hand is in the wording, as texts: SQL finds one like a tag.
    """

    __tablename__ = "question_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(12))
    newest: Mapped[bool]
    drawn: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(sa.String(12))
    difficulty: Mapped[int]
    stem: Mapped[str] = mapped_column(sa.Text)
    choices: Mapped[list[Any]]
    keys: Mapped[list[Any]]
    shuffle: Mapped[bool]
    explanation: Mapped[str] = mapped_column(sa.Text)
    situation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("situation_version.id"), index=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(sa.String(120))
    editors: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    question: Mapped[Question] = relationship(back_populates="versions")
    situation: Mapped[SituationVersion | None] = relationship()
    citations: Mapped[list["VersionCitation"]] = relationship(
        order_by="VersionCitation.position", cascade="all, delete-orphan"
    )

    __table_args__ = (
        sa.UniqueConstraint("question_id", "number"),
        sa.Index("ix_question_version_newest", "question_id", unique=True, **_only("newest")),
        sa.Index("ix_question_version_drawn", "question_id", unique=True, **_only("drawn")),
        sa.CheckConstraint("difficulty BETWEEN 1 AND 3", name="difficulty"),
        sa.CheckConstraint("kind IN ('single', 'multiple', 'true-false')", name="kind"),
        sa.CheckConstraint("state IN ('draft', 'in_review', 'approved', 'sample')", name="state"),
        sa.CheckConstraint("NOT drawn OR state IN ('approved', 'sample')", name="drawn"),
        sa.CheckConstraint("(state IN ('approved', 'sample')) = (settled_at IS NOT NULL)", name="settled"),
    )

    def edited_by(self, person_id: int | None) -> bool:
        """Whether a person's hand is in the wording."""
        return str(person_id) in self.editors


class VersionCitation(Base):
    """What a wording rests on: a document, and the place in it."""

    __tablename__ = "version_citation"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"))
    position: Mapped[int]
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("legal_document.id"), index=True)
    # The document as its author wrote it: stays when the document gets another title.
    cited_as: Mapped[str] = mapped_column(sa.String(300))
    article: Mapped[str] = mapped_column(sa.String(200))

    document: Mapped[LegalDocument] = relationship()

    __table_args__ = (sa.UniqueConstraint("version_id", "position"),)


class Quarantine(Base):
    """Why a wording may not be used (Tạm dừng sử dụng), and who said that it still may.

    ``cause`` names what happened, once a wording: ``change:<id>`` or ``expired:<document id>``.
    """

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"))
    cause: Mapped[str] = mapped_column(sa.String(40))
    reason: Mapped[str] = mapped_column(sa.String(12))
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("legal_document.id"))
    since: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(sa.String(120), default="")

    version: Mapped[QuestionVersion] = relationship()
    document: Mapped[LegalDocument] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("version_id", "cause"),
        sa.CheckConstraint("reason IN ('amended', 'replaced', 'expired')", name="reason"),
    )


class ItemStatistic(Base):
    """How a wording did in a round: ``data`` is ``questions.statistics.ItemStats`` as plain data."""

    __tablename__ = "item_statistic"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"))
    # The round's public id and title: this room does not know what a round is.
    round_id: Mapped[str] = mapped_column(sa.String(16))
    round_title: Mapped[str] = mapped_column(sa.String(200))
    data: Mapped[dict[str, Any]]
    computed_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("version_id", "round_id"),)
