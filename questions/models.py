"""Tables of the bank. A version never changes; a new wording is a new version."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base


class LegalDocument(Base):
    """A legal document (văn bản) that questions cite, by its number and date as cited."""

    __tablename__ = "legal_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(300), unique=True)


class Topic(Base):
    """A topic (chủ đề) of the bank; blueprints count questions by it."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))


class Question(Base):
    """A question's identity; what is asked stands in its versions."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(60), unique=True)
    topic_id: Mapped[int] = mapped_column(sa.ForeignKey("topic.id"), index=True)
    # sample: "Mẫu – chưa thẩm định tại địa phương"; approved: "Đã duyệt"; retired: "Ngừng sử dụng"
    state: Mapped[str] = mapped_column(sa.String(12), index=True)

    topic: Mapped[Topic] = relationship()
    versions: Mapped[list["QuestionVersion"]] = relationship(
        back_populates="question", order_by="QuestionVersion.number"
    )

    __table_args__ = (sa.CheckConstraint("state IN ('sample', 'approved', 'retired')", name="state"),)


class QuestionVersion(Base):
    """One wording: stem, choices (texts), keys (positions of the right choices), citation."""

    __tablename__ = "question_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(12), default="single")
    difficulty: Mapped[int]
    stem: Mapped[str] = mapped_column(sa.Text)
    choices: Mapped[list[Any]]
    keys: Mapped[list[Any]]
    explanation: Mapped[str] = mapped_column(sa.Text)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("legal_document.id"), index=True)
    article: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]

    question: Mapped[Question] = relationship(back_populates="versions")
    document: Mapped[LegalDocument] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("question_id", "number"),
        sa.CheckConstraint("difficulty BETWEEN 1 AND 3", name="difficulty"),
        sa.CheckConstraint("kind IN ('single')", name="kind"),
    )
