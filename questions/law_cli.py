"""Commands about the law: recording changes of it, and what it would hold back."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec
import sqlalchemy as sa
from flask.cli import with_appcontext

from core import clock
from core.access import SYSTEM
from core.cli import as_json, show
from core.clock import LOCAL
from core.db import read
from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_
from questions import flaws
from questions.bank import list_queries, queries
from questions.bank.content import item_of
from questions.bank.list_queries import Filters
from questions.bank.models import Bank
from questions.bank.overtaken import Touched, touched
from questions.formats.reading import bounded
from questions.law.rows import ChangesFile, DocumentRow
from questions.law.rules import Cause
from questions.review import law_changes

DAY = click.DateTime(formats=["%Y-%m-%d"])
REASONS = {"amended": "được sửa đổi", "replaced": "bị thay thế", "expired": "hết hiệu lực"}


@click.command("law")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@as_json
@with_appcontext
def law(file: Path, dry_run: bool, machine: bool) -> None:
    """Record documents and changes of the law (.xlsx as the template, or .json), all rows or none."""
    rows = _rows(file)
    act = law_changes.rehearse if dry_run else law_changes.record
    done = act(actor=SYSTEM, now=clock.now(), rows=rows)
    data = {
        "dry_run": dry_run,
        "added": list(done.recorded.added),
        "changed": list(done.recorded.changed),
        "changes": [change._asdict() for change in done.recorded.changes],
        "held_back": [plain(one) for one in done.held],
        "released": done.released,
    }
    lines = [
        f"{len(done.recorded.added)} văn bản mới, {len(done.recorded.changed)} văn bản đổi thông tin, "
        f"{len(done.recorded.changes)} thay đổi của pháp luật",
        f"{len({one.question_id for one in done.held})} câu tạm dừng sử dụng, {done.released} câu được sử dụng lại",
        *(f"{one.code}: {one.article} {one.document} {said(one.cause)}" for one in done.held),
        *(["Chạy thử: chưa ghi gì."] if dry_run else []),
    ]
    show(data, machine=machine, text="\n".join(lines))


@click.command("check")
@click.option("--as-of", type=DAY, metavar="YYYY-MM-DD", help="By the law of this day; today unless given.")
@click.option("--bank", "bank_name", metavar="NAME", help="Only this bank.")
@click.option("--law-only", is_flag=True, help="Leave out how questions are written.")
@as_json
@with_appcontext
def check(as_of: datetime | None, bank_name: str | None, law_only: bool, machine: bool) -> None:
    """Questions that rest on law not in force on a day, and flaws in how questions are written.

    Exit code 1 when papers could still draw a question that rests on such law.
    """
    day = as_of.date() if as_of else clock.now().astimezone(LOCAL).date()
    banks = _banks(bank_name)
    found = touched(as_of=day, bank_ids={bank.id for bank in banks} if bank_name else None)
    flawed = [] if law_only else [one for bank in banks for one in _flaws(bank)]
    drawable = {one.question_id for one in found if one.active}
    summary = {
        "touched": len({one.question_id for one in found}),
        "drawable": len(drawable),
        "flawed": len({one["code"] for one in flawed if one["code"]}),
        "flaws": len(flawed),
    }
    lines = [f"{one.code}: {one.article} {one.document} {said(one.cause)}" for one in found]
    lines += [f"{one['code'] or 'Ngân hàng'}: {one['message']}" for one in flawed]
    lines.append(
        f"Tính đến {day:%d/%m/%Y}: {summary['touched']} câu có căn cứ không còn nguyên hiệu lực, trong đó "
        f"{summary['drawable']} câu đang được ra đề; {summary['flaws']} điểm cần xem lại về cách viết."
    )
    data = {"as_of": day.isoformat(), "touched": [plain(one) for one in found], "flaws": flawed, "summary": summary}
    show(data, machine=machine, text="\n".join(lines))
    raise SystemExit(1 if drawable else 0)


def plain(one: Touched) -> dict[str, Any]:
    """A question that the law overtakes, as plain data."""
    return {
        "code": one.code,
        "document": one.document,
        "article": one.article,
        "reason": one.cause.reason,
        "on": one.cause.on.isoformat(),
        "by": one.cause.by,
        "drawable": one.active,
    }


def said(cause: Cause) -> str:
    """A cause in words: ``bị thay thế từ 01/07/2025 bởi Nghị định 118/2025/NĐ-CP``."""
    if cause.reason == "expired":
        return f"{REASONS['expired']} sau {cause.on:%d/%m/%Y}"
    return f"{REASONS[cause.reason]} từ {cause.on:%d/%m/%Y} bởi {cause.by}"


def _rows(file: Path) -> tuple[DocumentRow, ...]:
    data = file.read_bytes()
    if file.suffix.casefold() == ".json":
        try:
            return msgspec.json.decode(data, type=tuple[DocumentRow, ...])
        except msgspec.DecodeError as error:
            raise Invalid(
                N_("Tệp JSON không đúng dạng danh mục văn bản (%(reason)s)."), code="bad-json", reason=str(error)[:200]
            ) from error
    found = bounded(data, reader="questions.law.changes_file", shape=ChangesFile)
    if found.problems:
        raise Conflict(
            N_("Tệp có %(count)s lỗi; chưa dòng nào được ghi:\n%(problems)s"),
            code="has-problems",
            count=len(found.problems),
            problems="\n".join(f"{p.at}: {p.reason % p.params}" for p in found.problems),
        )
    return found.rows


def _banks(name: str | None) -> list[Bank]:
    query = sa.select(Bank).order_by(Bank.id)
    found = list(read().scalars(query.where(Bank.name == name) if name else query))
    if name and not found:
        raise NotFound(N_("Không có ngân hàng câu hỏi mang tên “%(name)s”."), name=name)
    return found


def _flaws(bank: Bank) -> list[dict[str, str]]:
    ids = list_queries.ids(bank, Filters())
    items = [item_of(version) for version in queries.versions(ids) if version.question.status != "retired"]
    found = [(item.code, flaw) for item in items for flaw in flaws.of_item(item)]
    found += [("", flaw) for flaw in flaws.of_bank(items).flaws]
    return [{"code": code, "flaw": flaw.code, "message": flaw.message % flaw.params} for code, flaw in found]
