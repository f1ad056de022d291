"""The starter bank's citations against its own documents, as of the day of the first contest."""

from collections import Counter
from datetime import timedelta

import flask_migrate
import msgspec
import sqlalchemy as sa
from flask import Flask

from core.access import SYSTEM
from core.clock import LOCAL
from core.db import read
from questions.bank.models import Question
from questions.bank.overtaken import touched
from questions.imports import starter
from questions.law import service as law_verbs
from questions.law.rows import DocumentRow
from questions.law.rules import name_key
from questions.review import quarantine
from tests.questions.law.test_upgrade import old_app
from tests.world import MONDAY

__all__ = ["old_app"]
FILES = [
    file
    for part, _ in starter.PARTS
    for file in sorted((starter.STARTER / part).glob("*.json"))
    if file.name not in starter.NOT_QUESTIONS
]
DOCUMENTS = msgspec.json.decode((starter.STARTER / "documents.json").read_bytes(), type=list[DocumentRow])


def test_every_citation_names_exactly_one_document() -> None:
    names = Counter(name for row in DOCUMENTS for name in {name_key(n) for n in (row.title, *row.cited_as)})
    cited = {c.document for file in FILES for one in starter.read(file).found for c in one.item.citations}
    assert {document: names[name_key(document)] for document in cited if names[name_key(document)] != 1} == {}
    assert max(names.values()) == 1


def test_only_the_examples_of_overtaken_law_are_held_back(old_app: Flask) -> None:
    examples = {
        one.item.code for file in FILES if file.parent.name == "quarantined" for one in starter.read(file).found
    }
    with old_app.app_context():
        flask_migrate.upgrade()
    with old_app.app_context():
        starter.bring_in(actor=SYSTEM, now=MONDAY)
        held = set(read().scalars(sa.select(Question.code).where(Question.status == "quarantined")))
        assert held == examples
        as_of = MONDAY.astimezone(LOCAL).date()
        assert {one.code for one in touched(as_of=as_of)} == examples
        assert quarantine.apply(actor=SYSTEM, now=MONDAY + timedelta(hours=1)) == []
        assert not law_verbs.record(actor=SYSTEM, now=MONDAY, rows=DOCUMENTS)
