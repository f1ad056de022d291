"""An outage for tests: people before, in and after it, and two of the committee."""

from datetime import datetime, timedelta
from typing import Any

from contest.attempts import service as attempts
from contest.attempts.incidents import queries, service
from contest.attempts.incidents.queries import IncidentView
from contest.attempts.incidents.rules import Kind, Measures
from contest.attempts.incidents.service import Draft
from contest.attempts.models import Attempt
from contest.people.models import Person
from core import jobs
from core.access import Actor
from core.errors import DomainError
from tests.world import World


class Outage:
    """From ``starts_at`` to ``ends_at`` (ten minutes); two organisers."""

    def __init__(self, world: World, round_id: str) -> None:
        self.world, self.round_id = world, round_id
        self.first = world.actor(world.person("VP-UBND", role="organiser", name="Phạm Văn Tổ Chức"))
        self.second = world.actor(world.person("VP-UBND", role="organiser", name="Lê Thị Phê Duyệt"))
        self.starts_at = world.now
        self.ends_at = world.now + timedelta(minutes=10)

    def over(self) -> datetime:
        """Move the clock to its end."""
        self.world.now = max(self.world.now, self.ends_at)
        return self.world.now

    def draft(self, agencies: tuple[str, ...] = (), **measures: Any) -> Draft:
        """The record of it."""
        return Draft(Kind.POWER, self.starts_at, self.ends_at, "Mất điện.", agencies, Measures(**measures))

    def reported(self, agencies: tuple[str, ...] = (), **measures: Any) -> str:
        """A draft; its id."""
        with self.world.inside():
            return service.report(
                actor=self.first, now=self.world.now, round_id=self.round_id, draft=self.draft(agencies, **measures)
            ).public_id

    def approved(self, agencies: tuple[str, ...] = (), **measures: Any) -> str:
        """Recorded, proposed by one, approved by another; its job waits."""
        incident_id = self.reported(agencies, **measures)
        with self.world.inside():
            service.propose(actor=self.first, now=self.world.now, incident_id=incident_id)
            service.approve(actor=self.second, now=self.world.now, incident_id=incident_id)
        return incident_id

    def applied(self, agencies: tuple[str, ...] = (), **measures: Any) -> str:
        """The same, carried out."""
        incident_id = self.approved(agencies, **measures)
        self.work()
        return incident_id

    def work(self) -> None:
        """The worker runs what waits."""
        with self.world.inside():
            jobs.run_waiting(now=self.world.now)

    def view(self, incident_id: str) -> IncidentView:
        """The record as it is now."""
        with self.world.inside():
            return queries.incident(incident_id)

    def preview(self, incident_id: str) -> queries.Preview:
        """Whom it touches and who gets what."""
        with self.world.inside():
            return queries.preview(queries.incident(incident_id), self.world.view(self.round_id))


def submit(world: World, person: Person, attempt: Attempt, answers: dict[str, Any]) -> Any:
    """Hand in; the receipt or the refusal."""
    with world.inside():
        try:
            return attempts.submit(
                person_id=person.id, now=world.now, attempt_id=attempt.public_id, epoch=attempt.epoch, answers=answers
            )
        except DomainError as error:
            return error


def refused(world: World, actor: Actor, round_id: str) -> DomainError:
    """A start that is refused."""
    with world.inside():
        try:
            attempts.start(actor=actor, now=world.now, round_id=round_id)
        except DomainError as error:
            return error
    raise AssertionError("it was let in")
