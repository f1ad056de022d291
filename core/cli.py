"""Commands of the house itself, and how commands print."""

import json
import os
import signal
import threading
from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from core import clock, jobs
from core import worker as loops
from core.embedded import embedded_url
from core.errors import DomainError
from core.redis import RedisAway, gate


class Group(click.Group):
    """A group whose commands end with a sentence, not a traceback, when they are refused."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except DomainError as error:
            raise click.ClickException(error.message % error.params) from error
        except RedisAway as error:
            raise click.ClickException(
                "Không kết nối được Redis: kiểm tra REDIS_URL, hoặc chạy `make run` trước."
            ) from error


def as_json(command: Any) -> Any:
    """``--json``: machine-readable output."""
    return click.option("--json", "machine", is_flag=True, help="Machine-readable output.")(command)


def show(data: Any, *, machine: bool, text: str) -> None:
    """Print ``data`` as JSON, or ``text`` for people."""
    click.echo(json.dumps(data, ensure_ascii=False, default=_plain) if machine else text)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def connect_redis() -> None:
    """Let this command reach Redis: the configured one, or the one that ``make run`` commands."""
    settings = current_app.config["SETTINGS"]
    gate.connect(settings.redis_url or embedded_url(settings.var_dir), patient=True)


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run the background loops until a signal says stop."""
    connect_redis()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    loops.run_forever(app.app_context, stop)


@click.group("jobs", cls=Group)
def jobs_group() -> None:
    """Long work."""


@jobs_group.command("run")
@click.argument("job_id", required=False)
@click.option("--tries", type=int, help="Only if this is the try that was claimed.")
@with_appcontext
def run_job(job_id: str | None, tries: int | None) -> None:
    """Run one claimed job, or everything that waits."""
    if job_id is not None:
        os.nice(10)  # people who sit an exam come first
        jobs.run(job_id, tries=tries)
    else:
        click.echo(f"{jobs.run_waiting(now=clock.now())} tác vụ")


commands = (worker, jobs_group)
