"""Commands that move the time of a running round, and its amendments."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from contest.attempts import window
from contest.rounds import queries, service
from contest.rounds.lifecycle import EVERYBODY
from core import clock
from core.access import SYSTEM
from core.cli import as_json, show

_of_agency = click.option("--agency", "agency_code", default=EVERYBODY, metavar="CODE", help="One agency only.")
_reason = click.option("--reason", required=True, help="Stands in the public amendment.")


@click.command("open")
@click.argument("round_id")
@as_json
@with_appcontext
def open_(round_id: str, machine: bool) -> None:
    """Open a round now."""
    round_ = service.open_now(actor=SYSTEM, now=clock.now(), round_id=round_id)
    show({"id": round_id, "opens_at": round_.opens_at}, machine=machine, text="Đang diễn ra")


@click.command("extend")
@click.argument("round_id")
@click.argument("closes_at", metavar="ISO_DATETIME_WITH_OFFSET")
@_of_agency
@_reason
@as_json
@with_appcontext
def extend(round_id: str, closes_at: str, agency_code: str, reason: str, machine: bool) -> None:
    """Move a round's close to a later moment, for everybody or for one agency with all below it."""
    try:
        moment = datetime.fromisoformat(closes_at)
    except ValueError as error:
        raise click.BadParameter("ISO 8601, e.g. 2026-11-30T08:00+07:00") from error
    if moment.tzinfo is None:
        raise click.BadParameter("the offset is missing, e.g. +07:00")
    window.extend(
        actor=SYSTEM, now=clock.now(), round_id=round_id, closes_at=moment, reason=reason, agency_code=agency_code
    )
    show({"id": round_id, "closes_at": moment, "agency": agency_code}, machine=machine, text="Đã gia hạn")


@click.command("close")
@click.argument("round_id")
@_reason
@as_json
@with_appcontext
def close(round_id: str, reason: str, machine: bool) -> None:
    """Close a running round in 60 seconds."""
    round_ = window.close_now(actor=SYSTEM, now=clock.now(), round_id=round_id, reason=reason)
    show({"id": round_id, "closes_at": round_.closes_at}, machine=machine, text="Kết thúc sau 60 giây")


@click.command("pause")
@click.argument("round_id")
@_of_agency
@_reason
@as_json
@with_appcontext
def pause(round_id: str, agency_code: str, reason: str, machine: bool) -> None:
    """Stop the clocks of those who sit; nobody starts meanwhile."""
    now = clock.now()
    window.pause(actor=SYSTEM, now=now, round_id=round_id, reason=reason, agency_code=agency_code)
    show({"id": round_id, "paused_at": now, "agency": agency_code}, machine=machine, text="Đã tạm dừng")


@click.command("resume")
@click.argument("round_id")
@_of_agency
@_reason
@as_json
@with_appcontext
def resume(round_id: str, agency_code: str, reason: str, machine: bool) -> None:
    """Let a paused round go on; the time of the pause is given back."""
    now = clock.now()
    round_ = window.resume(actor=SYSTEM, now=now, round_id=round_id, reason=reason, agency_code=agency_code)
    data = {"id": round_id, "closes_at": round_.closes_at, "ends_at": round_.ends_at, "agency": agency_code}
    show(data, machine=machine, text="Đã thi tiếp")


@click.command("amendments")
@click.argument("round_id")
@as_json
@with_appcontext
def amendments_(round_id: str, machine: bool) -> None:
    """What was changed after a round was prepared."""
    pk = queries.round_(round_id, now=clock.now(), drafts=True).pk
    rows = queries.amendments([pk]).get(pk, [])
    data = [
        {"number": a.number, "at": a.at, "kind": a.kind, "reason": a.reason, "before": a.before, "after": a.after}
        for a in rows
    ]
    text = "\n".join(f"{a.number}. {a.at:%Y-%m-%d %H:%M:%S} {a.kind}: {a.reason}" for a in rows)
    show(data, machine=machine, text=text or "Chưa có thay đổi nào.")


COMMANDS = (open_, extend, close, pause, resume, amendments_)
