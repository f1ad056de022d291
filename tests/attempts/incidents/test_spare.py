"""More attempts, or others in place of voided ones, never bring a question twice where anything is told (promise 6)."""

from contextlib import nullcontext
from datetime import timedelta
from itertools import combinations
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from contest.attempts.incidents import queries, service, spare
from contest.attempts.incidents.outcome import outcomes
from contest.attempts.incidents.rules import IncidentState
from contest.attempts.models import Attempt
from contest.attempts.rules import paper_from_data
from contest.people.models import Person
from contest.rounds import entries, feasibility, lifecycle
from contest.rounds import service as round_verbs
from contest.rounds.models import Entry
from contest.rounds.rules import BoardPolicy, Reveal
from core.access import SYSTEM
from core.db import db, transaction
from core.errors import Conflict, Invalid
from questions.items import Item, Kind
from tests.attempts.incidents.outage import Outage, refused
from tests.world import TOPICS, World

SILENT = {"show_score": Reveal.CLOSE, "board": BoardPolicy.HIDDEN}


def _bank(world: World, papers: int) -> None:
    """So many disjoint papers, and a question to spare in one cell."""
    world.ask_only(
        [
            Item(
                stem=f"Câu {topic} {n}?", choices=("Ý một", "Ý hai", "Ý ba"), keys=(0,), kind=Kind.SINGLE,
                shuffle=True, topic=topic, difficulty=1,
            )
            for topic in TOPICS
            for n in range(papers + (topic == TOPICS[0]))
        ]
    )  # fmt: skip


def _sits(world: World, person: Person, round_id: str, times: int) -> None:
    for _ in range(times):
        world.sit(person, round_id, right=1)


def _repeats(world: World, person: Person) -> bool:
    with world.inside():
        papers = [
            {slot.version_id for slot in paper_from_data(data)}
            for data in db.session.scalars(sa.select(Attempt.paper).where(Attempt.person_id == person.id))
        ]
    return any(one & other for one, other in combinations(papers, 2))


def _outage(world: World, *, papers: int, **changes: Any) -> tuple[Outage, Person]:
    """A round of one attempt, which somebody has used in the outage."""
    _bank(world, papers)
    round_id = world.round(**({"attempts": 1} | changes))
    outage, person = Outage(world, round_id), world.person()
    _sits(world, person, round_id, 1)
    outage.over()
    return outage, person


def _too_many(world: World, outage: Outage, **measures: Any) -> dict[str, int]:
    incident_id = outage.reported(**measures)
    with world.inside():
        view = world.view(outage.round_id)
        return spare.refused(outage.view(incident_id).measures, view, outage.preview(incident_id).people)


@pytest.mark.parametrize(
    ("papers", "measures", "wanted"),
    [
        (1, {"attempts": 1}, {"attempts": 0}),
        (1, {"void": True}, {"void": 0}),
        (1, {"void": True, "attempts": 1}, {"void": 0, "attempts": 0}),
        (2, {"attempts": 1}, {}),
        (2, {"void": True}, {}),
        (2, {"attempts": 2}, {"attempts": 1}),
        (2, {"void": True, "attempts": 1}, {"attempts": 0}),
        (3, {"void": True, "attempts": 1}, {}),
        (1, {"minutes": 5}, {}),
    ],
)
def test_each_measure_is_told_how_many_attempts_are_possible(
    world: World, papers: int, measures: dict[str, Any], wanted: dict[str, int]
) -> None:
    outage, _ = _outage(world, papers=papers)
    assert _too_many(world, outage, **measures) == wanted


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ({}, True),
        (SILENT, False),
        (SILENT | {"show_answers": Reveal.RECEIPT}, True),
        (SILENT | {"board": BoardPolicy.LIVE}, True),
        (SILENT | {"show_score": Reveal.RECEIPT}, True),
    ],
)
def test_only_where_something_is_told_before_the_close(world: World, shown: dict[str, Any], told: bool) -> None:
    outage, person = _outage(world, papers=1, **shown)
    assert bool(_too_many(world, outage, attempts=1)) is told
    if told:
        with pytest.raises(Conflict):
            outage.approved(attempts=1)
    else:
        outage.applied(attempts=1)
        _sits(world, person, outage.round_id, 1)
        assert _repeats(world, person), "and nobody has learned anything"


def test_what_was_given_before_counts(world: World) -> None:
    outage, person = _outage(world, papers=4)
    outage.applied(attempts=1)
    assert _too_many(world, outage, attempts=3) == {"attempts": 2}
    assert _too_many(world, outage, attempts=2, void=True) == {"attempts": 1}
    outage.applied(attempts=1)
    with pytest.raises(Conflict) as refusal:
        outage.approved(attempts=2)
    assert (refusal.value.code, refusal.value.params) == ("beyond-papers", {"left": 1})
    outage.applied(void=True)
    _sits(world, person, outage.round_id, 3)
    assert refused(world, world.actor(person), outage.round_id).code == "limit-reached"
    assert not _repeats(world, person)


def test_a_proposal_that_another_incident_overtook_is_not_approved(world: World) -> None:
    outage, _ = _outage(world, papers=2)
    first, second = outage.reported(attempts=1), outage.reported(attempts=1)
    with world.inside():
        for one in (first, second):
            service.propose(actor=outage.first, now=world.now, incident_id=one)
        service.approve(actor=outage.second, now=world.now, incident_id=first)
        with pytest.raises(Conflict) as refusal:
            service.approve(actor=outage.second, now=world.now, incident_id=second)
    assert refusal.value.code == "running"
    outage.work()
    with world.inside(), pytest.raises(Conflict) as refusal:
        service.approve(actor=outage.second, now=world.now, incident_id=second)
    assert refusal.value.code == "beyond-papers"


def test_questions_withdrawn_after_the_approval_leave_the_attempts_as_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    outage, _ = _outage(world, papers=2)
    outage.approved(attempts=1)
    monkeypatch.setattr(feasibility, "attempts_to_spare", lambda view: 0)
    outage.work()
    with world.inside():
        assert list(db.session.scalars(sa.select(Entry.extra_attempts))) == []
        (done,) = queries.of_round(world.view(outage.round_id).pk)
        (became,) = outcomes(outage.round_id).values()
    assert done.state is IncidentState.APPLIED
    assert became.attempts > 0


def test_the_verb_itself_gives_no_more_than_there_are_papers(world: World) -> None:
    _bank(world, 3)
    view, people = world.view(world.round(attempts=1)), [world.person().id for _ in range(2)]
    with world.inside():
        with transaction():
            entries.more_attempts(view=view, person_ids=people[:1], attempts=1)
        with pytest.raises(Conflict) as refusal, transaction():
            entries.more_attempts(view=view, person_ids=people, attempts=2)
        assert refusal.value.params == {"left": 1}
        with transaction():
            entries.more_attempts(view=view, person_ids=people, attempts=1)


@pytest.mark.parametrize("measures", [{"attempts": 1}, {"void": True}])
def test_what_comes_later_counts_what_was_given_and_what_was_voided(world: World, measures: dict[str, Any]) -> None:
    outage, person = _outage(world, papers=3)
    outage.applied(**measures)
    with world.inside(), pytest.raises(Conflict) as refusal, transaction():
        entries.more_attempts(view=world.view(outage.round_id), person_ids=[person.id], attempts=2)
    assert refusal.value.params == {"left": 1}
    for attempts in (3, 2):
        more = msgspec.structs.replace(world.view(outage.round_id).rules, attempts=attempts)
        with world.inside(), nullcontext() if attempts == 2 else pytest.raises(Invalid):
            round_verbs.amend_rules(actor=SYSTEM, now=world.now, round_id=outage.round_id, rules=more, reason="thêm")


def test_after_the_close_voiding_gives_nothing_back(world: World) -> None:
    outage, _ = _outage(world, papers=1, lasts=timedelta(minutes=20))
    world.later(hours=1)
    assert lifecycle.over(world.view(outage.round_id).state)
    outage.applied(void=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_says_why_and_offers_no_button(world: World) -> None:
    outage, _ = _outage(world, papers=2)
    client = world.client(world.person("VP-UBND", role="organiser"))
    incident_id = outage.reported(attempts=2)
    page = client.get(f"/organiser/incidents/{incident_id}").text
    assert "Số lượt có thể cho thêm mỗi người: 1." in page
    assert f"/organiser/incidents/{incident_id}/propose" not in page
    answer = client.post(f"/organiser/incidents/{incident_id}/propose", follow_redirects=True)
    assert "mà đề không trùng câu: 1." in answer.text
