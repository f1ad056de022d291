"""Nhập: bring questions in from files; a preview first, then all or nothing."""

import csv
import io
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access import Actor, Permission
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import inert
from core.web.api import json
from core.web.forms import accepts_upload, told
from core.web.identity import require_holder
from core.web.pages import private, request_now
from questions import flaws
from questions.bank import queries as bank_queries
from questions.bank.models import Bank
from questions.desk.workplace import at_desk, desk_page, page_number
from questions.formats import FORMATS, bounds, samples
from questions.imports import parts, queries, service
from questions.imports.queries import FileView
from questions.imports.service import Defaults

blueprint = Blueprint("imports", __name__, url_prefix="/organiser/imports")
MEGABYTES = bounds.FILE_MAX // 1024 // 1024


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What can be brought in, templates, and the last files."""
    actor, bank = at_desk(Permission.BANK_WRITE)
    return _index(actor, bank)


@blueprint.post("")
@accepts_upload(bounds.FILE_MAX, Permission.BANK_WRITE)
def upload() -> ResponseReturnValue:
    """Take a file; it is read in a job."""
    actor, bank = at_desk(Permission.BANK_WRITE)
    sent = request.files.get("file")
    chosen = request.form.get("format", "")
    if sent is None or not sent.filename:
        return _index(actor, bank, problem=gettext("Chưa chọn tệp nào."), chosen=chosen)
    name, data = sent.filename, sent.read()
    try:
        file = service.take(actor=actor, now=request_now(), bank=bank, name=name, data=data, format_name=chosen)
    except Invalid as error:
        return _index(actor, bank, problem=f"{name[-80:]}: {gettext(error.message, **error.params)}", chosen=chosen)
    return redirect(url_for("imports.show", file_id=file.public_id), 303)


@blueprint.get("/samples/<string:name>")
def sample(name: str) -> Response:
    """A template or a sample of a format."""
    require_holder(Permission.BANK_WRITE)
    if name not in samples.NAMES:
        raise NotFound(N_("Không tìm thấy tệp này."))
    chosen = FORMATS[name]
    response = private(Response(samples.of(name), mimetype=chosen.mimetype.split(";")[0]))
    response.headers["Content-Disposition"] = f'attachment; filename="cau-hoi-mau.{chosen.ending}"'
    return response


@blueprint.get("/<pid:file_id>")
def show(file_id: str) -> ResponseReturnValue:
    """Where a file stands: being read, refused, its preview, being written, or what it brought in."""
    actor = require_holder(Permission.BANK_WRITE)
    return _page(actor, queries.of(actor, file_id), Defaults(), None)


@blueprint.get("/<pid:file_id>.json")
def progress(file_id: str) -> Response:
    """How far the file's job is, for the page that waits."""
    view = queries.of(require_holder(Permission.BANK_WRITE), file_id)
    done, total = (view.job.done, view.job.total) if view.job else (0, 0)
    return private(json({"state": view.state, "done": done, "total": total}))


@blueprint.get("/<pid:file_id>/problems.csv")
def problems(file_id: str) -> Response:
    """Every error and every remark with its place, for Excel."""
    view = queries.of(require_holder(Permission.BANK_WRITE), file_id)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([gettext("Loại"), gettext("Vị trí"), gettext("Nội dung")])
    for kind, rows in ((gettext("Lỗi"), view.file.problems), (gettext("Lưu ý"), view.file.notes)):
        for row in rows:
            writer.writerow([kind, inert(row["at"]), inert(gettext(row["reason"], **row.get("params", {})))])
    response = private(Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv"))
    response.headers["Content-Disposition"] = 'attachment; filename="danh-sach-loi.csv"'
    return response


@blueprint.post("/<pid:file_id>/bring-in")
def bring_in(file_id: str) -> ResponseReturnValue:
    """Nhập vào ngân hàng."""
    actor = require_holder(Permission.BANK_WRITE)
    view = queries.of(actor, file_id)
    defaults, skip = _defaults(), _skipped(view)
    try:
        with told(gettext("Đang ghi câu hỏi vào ngân hàng.")):
            service.bring_in(actor=actor, now=request_now(), file_id=file_id, defaults=defaults, skip=skip)
    except Invalid as error:
        return _page(actor, view, defaults, skip, problem=error)
    return redirect(url_for("imports.show", file_id=file_id), 303)


@blueprint.post("/<pid:file_id>/discard")
def discard(file_id: str) -> ResponseReturnValue:
    """Bỏ tệp."""
    actor = require_holder(Permission.BANK_WRITE)
    view = queries.of(actor, file_id)
    with told(gettext("Đã bỏ tệp; không có gì được ghi vào ngân hàng.")):
        service.discard(actor=actor, now=request_now(), file_id=file_id)
    return redirect(url_for("imports.index", bank=view.bank.public_id), 303)


def _index(actor: Actor, bank: Bank, *, problem: str = "", chosen: str = "") -> ResponseReturnValue:
    return desk_page(
        "questions/imports.html",
        actor=actor,
        bank=bank,
        status=422 if problem else 200,
        problem=problem,
        chosen=chosen,
        formats=FORMATS,
        samples=samples.NAMES,
        files=queries.recent(bank),
        megabytes=MEGABYTES,
    )


def _page(
    actor: Actor,
    view: FileView,
    defaults: Defaults,
    skip: frozenset[int] | None,
    problem: Invalid | None = None,
) -> ResponseReturnValue:
    number = min(page_number(), view.pages)
    context: dict[str, Any] = {}
    if view.state == "ready":
        context = _preview(view, number, skip)
    elif view.state == "done":
        context["lines"], context["total"] = queries.added(view, page=page_number())
    return desk_page(
        "questions/import_preview.html",
        actor=actor,
        bank=view.bank,
        status=422 if problem else 200,
        view=view,
        file=view.file,
        number=number,
        size=parts.PAGE,
        defaults=defaults,
        problem=gettext(problem.message, **problem.params) if problem else "",
        wrong=set(problem.fields) if problem else set(),
        label=FORMATS[view.file.format].label if view.file.format in FORMATS else "",
        **context,
    )


def _preview(view: FileView, number: int, skip: frozenset[int] | None) -> dict[str, Any]:
    found, near = parts.page(view.file.id, number), queries.near(view)
    shared = any(one.item.situation for one in found)
    ticked = {one.place for one in near if one.likely} if skip is None else skip
    topics = view.file.counts.get("topics", {})
    return {
        "found": found,
        "flaws": [flaws.of_item(one.item) for one in found],
        "situations": {one.code: one for one in parts.situations(view.file.id)} if shared else {},
        "near": near,
        "near_places": {pair[0]: pair[3] for pair in view.file.duplicates},
        "ticked": ticked,
        "topics": bank_queries.topics(),
        "unknown": {topic: topics[topic] for topic in service.unknown_topics(topics)},
        "topicless": topics.get("", 0),
    }


def _defaults() -> Defaults:
    form = request.form
    difficulty = form.get("difficulty", "")
    return Defaults(
        topic=form.get("topic", "")[:200],
        difficulty=int(difficulty) if difficulty in ("1", "2", "3") else 2,
        submit=bool(form.get("submit")),
    )


def _skipped(view: FileView) -> frozenset[int]:
    """The ticked ones; and of the near duplicates that the page has no room for, the likely ones if that is asked."""
    ticked = {int(text) for text in request.form.getlist("skip") if text.isascii() and text.isdigit() and len(text) < 7}
    if not request.form.get("skip_rest"):
        return frozenset(ticked)
    shown = {one.place for one in queries.near(view)}
    rest = {pair[0] for pair in view.file.duplicates if pair[3] >= queries.LIKELY}
    return frozenset(ticked | (rest - shown))
