"""Xuất, in đề: files for other systems and papers for a venue without network.

Pages show what a format cannot carry and hold no keys; only the two POSTs that hand over a file
do, and they are recorded with who took what.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import Headers

from core.access import Actor
from core.errors import DomainError, Invalid
from core.web.forms import show_problems
from core.web.pages import private, request_now
from questions.bank import list_queries, queries
from questions.bank.models import SETTLED, Bank
from questions.desk.print_form import CHOSEN, GRID, Grid, PrintForm, read_grid
from questions.desk.workplace import at_desk, desk_page, filters, filters_as_query
from questions.exports import printing, service
from questions.exports.queries import EXPORTED, PRINTED, recent
from questions.formats import FORMATS

blueprint = Blueprint("exports", __name__, url_prefix="/organiser/exports")
CODES_SHOWN = 100


@dataclass(frozen=True)
class Chosen:
    """Which questions: those that were ticked (``picked``), else what the filters leave; in which wording."""

    ids: list[str]
    picked: bool
    filters: list_queries.Filters
    drawn: bool


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response:
    """What to take out, and what each format would lose. The list posts what was ticked there."""
    actor, bank = _at_desk()
    return _export_page(actor, bank, _chosen(bank))


@blueprint.post("/file")
def file() -> ResponseReturnValue:
    """Tải tệp: kept with who takes it before the first byte leaves."""
    actor, bank = _at_desk()
    chosen = _chosen(bank)
    if len(chosen.ids) > service.REQUEST_MAX:
        return _export_page(actor, bank, chosen, status=422)
    try:
        written = service.write(
            actor=actor,
            now=request_now(),
            bank=bank,
            ids=chosen.ids,
            format_name=request.form.get("format", ""),
            drawn=chosen.drawn,
        )
    except Invalid as error:
        flash(gettext(error.message, **error.params), "error")
        return _export_page(actor, bank, chosen, status=422)
    return _download(written.name, written.data, written.fit.format.mimetype)


@blueprint.route("/print", methods=["GET", "POST"])
def print_form() -> Response:
    """The form for papers; the export page posts what was ticked."""
    actor, bank = _at_desk()
    chosen = _chosen(bank)
    form = PrintForm(formdata=None)
    narrowed = chosen.picked or bool(filters_as_query(chosen.filters))
    form.source.data = CHOSEN if narrowed and chosen.ids else GRID
    return _print_page(actor, bank, chosen, form, Grid((), {}, []))


@blueprint.post("/print.zip")
def print_file() -> ResponseReturnValue:
    """In đề: the papers and, apart from them, the keys; kept with who takes them."""
    actor, bank = _at_desk()
    chosen, form = _chosen(bank), PrintForm()
    grid = read_grid(request.form, queries.topics(), printing.available(bank, now=request_now()))
    if _fits(form, grid):
        by_grid = form.source.data == GRID
        try:
            printed = printing.make(
                actor=actor,
                now=request_now(),
                bank=bank,
                heading=form.heading(),
                cells=grid.cells if by_grid else (),
                ids=() if by_grid else chosen.ids,
            )
            return _download(printed.name, printed.data, "application/zip")
        except DomainError as error:
            if not isinstance(error, Invalid):
                raise
            show_problems(form, error)
    return _print_page(actor, bank, chosen, form, grid, status=422)


def _at_desk() -> tuple[Actor, Bank]:
    actor, bank = at_desk()
    service.require_taking_out(actor, bank)
    return actor, bank


def _chosen(bank: Bank) -> Chosen:
    narrowed = filters()
    drawn = request.values.get("wording") == "drawn"
    if request.method == "POST" and not request.form.get("all"):
        return Chosen(request.form.getlist("id"), True, narrowed, drawn)
    return Chosen(list_queries.ids(bank, narrowed), False, narrowed, drawn)


def _export_page(actor: Actor, bank: Bank, chosen: Chosen, *, status: int = 200) -> Response:
    too_many = len(chosen.ids) > service.REQUEST_MAX
    about: dict[str, Any] = {"actor": actor, "bank": bank, "ids": chosen.ids, "drawn": chosen.drawn}
    states = [] if too_many else service.states(**about)
    wanted = request.form.get("format", "")
    names = [name for name in FORMATS if name == wanted or len(states) <= service.COMPARED_MAX]
    fits = service.fits(service.chosen(**about), names) if states and names else []
    return desk_page(
        "questions/exports.html",
        actor=actor,
        bank=bank,
        status=status,
        chosen=chosen,
        query=filters_as_query(chosen.filters),
        topics=queries.topics(),
        too_many=too_many,
        request_max=service.REQUEST_MAX,
        count=len(chosen.ids) if too_many else len(states),
        left_out=0 if too_many else len(set(chosen.ids)) - len(states),
        keyed=sum(state in SETTLED for state in states),
        fits={fit.format.name: fit for fit in fits},
        wanted=wanted if wanted in FORMATS else "docx",
        shown=CODES_SHOWN,
        entries=recent(bank, EXPORTED),
        formats=FORMATS,
    )


def _print_page(
    actor: Actor, bank: Bank, chosen: Chosen, form: PrintForm, grid: Grid, *, status: int = 200
) -> Response:
    topics = queries.topics()
    return desk_page(
        "questions/print.html",
        actor=actor,
        bank=bank,
        status=status,
        chosen=chosen,
        query=filters_as_query(chosen.filters),
        form=form,
        typed=grid.typed,
        topics=topics,
        groups={topic.parent for topic in topics},
        available=printing.available(bank, now=request_now()),
        questions_max=printing.QUESTIONS_MAX,
        entries=recent(bank, PRINTED),
    )


def _fits(form: PrintForm, grid: Grid) -> bool:
    valid = form.validate_on_submit()
    by_grid = form.source.data == GRID
    if by_grid and grid.wrong:
        form.form_errors.append(
            gettext(
                "Ma trận đề: số câu phải là số nguyên, không nhiều hơn số câu đang có. Xem lại: %(cells)s.",
                cells="; ".join(grid.wrong),
            )
        )
    elif by_grid and not grid.cells:
        form.form_errors.append(gettext("Ma trận đề chưa có câu nào. Đề nghị nhập số câu cho ít nhất một ô."))
    return bool(valid) and not form.form_errors


def _download(name: str, data: bytes, mimetype: str) -> Response:
    headers = Headers()
    headers.set("Content-Disposition", "attachment", filename=name)
    return private(Response(data, headers=headers, content_type=mimetype))
