"""Verbs of the bank."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core import audit
from core.access import Actor, Permission, require
from core.db import transaction
from core.errors import Invalid
from core.i18n import N_
from core.text import tidy
from questions.models import LegalDocument, Question, QuestionVersion, Topic

STARTER = Path(__file__).parent / "starter"
CHOICES = range(2, 7)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote: new questions, and how many stood there already."""

    added: int
    known: int


def import_starter(*, actor: Actor, now: datetime, folder: Path = STARTER) -> Imported:
    """Add the starter bank's questions that are not in the bank yet, all or none."""
    require(actor, Permission.CONTEST_MANAGE)
    files = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    added = known = 0
    with transaction() as session:
        codes = set(session.scalars(sa.select(Question.code)))
        for file in files:
            topic = _topic(file["topic"]["code"], file["topic"]["name"])
            for row in file["questions"]:
                if row["code"] in codes:
                    known += 1
                    continue
                _add(topic=topic, row=row, now=now)
                added += 1
        if added:
            audit.record(
                actor=actor,
                now=now,
                action="questions.imported",
                subject="bank:starter",
                details={"added": added},
            )
    return Imported(added=added, known=known)


def _topic(code: str, name: str) -> Topic:
    with transaction() as session:
        topic = session.scalar(sa.select(Topic).where(Topic.code == code))
        if topic is None:
            topic = Topic(code=code, name=tidy(name))
            session.add(topic)
            session.flush()
        return topic


def _document(title: str) -> LegalDocument:
    with transaction() as session:
        document = session.scalar(sa.select(LegalDocument).where(LegalDocument.title == title))
        if document is None:
            document = LegalDocument(title=title)
            session.add(document)
            session.flush()
        return document


def _add(*, topic: Topic, row: dict[str, Any], now: datetime) -> None:
    choices = [tidy(choice) for choice in row["choices"]]
    if len(choices) not in CHOICES or len({c.casefold() for c in choices}) != len(choices):
        raise Invalid(N_("Câu %(question)s cần từ 2 đến 6 phương án khác nhau."), question=row["code"])
    if row["key"] not in range(len(choices)):
        raise Invalid(N_("Câu %(question)s chưa có phương án đúng."), question=row["code"])
    question = Question(code=row["code"], topic=topic, state="sample")
    question.versions.append(
        QuestionVersion(
            number=1,
            kind="single",
            difficulty=row["difficulty"],
            stem=tidy(row["stem"]),
            choices=choices,
            keys=[row["key"]],
            explanation=tidy(row["explanation"]),
            document=_document(tidy(row["document"])),
            article=tidy(row["article"]),
            created_at=now,
        )
    )
    with transaction() as session:
        session.add(question)
