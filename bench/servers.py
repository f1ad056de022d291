"""The servers that are measured: gunicorn as deployed, its worker, and a database for each engine."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from core.settings import Settings
from tests import servers

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
GUNICORN = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
FLOORS = "bench.floors:create_app()"


@dataclass(frozen=True)
class Databases:
    """One engine's empty databases on the same server (or in the same folder): the product's and the floors'."""

    engine: str
    product: str
    floors: str


def environment(settings: Settings) -> dict[str, str]:
    """What makes a process of the product use ``settings``; their number of workers and threads is the default's."""
    return {
        **os.environ,
        "MODE": "embedded",
        "FLASK_SKIP_DOTENV": "1",
        "GUNICORN_LOG_LEVEL": "warning",
        "STARTS_PER_SECOND": "10000",  # the rush is to meet the exam path, not the waiting room
        "VAR_DIR": str(settings.var_dir),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url or "",
        "SECRET_KEY": settings.secret_key,
        "PORT": str(settings.port),
    }


@contextmanager
def gunicorn(settings: Settings, app: str | None = None) -> Iterator[None]:
    """gunicorn on ``settings.port`` with the deployed configuration; the product unless ``app`` is another."""
    with _running([*GUNICORN, *([app] if app else [])], settings) as process:
        limit = time.monotonic() + START_SECONDS
        while not _answers(f"{settings.url}livez"):
            if time.monotonic() > limit or process.poll() is not None:
                raise TimeoutError(f"gunicorn did not start: {app or 'the product'}")
            time.sleep(0.05)
        yield


@contextmanager
def worker(settings: Settings) -> Iterator[None]:
    """The worker with its loops: sweep, boards, jobs."""
    with _running([sys.executable, "-m", "flask", "--app", "app", "worker"], settings):
        yield


def command(settings: Settings, *arguments: str) -> None:
    """One command of the product; raises where it fails."""
    argv = [sys.executable, "-m", "flask", "--app", "app", *arguments]
    subprocess.run(argv, cwd=ROOT, env=environment(settings), check=True, stdout=subprocess.DEVNULL)


@contextmanager
def databases(engine: str, names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """URLs of new databases on ``engine`` (``sqlite`` or ``postgresql``, durable as in production), by name."""
    with ExitStack() as stack:
        if engine == "sqlite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="contest-bench-db-")))
            yield {name: f"sqlite:///{folder / name}.db" for name in names}
            return
        binaries = servers.postgres_binaries()
        if binaries is None:
            raise FileNotFoundError("no PostgreSQL server binary (initdb) on this machine")
        url = stack.enter_context(servers.postgres(binaries, durable=True))
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}".encode())
        yield {name: url.rsplit("/", 1)[0] + "/" + name for name in names}


@contextmanager
def _running(argv: list[str], settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(argv, cwd=ROOT, env=environment(settings))
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own loopback address
            return answer.status == 200
    except OSError:
        return False
