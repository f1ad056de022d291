"""The starter bank: samples for demo, practice and trial rounds, until somebody local has reviewed them.

``questions/starter/<topic>.json`` can be drawn, ``drafts/`` wait for a legal editor, and
``quarantined/`` rest on replaced law on purpose: they show what happens then. All of it is read
by the reader of organisers' JSON files.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa

from core.access import Actor, Permission, require
from core.db import transaction
from core.errors import Invalid
from core.i18n import N_
from questions.bank import service as bank_verbs
from questions.bank import topics
from questions.bank.models import PROVINCE, Bank, Question
from questions.formats import own
from questions.items import Item, Reading
from questions.law import service as law
from questions.law.rows import DocumentRow
from questions.review import quarantine

STARTER = Path(__file__).parents[1] / "starter"
BANK_NAME = "Ngân hàng câu hỏi của tỉnh"
PARTS = (("", "sample"), ("drafts", "draft"), ("quarantined", "sample"))
OVERTAKEN_SINCE = datetime(2010, 1, 1, tzinfo=UTC)
"""When the examples of overtaken law are taken to have been settled: before anything overtook it."""
NOT_QUESTIONS = ("topics.json", "documents.json")


@dataclass(frozen=True, slots=True)
class Brought:
    """What a run brought in: new questions, how many stood there already, how many the law holds back."""

    added: int
    known: int
    quarantined: int


def bring_in(*, actor: Actor, now: datetime, folder: Path = STARTER) -> Brought:
    """Add topics, documents and questions of the starter bank that are missing, all or none."""
    require(actor, Permission.BANK_MANAGE)
    added = known = 0
    with transaction() as session:
        home = home_bank(actor=actor, now=now)
        codes = set(session.scalars(sa.select(Question.code).where(Question.bank_id == home.id)))
        for part, state in PARTS:
            for file in sorted((folder / part).glob("*.json")):
                if file.name in NOT_QUESTIONS:
                    continue
                reading = read(file)
                new = tuple(one.item for one in reading.found if one.item.code not in codes)
                known += len(reading.found) - len(new)
                if new:
                    if not added:
                        _groundwork(actor, now, folder)
                    made = _add(actor, now, home, new, reading, state)
                    added += len(made)
                    if part == "quarantined":
                        _date_back(made)
        held = quarantine.apply(actor=actor, now=now) if added else []
    return Brought(added, known, len({one.question_id for one in held}))


def home_bank(*, actor: Actor, now: datetime) -> Bank:
    """The province's first bank, made when there is none."""
    with transaction() as session:
        found = session.scalar(sa.select(Bank).where(Bank.owner_id == PROVINCE).order_by(Bank.id).limit(1))
        return found or bank_verbs.create_bank(actor=actor, now=now, name=BANK_NAME, owner_id=PROVINCE)


def read(file: Path) -> Reading:
    """A starter file; raises :class:`Invalid` where it is not right, for nobody else would notice."""
    reading = own.read(file.read_bytes())
    for problem in reading.problems:
        raise Invalid(N_("Bộ câu hỏi mẫu, tệp %(file)s, %(at)s: có lỗi."), file=file.name, at=problem.at)
    return reading


def _groundwork(actor: Actor, now: datetime, folder: Path) -> None:
    for topic in json.loads((folder / "topics.json").read_text("utf-8")):
        topics.save_topic(actor=actor, now=now, **topic)
    rows = msgspec.json.decode((folder / "documents.json").read_bytes(), type=list[DocumentRow])
    law.record(actor=actor, now=now, rows=rows)


def _add(
    actor: Actor, now: datetime, bank: Bank, items: tuple[Item, ...], reading: Reading, state: str
) -> list[Question]:
    return bank_verbs.add(actor=actor, now=now, bank=bank, items=items, situations=reading.situations, state=state)


def _date_back(made: list[Question]) -> None:
    # Whoever settles a wording today knows of the amendments; whoever settled these did not.
    with transaction() as session:
        for question in made:
            question.versions[-1].settled_at = OVERTAKEN_SINCE
        session.flush()
