"""Văn bản: the legal documents that questions rest on, and what a change of them does."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, require
from core.clock import LOCAL
from core.errors import Invalid
from core.text import fold
from core.web.identity import require_holder
from core.web.pages import request_now
from questions.bank import citing
from questions.desk.law_form import LawForm
from questions.desk.workplace import at_desk, desk_page, page_number
from questions.law import queries as law
from questions.law.queries import DocumentLine
from questions.review import law_changes
from questions.review.law_changes import Outcome

blueprint = Blueprint("law", __name__, url_prefix="/organiser/law")
IMPACT = "/organiser/law/impact"
PAGE = 50
STATUSES = {
    "in_force": _l("Còn hiệu lực"),
    "not_yet": _l("Chưa có hiệu lực"),
    "amended": _l("Đã sửa đổi"),
    "replaced": _l("Bị thay thế"),
    "expired": _l("Hết hiệu lực"),
}
SORTS = {
    "issued": _l("Ngày ban hành, mới trước"),
    "effective": _l("Ngày hiệu lực, mới trước"),
    "expires": _l("Ngày hết hiệu lực, gần trước"),
    "cited": _l("Số câu hỏi, nhiều trước"),
    "title": _l("Tên văn bản"),
}


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to."""

    text: str
    status: str
    sort: str

    @property
    def query(self) -> dict[str, str]:
        """The same for an address."""
        values = {"text": self.text, "status": self.status, "sort": self.sort if self.sort != "issued" else ""}
        return {name: value for name, value in values.items() if value}


@blueprint.get("")
def index() -> Response:
    """The list, narrowed, sorted and paged."""
    actor, bank = at_desk()
    known = law.documents(as_of=today(), only=citing.known_law(actor))
    counts, wanted = citing.counts(actor), _wanted()
    matching = [line for line in known if _matches(line, wanted)]
    lines = _sorted([line for line in matching if not wanted.status or line.status == wanted.status], counts, wanted)
    pages = max(1, -(-len(lines) // PAGE))
    number = min(page_number(), pages)
    return desk_page(
        "questions/law.html",
        actor=actor,
        bank=bank,
        known=len(known),
        lines=lines[(number - 1) * PAGE : number * PAGE],
        total=len(lines),
        states={status: sum(line.status == status for line in matching) for status in STATUSES},
        matching=len(matching),
        counts=counts,
        wanted=wanted,
        number=number,
        pages=pages,
        STATUSES=STATUSES,
        SORTS=SORTS,
        changes_law=changes_law(actor),
    )


@blueprint.get("/<pid:document_id>")
def document(document_id: str) -> Response:
    """One document: its facts, what happened to it, what cites it, what would go with it."""
    actor, bank = at_desk()
    line = law.document(document_id, as_of=today(), only=citing.known_law(actor))
    return desk_page(
        "questions/law_document.html",
        actor=actor,
        bank=bank,
        line=line,
        citing=citing.of_document(actor, line.pk),
        losses=citing.if_ended(actor, line.pk),
        STATUSES=STATUSES,
        changes_law=changes_law(actor),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Thêm văn bản."""
    return _edited(None)


@blueprint.route("/<pid:document_id>/edit", methods=["GET", "POST"])
def edit(document_id: str) -> ResponseReturnValue:
    """Sửa thông tin văn bản: what stands in the form is all that is known afterwards."""
    return _edited(document_id)


@blueprint.post("/<pid:document_id>/changes/remove")
def remove_change(document_id: str) -> ResponseReturnValue:
    """Gỡ thay đổi ghi nhầm."""
    actor = require_holder(Permission.BANK_MANAGE)
    outcome = law_changes.remove_change(
        actor=actor,
        now=request_now(),
        document_id=document_id,
        by_id=request.form.get("by", ""),
        kind=request.form.get("kind", ""),
    )
    flash(gettext("Đã gỡ thay đổi ghi nhầm."), "success")
    return shown(outcome, request_now())


def shown(outcome: Outcome, now: datetime) -> ResponseReturnValue:
    """To what an act did: the impact where questions were held back, else the document or the list."""
    if outcome.released:
        flash(
            ngettext("%(num)d câu hỏi được sử dụng lại.", "%(num)d câu hỏi được sử dụng lại.", outcome.released),
            "success",
        )
    return redirect(f"{IMPACT}?{urlencode({'since': now.isoformat(), 'document': outcome.document_id})}", 303)


def changes_law(actor: Actor) -> bool:
    """Whether ``actor`` may record changes: documents belong to the whole province."""
    return actor.may(Permission.BANK_MANAGE)


def today() -> date:
    """The day in Vietnam."""
    day: date = request_now().astimezone(LOCAL).date()
    return day


def _edited(document_id: str | None) -> ResponseReturnValue:
    actor, bank = at_desk()
    require(actor, Permission.BANK_MANAGE)
    line = law.document(document_id, as_of=today()) if document_id else None
    form = LawForm.sent(request.form) if request.method == "POST" else LawForm.of(line)
    if request.method == "POST" and (row := form.row()) is not None:
        try:
            outcome = law_changes.revise(actor=actor, now=request_now(), document_id=document_id, row=row)
            flash(gettext("Đã ghi thông tin văn bản."), "success")
            return shown(outcome, request_now())
        except Invalid as error:
            form.refused(error)
    return desk_page(
        "questions/law_form.html",
        actor=actor,
        bank=bank,
        status=422 if form.errors else 200,
        line=line,
        form=form,
        titles=law.titles(),
    )


def _wanted() -> Wanted:
    values = request.args
    status, sort = values.get("status", ""), values.get("sort", "issued")
    return Wanted(
        values.get("text", "").strip()[:200],
        status if status in STATUSES else "",
        sort if sort in SORTS else "issued",
    )


def _matches(line: DocumentLine, wanted: Wanted) -> bool:
    hay = fold(" ".join((line.title, line.number, line.issuer, line.subject, *line.names)))
    return all(word in hay for word in fold(wanted.text).split()[:8])


def _sorted(lines: list[DocumentLine], counts: dict[int, int], wanted: Wanted) -> list[DocumentLine]:
    if wanted.text:  # what is called so comes before what only speaks of it
        words = fold(wanted.text)
        lines = sorted(lines, key=lambda line: words not in fold(f"{line.title} {line.number}"))
    if wanted.sort == "title":
        return sorted(lines, key=lambda line: fold(line.title))
    if wanted.sort == "cited":
        return sorted(lines, key=lambda line: -counts.get(line.pk, 0))
    if wanted.sort == "expires":
        return sorted(lines, key=lambda line: line.expires_on or date.max)
    if wanted.sort == "effective":
        return sorted(lines, key=lambda line: line.effective_on or date.min, reverse=True)
    return lines
