"""Commands of the question bank."""

import click
from flask.cli import with_appcontext

from core import clock
from core.access import SYSTEM
from core.cli import Group, as_json, show
from questions import export_cli, import_cli, law_cli
from questions.imports import starter as starter_bank


@click.group("questions", cls=Group)
def questions() -> None:
    """The question bank."""


@questions.command("starter")
@as_json
@with_appcontext
def starter(machine: bool) -> None:
    """Add the starter bank's questions that are missing."""
    done = starter_bank.bring_in(actor=SYSTEM, now=clock.now())
    show(
        {"added": done.added, "known": done.known, "quarantined": done.quarantined},
        machine=machine,
        text=f"{done.added} câu mới, {done.known} câu đã có, {done.quarantined} câu tạm dừng sử dụng",
    )


questions.add_command(law_cli.law)
questions.add_command(import_cli.import_)
questions.add_command(law_cli.check)
questions.add_command(export_cli.export)

group = (questions,)
