"""Who can read the questions that a round draws from does not sit it; others do."""

import pytest

from contest.attempts import service as attempts
from contest.attempts.entering import refuse_start
from contest.people import service as person_verbs
from contest.people.models import Person
from contest.rounds import queries as rounds
from contest.rounds.rules import BlueprintCell
from contest.rounds.terms import PersonTerms
from core.access import SYSTEM
from core.errors import Forbidden
from questions.bank import service as bank
from questions.imports import starter
from questions.items import Item
from questions.review import history
from questions.review import service as review
from tests.questions import made
from tests.wire import ON_SQLITE, problem
from tests.world import TOPICS, World


def _may_start(world: World, person: Person, round_id: str) -> bool:
    try:
        with world.inside():
            refuse_start(
                actor=world.actor(person), round_=world.view(round_id), terms=PersonTerms(), used=0, now=world.now
            )
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


def _was_handed(world: World, person: Person, version_id: int) -> None:
    """A reviewer opened a key; the committee then took the role back."""
    with world.inside():
        person_verbs.grant_role(actor=SYSTEM, now=world.now, person_id=person.id, role="reviewer")
    actor = world.actor(person)
    with world.inside():
        history.expose(actor=actor, now=world.now, version_ids=[version_id], how=history.SEEN)
        person_verbs.revoke_role(actor=SYSTEM, now=world.now, person_id=person.id, role="reviewer")


def test_who_was_handed_a_key_does_not_sit_when_the_role_is_gone(world: World) -> None:
    person, other = world.person(), world.person()
    round_id, elsewhere = world.round(), world.round(blueprint=(BlueprintCell("mot-cua", 1, 1),))
    with world.inside():
        view = rounds.round_(round_id, now=world.now)
        item = next(i for i in rounds.pool(view.pk, view.revision).items if i.topic == "kiem-soat")
    assert _may_start(world, person, round_id)
    _was_handed(world, person, item.version_id)
    assert not world.actor(person).grants
    assert not _may_start(world, person, round_id)
    assert _may_start(world, person, elsewhere)
    assert _may_start(world, other, round_id)
    with pytest.raises(Forbidden):
        world.start(person, round_id)


def test_a_key_that_was_handed_over_in_an_older_wording_counts(world: World) -> None:
    person = world.person()
    reviewer = world.actor(world.person("VP-UBND", role="reviewer"))
    with world.inside():
        question = made.add(world, made.item("Câu được sửa lời?", topic="mot-cua"), state="sample")[0]
        old = question.versions[-1]
        before = old.id
        item = made.item("Câu đã được sửa lời?", topic="mot-cua")
        args = {"now": world.now, "question_id": question.public_id}
        new = bank.edit(actor=SYSTEM, item=item, based_on=old.sha256, **args).sha256
        review.submit(actor=SYSTEM, now=world.now, question_ids=[question.public_id])
        review.approve(actor=reviewer, sha256=new, **args)
    round_id = world.round()
    with world.inside():
        view = rounds.round_(round_id, now=world.now)
        assert before not in rounds.pool(view.pk, view.revision).keys
    _was_handed(world, person, before)
    assert not _may_start(world, person, round_id)


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_nobody_gets_a_role_of_the_bank_while_sitting(world: World, role: str) -> None:
    committee = world.client(world.person("VP-UBND", role="organiser"))
    person = world.person("SO-YT", login="dang-thi")
    attempt = world.start(person, world.round())
    sent = {"login": "dang-thi", "role": role, "scope": "agency"}
    told = committee.post("/organiser/banks/owners/roles", data=sent, follow_redirects=True)
    assert "đang làm bài thi" in told.text
    assert not world.actor(person).works_in_bank
    with world.inside():
        attempts.submit(
            person_id=person.id,
            now=world.now,
            attempt_id=attempt.public_id,
            epoch=1,
            answers=world.sheet(attempt, right=1),
        )
    committee.post("/organiser/banks/owners/roles", data=sent)
    assert world.actor(person).works_in_bank
