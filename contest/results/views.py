"""Public pages of published sheets."""

from typing import Any

from flask import Blueprint, Response, make_response
from flask_babel import gettext

from contest.results import queries
from contest.results.export import xlsx
from contest.results.rules import DECIDED
from core.web.pages import cacheable, public, public_page

blueprint = Blueprint("results", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/results")
@public
def index() -> Response:
    """Kết quả đã công bố."""
    return public_page("results/index.html", sheets=queries.sheets())


@blueprint.get("/results/<pid:sheet_id>")
@public
def sheet(sheet_id: str) -> Response:
    """A published sheet: the top list, the agencies, the hash."""
    return public_page("results/sheet.html", **shown(queries.sheet(sheet_id)))


def shown(view: queries.SheetView) -> dict[str, Any]:
    """What the template needs to draw a sheet."""
    return {
        "sheet": view,
        "contest": {
            "title": view.contest_title,
            "organiser": view.organiser,
            "is_sample": view.is_sample,
            "rehearses": view.rehearses,
        },
        "decided": {name: gettext(text) for name, text in DECIDED.items()},
    }


@blueprint.get("/results/<pid:sheet_id>.xlsx")
@public
def sheet_xlsx(sheet_id: str) -> Response:
    """The same as an Excel file."""
    view = queries.sheet(sheet_id)
    response = make_response(xlsx(view))
    response.mimetype = XLSX
    name = f"ket-qua-{view.head.round_id}-so-{view.head.number}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return cacheable(response, seconds=60)
