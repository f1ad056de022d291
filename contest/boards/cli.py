"""Commands of boards."""

import click
from flask.cli import with_appcontext

from contest.boards import service
from contest.rounds import queries as rounds
from core import clock
from core.cli import Group, as_json, connect_redis, show


@click.group("boards", cls=Group)
def boards() -> None:
    """Live boards in Redis."""


@boards.command("rebuild")
@click.argument("round_id")
@as_json
@with_appcontext
def rebuild(round_id: str, machine: bool) -> None:
    """Fill a new generation from SQL and show it."""
    connect_redis()
    now = clock.now()
    rows = service.rebuild(round_=rounds.round_(round_id, now=now), now=now)
    show({"round": round_id, "rows": rows}, machine=machine, text=f"{rows} dòng")


@boards.command("verify")
@click.argument("round_id")
@as_json
@with_appcontext
def verify(round_id: str, machine: bool) -> None:
    """Compare members, keys and order with SQL; exit code 1 if they differ."""
    connect_redis()
    now = clock.now()
    found = service.verify(round_=rounds.round_(round_id, now=now), now=now)
    show(
        {"round": round_id, "listed": found.listed, "differing": found.differing},
        machine=machine,
        text=f"{found.listed} dòng, {len(found.differing)} khác",
    )
    raise SystemExit(1 if found.differing else 0)


group = (boards,)
