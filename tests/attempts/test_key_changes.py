"""A wrong key in an open round: two people, a new revision, every paper marked again, one notice."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from contest.attempts import key_changes, notices, queries, remarking, service, sweep, verifying
from contest.attempts import rules as r
from contest.attempts.models import Attempt, Standing
from contest.boards import queries as boards_queries
from contest.boards import service as boards
from contest.results import service as results
from contest.rounds import queries as rounds
from contest.rounds.manifest import manifest
from contest.rounds.rules import BlueprintCell
from core.access import SYSTEM, Actor
from core.db import read, transaction
from core.errors import Conflict, Forbidden, Invalid
from questions import marking
from tests.world import World


def _committee(world: World) -> tuple[Actor, Actor]:
    first, second = (world.actor(world.person("VP-UBND", role="organiser")) for _ in range(2))
    return first, second


def _change(world: World, round_id: str, version_id: int, keys: tuple[int, ...], by: tuple[Actor, Actor]) -> None:
    with world.inside():
        made = key_changes.propose(
            actor=by[0], now=world.now, round_id=round_id, version_id=version_id, keys=keys, reason="đáp án sai"
        )
        key_changes.approve(actor=by[1], now=world.now, change_id=made.public_id)


def _marks_by_sql(world: World, round_id: str) -> dict[int, int]:
    """Attempt -> points, all marked anew by the round's newest keys."""
    view = world.view(round_id)
    with world.inside():
        scheme = rounds.pool(view.pk, view.revision).scheme(view.rules)
        rows = read().scalars(sa.select(Attempt).where(Attempt.round_id == view.pk, Attempt.points.is_not(None)))
        return {a.id: marking.points(r.paper_from_data(a.paper), a.answers, scheme) for a in rows}


@pytest.mark.parametrize("neutral", [True, False])
def test_two_approvals_mark_every_paper_again(world: World, neutral: bool) -> None:
    by, round_id = _committee(world), world.round(blueprint=(BlueprintCell("mot-cua", 1, 3),), attempts=1)
    view = world.view(round_id)
    people = [world.person() for _ in range(6)]
    finished = [world.sit(person, round_id, right=n % 4) for n, person in enumerate(people)]
    sitting = world.start(world.person(), round_id)
    with world.inside():
        wrong = rounds.pool(view.pk, 1).by_version[r.paper_from_data(sitting.paper)[0].version_id]
    keys = () if neutral else ((wrong.keys[0] + 1) % len(wrong.choices),)
    holding = [a for a in finished if wrong.version_id in {s.version_id for s in r.paper_from_data(a.paper)}]
    with world.inside():
        foreseen = key_changes.rehearse(view, version_id=wrong.version_id, keys=keys)
    before = {a.id: world.stored(a).points for a in finished}
    _change(world, round_id, wrong.version_id, keys, by)
    with world.inside():
        assert remarking.behind(world.view(round_id)) == len(finished)
        assert remarking.pass_over(now=world.now) == len(finished)
        assert remarking.pass_over(now=world.now) == remarking.behind(world.view(round_id)) == 0
    after = _marks_by_sql(world, round_id)
    assert after == {a.id: world.stored(a).points for a in finished}
    changes = [after[pk] - before[pk] for pk in before]
    assert (foreseen.papers, foreseen.sitting) == (len(holding), 1)
    assert (foreseen.up, foreseen.down) == (sum(c > 0 for c in changes), sum(c < 0 for c in changes))
    assert foreseen.people == sum(c != 0 for c in changes)
    _board_equals_sql(world, round_id, after)
    for _ in range(3):  # nobody gets it any more
        paper = r.paper_from_data(world.start(world.person(), round_id).paper)
        assert wrong.version_id not in {slot.version_id for slot in paper}
    for attempt in [*finished, sitting]:
        with world.inside():
            told = notices.of_attempt(world.stored(attempt), world.view(round_id))
        assert len(told) == (attempt in holding or attempt is sitting)
    with world.inside():
        public = manifest(world.view(round_id))
        assert [a.kind for a in public.amendments] == ["keys"]
        assert [one.number for one in public.revisions] == [1, 2]
        assert verifying.verify(world.view(round_id)).ok


def test_the_paper_and_the_clients_state_tell_the_same_notice(world: World) -> None:
    """By its id the page puts away what was read; it stands in the page's flow, never over a question."""
    by, person, round_id = _committee(world), world.person(), world.round()
    attempt = world.start(person, round_id)
    _change(world, round_id, r.paper_from_data(attempt.paper)[0].version_id, (), by)
    client = world.client(person)
    (told,) = client.get(f"/api/v1/attempts/{attempt.public_id}").json["notices"]
    page = client.get(f"/attempts/{attempt.public_id}").text
    assert f'data-notice="{told["id"]}"' in page
    assert told["text"] in page.split(f'data-notice="{told["id"]}"')[1].split("<form")[0]
    top = page.split('class="paper-top"')[1].split('id="bands"')[0]
    assert top.count("<div") + 1 == top.count("</div>")  # the sticky part ends before the bands begin
    assert "data-band=" not in top


def _board_equals_sql(world: World, round_id: str, marks: dict[int, int]) -> None:
    view = world.view(round_id)
    with world.inside():
        boards.pass_over_all(now=world.now)
        boards_queries.forget()
        assert boards.verify(round_=view, now=world.now).differing == []
        stands = read().execute(sa.select(Standing.attempt_id, Standing.points).where(Standing.round_id == view.pk))
        assert {a: p for a, p in stands if a is not None} == marks


def test_the_second_person_is_another_one(world: World) -> None:
    by, round_id = _committee(world), world.round()
    view = world.view(round_id)
    with world.inside():
        item = rounds.pool(view.pk, 1).items[0]
        change = key_changes.propose(
            actor=by[0], now=world.now, round_id=round_id, version_id=item.version_id, keys=(), reason="sai"
        ).public_id
        with pytest.raises(Forbidden):
            key_changes.approve(actor=by[0], now=world.now, change_id=change)
        with pytest.raises(Conflict):
            key_changes.propose(
                actor=by[1], now=world.now, round_id=round_id, version_id=item.version_id, keys=(), reason="nữa"
            )
        assert key_changes.waiting() == {view.pk: 1}
        key_changes.reject(actor=by[1], now=world.now, change_id=change)
        with pytest.raises(Conflict):
            key_changes.approve(actor=by[1], now=world.now, change_id=change)
        for keys in ((9,), tuple(item.keys), (0, 1)):
            with pytest.raises((Invalid, Conflict)):
                key_changes.rehearse(view, version_id=item.version_id, keys=keys)


def test_a_pool_without_a_question_to_spare_can_still_be_corrected_after_the_close(world: World) -> None:
    by = _committee(world)
    probe = world.view(world.round(blueprint=(BlueprintCell("mot-cua", 1, 1),)))
    with world.inside():
        size = len(rounds.pool(probe.pk, 1).items)
    round_id = world.round(blueprint=(BlueprintCell("mot-cua", 1, size),), attempts=1)
    attempt = world.sit(world.person(), round_id, right=0)
    version_id = r.paper_from_data(attempt.paper)[0].version_id
    with pytest.raises(Conflict) as refused, world.inside():
        key_changes.rehearse(world.view(round_id), version_id=version_id, keys=())
    assert refused.value.code == "pool-too-small"
    world.later(days=8)
    _change(world, round_id, version_id, (), by)
    with world.inside():
        remarking.pass_over(now=world.now)
        assert verifying.verify(world.view(round_id)).ok
    assert world.stored(attempt).points == 1


def test_a_later_amendment_takes_the_place_of_the_first_notice(world: World) -> None:
    by, round_id = _committee(world), world.round()
    attempt = world.start(world.person(), round_id)
    view = world.view(round_id)
    with world.inside():
        item = rounds.pool(view.pk, 1).by_version[r.paper_from_data(attempt.paper)[0].version_id]
    _change(world, round_id, item.version_id, (), by)
    _change(world, round_id, item.version_id, (item.keys[0],), by)
    with world.inside():
        told = notices.of_attempt(world.stored(attempt), world.view(round_id))
    assert [(one.id, one.params) for one in told] == [("amendment-2", {"slot": 1})]


def test_other_rounds_with_the_question_are_named(world: World) -> None:
    first, second = world.round(), world.round()
    view = world.view(first)
    with world.inside():
        item = rounds.pool(view.pk, 1).items[0]
        found = key_changes.elsewhere(view, version_id=item.version_id, now=world.now)
    assert [other.id for other in found] == [second]


def test_a_submission_that_was_marked_by_the_old_keys_is_found_again(world: World) -> None:
    """Whoever read the round before the amendment marks by it; the next pass sees that."""
    by, round_id = _committee(world), world.round(attempts=1)
    attempt = world.sit(world.person(), round_id, right=0)
    version_id = r.paper_from_data(attempt.paper)[0].version_id
    old = world.view(round_id)
    _change(world, round_id, version_id, (), by)
    with world.inside():
        remarking.pass_over(now=world.now)
        # A worker that is late with the older revision changes nothing.
        batch = remarking._batch(world.view(round_id), after=(0, 0))
        assert not batch
        marks = [{"pk": attempt.id, "person": attempt.person_id, "new": 0, "old": 1, "counts": True}]
        assert remarking._store(old, marks, world.now) == 0
    assert (world.stored(attempt).points, world.stored(attempt).marked_revision) == (1, 2)
    with world.inside():
        assert queries.own_standing(round_pk=old.pk, person_id=attempt.person_id).points == 1


def test_a_sheet_that_was_ranked_by_the_old_keys_is_not_published(world: World) -> None:
    by, round_id = _committee(world), world.round(lasts=timedelta(days=1), attempts=1)
    attempt = world.sit(world.person(), round_id, right=0)
    world.later(days=2)
    with world.inside():
        sheet = results.freeze(actor=SYSTEM, now=world.now, round_id=round_id).public_id
    _change(world, round_id, r.paper_from_data(attempt.paper)[0].version_id, (), by)
    with world.inside():
        with pytest.raises(Conflict):
            results.publish(actor=SYSTEM, now=world.now, sheet_id=sheet)
        again = results.freeze(actor=SYSTEM, now=world.now, round_id=round_id).public_id
        results.publish(actor=SYSTEM, now=world.now, sheet_id=again)


def test_the_receipt_tells_the_token_after_the_close_and_that_an_attempt_was_voided(world: World) -> None:
    round_id, person = world.round(lasts=timedelta(days=1)), world.person()
    attempt = world.sit(person, round_id, right=1)
    client, address = world.client(person), f"/attempts/{attempt.public_id}/receipt"
    assert attempt.drawn_for not in client.get(address).text
    world.later(days=2)
    shown = client.get(address).text
    assert attempt.drawn_for in shown
    assert f"/rounds/{round_id}/manifest" in shown
    with world.inside(), transaction() as session:
        session.execute(sa.update(Attempt).where(Attempt.id == attempt.id).values(state="voided"))
    shown = client.get(address).text
    assert "Lượt thi đã hủy" in shown
    assert "Đã nộp bài</span>" not in shown
    assert "đã hủy" in client.get("/account").text


def test_a_process_that_never_saw_the_new_revision_takes_a_submission(world: World) -> None:
    by, round_id = _committee(world), world.round()
    people = [world.person() for _ in range(2)]
    attempts = [world.start(person, round_id) for person in people]
    _change(world, round_id, r.paper_from_data(attempts[0].paper)[0].version_id, (), by)
    answers = [world.sheet(attempt, right=4) for attempt in attempts]
    rounds.pool.cache_clear()
    with world.inside():
        service.submit(
            person_id=people[0].id, now=world.now, attempt_id=attempts[0].public_id, epoch=1, answers=answers[0]
        )
    world.later(minutes=11)
    rounds.pool.cache_clear()
    with world.inside():
        assert sweep.sweep(now=world.now) == 1
    assert [world.stored(a).marked_revision for a in attempts] == [2, 2]
