"""Carrying out what was decided: late, interrupted, failed, beside a result; everybody gets it once."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts import notices, voiding, window
from contest.attempts.incidents import applying, outcome, queries, recording, service
from contest.attempts.incidents.models import IncidentEffect
from contest.attempts.incidents.rules import How, IncidentState
from contest.results import service as results
from contest.rounds.models import Entry
from core import jobs
from core.access import SYSTEM
from core.errors import Conflict, Invalid
from core.jobs import LEASE
from tests.attempts.incidents.outage import Outage
from tests.world import World


def test_after_the_close_nobody_gets_more_to_sit(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=1))
    outage = Outage(world, round_id)
    person = world.person()
    attempt = world.start(person, round_id)
    outage.over()
    world.later(minutes=1)
    incident_id = outage.reported(minutes=5, attempts=1)
    with world.inside():
        service.propose(actor=outage.first, now=world.now, incident_id=incident_id)
    world.later(hours=1)
    with world.inside(), pytest.raises(Invalid) as refusal:
        service.approve(actor=outage.second, now=world.now, incident_id=incident_id)
    assert set(refusal.value.fields) == {"minutes", "attempts"}
    assert world.stored(attempt).deadline == attempt.deadline


def test_time_that_was_decided_in_time_but_comes_too_late_is_not_given(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=20))
    outage = Outage(world, round_id)
    world.later(minutes=9)
    person = world.person()
    attempt = world.start(person, round_id)
    outage.over()
    close = world.view(round_id).closes_at + timedelta(minutes=30)
    incident_id = outage.approved(("SO-NV",), minutes=5, attempts=1, closes_at=close)
    world.now = world.view(round_id).ends_at  # the worker was away
    outage.work()
    assert world.stored(attempt).deadline == attempt.deadline
    found = outage.view(incident_id)
    assert found.state is IncidentState.APPLIED
    assert not world.all(sa.select(Entry)), "nobody is told of an attempt that cannot be begun"
    with world.inside():
        assert queries.effects_of_people(found.pk) == [(person.id, person.agency_id, How.SITTING, (), 0)]
        became = outcome.outcomes(round_id)[incident_id]
        assert became == outcome.Outcome(time=1, attempts=1, closes={"SO-NV": outcome.Why.OVER})
        assert notices.of_person(person.id) == []
        record = recording.record(found, world.view(round_id), now=world.now)
    assert [one.people for one in record.decided] == [0, 0]
    assert [words.split(", vì ")[0] for words in record.undone] == [
        "bù 5 phút cho 1 người đang làm bài", "bù 1 lượt thi cho 1 người", "gia hạn vòng thi cho Sở Nội vụ",
    ]  # fmt: skip


def test_what_was_done_before_the_job_died_is_not_called_undone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    round_id = world.round(lasts=timedelta(minutes=20), attempts=1)
    outage = Outage(world, round_id)
    world.later(minutes=9)
    sitting = [world.start(world.person(), round_id) for _ in range(3)]
    outage.over()
    close = world.view(round_id).closes_at + timedelta(minutes=1)
    monkeypatch.setattr(applying, "BATCH", 1)
    incident_id = outage.approved(minutes=1, closes_at=close)
    batch, calls = applying._batch, []

    def failing(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("lỗi")
        batch(*arguments)

    monkeypatch.setattr(applying, "_batch", failing)
    outage.work()
    world.now = world.view(round_id).ends_at
    with world.inside():
        service.again(actor=outage.first, now=world.now, incident_id=incident_id)
    outage.work()
    assert outage.view(incident_id).state is IncidentState.APPLIED
    with world.inside():
        assert outcome.outcomes(round_id)[incident_id] == outcome.Outcome(time=2)
        assert any("gia hạn" in note.message for _, note in notices.of_person(sitting[0].person_id))


def _told(world: World, person_id: int) -> list[str]:
    with world.inside():
        return [note.message for _, note in notices.of_person(person_id)]


def test_the_notice_of_a_later_close_stands_while_it_holds(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=1))
    outage = Outage(world, round_id)
    attempt = world.start(world.person(), round_id)
    outage.over()
    outage.applied(closes_at=world.view(round_id).closes_at + timedelta(minutes=30))
    assert ["gia hạn" in message for message in _told(world, attempt.person_id)] == [True]
    with world.inside():
        window.close_now(actor=SYSTEM, now=world.now, round_id=round_id, reason="-")
    assert _told(world, attempt.person_id) == []


def test_a_later_close_that_came_too_late_is_never_told(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=30))
    outage = Outage(world, round_id)
    attempt = world.start(world.person("SO-NV"), round_id)
    outage.over()
    close = world.view(round_id).closes_at
    outage.approved(("SO-NV",), closes_at=close + timedelta(minutes=5))
    with world.inside():
        window.extend(
            actor=SYSTEM, now=world.now, round_id=round_id, closes_at=close + timedelta(hours=1), reason="-",
            agency_code="SO-TP",
        )  # fmt: skip
    world.now = close + timedelta(minutes=10)  # the worker was away
    outage.work()
    with world.inside():
        window.extend(actor=SYSTEM, now=world.now, round_id=round_id, closes_at=close + timedelta(hours=2), reason="-")
    assert _told(world, attempt.person_id) == []


def test_a_published_result_is_not_touched(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=1))
    outage = Outage(world, round_id)
    attempt = world.sit(world.person(), round_id, right=3)
    world.later(hours=1)
    with world.inside():
        sheet = results.freeze(actor=SYSTEM, now=world.now, round_id=round_id)
        results.publish(actor=SYSTEM, now=world.now, sheet_id=sheet.public_id)
        with pytest.raises(Conflict):
            voiding.void(actor=SYSTEM, now=world.now, attempt_id=attempt.public_id, details={})
    with world.inside(), pytest.raises(Invalid):
        service.report(actor=outage.first, now=world.now, round_id=round_id, draft=outage.draft(void=True))
    outage.applied()  # but it may still be recorded


def test_no_sheet_is_frozen_while_an_incident_is_applied(world: World) -> None:
    round_id = world.round(lasts=timedelta(hours=1))
    outage = Outage(world, round_id)
    world.sit(world.person(), round_id, right=3)
    world.later(hours=1)
    outage.approved(void=True)
    with world.inside(), pytest.raises(Conflict) as refusal:
        results.freeze(actor=SYSTEM, now=world.now, round_id=round_id)
    assert refusal.value.code == "incident"
    outage.work()
    with world.inside():
        assert results.freeze(actor=SYSTEM, now=world.now, round_id=round_id).takers == 0


def test_a_killed_job_goes_on_and_gives_nothing_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    round_id = world.round(attempts=1)
    outage = Outage(world, round_id)
    sitting = [world.start(world.person(), round_id) for _ in range(7)]
    outage.over()
    world.now = sitting[0].deadline - timedelta(seconds=1)
    world.now = max(world.now, outage.ends_at)
    monkeypatch.setattr(applying, "BATCH", 2)
    incident_id = outage.approved(minutes=5, attempts=1)
    batch, calls = applying._batch, []

    def dying(*arguments: Any) -> None:
        calls.append(1)
        batch(*arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt  # as a killed process, in the middle of its third transaction

    monkeypatch.setattr(applying, "_batch", dying)
    with world.inside(), pytest.raises(KeyboardInterrupt):
        jobs.run_waiting(now=world.now)
    given = world.one(sa.select(sa.func.count()).select_from(IncidentEffect))
    assert given == 2 * 2 * 3, "two whole batches, nothing of the third"
    world.later(seconds=LEASE.total_seconds() + 1)
    outage.work()
    assert outage.view(incident_id).state is IncidentState.APPLIED
    assert {world.stored(a).allowance_ms for a in sitting} == {15 * 60_000}
    assert {e.extra_attempts for e in world.all(sa.select(Entry))} == {1}
    with world.inside():
        job = jobs.find(outage.view(incident_id).job_id or "")
        assert (job.state, job.done, job.total, job.tries) == ("done", 7, 7, 2)


def test_a_job_that_failed_is_taken_up_again_without_its_cursor(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    round_id = world.round(attempts=1)
    outage = Outage(world, round_id)
    sitting = [world.start(world.person(), round_id) for _ in range(3)]
    outage.over()
    monkeypatch.setattr(applying, "BATCH", 1)
    incident_id = outage.approved(attempts=1)
    more, calls = applying._batch, []

    def failing(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("lỗi")
        more(*arguments)

    monkeypatch.setattr(applying, "_batch", failing)
    outage.work()
    assert outage.view(incident_id).state is IncidentState.APPROVED
    with world.inside():
        service.again(actor=outage.first, now=world.now, incident_id=incident_id)
        with pytest.raises(Conflict):
            service.again(actor=outage.first, now=world.now, incident_id=incident_id)
    outage.work()
    assert outage.view(incident_id).state is IncidentState.APPLIED
    assert [e.extra_attempts for e in world.all(sa.select(Entry))] == [1] * len(sitting)
