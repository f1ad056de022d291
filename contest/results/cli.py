"""Commands of results."""

from collections.abc import Iterator

import click
import msgspec
from flask.cli import with_appcontext

from contest.attempts.cli import rounds as rounds_group
from contest.results import item_analysis, queries, service
from core import clock
from core.access import SYSTEM
from core.cli import Group, as_json, show
from questions.bank import usage_queries


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


@rounds_group.command("analyse")
@click.argument("round_id")
@as_json
@with_appcontext
def analyse(round_id: str, machine: bool) -> None:
    """Analyse the questions of a closed round here and now; prints the paper and the worst ten."""

    def report(done: int, total: int) -> None:
        click.echo(f"{done}/{total}", err=True)

    found = item_analysis.analyse(actor=SYSTEM, now=clock.now(), round_id=round_id, report=report)
    codes = usage_queries.asked([one.item.version_id for one in found.items])
    show(
        {
            "paper": msgspec.to_builtins(found.paper),
            "questions": [
                {"code": codes[one.item.version_id].code, **msgspec.to_builtins(one.statistics)} for one in found.items
            ],
        },
        machine=machine,
        text="\n".join(_analysis_lines(found, codes)),
    )


def _analysis_lines(found: item_analysis.Analysis, codes: dict[int, usage_queries.Asked]) -> Iterator[str]:
    paper = found.paper
    reliability = "–" if paper.reliability is None else f"{paper.reliability:.2f}"
    yield f"{paper.n} bài; tỷ lệ đúng {paper.mean:.1%}, độ lệch chuẩn {paper.deviation:.1%}, độ tin cậy {reliability}"
    for one in found.items[:10]:
        item = one.statistics
        said = "; ".join(flaw.message % flaw.params for flaw in item.warnings) or "không có nhận xét"
        code = codes[one.item.version_id].code
        yield f"{code:12} n={item.n} đúng {item.facility:.1%} phân biệt {item.discrimination:.2f}: {said}"


group = (results,)
