"""Start, save, submit on real databases: the rules of DESIGN §3."""

from datetime import timedelta

import pytest

from contest.attempts import service
from contest.attempts.rules import GRACE
from contest.rounds import queries as rounds
from core.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from tests.world import World, counted


def _save(world: World, attempt, person, *, seq, answers, epoch=None):
    with world.inside():
        return service.save(
            person_id=person.id,
            now=world.now,
            attempt_id=attempt.public_id,
            epoch=epoch or attempt.epoch,
            seq=seq,
            answers=answers,
        )


def _submit(world: World, attempt, person, answers, epoch=None):
    with world.inside():
        return service.submit(
            person_id=person.id,
            now=world.now,
            attempt_id=attempt.public_id,
            epoch=epoch or attempt.epoch,
            answers=answers,
        )


def test_a_person_starts_saves_and_submits(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    assert (attempt.number, attempt.epoch, attempt.seq) == (1, 1, 0)
    assert attempt.deadline == world.now + timedelta(minutes=10)
    answers = world.sheet(attempt, right=3)
    world.later(seconds=30)
    saved = _save(world, attempt, person, seq=1, answers=answers)
    assert (saved.seq, saved.remaining_ms) == (1, 570_000)
    world.later(seconds=30)
    receipt = _submit(world, attempt, person, answers)
    assert (receipt.answered, receipt.total, receipt.score) == (4, 4, 3)
    assert receipt.elapsed_ms == 60_000
    assert receipt.submitted_at == world.now


def test_a_second_click_gets_the_same_attempt_under_a_new_epoch(world: World) -> None:
    person, round_id = world.person(), world.round()
    first, second = world.start(person, round_id), world.start(person, round_id)
    assert first.id == second.id
    assert (second.epoch, second.seq) == (2, 0)
    assert first.paper == second.paper


def test_the_older_device_is_told_and_may_take_over_again(world: World) -> None:
    person, round_id = world.person(), world.round()
    old = world.start(person, round_id)
    answers = world.sheet(old, right=2)
    _save(world, old, person, seq=5, answers=answers)
    new = world.start(person, round_id)
    assert new.answers == answers
    with pytest.raises(Conflict) as refused:
        _save(world, old, person, seq=6, answers=answers, epoch=1)
    assert refused.value.code == "taken-over"
    with pytest.raises(Conflict) as refused:
        _submit(world, old, person, answers, epoch=1)
    assert refused.value.code == "taken-over"
    assert _save(world, new, person, seq=1, answers=world.sheet(old, right=4)).seq == 1


def test_repeated_and_reordered_saves(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    early, late = world.sheet(attempt, right=1), world.sheet(attempt, right=2)
    _save(world, attempt, person, seq=2, answers=late)
    assert _save(world, attempt, person, seq=2, answers=late).seq == 2
    for seq, answers in ((2, early), (1, late)):
        with pytest.raises(Conflict) as refused:
            _save(world, attempt, person, seq=seq, answers=answers)
        assert refused.value.code == "stale-seq"
        assert refused.value.extra == {"seq": 2}
    assert world.stored(attempt).answers == late


def test_a_bad_map_changes_nothing(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    good = world.sheet(attempt, right=4)
    bad = [
        {slot: good[slot] for slot in list(good)[:-1]},
        good | {"5": [0]},
        good | {"1": [4]},
        good | {"1": [0, 1]},
        {},
    ]
    for answers in bad:
        with pytest.raises(Invalid):
            _save(world, attempt, person, seq=1, answers=answers)
        with pytest.raises(Invalid):
            _submit(world, attempt, person, answers)
    assert world.stored(attempt).seq == 0
    assert set(world.stored(attempt).answers.values()) == {None}


def test_empty_lists_are_null(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=4) | {"2": []}
    _save(world, attempt, person, seq=1, answers=answers)
    assert world.stored(attempt).answers["2"] is None
    receipt = _submit(world, attempt, person, answers)
    assert receipt.answered == 3
    assert _submit(world, attempt, person, answers | {"2": None}) == receipt


def test_the_same_sheet_again_gives_the_same_receipt_another_one_is_refused(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=4)
    receipt = _submit(world, attempt, person, answers)
    world.later(days=1)
    assert _submit(world, attempt, person, answers, epoch=99) == receipt
    with pytest.raises(Conflict) as refused:
        _submit(world, attempt, person, world.sheet(attempt, right=1))
    assert refused.value.code == "finished"
    assert refused.value.extra["receipt"]["code"] == receipt.code
    with pytest.raises(Conflict) as refused:
        _save(world, attempt, person, seq=9, answers=answers)
    assert refused.value.code == "finished"


def test_a_process_that_knows_no_pool_yet_takes_a_submission(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=3)
    rounds.pool.cache_clear()
    with world.inside():
        service.submit(person_id=person.id, now=world.now, attempt_id=attempt.public_id, epoch=1, answers=answers)
    assert world.stored(attempt).points == 3


def test_nobody_elses_attempt_is_known(world: World) -> None:
    person, other, round_id = world.person(), world.person(), world.round()
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=4)
    with pytest.raises(NotFound):
        _save(world, attempt, other, seq=1, answers=answers)
    with pytest.raises(NotFound):
        _submit(world, attempt, other, answers)


def test_the_grace_and_what_comes_after_it(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=4)
    world.now = attempt.deadline + GRACE
    _save(world, attempt, person, seq=1, answers=answers)
    world.later(seconds=1)
    with pytest.raises(Gone):
        _save(world, attempt, person, seq=2, answers=answers)
    late = world.sheet(attempt, right=2)
    with pytest.raises(Gone) as refused:
        _submit(world, attempt, person, late)
    with pytest.raises(Gone) as again:
        _submit(world, attempt, person, late)
    assert refused.value.extra["evidence"] == again.value.extra["evidence"]
    assert world.stored(attempt).state == "in_progress"


def test_a_submission_in_the_grace_ends_at_the_deadline(world: World) -> None:
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    world.now = attempt.deadline + GRACE
    receipt = _submit(world, attempt, person, world.sheet(attempt, right=4))
    assert receipt.submitted_at == attempt.deadline
    assert receipt.elapsed_ms == 600_000


def test_the_close_of_the_round_cuts_the_attempt(world: World) -> None:
    person, round_id = world.person(), world.round(lasts=timedelta(minutes=15))
    world.later(minutes=10)
    assert world.start(person, round_id).deadline == world.now + timedelta(minutes=5)


def test_who_may_not_start(world: World) -> None:
    person = world.person("SO-NV")
    future = world.round(opens=timedelta(hours=1))
    with pytest.raises(Conflict) as refused:
        world.start(person, future)
    assert refused.value.code == "not-open"
    others = world.round(agencies=("SO-TP",))
    with pytest.raises(Forbidden) as forbidden:
        world.start(person, others)
    assert forbidden.value.code == "not-eligible"
    once = world.round(attempts=1)
    world.sit(person, once, right=1)
    with pytest.raises(Conflict) as refused:
        world.start(person, once)
    assert refused.value.code == "limit-reached"
    world.later(days=8)
    with pytest.raises(Gone) as gone:
        world.start(person, once)
    assert gone.value.code == "closed"
    with pytest.raises(NotFound):
        world.start(person, world.round(prepared=False))


def test_statements_are_counted(world: World) -> None:
    person, round_id = world.person(), world.round()
    warm = world.person()
    world.sit(warm, round_id, right=4)
    client = world.client(person)
    with counted() as statements:
        answer = client.post(f"/api/v1/rounds/{round_id}/attempts", json={})
    assert answer.status_code == 201
    assert len(statements) <= 6, statements
    body = answer.json
    sheet = {slot["slot"]: [0] for slot in body["paper"]}
    url = f"/api/v1/attempts/{body['attempt']}"
    with counted() as statements:
        answer = client.put(f"{url}/answers", json={"epoch": 1, "seq": 1, "answers": sheet})
    assert answer.status_code == 200
    assert len(statements) == 1, statements
    with counted() as statements:
        answer = client.post(f"{url}/submission", json={"epoch": 1, "answers": sheet})
    assert answer.status_code == 200
    assert len(statements) <= 6, statements


def test_only_the_next_attempt_can_be_asked_for(world: World) -> None:
    person, round_id = world.person(), world.round(attempts=3)
    running = world.start(person, round_id)
    actor = world.actor(person)

    def asked(number: int) -> service.Started:
        with world.inside():
            return service.start(actor=actor, now=world.now, round_id=round_id, number=number)

    resumed = asked(1).attempt
    assert resumed.id == running.id
    for number in (2, 3):
        with pytest.raises(Invalid):
            asked(number)
    _submit(world, resumed, person, world.sheet(running, right=1))
    with pytest.raises(Conflict) as refused:
        asked(1)
    assert refused.value.code == "finished"
    with pytest.raises(Invalid):
        asked(3)
    assert asked(2).created
