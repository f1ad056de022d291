"""Commands of rounds. They stand here because extending and closing move attempts."""

from datetime import date, datetime
from typing import Any

import click
from flask.cli import with_appcontext

from contest.attempts import verify_cli, window_cli
from contest.rounds import feasibility, queries
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState
from core import clock
from core.cli import Group, as_json, show
from questions.bank import queries as bank
from questions.law_cli import DAY, plain, said

LEVELS = {1: "dễ", 2: "vừa", 3: "khó"}


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
@click.argument("round_id", required=False)
@click.option("--as-of", type=DAY, metavar="YYYY-MM-DD", help="By the law of this day, not of the round's last.")
@as_json
@with_appcontext
def check(round_id: str | None, as_of: datetime | None, machine: bool) -> None:
    """What stands against a round, or against all that are not over; exit code 1 if anything does.

    Before a round is prepared: its rules, and cells that cannot be filled. Afterwards: frozen
    questions that rest on law no longer in force.
    """
    now, day = clock.now(), as_of.date() if as_of else None
    over = (RoundState.CLOSED, RoundState.PUBLISHED)
    views = [queries.round_(round_id, now=now, drafts=True)] if round_id else queries.rounds(now=now, drafts=True)
    reports = [_report(view, day) for view in views if round_id or view.state not in over]
    ok = all(report["ok"] for report in reports)
    lines = [f"{r['title']} ({r['as_of']}): {'; '.join(r['problems']) or 'Đạt'}" for r in reports]
    show(reports[0] if round_id else {"ok": ok, "rounds": reports}, machine=machine, text="\n".join(lines) or "Đạt")
    raise SystemExit(0 if ok else 1)


def _report(view: RoundView, day: date | None) -> dict[str, Any]:
    found = feasibility.overtaken(view, as_of=day)
    names = {topic.code: topic.name for topic in bank.topics()}
    problems = []
    if view.state is RoundState.DRAFT:
        problems += [message % params for message, params in feasibility.check(view, as_of=day).problems]
        problems += [
            f"{names.get(s.topic, s.topic)}, mức {LEVELS[s.difficulty]}: cần {s.wanted} câu, có {s.available}"
            for s in found.shortages
        ]
    problems += [f"{one.code}: {one.article} {one.document} {said(one.cause)}" for one in found.frozen]
    return {
        "ok": not problems,
        "id": view.id,
        "title": view.title,
        "state": view.state,
        "as_of": found.as_of.isoformat(),
        "problems": problems,
        "shortages": [
            {"topic": s.topic, "name": names.get(s.topic, s.topic), "difficulty": s.difficulty, "wanted": s.wanted,
             "available": s.available}
            for s in found.shortages
        ],
        "frozen": [plain(one) for one in found.frozen],
    }  # fmt: skip


for command in (*window_cli.COMMANDS, verify_cli.verify):
    rounds.add_command(command)

group = (rounds,)
