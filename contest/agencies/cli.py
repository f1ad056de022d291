"""Commands of the agency tree."""

import click
from flask.cli import with_appcontext

from contest.agencies import queries, service
from core import clock
from core.access import SYSTEM
from core.cli import Group, as_json, show
from core.clock import LOCAL


@click.group("agencies", cls=Group)
def agencies() -> None:
    """The agency tree."""


@agencies.command("import")
@as_json
@with_appcontext
def import_(machine: bool) -> None:
    """Add the agencies of Nghệ An that are missing."""
    added = service.import_tree(actor=SYSTEM, now=clock.now())
    show({"added": added}, machine=machine, text=f"{added} đơn vị mới")


@agencies.command("list")
@as_json
@with_appcontext
def list_(machine: bool) -> None:
    """Every agency that may be picked today."""
    rows = queries.all_pickable(today=clock.now().astimezone(LOCAL).date())
    show(
        [{"code": row.code, "name": row.name, "kind": row.kind, "bloc": row.bloc} for row in rows],
        machine=machine,
        text="\n".join(f"{row.code:12} {row.name}" for row in rows),
    )


group = (agencies,)
