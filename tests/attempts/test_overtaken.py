"""Starts and submissions decide before they lock: whatever moves in between must be seen by what they write."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest.attempts import finishing, service, voiding, window
from contest.attempts.models import Attempt, Standing, StandingChange
from contest.attempts.sweep import sweep
from contest.people.models import Person
from contest.rounds import service as round_verbs
from contest.rounds import unmoved
from contest.rounds.queries import RoundView
from core import audit
from core.access import SYSTEM
from core.db import db, transaction
from core.errors import Conflict, DomainError, Gone
from tests.world import World, rules

Verb = Callable[[World, str, Person], Any]
VERBS: dict[str, Verb] = {
    "close": lambda world, round_id, _: window.close_now(actor=SYSTEM, now=world.now, round_id=round_id, reason="-"),
    "extend": lambda world, round_id, _: window.extend(
        actor=SYSTEM, now=world.now, round_id=round_id, closes_at=world.now + timedelta(days=8), reason="-"
    ),
    "extend an agency": lambda world, round_id, _: window.extend(
        actor=SYSTEM,
        now=world.now,
        round_id=round_id,
        closes_at=world.now + timedelta(days=8),
        reason="-",
        agency_code="SO-NV",
    ),
    "pause": lambda world, round_id, _: window.pause(actor=SYSTEM, now=world.now, round_id=round_id, reason="-"),
    "grant time": lambda world, round_id, person: window.grant_time(
        actor=SYSTEM, now=world.now, round_id=round_id, person_id=person.id, extra_minutes=5, reason="-"
    ),
    "amend": lambda world, round_id, _: round_verbs.amend_rules(
        actor=SYSTEM, now=world.now, round_id=round_id, rules=rules(attempts=3), reason="-"
    ),
    "publish": lambda world, round_id, _: round_verbs.mark_published(actor=SYSTEM, now=world.now, round_id=round_id),
}


def _unmoved(world: World, seen: RoundView) -> bool:
    with world.inside(), transaction() as session:
        return session.execute(unmoved.if_unmoved(sa.literal(1)), unmoved.as_seen(seen)).one_or_none() is not None


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_round_that_moved_is_not_what_was_seen(world: World, verb: Verb) -> None:
    person, round_id = world.person(), world.round()
    seen = world.view(round_id)
    assert _unmoved(world, seen)
    with world.inside():
        verb(world, round_id, person)
    assert not _unmoved(world, seen)
    assert _unmoved(world, world.view(round_id)) is (verb is not VERBS["publish"])


MOVES: dict[str, tuple[Verb, type[DomainError] | None]] = {
    "pause": (VERBS["pause"], None),
    "extend": (VERBS["extend"], None),
    "close": (VERBS["close"], None),
    "grant time": (VERBS["grant time"], None),
    "save": (lambda world, _, person: _save(world, person), None),
    "take over": (lambda world, round_id, person: world.start(person, round_id), Conflict),
    "sweep": (lambda world, *_: sweep(now=world.now + timedelta(hours=1)), Gone),
    "submit": (lambda world, _, person: _submit(world, person), Conflict),
    "void": (lambda world, _, person: _void(world, person), Conflict),
}
"""What comes in between -> what the submission is answered then; None: its receipt, by what holds now."""


def _running(person: Person) -> Attempt:
    return db.session.scalars(
        sa.select(Attempt).where(Attempt.person_id == person.id).order_by(Attempt.number.desc()).limit(1)
    ).one()


def _save(world: World, person: Person) -> None:
    attempt = _running(person)
    service.save(
        person_id=person.id,
        now=world.now,
        attempt_id=attempt.public_id,
        epoch=attempt.epoch,
        seq=attempt.seq + 1,
        answers=attempt.answers,
    )


def _submit(world: World, person: Person, answers: dict[str, Any] | None = None) -> Any:
    attempt = _running(person)
    return service.submit(
        person_id=person.id,
        now=world.now,
        attempt_id=attempt.public_id,
        epoch=1,
        answers=attempt.answers if answers is None else answers,
    )


def _void(world: World, person: Person) -> None:
    voiding.void(actor=SYSTEM, now=world.now, attempt_id=_running(person).public_id, details={})


def _once_after_the_look(world: World, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """``act`` comes between the look of a submission and its writing."""
    look = finishing.look

    def looked(**which: Any) -> finishing.Sitting:
        seen = look(**which)
        monkeypatch.setattr(finishing, "look", look)
        act()
        return seen

    monkeypatch.setattr(finishing, "look", looked)


@pytest.mark.parametrize("move", MOVES)
def test_a_submission_is_decided_by_what_holds_when_it_is_written(
    world: World, move: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verb, refusal = MOVES[move]
    person, round_id = world.person(), world.round()
    attempt = world.start(person, round_id)
    answers = world.sheet(attempt, right=4)
    world.later(minutes=1)
    _once_after_the_look(world, monkeypatch, lambda: verb(world, round_id, person))
    with world.inside():
        if refusal is None:
            receipt = _submit(world, person, answers)
        else:
            with pytest.raises(refusal):
                _submit(world, person, answers)
    stored = world.stored(attempt)
    assert (stored.state == "submitted" and stored.points == 4) is (refusal is None)
    with world.inside():
        ended = [e.action for e in audit.entries(subject=f"attempt:{attempt.public_id}") if "late" not in e.action]
        versions = list(db.session.scalars(sa.select(StandingChange.version)))
    counts = stored.state in ("submitted", "expired")
    assert (len(ended), versions) == (stored.finished_at is not None, [1] if counts else []), "all of it, once"
    if refusal is None:
        assert (receipt.code, receipt.elapsed_ms) == (stored.code, stored.elapsed_ms)


def test_a_standing_that_moved_is_seen_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The better first attempt is voided while the second one is handed in."""
    person, round_id = world.person(), world.round(attempts=2)
    first = world.sit(person, round_id, right=4)
    second = world.start(person, round_id)

    def voided() -> None:
        voiding.void(actor=SYSTEM, now=world.now, attempt_id=first.public_id, details={})

    _once_after_the_look(world, monkeypatch, voided)
    with world.inside():
        _submit(world, person, world.sheet(second, right=1))
        standing = db.session.scalars(sa.select(Standing)).one()
        assert (standing.attempt_id, standing.points, standing.version) == (second.id, 1, 3)
