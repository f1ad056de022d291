"""A stage for benchmarks: a fresh SQLite database, people who are signed in, an open round."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from contest.agencies import service as agencies
from contest.boards import service as boards
from contest.people import service as people
from contest.rounds import service as rounds
from contest.rounds.rules import BlueprintCell, RoundRules
from core import clock
from core.access import SYSTEM
from core.extensions import dispose_database
from core.redis import gate
from core.settings import Settings
from questions.bank import queries as bank
from questions.imports import starter

PASSWORD = "sen-ho-tay-1010-nam"


@dataclass(frozen=True)
class Stage:
    """An application with a round that is open, and browsers that are signed in."""

    app: Flask
    round_id: str
    clients: list[FlaskClient]


@contextmanager
def stage(*, people_count: int, redis_url: str) -> Iterator[Stage]:
    """Set the stage; everything is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="contest-bench-") as folder:
        var = Path(folder)
        settings = Settings(
            database_url=f"sqlite:///{var / 'bench.db'}",
            redis_url=redis_url,
            secret_key="b" * 40,
            var_dir=var,
            starts_per_second=10_000,  # nobody waits here
        )
        app = create_app(settings)
        with app.app_context():
            flask_migrate.upgrade()
            round_id = _round()
            logins = _people(people_count)
        clients = [_signed_in(app, login) for login in logins]
        yield Stage(app, round_id, clients)
        dispose_database(app)


def project(stage_: Stage) -> None:
    """Bring the board up to date, as the worker does."""
    with stage_.app.app_context():
        boards.pass_over_all(now=clock.now())


def connect(redis_url: str) -> None:
    """Point this process at the benchmark's Redis."""
    gate.connect(redis_url, patient=True)


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
    rounds.prepare(actor=SYSTEM, now=now, round_id=made.public_id)
    return made.public_id


def _people(count: int) -> list[str]:
    for place in range(count):
        people.register(
            actor=SYSTEM,
            now=clock.now(),
            login=f"bench{place:04d}",
            password=PASSWORD,
            full_name="Người Đo",
            agency_code="SO-NV",
            consent=True,
        )
    return [f"bench{place:04d}" for place in range(count)]


def _signed_in(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
    client.environ_base["HTTP_X_CSRFTOKEN"] = answer.get_json()["csrf_token"]
    return client
