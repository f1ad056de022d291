"""A small world for tests, made through the real verbs."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from contest.agencies import queries as agencies
from contest.attempts import service as attempts
from contest.attempts import window
from contest.attempts.models import Attempt
from contest.attempts.rules import paper_from_data
from contest.people import queries as people
from contest.people import service as person_verbs
from contest.people.models import Person
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.queries import RoundView
from contest.rounds.rules import BlueprintCell, RoundRules
from core import clock
from core.access import SYSTEM, Actor
from core.db import db, transaction
from questions.bank import service as bank_verbs
from questions.bank.models import Question, QuestionVersion
from questions.imports import starter
from questions.items import Item, Media, Situation
from questions.review import service as review

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08:00 in Vietnam
TOPICS = ("kiem-soat", "cong-bo-cong-khai", "mot-cua", "dich-vu-cong")
PASSWORD = "sen-ho-tay-1010-nam"


def rules(**changes: Any) -> RoundRules:
    """Four questions, ten minutes, two attempts, samples allowed, unless said otherwise."""
    plain: dict[str, Any] = {
        "minutes": 10,
        "attempts": 2,
        "blueprint": tuple(BlueprintCell(topic, 1, 1) for topic in TOPICS),
        "trial": True,
    }
    return RoundRules(**(plain | changes))


class World:
    """Everything happens at ``now``; moving it moves the product's clock."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers = itertools.count(1)
        self._now = MONDAY
        clock.set_source(lambda: self._now)

    @property
    def now(self) -> datetime:
        """The world's clock."""
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._now = moment

    def later(self, **delta: float) -> datetime:
        """Move the clock on."""
        self._now += timedelta(**delta)
        return self._now

    @contextmanager
    def inside(self) -> Iterator[None]:
        """An application context, as a request or a loop pass has it."""
        with self.app.app_context():
            yield

    def ask_only(self, items: Sequence[Item], situations: Sequence[Situation] = ()) -> None:
        """From now on the province's bank holds just these questions, as samples."""
        with self.inside(), transaction() as session:
            session.execute(sa.update(Question).values(status="retired"))
            home = starter.home_bank(actor=SYSTEM, now=self.now)
            bank_verbs.add(actor=SYSTEM, now=self.now, bank=home, items=items, situations=situations, state="sample")

    def review(self, *, leave: int = 0) -> None:
        """A reviewer approves every sample in use but the first so many."""
        reviewer = self.actor(self.person("VP-UBND", role="reviewer"))
        with self.inside():
            waiting = (
                sa.select(Question.public_id, QuestionVersion.sha256)
                .join(QuestionVersion, QuestionVersion.question_id == Question.id)
                .where(Question.status == "active", QuestionVersion.newest, QuestionVersion.state == "sample")
                .order_by(Question.id)
            )
            for question_id, sha256 in db.session.execute(waiting).all()[leave:]:
                review.approve(actor=reviewer, now=self.now, question_id=question_id, sha256=sha256)

    def picture(self) -> str:
        """A picture of a situation in the province's bank, by its hash."""
        media = Media("anh.png", "image/png", "Bảng niêm yết thủ tục", b"\x89PNG\r\n\x1a\n" + bytes(992))
        with self.inside():
            home = starter.home_bank(actor=SYSTEM, now=self.now)
            situation = Situation("TH-ANH", "Bảng niêm yết đã cũ.", "Bảng niêm yết", (media,))
            row = bank_verbs.save_situation(actor=SYSTEM, now=self.now, bank=home, situation=situation)
            return str(row.media[0]["sha256"])

    def person(
        self,
        agency: str = "SO-NV",
        *,
        role: str | None = None,
        name: str = "Nguyễn Văn An",
        login: str | None = None,
        of_agency: bool = False,
    ) -> Person:
        """A registered person, perhaps with a role (``contact``: of their own agency; so others with ``of_agency``)."""
        with self.inside():
            person = person_verbs.register(
                actor=SYSTEM,
                now=self.now,
                login=login or f"nguoi{next(self._numbers):04d}",
                password=PASSWORD,
                full_name=name,
                agency_code=agency,
                consent=True,
            )
            if role is not None:
                person_verbs.grant_role(
                    actor=SYSTEM,
                    now=self.now,
                    person_id=person.id,
                    role=role,
                    agency_id=person.agency_id if role == "contact" or of_agency else None,
                )
            return person

    def actor(self, person: Person) -> Actor:
        """The actor behind a person."""
        with self.inside():
            actor = people.actor_of(person.id, person.session_version)
        assert actor is not None
        return actor

    def client(self, person: Person | None = None) -> FlaskClient:
        """A browser, signed in as ``person``."""
        client = self.app.test_client()
        if person is not None:
            answer = client.post("/api/v1/session", json={"login": person.login, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.environ_base["HTTP_X_CSRFTOKEN"] = answer.json["csrf_token"]
        return client

    def round(
        self,
        *,
        prepared: bool = True,
        opens: timedelta = timedelta(0),
        lasts: timedelta = timedelta(days=7),
        **changes: Any,
    ) -> str:
        """A round that opens at ``now + opens``; returns its public id."""
        with self.inside():
            known = rounds.contests()
            contest_id = (
                known[0].id
                if known
                else round_verbs.create_contest(
                    actor=SYSTEM, now=self.now, title="Tìm hiểu kiểm soát TTHC", organiser="Ban Tổ chức"
                ).public_id
            )
            made = round_verbs.create_round(
                actor=SYSTEM,
                now=self.now,
                contest_id=contest_id,
                title=f"Tuần {next(self._numbers)}",
                opens_at=self.now + opens,
                closes_at=self.now + opens + lasts,
                rules=rules(**changes),
            )
            if prepared:
                round_verbs.prepare(actor=SYSTEM, now=self.now, round_id=made.public_id, lots_accepted=True)
            return made.public_id

    def view(self, round_id: str) -> RoundView:
        """A round at ``now``."""
        with self.inside():
            return rounds.round_(round_id, now=self.now, drafts=True)

    def start(self, person: Person, round_id: str) -> Attempt:
        """Start or resume."""
        actor = self.actor(person)
        with self.inside():
            return attempts.start(actor=actor, now=self.now, round_id=round_id).attempt

    def pause(self, round_id: str, agency: str = "") -> None:
        """The committee pauses a round, for everybody or one agency."""
        with self.inside():
            window.pause(actor=SYSTEM, now=self.now, round_id=round_id, reason="mất điện", agency_code=agency)

    def resume(self, round_id: str, agency: str = "") -> None:
        """And lets it go on."""
        with self.inside():
            window.resume(actor=SYSTEM, now=self.now, round_id=round_id, reason="có điện", agency_code=agency)

    def sheet(self, attempt: Attempt, *, right: int) -> dict[str, list[int] | None]:
        """A full sheet with exactly ``right`` right answers; the others are worth nothing."""
        with self.inside():
            keys = rounds.pool(attempt.round_id, attempt.revision).keys
        answers: dict[str, list[int] | None] = {}
        for place, slot in enumerate(paper_from_data(attempt.paper), start=1):
            good = [slot.order.index(key) for key in keys[slot.version_id]]
            bad = [p for p in range(len(slot.order)) if p not in good][:1]
            # Where every choice is right only an empty answer is worth nothing under each rule.
            answers[str(place)] = good if place <= right else bad or None
        return answers

    def sit(self, person: Person, round_id: str, *, right: int, seconds: float = 120) -> Attempt:
        """Start now, submit ``seconds`` later with ``right`` right answers; the clock moves on."""
        attempt = self.start(person, round_id)
        answers = self.sheet(attempt, right=right)
        self.later(seconds=seconds)
        with self.inside():
            attempts.submit(
                person_id=person.id,
                now=self.now,
                attempt_id=attempt.public_id,
                epoch=attempt.epoch,
                answers=answers,
            )
        return attempt

    def stored(self, attempt: Attempt) -> Attempt:
        """The attempt as the database has it now."""
        with self.inside():
            found = db.session.scalar(sa.select(Attempt).where(Attempt.id == attempt.id))
        assert found is not None
        return found

    def one(self, query: Any) -> Any:
        """The first value of the first row that the database has now."""
        with self.inside():
            return db.session.scalar(query)

    def all(self, query: Any) -> list[Any]:
        """The first value of every row that the database has now."""
        with self.inside():
            return list(db.session.scalars(query))

    def agency_id(self, code: str) -> int:
        """Id of a pickable agency."""
        with self.inside():
            found = agencies.pickable(code, today=self.now.date())
        assert found is not None
        return found.id


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the SQL statements that are sent meanwhile (BEGIN and COMMIT are not among them)."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
