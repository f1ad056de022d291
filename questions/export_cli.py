"""The command that takes questions out of a bank, for backups and other systems."""

import os
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from core import clock
from core.access import SYSTEM
from core.cli import as_json, show
from core.errors import Conflict, NotFound
from core.i18n import N_
from questions.bank import list_queries, queries
from questions.bank.models import Bank
from questions.exports import service
from questions.formats import FORMATS

CODES_SHOWN = 20


@click.command("export")
@click.argument("file")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), required=True)
@click.option("--bank", "bank_name", default="", help="Name or id; the province's first bank if left out.")
@click.option("--state", type=click.Choice(queries.STATES), default=None)
@click.option("--topic", default="", help="A topic's code.")
@click.option("--drawn", is_flag=True, help="The wordings that papers draw, instead of the newest.")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@as_json
@with_appcontext
def export(
    file: str,
    format_name: str,
    bank_name: str,
    state: str | None,
    topic: str,
    drawn: bool,
    force: bool,
    machine: bool,
) -> None:
    """Write questions to FILE (``-``: standard output); what the format cannot carry goes to standard error."""
    target = None if file == "-" else Path(file)
    if target is not None and target.exists() and not force:
        raise Conflict(N_("Đã có tệp %(file)s; thêm --force để ghi đè."), code="file-exists", file=file)
    bank = _bank(bank_name)
    written = service.write(
        actor=SYSTEM,
        now=clock.now(),
        bank=bank,
        ids=list_queries.ids(bank, list_queries.Filters(state=state or "", topic=topic)),
        format_name=format_name,
        drawn=drawn,
    )
    _tell_losses(written.fit)
    summary = {
        "bank": bank.public_id,
        "format": format_name,
        "count": written.fit.carried,
        "skipped": list(written.fit.skipped),
        "losses": {loss.reason: list(loss.codes) for loss in written.fit.losses},
        "sha256": written.sha256,
    }
    if target is None:
        sys.stdout.buffer.write(written.data)
        return
    _save(target, written.data)
    show(summary, machine=machine, text=f"{written.fit.carried} câu hỏi trong {file} (SHA-256 {written.sha256})")


def _bank(name: str) -> Bank:
    banks = queries.banks(SYSTEM)
    found = [bank for bank in banks if name in ("", bank.name, bank.public_id)]
    if not found:
        raise NotFound(N_("Không tìm thấy ngân hàng câu hỏi này."))
    if name and len(found) > 1:
        raise Conflict(
            N_("Có nhiều ngân hàng mang tên này; đề nghị dùng mã: %(ids)s."),
            code="ambiguous",
            ids=", ".join(bank.public_id for bank in found),
        )
    return found[0]


def _tell_losses(fit: service.Fit) -> None:
    if fit.skipped:
        click.echo(f"Bỏ qua {len(fit.skipped)} câu: {_listed(fit.skipped)}", err=True)
    for loss in fit.losses:
        codes = "tất cả các câu" if len(loss.codes) == fit.carried else f"{len(loss.codes)} câu: {_listed(loss.codes)}"
        click.echo(f"{loss.reason} ({codes})", err=True)


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(codes[:CODES_SHOWN]) + (", …" if len(codes) > CODES_SHOWN else "")


def _save(target: Path, data: bytes) -> None:
    # Keys are in it: for its owner's eyes only, and never half a file.
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(data)
        part.replace(target)
    except OSError as error:
        raise Conflict(N_("Không ghi được tệp %(file)s."), code="not-written", file=str(target)) from error
