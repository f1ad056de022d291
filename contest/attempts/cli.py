"""Commands of rounds. They stand here because extending and closing move attempts."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from contest.attempts import window
from contest.rounds import queries, service
from core import clock
from core.access import SYSTEM
from core.cli import Group, as_json, show


@click.group("rounds", cls=Group)
def rounds() -> None:
    """Rounds of all contests."""


@rounds.command("list")
@as_json
@with_appcontext
def list_(machine: bool) -> None:
    """All rounds, drafts included."""
    rows = queries.rounds(now=clock.now(), drafts=True)
    show(
        [
            {
                "id": v.id,
                "title": v.title,
                "state": v.state,
                "opens_at": v.opens_at.isoformat(),
                "closes_at": v.closes_at.isoformat(),
            }
            for v in rows
        ],
        machine=machine,
        text="\n".join(f"{v.id}  {v.state:10} {v.title}" for v in rows),
    )


@rounds.command("check")
@click.argument("round_id")
@as_json
@with_appcontext
def check(round_id: str, machine: bool) -> None:
    """What stands against opening a round; exit code 1 if anything does."""
    found = queries.check(queries.round_(round_id, now=clock.now(), drafts=True))
    problems = [message % params for message, params in found.problems]
    problems += [f"{s.topic}, độ khó {s.difficulty}: cần {s.wanted} câu, có {s.available}" for s in found.shortages]
    show({"ok": found.ok, "problems": problems}, machine=machine, text="\n".join(problems) or "Đạt")
    raise SystemExit(0 if found.ok else 1)


@rounds.command("open")
@click.argument("round_id")
@as_json
@with_appcontext
def open_(round_id: str, machine: bool) -> None:
    """Open a round now."""
    round_ = service.open_now(actor=SYSTEM, now=clock.now(), round_id=round_id)
    show({"id": round_id, "opens_at": round_.opens_at}, machine=machine, text="Đang diễn ra")


@rounds.command("extend")
@click.argument("round_id")
@click.argument("closes_at", metavar="ISO_DATETIME_WITH_OFFSET")
@click.option("--reason", required=True)
@as_json
@with_appcontext
def extend(round_id: str, closes_at: str, reason: str, machine: bool) -> None:
    """Move a round's close to a later moment."""
    try:
        moment = datetime.fromisoformat(closes_at)
    except ValueError as error:
        raise click.BadParameter("ISO 8601, e.g. 2026-11-30T08:00+07:00") from error
    if moment.tzinfo is None:
        raise click.BadParameter("the offset is missing, e.g. +07:00")
    window.extend(actor=SYSTEM, now=clock.now(), round_id=round_id, closes_at=moment, reason=reason)
    show({"id": round_id, "closes_at": moment}, machine=machine, text="Đã gia hạn")


@rounds.command("close")
@click.argument("round_id")
@click.option("--reason", required=True)
@as_json
@with_appcontext
def close(round_id: str, reason: str, machine: bool) -> None:
    """Close a running round in 60 seconds."""
    round_ = window.close_now(actor=SYSTEM, now=clock.now(), round_id=round_id, reason=reason)
    show({"id": round_id, "closes_at": round_.closes_at}, machine=machine, text="Kết thúc sau 60 giây")


group = (rounds,)
