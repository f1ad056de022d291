"""Incidents: whom they touch by fact, what two people decide, and what is then done, once."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts import notices, voiding, window
from contest.attempts import service as attempts
from contest.attempts.incidents import applying, evidence, outcome, queries, recording, service
from contest.attempts.incidents.models import IncidentEffect
from contest.attempts.incidents.rules import How, IncidentState, What
from contest.attempts.models import Attempt, LateSheet, Standing, StandingChange
from contest.attempts.receipts import Receipt
from contest.attempts.sweep import sweep
from contest.boards import service as boards
from contest.results import service as results
from contest.rounds.models import Amendment, Entry, Round
from contest.rounds.rules import Reveal
from core import audit, jobs
from core.access import SYSTEM
from core.db import db, read
from core.errors import Conflict, Forbidden, Gone, Invalid
from core.jobs import LEASE
from tests.attempts.incidents.outage import Outage, refused, submit
from tests.world import World, counted


def _one(world: World, query: Any) -> Any:
    with world.inside():
        return db.session.scalar(query)


def _all(world: World, query: Any) -> list[Any]:
    with world.inside():
        return list(db.session.scalars(query))


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
    with world.inside():
        window.pause(actor=SYSTEM, now=world.now, round_id=round_id, reason="mất điện")
    refused(world, world.actor(waiting), round_id)
    with world.inside():
        window.resume(actor=SYSTEM, now=world.now, round_id=round_id, reason="có điện")
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


def test_two_people_decide_and_neither_is_the_system(world: World) -> None:
    outage = Outage(world, world.round())
    outage.over()
    incident_id = outage.reported()
    contact = world.actor(world.person(role="contact"))
    with world.inside():
        for verb in (service.propose, service.approve):
            with pytest.raises(Forbidden):
                verb(actor=contact, now=world.now, incident_id=incident_id)
        with pytest.raises(Conflict):
            service.approve(actor=outage.second, now=world.now, incident_id=incident_id)
        with pytest.raises(Forbidden):
            service.propose(actor=SYSTEM, now=world.now, incident_id=incident_id)
        service.propose(actor=outage.first, now=world.now, incident_id=incident_id)
        for actor in (outage.first, SYSTEM):
            with pytest.raises(Forbidden):
                service.approve(actor=actor, now=world.now, incident_id=incident_id)
        with pytest.raises(Conflict):
            service.change(actor=outage.first, now=world.now, incident_id=incident_id, draft=outage.draft())
        service.approve(actor=outage.second, now=world.now, incident_id=incident_id)
        with pytest.raises(Conflict):
            service.approve(actor=outage.second, now=world.now, incident_id=incident_id)
    outage.work()
    assert outage.view(incident_id).state is IncidentState.APPLIED
    actions = [e.action for e in _audit(world, outage)]
    assert actions[:4] == ["incident.applied", "round.amended-incident", "incident.proposed", "incident.reported"]


def _audit(world: World, outage: Outage) -> list[audit.AuditEntry]:
    with world.inside():
        return audit.entries(subject=f"round:{outage.round_id}")


def test_a_rejected_record_does_nothing_and_stays(world: World) -> None:
    outage = Outage(world, world.round())
    outage.over()
    incident_id = outage.reported(attempts=1)
    with world.inside():
        with pytest.raises(Invalid):
            service.reject(actor=outage.first, now=world.now, incident_id=incident_id, reason=" ")
        service.reject(actor=outage.first, now=world.now, incident_id=incident_id, reason="Ghi nhầm vòng thi")
        with pytest.raises(Conflict):
            service.propose(actor=outage.first, now=world.now, incident_id=incident_id)
    outage.work()
    found = outage.view(incident_id)
    assert (found.state, found.refusal) == (IncidentState.REJECTED, "Ghi nhầm vòng thi")


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
    with world.inside():
        window.pause(actor=SYSTEM, now=world.now, round_id=round_id, reason="mất điện")
    refused(world, world.actor(waiting), round_id)
    outage.over()
    with world.inside():
        window.resume(actor=SYSTEM, now=world.now, round_id=round_id, reason="có điện")
    assert refused(world, world.actor(done), round_id).code == "limit-reached"
    outage.applied(attempts=2)
    extra = {e.person_id: e.extra_attempts for e in _all(world, sa.select(Entry))}
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
    standings = {s.person_id: s for s in _all(world, sa.select(Standing))}
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


def _late(world: World, outage: Outage, right: int = 4, minutes: float = 2) -> tuple[Any, Attempt, Any]:
    """Somebody whose time runs out in the outage, and whose sheet comes ``minutes`` after that."""
    person = world.person()
    attempt = world.start(person, outage.round_id)
    answers = world.sheet(attempt, right=right)
    world.now = attempt.deadline + timedelta(minutes=1)
    with world.inside():
        sweep(now=world.now)
    world.later(minutes=minutes - 1)
    return person, attempt, submit(world, person, attempt, answers)


def test_a_late_sheet_counts_only_inside_an_incident_by_two_people(world: World) -> None:
    round_id = world.round(show_score=Reveal.CLOSE)
    outage = Outage(world, round_id)
    person, attempt, answer = _late(world, outage)
    assert isinstance(answer, Gone)
    before = world.stored(attempt)
    assert (before.state, before.points) == ("expired", 0)
    outage.over()
    incident_id = outage.approved(late=True)
    assert world.stored(attempt).state == "expired"
    outage.work()
    after = world.stored(attempt)
    assert (after.state, after.points, after.code) == ("submitted", 4, before.code)
    assert (after.finished_at, after.elapsed_ms) == (before.finished_at, before.elapsed_ms)
    assert _one(world, sa.select(Standing.points).where(Standing.person_id == person.id)) == 4
    assert _one(world, sa.select(sa.func.count()).select_from(StandingChange)) == 2
    with world.inside():
        actions = [e.action for e in audit.entries(subject=f"attempt:{attempt.public_id}")]
        assert actions == ["attempt.late-sheet-admitted", "attempt.late-sheet-kept", "attempt.expired"]
        assert [code for code, *_ in queries.admitted(outage.view(incident_id).pk)] == [after.code]
        assert "gửi muộn" in notices.of_person(person.id)[0][1].message
    assert isinstance(submit(world, person, attempt, after.answers), Receipt), "the same sheet, the same receipt"


def test_a_late_sheet_that_could_know_scores_is_not_admitted(world: World) -> None:
    """Promise 6: somebody had their score when it came."""
    round_id = world.round(attempts=1, show_score=Reveal.RECEIPT)
    world.sit(world.person(), round_id, right=4)
    outage = Outage(world, round_id)
    _, attempt, _ = _late(world, outage)
    outage.over()
    found = outage.preview(outage.reported(late=True))
    assert (found.what[What.LATE], found.seen, found.outside) == (0, 1, 0)
    outage.applied(late=True)
    assert world.stored(attempt).state == "expired"


def test_a_late_sheet_after_the_close_that_shows_scores_is_not_admitted(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=10), show_score=Reveal.CLOSE)
    outage = Outage(world, round_id)
    _, attempt, _ = _late(world, outage)
    world.later(minutes=5)
    found = outage.preview(outage.reported(late=True))
    assert (found.what[What.LATE], found.seen) == (0, 1)
    outage.applied(late=True)
    assert world.stored(attempt).state == "expired"


def test_a_late_sheet_long_after_the_outage_is_not_admitted(world: World) -> None:
    outage = Outage(world, world.round(show_score=Reveal.CLOSE))
    _late(world, outage, minutes=16)
    found = outage.preview(outage.reported(late=True))
    assert (found.what[What.LATE], found.outside) == (0, 1)
    assert outage.preview(outage.reported(late=True, late_margin=20)).what[What.LATE] == 1


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
    assert not _all(world, sa.select(Entry)), "nobody is told of an attempt that cannot be begun"
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
    given = _one(world, sa.select(sa.func.count()).select_from(IncidentEffect))
    assert given == 2 * 2 * 3, "two whole batches, nothing of the third"
    world.later(seconds=LEASE.total_seconds() + 1)
    outage.work()
    assert outage.view(incident_id).state is IncidentState.APPLIED
    assert {world.stored(a).allowance_ms for a in sitting} == {15 * 60_000}
    assert {e.extra_attempts for e in _all(world, sa.select(Entry))} == {1}
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
    assert [e.extra_attempts for e in _all(world, sa.select(Entry))] == [1] * len(sitting)


def test_the_figures_show_the_gap(world: World) -> None:
    round_id = world.round(attempts=3)
    world.later(minutes=30)
    world.sit(world.person(), round_id, right=1, seconds=60)
    world.later(minutes=10)
    outage = Outage(world, round_id)
    world.later(minutes=4)
    with world.inside():
        window.pause(actor=SYSTEM, now=world.now, round_id=round_id, reason="mất điện")
    refused(world, world.actor(world.person()), round_id)
    with world.inside():
        window.resume(actor=SYSTEM, now=world.now, round_id=round_id, reason="có điện")
    outage.over()
    world.later(minutes=5)
    running = world.start(world.person(), round_id)
    world.later(seconds=40)
    with world.inside():
        attempts.save(
            person_id=running.person_id, now=world.now, attempt_id=running.public_id, epoch=1, seq=1,
            answers=world.sheet(running, right=1),
        )  # fmt: skip
    found = outage.view(outage.reported())
    with world.inside(), counted() as statements:
        timeline = evidence.timeline(found)
    assert len(statements) == 1
    assert recording.periods(found, timeline) == ((1, 0, 1, 0, 0), (0, 0, 0, 0, 1), (1, 1, 0, 0, 0))
    assert timeline.step == 1
    assert timeline.begins_at == outage.starts_at - timedelta(hours=1)
    assert timeline.at(timeline.refusals.index(1)) == outage.starts_at + timedelta(minutes=4)
    assert len(list(timeline.rows())) == 130


def test_what_becomes_public_names_nobody(world: World) -> None:
    outage = Outage(world, world.round())
    world.start(world.person(), outage.round_id)
    outage.over()
    outage.applied(attempts=1)
    (row,) = _all(world, sa.select(Amendment))
    assert (row.kind, row.before, row.reason) == ("incident", {}, "Sự cố số 1: mất điện")
    assert row.after["measures"]["attempts"] == 1
    assert row.by_id == outage.second.person_id
    assert _one(world, sa.select(Round.moves)) == 2


def test_evidence_stays_as_it_came(world: World) -> None:
    outage = Outage(world, world.round(show_score=Reveal.CLOSE))
    _, attempt, answer = _late(world, outage)
    outage.over()
    kept = _one(world, sa.select(LateSheet))
    outage.applied(late=True)
    after = _one(world, sa.select(LateSheet))
    assert (after.answers, after.received_at, after.public_id) == (
        kept.answers, kept.received_at, answer.extra["evidence"]
    )  # fmt: skip
    with world.inside():
        assert read().scalar(sa.select(Attempt.answers).where(Attempt.id == attempt.id)) == kept.answers
