"""The command that brings a file in, without a preview."""

from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from core import clock
from core.access import SYSTEM
from core.cli import as_json, show
from core.db import read
from core.errors import DomainError, NotFound
from core.i18n import N_
from questions.bank.models import PROVINCE, Bank
from questions.formats import FORMATS, bounds
from questions.formats.reading import read_file
from questions.imports import checking
from questions.imports import service as imports
from questions.imports.service import Defaults
from questions.items import Problem, Reading


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), help="Guessed from the file unless given.")
@click.option("--bank", "bank_name", help="The name of a bank; the province's first unless given.")
@click.option("--topic", default="", help="The topic (code) of questions that name none.")
@click.option("--difficulty", type=click.IntRange(1, 3), default=2, help="For questions that name none.")
@click.option("--submit", is_flag=True, help="Submit the drafts for review.")
@click.option("--dry-run", is_flag=True, help="Read and check only; write nothing.")
@as_json
@with_appcontext
def import_(
    file: Path,
    format_name: str | None,
    bank_name: str | None,
    topic: str,
    difficulty: int,
    submit: bool,
    dry_run: bool,
    machine: bool,
) -> None:
    """Bring the questions of FILE in as drafts: all of them, or none where there is any error."""
    reading, errors, added = Reading(), [], None
    try:
        data = _bytes(file)
        reading, _ = read_file(data, name=file.name, format_name=format_name)
        reading = checking.checked(reading)
        errors = [{"at": one.at, "reason": _sentence(one)} for one in reading.problems]
        if not errors and not dry_run:
            defaults = Defaults(topic=topic, difficulty=difficulty, submit=submit)
            bank = _bank(bank_name)
            reading = checking.placed(bank, reading)
            added = len(reading.found)
            imports.bring_in_now(
                actor=SYSTEM, now=clock.now(), bank=bank, name=file.name, data=data, reading=reading, defaults=defaults
            )
    except DomainError as error:
        errors, added = [{"at": "", "reason": error.message % error.params}], None
    show(_result(reading, errors, added), machine=machine, text=_summary(reading, errors, added))
    if errors:
        raise SystemExit(1)


def _bytes(file: Path) -> bytes:
    if file.stat().st_size > bounds.FILE_MAX:
        with file.open("rb") as stream:
            return stream.read(bounds.FILE_MAX + 1)  # enough to be refused
    return file.read_bytes()


def _bank(name: str | None) -> Bank:
    query = sa.select(Bank).order_by(Bank.id).limit(1)
    bank = read().scalar(query.where(Bank.name == name) if name else query.where(Bank.owner_id == PROVINCE))
    if bank is None:
        raise NotFound(N_("Không tìm thấy ngân hàng câu hỏi này."))
    return bank


def _sentence(problem: Problem) -> str:
    return problem.reason % problem.params


def _result(reading: Reading, errors: list[dict[str, str]], added: int | None) -> dict[str, Any]:
    questions = [
        {
            "kind": one.item.kind.value,
            "stem": one.item.stem,
            "choices": list(one.item.choices),
            "keys": list(one.item.keys),
            "at": one.at,
        }
        for one in reading.found
    ]
    return {"questions": questions, "errors": errors} | ({} if added is None else {"added": added})


def _summary(reading: Reading, errors: list[dict[str, str]], added: int | None) -> str:
    head = f"{len(reading.found)} câu hỏi đọc được, {len(errors)} lỗi, {len(reading.notes)} lưu ý."
    lines = [f"  {one['at']}: {one['reason']}" if one["at"] else f"  {one['reason']}" for one in errors]
    notes = [f"  {one.at}: {_sentence(one)}" for one in reading.notes]
    if errors:
        end = "Chưa câu nào được ghi."
    else:
        end = "Chạy thử: chưa ghi gì." if added is None else f"Đã nhập {added} câu (bản nháp)."
    return "\n".join([head, *(["Lỗi:", *lines] if lines else []), *(["Lưu ý:", *notes] if notes else []), end])
