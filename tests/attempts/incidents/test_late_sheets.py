"""Late sheets: which of them an incident admits, and that the evidence stays as it came."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from contest.attempts import notices
from contest.attempts.incidents import queries
from contest.attempts.incidents.rules import What
from contest.attempts.models import Attempt, LateSheet, Standing, StandingChange
from contest.attempts.receipts import Receipt
from contest.attempts.sweep import sweep
from contest.rounds.rules import Reveal
from core import audit
from core.db import read
from core.errors import Gone
from tests.attempts.incidents.outage import Outage, submit
from tests.world import World


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
    assert world.one(sa.select(Standing.points).where(Standing.person_id == person.id)) == 4
    assert world.one(sa.select(sa.func.count()).select_from(StandingChange)) == 2
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


def test_evidence_stays_as_it_came(world: World) -> None:
    outage = Outage(world, world.round(show_score=Reveal.CLOSE))
    _, attempt, answer = _late(world, outage)
    outage.over()
    kept = world.one(sa.select(LateSheet))
    outage.applied(late=True)
    after = world.one(sa.select(LateSheet))
    assert (after.answers, after.received_at, after.public_id) == (
        kept.answers, kept.received_at, answer.extra["evidence"]
    )  # fmt: skip
    with world.inside():
        assert read().scalar(sa.select(Attempt.answers).where(Attempt.id == attempt.id)) == kept.answers
