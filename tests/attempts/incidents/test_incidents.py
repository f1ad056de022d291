"""Incidents: whom they touch by fact, and what each measure does for them."""

from datetime import timedelta

import sqlalchemy as sa

from contest.attempts import notices
from contest.attempts.incidents import queries
from contest.attempts.incidents.rules import How, What
from contest.attempts.models import Standing
from contest.attempts.receipts import Receipt
from contest.boards import service as boards
from contest.rounds.models import Entry
from contest.rounds.rules import Reveal
from core import audit
from core.errors import Conflict
from tests.attempts.incidents.outage import Outage, refused, submit
from tests.world import World


def test_whom_an_outage_touches(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=5))
    early, ended, sitting, late, waiting = (world.person("SO-NV") for _ in range(5))
    elsewhere = world.person("SO-TP")
    world.sit(early, round_id, right=1)
    world.later(minutes=5)
    hit = world.start(ended, round_id)
    outage = Outage(world, round_id)
    world.later(minutes=2)
    submit(world, ended, hit, world.sheet(hit, right=2))
    world.start(sitting, round_id)
    world.start(elsewhere, round_id)
    world.pause(round_id)
    refused(world, world.actor(waiting), round_id)
    world.resume(round_id)
    outage.over()
    world.later(minutes=1)
    world.start(late, round_id)
    found = outage.preview(outage.reported(minutes=5, attempts=1))
    assert {one.person_id: one.how for one in found.people} == {
        ended.id: How.ENDED, sitting.id: How.SITTING, elsewhere.id: How.SITTING, waiting.id: How.REFUSED,
    }  # fmt: skip
    assert (found.what[What.TIME], found.what[What.ATTEMPTS]) == (2, 4)
    found = outage.preview(outage.reported(("SO-NV",), minutes=5))
    assert {one.person_id for one in found.people} == {ended.id, sitting.id, waiting.id}


def test_time_goes_to_who_still_sits_and_past_the_close(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=12), attempts=3)
    done, sitting = world.person(), world.person()
    outage = Outage(world, round_id)
    first = world.start(done, round_id)
    world.later(minutes=5)
    cut = world.start(sitting, round_id)  # the close leaves them seven minutes
    submit(world, done, first, world.sheet(first, right=3))
    outage.over()
    moves = world.view(round_id).moves
    incident_id = outage.applied(minutes=5)
    after = world.stored(cut)
    assert after.deadline == cut.deadline + timedelta(minutes=5)
    assert after.allowance_ms == cut.allowance_ms + 5 * 60_000
    assert world.stored(first).deadline == first.deadline
    view = world.view(round_id)
    assert view.closes_at == outage.starts_at + timedelta(minutes=12)
    assert view.ends_at == after.deadline
    assert view.moves == moves + 2, "the decision, and that it was carried out"
    world.now = view.closes_at + timedelta(minutes=4)
    assert isinstance(submit(world, sitting, cut, world.sheet(cut, right=4)), Receipt)
    assert refused(world, world.actor(world.person()), round_id).code == "closed"
    with world.inside():
        assert [(what, people) for _, what, _, people, _ in queries.effects_by_agency(outage.view(incident_id).pk)
                if what == "time"] == [("time", 1)]  # fmt: skip
        said = notices.of_attempt(world.stored(cut), view)
        assert [note.params["amount"] for note in said] == [5]
        assert "được bù %(amount)s phút" in said[0].message
        assert [title for title, _ in notices.of_person(sitting.id)] == [view.title]
        assert notices.of_person(done.id) == []


def test_attempts_for_everybody_touched_also_who_could_not_start(world: World) -> None:
    round_id = world.round(attempts=1)
    done, waiting = world.person(), world.person()
    outage = Outage(world, round_id)
    world.sit(done, round_id, right=2)
    world.pause(round_id)
    refused(world, world.actor(waiting), round_id)
    outage.over()
    world.resume(round_id)
    assert refused(world, world.actor(done), round_id).code == "limit-reached"
    outage.applied(attempts=2)
    extra = {e.person_id: e.extra_attempts for e in world.all(sa.select(Entry))}
    assert extra == {done.id: 2, waiting.id: 2}
    assert world.sit(done, round_id, right=4).number == 2
    with world.inside():
        assert [n.params["amount"] for _, n in notices.of_person(waiting.id)] == [2]


def test_a_later_close_for_the_agencies(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=30))
    outage = Outage(world, round_id)
    world.start(world.person("SO-NV"), round_id)
    outage.over()
    close = world.view(round_id).closes_at + timedelta(hours=1)
    found = outage.preview(outage.reported(("SO-NV",), closes_at=close))
    assert found.extended == 1
    outage.applied(("SO-NV",), closes_at=close)
    view = world.view(round_id)
    assert view.exceptions.closes == {"SO-NV": close}
    assert view.ends_at == close
    world.later(minutes=25)
    assert world.start(world.person("SO-NV"), round_id).deadline == world.now + timedelta(minutes=10)
    assert refused(world, world.actor(world.person("SO-TP")), round_id).code == "closed"


def test_voided_attempts_leave_the_next_best_or_a_tombstone(world: World) -> None:
    round_id = world.round(attempts=3, show_score=Reveal.CLOSE)
    twice, once, sitting = world.person(), world.person(), world.person()
    good = world.sit(twice, round_id, right=2)
    world.later(minutes=5)
    outage = Outage(world, round_id)
    better, only = world.start(twice, round_id), world.start(once, round_id)
    running = world.start(sitting, round_id)
    world.later(minutes=3)
    submit(world, twice, better, world.sheet(better, right=4))
    submit(world, once, only, world.sheet(only, right=4))
    outage.over()
    assert outage.preview(outage.reported(void=True)).what[What.VOID] == 3
    with world.inside():
        boards.pass_over_all(now=world.now)
    outage.applied(void=True)
    assert [world.stored(a).state for a in (good, better, only, running)] == ["submitted", *["voided"] * 3]
    standings = {s.person_id: s for s in world.all(sa.select(Standing))}
    assert (standings[twice.id].attempt_id, standings[twice.id].points) == (good.id, 2)
    assert (standings[once.id].attempt_id, standings[once.id].points) == (None, None)
    assert standings[once.id].dirty
    assert standings[sitting.id].attempt_id is None
    assert isinstance(submit(world, sitting, running, world.sheet(running, right=4)), Conflict)
    assert world.start(sitting, round_id).number == 2, "a voided attempt is not used up"
    with world.inside():
        boards.pass_over_all(now=world.now)
        assert boards.verify(round_=world.view(round_id), now=world.now).differing == []
        subject = f"attempt:{running.public_id}"
        assert [e.action for e in audit.entries(subject=subject)] == ["attempt.voided"]
        assert audit.entries(subject=subject)[0].details["number"] == 2
