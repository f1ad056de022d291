"""Fixtures: every service test runs on real SQLite and on real PostgreSQL, with a real Redis."""

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
import hypothesis
import psycopg
import pytest
from flask import Flask

from app import create_app
from contest.agencies import service as agencies
from contest.attempts import waiting
from contest.boards import queries as boards
from contest.results import queries as results
from contest.rounds import queries as rounds
from core import clock, limits, load
from core.access import SYSTEM
from core.extensions import dispose_database
from core.redis import gate
from core.settings import Settings
from core.web import shedding
from questions.imports import starter
from tests import servers
from tests.world import World

# How long a machine takes says nothing about the product: no test fails by the clock.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

MADE = datetime(2026, 1, 5, tzinfo=UTC)
_numbers = itertools.count()


def _settings(database_url: str, redis_url: str, var: Path) -> Settings:
    return Settings(database_url=database_url, redis_url=redis_url, secret_key="k" * 40, var_dir=var)


def _prepare(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
        agencies.import_tree(actor=SYSTEM, now=MADE)
        starter.bring_in(actor=SYSTEM, now=MADE)
    dispose_database(app)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[tuple[str, int]]:
    """(URL, process id) of a real Redis."""
    with servers.redis() as running:
        yield running


@pytest.fixture(scope="session")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ``var`` folder for the whole run: assets and catalogues are built once."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session")
def sqlite_template(var: Path, redis_server: tuple[str, int]) -> Path:
    """A migrated SQLite file with agencies and bank, copied for each test."""
    file = var / "template.db"
    _prepare(_settings(f"sqlite:///{file}", redis_server[0], var))
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a real PostgreSQL; skips loudly where there is no server binary."""
    binaries = servers.postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL NOT TESTED: no server binary (initdb) on this machine")
    with servers.postgres(binaries) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, var: Path, redis_server: tuple[str, int]) -> str:
    """Name of a migrated database with agencies and bank, the template of each test's."""
    _run(postgres_server, "CREATE DATABASE template_contest")
    _prepare(_settings(_database(postgres_server, "template_contest"), redis_server[0], var))
    return "template_contest"


def _database(server: str, name: str) -> str:
    return server.rsplit("/", 1)[0] + "/" + name


def _run(server: str, sql: str) -> None:
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database, once on each engine."""
    if request.param == "sqlite":
        file = tmp_path / "contest.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    template = request.getfixturevalue("postgres_template")
    server = request.getfixturevalue("postgres_server")
    name = f"test_{next(_numbers)}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _database(server, name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def app(database_url: str, redis_server: tuple[str, int], var: Path) -> Iterator[Flask]:
    """The application on a fresh database and an empty Redis."""
    app = create_app(_settings(database_url, redis_server[0], var))
    gate.connect(redis_server[0], patient=True)
    gate.call(lambda client: client.flushall())
    gate.connect(redis_server[0])
    rounds.pool.cache_clear()
    boards.forget()
    results.forget()
    limits.forget()
    waiting.forget()
    shedding.forget()
    yield app
    clock.set_source(None)
    load.set_source(None)
    dispose_database(app)


@pytest.fixture
def world(app: Flask) -> World:
    """People, contests and rounds on ``app``."""
    return World(app)
