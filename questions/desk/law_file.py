"""Thay đổi của pháp luật từ tệp Excel: a template, a preview that writes nothing, then all rows or none."""

from importlib import import_module
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from itsdangerous import BadData, URLSafeTimedSerializer

from core.access import Actor, Permission, require
from core.errors import DomainError, Invalid
from core.i18n import N_
from core.web.forms import accepts_upload
from core.web.pages import private, request_now
from questions.bank.models import Bank
from questions.desk.law import shown
from questions.desk.workplace import at_desk, desk_page
from questions.formats import FORMATS
from questions.formats.bounds import FILE_MAX
from questions.formats.reading import bounded
from questions.law.rows import ROWS_MAX, ChangesFile, DocumentRow
from questions.review import impact, law_changes

blueprint = Blueprint("law_file", __name__, url_prefix="/organiser/law/file")
READER = "questions.law.changes_file"
KEPT_MAX = 450_000  # of a form's 500 kB
KEPT_SECONDS = 86_400


@blueprint.get("")
def index() -> Response:
    """Choose a file, or take the template."""
    actor, bank = _may_change()
    return desk_page("questions/law_file.html", actor=actor, bank=bank, found=None, refusal=None)


@blueprint.get("/template.xlsx")
def template() -> Response:
    """Tệp mẫu."""
    _may_change()
    response = Response(import_module(READER).template(), mimetype=FORMATS["xlsx"].mimetype)
    response.headers["Content-Disposition"] = 'attachment; filename="mau-thay-doi-van-ban.xlsx"'
    return private(response)


@blueprint.post("")
@accepts_upload(FILE_MAX, Permission.BANK_MANAGE)
def preview() -> ResponseReturnValue:
    """Xem trước: what the file would do today; nothing is written."""
    actor, bank = _may_change()
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid(N_("Đề nghị chọn tệp Excel."), code="no-file")
        found = bounded(sent.read(), reader=READER, shape=ChangesFile)
        if found.problems:
            return _page(actor, bank, status=422, found=found)
        outcome = law_changes.rehearse(actor=actor, now=request_now(), rows=found.rows)
        return _page(
            actor,
            bank,
            found=found,
            outcome=outcome,
            groups=impact.grouped(outcome.held),
            kept=_keep(actor, found),
            name=sent.filename[-120:],
        )
    except DomainError as error:
        return _page(actor, bank, status=422, refusal=gettext(error.message, **error.params))


@blueprint.post("/confirm")
@accepts_upload(KEPT_MAX, Permission.BANK_MANAGE)
def confirm() -> ResponseReturnValue:
    """Ghi: the rows of the preview, which come back signed."""
    actor, bank = _may_change()
    try:
        rows = _kept(actor, request.form.get("kept", ""))
        outcome = law_changes.record(actor=actor, now=request_now(), rows=rows)
    except DomainError as error:
        return _page(actor, bank, status=422, refusal=gettext(error.message, **error.params))
    done = outcome.recorded
    flash(
        gettext(
            "Đã ghi: %(added)s văn bản mới, %(changed)s văn bản đổi thông tin, %(changes)s thay đổi của pháp luật.",
            added=len(done.added),
            changed=len(done.changed),
            changes=len(done.changes),
        ),
        "success",
    )
    return shown(outcome, request_now())


def _page(actor: Actor, bank: Bank, *, status: int = 200, **context: Any) -> Response:
    response: Response = desk_page(
        "questions/law_file.html",
        actor=actor,
        bank=bank,
        status=status,
        **{"found": None, "outcome": None, "refusal": None, **context},
    )
    return response


def _may_change() -> tuple[Actor, Bank]:
    actor, bank = at_desk()
    require(actor, Permission.BANK_MANAGE)
    return actor, bank


def _signer(actor: Actor) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=f"law-file:{actor.person_id}")


def _keep(actor: Actor, found: ChangesFile) -> str:
    kept = _signer(actor).dumps(msgspec.to_builtins(found.rows, str_keys=True))
    text = kept if isinstance(kept, str) else kept.decode()
    if len(text) > KEPT_MAX:
        raise Invalid(N_("Tệp có quá nhiều nội dung. Đề nghị chia thành nhiều tệp."), code="too-many")
    return text


def _kept(actor: Actor, text: str) -> tuple[DocumentRow, ...]:
    try:
        rows = msgspec.convert(_signer(actor).loads(text, max_age=KEPT_SECONDS), tuple[DocumentRow, ...])
    except (BadData, msgspec.ValidationError) as error:
        raise Invalid(N_("Bản xem trước không còn dùng được. Đề nghị chọn lại tệp."), code="stale-preview") from error
    if not 1 <= len(rows) <= ROWS_MAX:
        raise Invalid(N_("Bản xem trước không còn dùng được. Đề nghị chọn lại tệp."), code="stale-preview")
    return rows
