"""A rehearsal: the whole round with made-up people, seen by the committee only, and gone without a trace."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts.incidents import service as incidents
from contest.attempts.incidents.rules import Kind
from contest.attempts.incidents.service import Draft
from contest.attempts.models import Attempt
from contest.attempts.sweep import sweep
from contest.boards import service as boards
from contest.front import rehearsal
from contest.people import passwords
from contest.people import queries as people
from contest.people import service as person_verbs
from contest.people.service import Sample
from contest.results import service as results
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.rules import BlueprintCell, Group, Prediction, Qualified, RoundState
from core import jobs
from core.access import SYSTEM, Actor
from core.audit import AuditEntry
from core.db import Base, db, transaction
from core.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from tests.routes import ROLES, TABLE, Cast
from tests.world import TOPICS, World, counted

LATER = timedelta(days=2)
TITLED = "Diễn tập: ".encode()


def rehearsed(world: World, round_id: str, takers: int = 12, actor: Actor = SYSTEM) -> str:
    with world.inside():
        begun = rehearsal.begin(actor=actor, now=world.now, round_id=round_id, takers=takers)
        jobs.run_waiting(now=world.now)
        assert jobs.find(begun.public_id).state == "done", jobs.find(begun.public_id).error
        sweep(now=world.now + timedelta(minutes=5))
        return str(begun.params["copy"])


def counts(world: World) -> dict[str, int]:
    with world.inside():
        return {
            table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in ("audit_entry", "job")
        }


def test_a_rehearsed_round_has_board_and_result_and_then_never_was(world: World) -> None:
    round_id = world.round(opens=LATER)
    before = counts(world)
    copy_id = rehearsed(world, round_id)
    world.later(minutes=5)
    with world.inside():
        boards.pass_over_all(now=world.now)
        view = rounds.round_(copy_id, now=world.now, drafts=True)
        assert view.state is RoundState.CLOSED
        assert view.rules == rounds.round_(round_id, now=world.now).rules
        assert boards.verify(round_=view, now=world.now).listed == 12
        sheet = results.freeze(actor=SYSTEM, now=world.now, round_id=copy_id)
        results.publish(actor=SYSTEM, now=world.now, sheet_id=sheet.public_id)
        again = results.freeze(actor=SYSTEM, now=world.now, round_id=copy_id)
        assert again.number == 2
    with world.inside():
        assert rehearsal.wipe(actor=SYSTEM, now=world.now, copy_id=copy_id) == round_id
    assert counts(world) == before
    with world.inside():
        acts = [entry.action for entry in db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))]
    assert acts.count("round.rehearsed") == acts.count("round.rehearsal-wiped") == 1


def test_only_the_committee_sees_it(world: World) -> None:
    round_id = world.round(opens=LATER)
    copy_id = rehearsed(world, round_id)
    taker, contact = world.person("SO-NV"), world.person("SO-NV", role="contact")
    with world.inside():
        sheet = results.freeze(actor=SYSTEM, now=world.now + timedelta(hours=1), round_id=copy_id)
        results.publish(actor=SYSTEM, now=world.now + timedelta(hours=1), sheet_id=sheet.public_id)
        members = people.of_agencies(frozenset([world.agency_id("SO-NV")]))
    assert {member.id for member in members} == {taker.id, contact.id}
    for client in (world.client(), world.client(taker), world.client(contact)):
        assert copy_id not in client.get("/").text
        assert copy_id not in client.get("/api/v1/rounds").text
        assert sheet.public_id not in client.get("/results").text
        assert client.get(f"/api/v1/rounds/{copy_id}").status_code == 404
        assert client.get(f"/organiser/rounds/{round_id}/rehearsals").status_code in (302, 403)
    organiser = world.client(world.person(role="organiser"))
    page = organiser.get(f"/organiser/rounds/{round_id}/rehearsals")
    assert copy_id in page.text
    assert organiser.get(f"/organiser/rounds/{copy_id}").status_code == 200


def test_no_address_of_a_rehearsal_opens_for_anybody_else(world: World) -> None:
    cast = Cast(world)
    copy_id = rehearsed(world, world.round(opens=LATER), takers=6)
    world.later(minutes=10)
    ids = {"round_id": copy_id, **played_out(world, copy_id)}
    cast.project()
    named = [route for route in TABLE if set(route.ids) & set(ids)]
    lists = [route for route in TABLE if route.safe and not route.ids]
    found = []
    for place, role in enumerate(ROLES):
        client = cast.browser(role)
        if role == "organiser":  # the public addresses are nobody's
            named, lists = [route for route in named if not route.rule.startswith("/organiser")], []
        for route in named:
            cast.ids |= {route.ids[name]: ids[name] for name in set(route.ids) & set(ids)}
            answer = cast.call(client, route)
            desk = route.rule.startswith("/organiser")
            refused = {route.expected[place]} if desk else {404} | ({302, 401} & {route.expected[place]})
            if answer.status_code not in refused or TITLED in answer.get_data():
                found.append((role, route.method, route.rule, answer.status_code))
        for route in lists:
            data = cast.call(client, route).get_data()
            if any(one.encode() in data for one in ids.values()) or TITLED in data:
                found.append((role, route.method, route.rule))
    assert found == []
    committee = cast.browser("organiser")
    assert "(mẫu)" in committee.get(f"/organiser/rounds/{copy_id}/board").text
    assert "(mẫu)" in committee.get(f"/organiser/sheets/{ids['sheet_id']}/public").text


def test_every_page_of_a_rehearsal_says_so_and_leads_back(world: World) -> None:
    cast = Cast(world)
    real_id = world.round(opens=LATER)
    copy_id = rehearsed(world, real_id, takers=6)
    world.later(minutes=10)
    client = cast.browser("organiser")
    for published in (False, True):
        ids = {"round_id": copy_id, **(played_out(world, copy_id) if published else {})}
        cast.project()
        pages = [r for r in TABLE if r.safe and r.rule.startswith("/organiser") and set(r.ids) & set(ids)]
        shown = 0
        for route in pages:
            cast.ids |= {route.ids[name]: ids[name] for name in set(route.ids) & set(ids)}
            answer = cast.call(client, route)
            if answer.status_code == 200 and answer.mimetype == "text/html" and "rehearsals" not in route.rule:
                shown += 1
                assert 'class="rehearsal-band"' in answer.text, route.rule
                assert f'href="/organiser/rounds/{real_id}"' in answer.text, route.rule
                assert "<title>DIỄN TẬP" in answer.text, route.rule
        assert shown >= 10
    for path in (f"/organiser/rounds/{real_id}", "/organiser", f"/organiser/rounds/{real_id}/rehearsals"):
        assert 'class="rehearsal-band"' not in client.get(path).text


def played_out(world: World, copy_id: str) -> dict[str, str]:
    """A rehearsed round's result, published, an incident and somebody's paper: ids by the routes' names."""
    with world.inside():
        view = rounds.round_(copy_id, now=world.now, drafts=True)
        sheet = results.freeze(actor=SYSTEM, now=world.now, round_id=copy_id)
        results.publish(actor=SYSTEM, now=world.now, sheet_id=sheet.public_id)
        window = (view.opens_at, view.opens_at + timedelta(hours=1))
        incident = incidents.report(
            actor=SYSTEM, now=world.now, round_id=copy_id, draft=Draft(Kind.POWER, *window, "Mất điện")
        )
        attempt = db.session.scalars(sa.select(Attempt.public_id).where(Attempt.round_id == view.pk)).first()
    return {
        "sheet_id": sheet.public_id,
        "contest_id": view.contest.id,
        "incident_id": incident.public_id,
        "attempt_id": str(attempt),
    }


@pytest.mark.parametrize(
    "rules",
    [
        {"prediction": Prediction(), "criteria": ("points", "prediction", "submitted_at", "lots"), "attempts": 1},
        {"age_from": 30, "age_to": 40, "agencies": ("UBND",)},
        {
            "blueprint": (),
            "groups": (
                Group("A", "Bảng A", (BlueprintCell(TOPICS[0], 1, 2),), agencies=("UBND",)),
                Group("B", "Bảng B", (BlueprintCell(TOPICS[1], 1, 1),)),
            ),
        },
        {"qualified": Qualified(1, top=3)},
    ],
    ids=["prediction", "ages", "groups", "qualified"],
)
def test_every_kind_of_rules_can_be_rehearsed(world: World, rules: dict[str, Any]) -> None:
    copy_id = rehearsed(world, world.round(opens=LATER, **rules), takers=8)
    with world.inside():
        sheet = results.freeze(actor=SYSTEM, now=world.now + timedelta(hours=1), round_id=copy_id)
    assert sheet.takers == 8


def test_the_audit_trail_keeps_real_time_and_says_what_was_played(world: World) -> None:
    round_id = world.round(opens=LATER)
    with world.inside():
        before = db.session.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0
    copy_id = rehearsed(world, round_id, takers=12)
    view = world.view(copy_id)
    with world.inside():
        made = list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.id > before).order_by(AuditEntry.id)))
    assert {entry.at for entry in made if entry.action != "attempt.expired"} == {world.now}
    played = [entry for entry in made if "played_at" in entry.details]
    assert {entry.action for entry in played} == {"round.prepared", "attempt.submitted"}
    submitted = [entry for entry in played if entry.action == "attempt.submitted"]
    assert len(submitted) == sum(entry.action == "attempt.submitted" for entry in made) > 6
    for entry in played:
        assert view.opens_at <= entry.at.fromisoformat(entry.details["played_at"]) <= view.closes_at
    page = world.client(world.person(role="organiser")).get(f"/organiser/rounds/{copy_id}").text
    assert "Diễn tập như vào lúc" in page


def test_the_database_refuses_to_wipe_a_real_round(world: World) -> None:
    round_id = world.round()
    world.sit(world.person(), round_id, right=2)
    with world.inside(), pytest.raises(Conflict):
        rehearsal.wipe(actor=SYSTEM, now=world.now, copy_id=round_id)
    for statement in (
        "DELETE FROM standing_change",
        "DELETE FROM pool_revision",
        "UPDATE contest SET rehearses_id = (SELECT min(id) FROM round)",
    ):
        with world.inside(), pytest.raises(Exception, match=r"written once|rehearsal"), transaction() as session:
            session.execute(sa.text(statement))


def test_what_cannot_be_rehearsed_says_why(world: World) -> None:
    running, planned = world.round(), world.round(opens=LATER)
    organiser = world.actor(world.person(role="organiser"))
    with world.inside():
        for round_id, takers, error in (
            (running, 5, Conflict),
            (planned, 0, Invalid),
            (planned, 301, Invalid),
            ("x" * 12, 5, NotFound),
        ):
            with pytest.raises(error):
                rehearsal.begin(actor=organiser, now=world.now, round_id=round_id, takers=takers)
    copy_id = rehearsed(world, planned, takers=1, actor=organiser)
    with world.inside(), pytest.raises(DomainError):
        rehearsal.begin(actor=organiser, now=world.now, round_id=copy_id, takers=1)
    copy = world.view(copy_id)
    with world.inside(), pytest.raises(Conflict):  # it would outlive the rehearsal
        round_verbs.create_round(
            actor=organiser,
            now=world.now,
            contest_id=copy.contest.id,
            title="Vòng hai",
            opens_at=world.now,
            closes_at=world.now + LATER,
            rules=copy.rules,
        )


def test_the_slow_hash_is_made_before_the_write_lock_is_held(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = world.agency_id("SO-NV")
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.05)
    with passwords._places, passwords._places, world.inside(), counted() as statements, pytest.raises(Unavailable):
        person_verbs.make_samples(now=world.now, login="dientap", people=[Sample("An", unit, date(2000, 1, 1))])
    assert statements == []


def test_a_killed_job_goes_on_and_nobody_sits_twice(world: World) -> None:
    round_id = world.round(opens=LATER)
    copy_id = rehearsed(world, round_id, takers=6)
    before = counts(world)
    with world.inside():
        job = rehearsal.last_job(copy_id)
        assert job is not None
        with transaction() as session:
            session.execute(sa.update(jobs.Job).where(jobs.Job.id == job.id).values(state="queued", finished_at=None))
        jobs.run_waiting(now=world.now)
    assert counts(world) == before
