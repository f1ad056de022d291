"""Commands of the bank."""

import click
from flask.cli import with_appcontext

from core import clock
from core.access import SYSTEM
from core.cli import Group, as_json, show
from questions import service


@click.group("questions", cls=Group)
def questions() -> None:
    """The question bank."""


@questions.command("starter")
@as_json
@with_appcontext
def starter(machine: bool) -> None:
    """Add the starter bank's questions that are missing."""
    done = service.import_starter(actor=SYSTEM, now=clock.now())
    show(
        {"added": done.added, "known": done.known},
        machine=machine,
        text=f"{done.added} câu mới, {done.known} câu đã có",
    )


group = (questions,)
