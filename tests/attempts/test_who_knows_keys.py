"""Who can read the questions that a round draws from does not sit it; others do."""

import pytest

from contest.attempts.service import refuse_start
from contest.people.models import Person
from core.access import SYSTEM
from core.errors import Forbidden
from questions.bank import service as bank
from questions.imports import starter
from questions.items import Item
from tests.wire import ON_SQLITE, problem
from tests.world import TOPICS, World


def _may_start(world: World, person: Person, round_id: str) -> bool:
    try:
        with world.inside():
            refuse_start(actor=world.actor(person), round_=world.view(round_id), used=0)
    except Forbidden as error:
        assert error.code == "not-eligible"
        return False
    return True


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_who_works_in_an_agencys_bank_sits_a_provincial_round(world: World, role: str) -> None:
    round_id = world.round()
    assert _may_start(world, world.person("SO-YT", role=role, of_agency=True), round_id)
    assert not _may_start(world, world.person("SO-YT", role=role), round_id)
    assert not _may_start(world, world.person("VP-UBND", role="organiser"), round_id)
    assert _may_start(world, world.person("SO-YT", role="contact"), round_id)


@ON_SQLITE
def test_over_the_wire_with_the_reason(world: World) -> None:
    round_id = world.round()
    own = world.client(world.person("SO-YT", role="author", of_agency=True))
    assert own.post(f"/api/v1/rounds/{round_id}/attempts", json={}).status_code == 201
    assert "Vào thi" in world.client(world.person("SO-TC", role="author", of_agency=True)).get("/").text
    barred = world.client(world.person("SO-YT", role="author"))
    answer = problem(barred.post(f"/api/v1/rounds/{round_id}/attempts", json={}), 403, "not-eligible")
    assert "xem được đáp án" in answer["detail"]
    assert "xem được đáp án" in barred.get("/").text


def test_an_agencys_author_is_barred_where_the_round_draws_from_that_bank(world: World) -> None:
    author = world.person("SO-YT", role="author", of_agency=True)
    neighbour = world.person("SO-TC", role="reviewer", of_agency=True)
    assert author.agency_id is not None
    with world.inside():
        shared = bank.create_bank(actor=SYSTEM, now=world.now, name="Ngân hàng ngành y tế", owner_id=author.agency_id)
        items = [
            Item(f"Câu {topic} ngành y tế?", ("Ý một", "Ý hai"), (0,), topic=topic, difficulty=1) for topic in TOPICS
        ]
        bank.add(actor=SYSTEM, now=world.now, bank=shared, items=items, state="sample")
    alone = world.round()
    assert _may_start(world, author, alone)
    with world.inside():
        province = starter.home_bank(actor=SYSTEM, now=world.now).owner_id
        bank.share(actor=SYSTEM, now=world.now, bank=shared, owner_id=province, shared=True)
    together = world.round()
    assert not _may_start(world, author, together)
    assert _may_start(world, author, alone)
    assert _may_start(world, neighbour, together)
