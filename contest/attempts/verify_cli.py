"""``rounds verify``: are papers, marks and commitments what they have to be?"""

import click
from flask.cli import with_appcontext

from contest.attempts.verifying import Verified, papers
from contest.attempts.verifying import verify as recompute
from contest.rounds import queries as rounds
from core import clock
from core.cli import as_json, show


@click.command("verify")
@click.argument("round_id")
@click.option("--attempt", "attempt_id", metavar="ID", help="Only this attempt.")
@click.option("--receipt", "code", metavar="CODE", help="Only the attempt with this receipt code.")
@as_json
@with_appcontext
def verify(round_id: str, attempt_id: str | None, code: str | None, machine: bool) -> None:
    """Draw every paper again and mark it again; exit code 1 if anything differs from what is stored."""
    view = rounds.round_(round_id, now=clock.now(), drafts=True)
    total = papers(view.pk)
    found = recompute(
        view,
        attempt_id=attempt_id,
        code=code.strip().upper() if code else None,
        progress=lambda done: click.echo(f"{done}/{total}", err=True),
    )
    show(
        {
            "id": round_id,
            "ok": found.ok,
            "papers": found.papers,
            "marks": found.marks,
            "commitments": found.commitments,
            "wrong": {"revisions": found.wrong_revisions, "papers": found.wrong_papers, "marks": found.wrong_marks},
        },
        machine=machine,
        text=_said(found),
    )
    raise SystemExit(0 if found.ok else 1)


def _said(found: Verified) -> str:
    lines = [f"Mã cam kết lần {one['revision']}: {one['stored']}" for one in found.commitments]
    lines.append(f"Đã rút lại {found.papers} đề, chấm lại {found.marks} bài.")
    for words, wrong in (
        ("Mã cam kết không khớp ở lần chốt", found.wrong_revisions),
        ("Đề không khớp", found.wrong_papers),
        ("Điểm không khớp", found.wrong_marks),
    ):
        lines += [f"{words}: {one}" for one in wrong]
    return "\n".join([*lines, "Đạt" if found.ok else "KHÔNG ĐẠT"])
