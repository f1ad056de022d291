"""Commands of results."""

import click
from flask.cli import with_appcontext

from contest.results import queries, service
from core import clock
from core.access import SYSTEM
from core.cli import as_json, show
from core.errors import DomainError


@click.group("results")
def results() -> None:
    """Rank, publish, verify."""


@results.command("rank")
@click.argument("round_id")
@as_json
@with_appcontext
def rank(round_id: str, machine: bool) -> None:
    """Freeze a closed round as the next numbered sheet."""
    try:
        sheet = service.freeze(actor=SYSTEM, now=clock.now(), round_id=round_id)
    except DomainError as error:
        raise click.ClickException(error.message % error.params) from error
    show(
        {"sheet": sheet.public_id, "number": sheet.number, "sha256": sheet.sha256},
        machine=machine,
        text=f"Bảng kết quả số {sheet.number}: {sheet.public_id}",
    )


@results.command("publish")
@click.argument("sheet_id")
@as_json
@with_appcontext
def publish(sheet_id: str, machine: bool) -> None:
    """Make a frozen sheet public."""
    try:
        sheet = service.publish(actor=SYSTEM, now=clock.now(), sheet_id=sheet_id)
    except DomainError as error:
        raise click.ClickException(error.message % error.params) from error
    show({"sheet": sheet_id, "sha256": sheet.sha256}, machine=machine, text="Đã công bố")


@results.command("verify")
@click.argument("sheet_id")
@as_json
@with_appcontext
def verify(sheet_id: str, machine: bool) -> None:
    """Recompute a stored sheet's hash and ranking; exit code 1 if either fails."""
    view = queries.sheet(sheet_id, committee=True)
    show(
        {"sheet": sheet_id, "sha256": view.head.sha256, "intact": view.intact},
        machine=machine,
        text="Nguyên vẹn" if view.intact else "SAI: nội dung hoặc thứ hạng không khớp",
    )
    raise SystemExit(0 if view.intact else 1)


group = (results,)
