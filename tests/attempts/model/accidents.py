"""What the committee does about accidents: attempts are voided; two people decide what an incident gives."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from contest.attempts import voiding
from contest.attempts.incidents import queries, service
from contest.attempts.incidents.models import IncidentEffect, RefusedStart
from contest.attempts.incidents.rules import IncidentState, Kind, Measures
from contest.attempts.incidents.service import Draft
from core import jobs
from core.access import SYSTEM
from core.errors import Conflict, Forbidden
from tests.attempts.model import truth
from tests.attempts.model.agreement import rows
from tests.attempts.model.devices import SHEETS
from tests.attempts.model.opening import AGENCIES, SCOPES
from tests.attempts.model.organisers import Organisers
from tests.attempts.model.truth import EVERYBODY, MINUTE

GIVEN = st.sampled_from(
    [
        Measures(minutes=5),
        Measures(minutes=1),
        Measures(minutes=1, attempts=1),
        Measures(attempts=1),
        Measures(void=True, attempts=1),
        Measures(),
    ]
)


@dataclass
class Decided:
    """An incident that was approved and waits for the worker."""

    id: str
    since: int
    until: int
    scope: str
    measures: Measures


class Accidents(Organisers):
    """Voided attempts, and incidents from the record to what was done."""

    def _opened(self) -> None:
        self.decided: list[Decided] = []
        self.incidents = 0
        super()._opened()

    @precondition(lambda self: self._few_voided() and any(not a.running for a in self.truth.attempts))
    @rule(which=st.integers(0, 5))
    def voids(self, which: int) -> None:
        left = [a for a in self.truth.attempts if a.state != "voided"]
        if left:
            a = left[which % len(left)]
            self._void(a)
            with pytest.raises(Conflict):
                self._void(a)

    @precondition(lambda self: self._few_voided() and self.truth.limit > 1)
    @rule(sheets=st.lists(SHEETS, min_size=2, max_size=2), which=st.integers(0, 1))
    def sits_twice_and_one_is_voided(self, sheets: list[int], which: int) -> None:
        for sheet in sheets:
            self._enter(0)
            self._pass(MINUTE)
            self._submit(0, sheet, None, "well")
        self.voids(which)

    def _few_voided(self) -> bool:
        """Where nothing stays, nothing else can be found."""
        return sum(a.state == "voided" for a in self.truth.attempts) < 2

    def _void(self, a: truth.Attempt) -> None:
        with self.cast.world.inside():
            voiding.void(actor=SYSTEM, now=self.cast.world.now, attempt_id=a.id, details={})
        self.truth.void(a)

    @precondition(lambda self: self._going_on() and self.truth.now > 0 and self.incidents < 2)
    @rule(
        scope=SCOPES, back=st.sampled_from([1, 1, 10, 60]), measures=GIVEN, at_once=st.sampled_from([True, True, False])
    )
    def an_incident_is_decided(self, scope: str, back: int, measures: Measures, at_once: bool) -> None:
        if self.decided:
            return
        self.incidents += 1
        until = self.truth.now
        wanted = Decided("", max(0, until - back * MINUTE), until, scope, measures)
        first, second = self.cast.organisers
        now = self.cast.world.now
        draft = Draft(
            Kind.POWER, self.stored.moment(wanted.since), self.stored.moment(until), "Mất điện.",
            () if scope == EVERYBODY else (scope,), measures,
        )  # fmt: skip
        too_much = self._too_much(wanted)
        with self.cast.world.inside():
            wanted.id = service.report(actor=first, now=now, round_id=self.round_id, draft=draft).public_id
            if too_much:
                with pytest.raises(Conflict):
                    service.propose(actor=first, now=now, incident_id=wanted.id)
                return
            service.propose(actor=first, now=now, incident_id=wanted.id)
            with pytest.raises(Forbidden):
                service.approve(actor=first, now=now, incident_id=wanted.id)
            service.approve(actor=second, now=now, incident_id=wanted.id)
        self.decided.append(wanted)
        if at_once:
            self.the_worker_carries_it_out()

    def _hit(self, one: Decided) -> dict[int, list[truth.Attempt]]:
        """Whom it touches now. Who was refused then is as the product noted it."""
        noted = rows(
            self.cast.world,
            sa.select(RefusedStart.person_id).where(
                RefusedStart.round_id == self.stored.round_pk,
                RefusedStart.first_at <= self.stored.moment(one.until),
                RefusedStart.last_at >= self.stored.moment(one.since),
            ),
        )
        here = {p for p in map(self.cast.person_ids.index, noted) if one.scope in (EVERYBODY, AGENCIES[p])}
        return self.truth.touched(one.since, one.until, one.scope, here)

    def _too_much(self, one: Decided) -> list[int]:
        """Who would meet a question again, knowing more."""
        if not self.truth.tells or self.truth.over:
            return []
        return [
            person
            for person, mine in self._hit(one).items()
            for voided in [len(mine) if one.measures.void else 0]
            if (voided or one.measures.attempts) and one.measures.attempts + voided > self.truth.spare(person)
        ]

    @precondition(lambda self: self.decided)
    @rule()
    def the_worker_carries_it_out(self) -> None:
        one = self.decided.pop()
        hit = self._hit(one)
        repeats = self._too_much(one)  # a question was withdrawn in between
        with self.cast.world.inside():
            jobs.run_waiting(now=self.cast.world.now)
            found = queries.incident(one.id)
        assert found.state is IncidentState.APPLIED, found.job_id
        m = one.measures
        for person, mine in hit.items():
            again = person not in repeats
            self.truth.compensate(
                {person: mine},
                one.since,
                one.until,
                minutes=m.minutes,
                attempts=m.attempts if again else 0,
                void=m.void and again,
            )
        view = self.cast.world.view(self.round_id)
        assert view.ends_at == self.stored.moment(self.truth.ends), "the round ends when the last one may still sit"
        told = rows(
            self.cast.world,
            sa.select(IncidentEffect.person_id).where(
                IncidentEffect.incident_id == found.pk, IncidentEffect.what == "touched"
            ),
        )
        assert sorted(told) == sorted(self.cast.person_ids[person] for person in hit)
