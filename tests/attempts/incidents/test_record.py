"""The record of an incident: two people decide, the figures show the gap, the public hears no name."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from contest.attempts import service as attempts
from contest.attempts.incidents import evidence, recording, service
from contest.attempts.incidents.rules import IncidentState
from contest.rounds.models import Amendment, Round
from core import audit
from core.access import SYSTEM
from core.errors import Conflict, Forbidden, Invalid
from tests.attempts.incidents.outage import Outage, refused
from tests.world import World, counted


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


def test_an_accident_in_a_pause_that_outlasts_the_close_is_recorded(world: World) -> None:
    round_id = world.round(lasts=timedelta(minutes=20))
    world.pause(round_id)
    world.later(minutes=30)
    outage = Outage(world, round_id)
    outage.over()
    assert outage.view(outage.approved(minutes=5)).state is IncidentState.APPROVED


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


def test_the_figures_show_the_gap(world: World) -> None:
    round_id = world.round(attempts=3)
    world.later(minutes=30)
    world.sit(world.person(), round_id, right=1, seconds=60)
    world.later(minutes=10)
    outage = Outage(world, round_id)
    world.later(minutes=4)
    world.pause(round_id)
    refused(world, world.actor(world.person()), round_id)
    world.resume(round_id)
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
    (row,) = world.all(sa.select(Amendment))
    assert (row.kind, row.before, row.reason) == ("incident", {}, "Sự cố số 1: mất điện")
    assert row.after["measures"]["attempts"] == 1
    assert row.by_id == outage.second.person_id
    assert world.one(sa.select(Round.moves)) == 2
