"""Questions made through the real verbs, for tests of the bank."""

from typing import Any

import sqlalchemy as sa

from core.access import SYSTEM, Actor
from core.db import read
from questions.bank import list_queries, service
from questions.bank.list_queries import QuestionLine
from questions.bank.models import PROVINCE, Bank, Question
from questions.items import Citation, Item, Situation
from questions.review import service as review
from tests.world import World


def item(stem: str = "Ai công khai thủ tục hành chính?", **changes: Any) -> Item:
    """A single-choice question on mot-cua, easy, with a citation, unless said otherwise."""
    plain: dict[str, Any] = {
        "stem": stem,
        "choices": ("Cơ quan tiếp nhận", "Người nộp hồ sơ", "Báo địa phương"),
        "keys": (0,),
        "topic": "mot-cua",
        "difficulty": 1,
        "explanation": "Cơ quan tiếp nhận công khai.",
        "citations": (Citation("Nghị định 63/2010/NĐ-CP", "Điều 13"),),
    }
    return Item(**(plain | changes))


def home() -> Bank:
    """The province's bank, inside a context."""
    bank = read().scalar(sa.select(Bank).where(Bank.owner_id == PROVINCE).order_by(Bank.id))
    assert bank is not None
    return bank


def empty_bank(world: World, name: str = "Ngân hàng riêng", owner_id: int = PROVINCE) -> Bank:
    """Another bank, inside a context."""
    return service.create_bank(actor=SYSTEM, now=world.now, name=name, owner_id=owner_id)


def add(
    world: World,
    *items: Item,
    bank: Bank | None = None,
    actor: Actor = SYSTEM,
    situations: tuple[Situation, ...] = (),
    state: str = "draft",
) -> list[Question]:
    """New questions, inside a context."""
    return service.add(
        actor=actor, now=world.now, bank=bank or home(), items=items or (item(),), situations=situations, state=state
    )


def line(question: Question, bank: Bank | None = None) -> QuestionLine:
    """A question as the list shows it now, inside a context."""
    lines, _ = list_queries.listing(bank or home(), list_queries.Filters(text=question.code), size=500)
    return next(one for one in lines if one.id == question.public_id)


def approved(world: World, *items: Item, reviewer: Actor, bank: Bank | None = None) -> list[Question]:
    """Questions that were written by the system and approved by ``reviewer``, inside a context."""
    made = add(world, *items, bank=bank)
    review.submit(actor=SYSTEM, now=world.now, question_ids=[question.public_id for question in made])
    for question in made:
        review.approve(
            actor=reviewer,
            now=world.now,
            question_id=question.public_id,
            sha256=line(question, bank).sha256,
        )
    return made
