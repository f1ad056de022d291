"""What the acts are played on: a migrated database, an open round, and as many signed-in people as wanted."""

from dataclasses import dataclass
from datetime import timedelta

import flask_migrate
import sqlalchemy as sa
from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from app import create_app
from contest.agencies import service as agencies
from contest.agencies.models import Agency
from contest.people.models import Person
from contest.rounds import service as rounds
from contest.rounds.rules import BlueprintCell, RoundRules
from core import clock
from core.access import SYSTEM
from core.db import transaction
from core.extensions import dispose_database
from core.settings import Settings
from questions.bank import queries as bank
from questions.imports import starter

AGENCY = "SO-NV"
BATCH = 2_000


@dataclass(frozen=True)
class Taker:
    """A signed-in person: id, cookie and token as a browser holds them."""

    person_id: int
    cookie: str
    token: str


@dataclass(frozen=True)
class Stage:
    """An open round and those who will sit it."""

    settings: Settings
    round_id: str
    takers: list[Taker]


def prepare(settings: Settings, people: int) -> Stage:
    """Set the stage in an empty database."""
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
        round_id = _round()
        ids = _people(people)
    takers = [_signed_in(app, person_id) for person_id in ids]
    dispose_database(app)
    return Stage(settings, round_id, takers)


def _round() -> str:
    now = clock.now()
    agencies.import_tree(actor=SYSTEM, now=now)
    starter.bring_in(actor=SYSTEM, now=now)
    contest = rounds.create_contest(actor=SYSTEM, now=now, title="Đo hiệu năng", organiser="Bench")
    cells = tuple(BlueprintCell(topic.code, d, 1) for topic in bank.topics() for d in (1, 2) if topic.available.get(d))
    made = rounds.create_round(
        actor=SYSTEM,
        now=now,
        contest_id=contest.public_id,
        title="Vòng đo",
        opens_at=now,
        closes_at=now + timedelta(days=1),
        rules=RoundRules(minutes=30, attempts=1, blueprint=cells, trial=True),
    )
    round_id = made.public_id  # preparing the round forgets the row
    rounds.prepare(actor=SYSTEM, now=now, round_id=round_id)
    return round_id


def _people(count: int) -> list[int]:
    # Written straight into the table: a password costs 20 ms of argon2 by design, and nobody here types one.
    now = clock.now()
    with transaction() as writing:
        agency_id = writing.scalars(sa.select(Agency.id).where(Agency.code == AGENCY)).one()
        same = {"full_name": "Người Đo", "name_key": "do nguoi", "agency_id": agency_id, "password_hash": "-"}
        rows = [{**same, "login": f"bench{place:06d}", "created_at": now} for place in range(count)]
        for start in range(0, count, BATCH):
            writing.execute(sa.insert(Person), rows[start : start + BATCH])
        return list(writing.scalars(sa.select(Person.id).where(Person.login.like("bench%")).order_by(Person.id)))


def _signed_in(app: Flask, person_id: int) -> Taker:
    """A session as signing in leaves it, signed with the key that the servers know."""
    with app.test_request_context():
        token = generate_csrf()
        session["_user_id"] = f"{person_id}:1"
        session["_fresh"] = session["_permanent"] = True
        signer = app.session_interface.get_signing_serializer(app)
        cookie = f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(dict(session))}"
    return Taker(person_id, cookie, token)
