"""What tests of review share: a bank of the province, people with roles in it, questions on their way."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from contest.people import service as people
from contest.people.models import Person
from core.access import SYSTEM, Actor
from core.audit import AuditEntry
from core.db import db, read, transaction
from core.errors import DomainError
from questions.bank import service as bank
from questions.bank.models import PROVINCE, Bank, Question, QuestionVersion
from questions.items import Citation, Item
from questions.law import rows
from questions.law import service as law
from questions.review import history
from questions.review import service as review
from tests.world import World

ITEM = Item(
    stem="Cơ quan nào công bố thủ tục hành chính thuộc phạm vi quản lý của tỉnh?",
    choices=("Chủ tịch Ủy ban nhân dân tỉnh", "Văn phòng Chính phủ", "Sở Tư pháp", "Hội đồng nhân dân tỉnh"),
    keys=(0,),
    explanation="Thẩm quyền công bố thuộc về Chủ tịch Ủy ban nhân dân tỉnh.",
    citations=(Citation("Nghị định 900/2026/NĐ-CP", "Điều 15"),),
    topic="kiem-soat",
    difficulty=2,
)


def item(**changes: Any) -> Item:
    """A question, unless said otherwise the same one."""
    return msgspec.structs.replace(ITEM, **changes)


class Committee:
    """An author, two reviewers, a bank of the province: everything else is a verb."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = {
            "author": self.hire("author", name="Nguyễn Thị Biên Soạn"),
            "reviewer": self.hire("reviewer", name="Trần Văn Thẩm Định"),
            "second": self.hire("reviewer", name="Lê Thị Thẩm Định Thứ Hai"),
        }
        self.author, self.reviewer, self.second = (world.actor(person) for person in self.people.values())
        with world.inside():
            self.bank = bank.create_bank(actor=SYSTEM, now=world.now, name="Ngân hàng thử", owner_id=PROVINCE)

    def hire(self, *roles: str, name: str, agency: str | None = None, scope: int | None = None) -> Person:
        """Somebody with roles for the province, or for the agency ``scope``."""
        person = self.world.person(agency or "SO-NV", name=name)
        with self.world.inside():
            for role in roles:
                people.grant_role(actor=SYSTEM, now=self.world.now, person_id=person.id, role=role, agency_id=scope)
        return person

    def draft(self, *items: Item, by: Actor | None = None, bank_: Bank | None = None) -> list[str]:
        """Public ids of new drafts."""
        with self.world.inside():
            made = bank.add(
                actor=by or self.author, now=self.world.now, bank=bank_ or self.bank, items=items or (ITEM,)
            )
            return [question.public_id for question in made]

    def submitted(self, *items: Item, by: Actor | None = None, bank_: Bank | None = None) -> list[str]:
        """Public ids of new questions that wait for review."""
        ids = self.draft(*items, by=by, bank_=bank_)
        with self.world.inside():
            review.submit(actor=by or self.author, now=self.world.now, question_ids=ids)
        return ids

    def approved(self, *items: Item) -> list[str]:
        """Public ids of new questions that were approved by ``reviewer``."""
        ids = self.submitted(*items)
        for question_id in ids:
            self.approve(question_id)
        return ids

    def approve(self, question_id: str, *, by: Actor | None = None, sha256: str = "") -> None:
        """Approve what stands there."""
        with self.world.inside():
            review.approve(
                actor=by or self.reviewer,
                now=self.world.now,
                question_id=question_id,
                sha256=sha256 or self.newest(question_id).sha256,
            )

    def edit(self, question_id: str, changed: Item, *, by: Actor | None = None) -> None:
        """A new wording upon what stands there."""
        with self.world.inside():
            bank.edit(
                actor=by or self.author,
                now=self.world.now,
                question_id=question_id,
                item=changed,
                based_on=self.newest(question_id).sha256,
            )

    def versions(self, question_id: str) -> list[QuestionVersion]:
        """All wordings as the database has them now."""
        with self.world.inside():
            db.session.expire_all()
            query = sa.select(QuestionVersion).join(Question).where(Question.public_id == question_id)
            return list(read().scalars(query.order_by(QuestionVersion.number)))

    def newest(self, question_id: str) -> QuestionVersion:
        """The newest wording as the database has it now."""
        return self.versions(question_id)[-1]

    def question(self, question_id: str) -> Question:
        """The question as the database has it now."""
        with self.world.inside():
            db.session.expire_all()
            return read().scalars(sa.select(Question).where(Question.public_id == question_id)).one()

    def acts(self, question_id: str) -> list[tuple[str, str, str]]:
        """The history of a question: what was done, by whom, with which words."""
        ids = [version.id for version in self.versions(question_id)]
        with self.world.inside():
            return [(entry.act, entry.person_name, entry.text) for entry in history.entries(ids)]

    def audited(self, action: str) -> list[AuditEntry]:
        """What the log has of an action."""
        with self.world.inside():
            return list(read().scalars(sa.select(AuditEntry).where(AuditEntry.action == action)))

    def refuses(self, kind: type[DomainError], code: str, verb: Any, **given: Any) -> DomainError:
        """The error with which a verb refuses."""
        with self.world.inside(), pytest.raises(kind) as refused:
            verb(now=self.world.now, **given)
        assert refused.value.code == code
        return refused.value

    def database_refuses(self, statement: str, **values: Any) -> None:
        """A statement that the database itself does not let pass."""
        with self.world.inside(), pytest.raises(DBAPIError), transaction() as session:
            session.execute(sa.text(statement), values)

    def replace_law(self, *, title: str = "Nghị định 900/2026/NĐ-CP", by: str = "Nghị định 901/2026/NĐ-CP") -> None:
        """The cited document is replaced from today."""
        self.record(title, replaced_by=(rows.Relation(by, on=self.world.now.date()),))

    def record(self, title: str, **what: Any) -> None:
        """Record what happened to a document."""
        documents: Sequence[rows.DocumentRow] = [rows.DocumentRow(title=title, **what)]
        with self.world.inside():
            law.record(actor=SYSTEM, now=self.world.now, rows=documents)
