"""Commands of results."""

import click
from flask.cli import with_appcontext

from contest.results import queries, service
from core import clock
from core.access import SYSTEM
from core.cli import Group, as_json, show


@click.group("results", cls=Group)
def results() -> None:
    """Rank, publish, verify."""


@results.command("rank")
@click.argument("round_id")
@as_json
@with_appcontext
def rank(round_id: str, machine: bool) -> None:
    """Freeze a closed round as the next numbered sheet."""
    sheet = service.freeze(actor=SYSTEM, now=clock.now(), round_id=round_id)
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
    sheet = service.publish(actor=SYSTEM, now=clock.now(), sheet_id=sheet_id)
    show({"sheet": sheet_id, "sha256": sheet.sha256}, machine=machine, text="Đã công bố")


@results.command("verify")
@click.argument("sheet_id")
@as_json
@with_appcontext
def verify(sheet_id: str, machine: bool) -> None:
    """Recompute a stored sheet's hash and ranking; exit code 1 if either fails."""
    intact = queries.is_intact(sheet_id)
    head = queries.whole_sheet(sheet_id).head
    show(
        {"sheet": sheet_id, "sha256": head.sha256, "intact": intact},
        machine=machine,
        text="Nguyên vẹn" if intact else "SAI: nội dung hoặc thứ hạng không khớp",
    )
    raise SystemExit(0 if intact else 1)


group = (results,)
