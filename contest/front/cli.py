"""Commands that compose rooms: the demo, and everything that ``make run`` needs before it starts."""

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext

from contest.front import demo
from core import clock
from core.settings import Settings


@click.group("demo")
def demo_group() -> None:
    """The demo contest."""


@demo_group.command("seed")
@with_appcontext
def seed() -> None:
    """Make the demo contest, once."""
    click.echo("Đã tạo dữ liệu mẫu" if _seed(_settings()) else "Đã có cuộc thi, không tạo dữ liệu mẫu")


@click.command("prepare")
@with_appcontext
def prepare() -> None:
    """Migrate the database and, on a loopback demo, make the demo contest."""
    flask_migrate.upgrade()
    settings = _settings()
    if settings.mode == "embedded" and settings.is_loopback:
        _seed(settings)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _seed(settings: Settings) -> bool:
    if settings.mode != "embedded" or not settings.is_loopback:
        raise click.ClickException("Tài khoản mẫu chỉ có khi chạy thử trên máy này (HOST là 127.0.0.1).")
    file = settings.var_dir / "demo.json"
    made = demo.seed(now=clock.now(), file=file, url=settings.url)
    demo.refresh_url(file=file, url=settings.url)
    return made


group = (demo_group, prepare)
