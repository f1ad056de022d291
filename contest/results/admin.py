"""The committee's side of results: ranking preview, freeze, publish, download."""

from flask import Blueprint, Response, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.results import overall, queries, service
from contest.results.export import xlsx
from contest.results.rules import DECIDED, OVERALL
from contest.results.views import XLSX, shown
from contest.rounds import queries as rounds
from contest.rounds.rules import CRITERIA
from core.access import Permission
from core.errors import DomainError
from core.web.forms import told
from core.web.identity import require_viewer
from core.web.pages import page, private, request_now

blueprint = Blueprint("results_admin", __name__, url_prefix="/organiser")
PREVIEWED = 200


@blueprint.get("/rounds/<pid:round_id>/ranking")
def ranking(round_id: str) -> Response:
    """Xếp hạng: what would be frozen now."""
    require_viewer(Permission.RESULTS_PUBLISH)
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    service.refuse_unfinished(view)
    lines = queries.preview(view)
    return page(
        "results/ranking.html",
        round=view,
        lines=lines[:PREVIEWED],
        total=len(lines),
        criteria=[CRITERIA[name] for name in view.rules.criteria],
        decided=DECIDED,
    )


@blueprint.post("/rounds/<pid:round_id>/freeze")
def freeze(round_id: str) -> ResponseReturnValue:
    """Chốt kết quả."""
    actor = require_viewer(Permission.RESULTS_PUBLISH)
    try:
        sheet = service.freeze(actor=actor, now=request_now(), round_id=round_id)
    except DomainError as error:
        flash(gettext(error.message, **error.params), "error")
        return redirect(url_for("organiser.round_page", round_id=round_id), 303)
    flash(gettext("Đã chốt bảng kết quả số %(number)s.", number=sheet.number), "success")
    return redirect(url_for("results_admin.frozen_sheet", sheet_id=sheet.public_id), 303)


@blueprint.get("/sheets/<pid:sheet_id>")
def frozen_sheet(sheet_id: str) -> Response:
    """A sheet with full names, published or not."""
    require_viewer(Permission.RESULTS_PUBLISH)
    view = queries.whole_sheet(sheet_id)
    intact = queries.is_intact(sheet_id)
    return page("results/frozen.html", sheet=view, intact=intact, decided=DECIDED)


@blueprint.post("/sheets/<pid:sheet_id>/publish")
def publish(sheet_id: str) -> ResponseReturnValue:
    """Công bố."""
    actor = require_viewer(Permission.RESULTS_PUBLISH)
    with told(gettext("Đã công bố kết quả.")):
        service.publish(actor=actor, now=request_now(), sheet_id=sheet_id)
    return redirect(url_for("results_admin.frozen_sheet", sheet_id=sheet_id), 303)


@blueprint.get("/sheets/<pid:sheet_id>.xlsx")
def frozen_xlsx(sheet_id: str) -> Response:
    """The whole sheet with full names, for the committee's file."""
    require_viewer(Permission.RESULTS_PUBLISH)
    view = queries.whole_sheet(sheet_id)
    response = make_response(xlsx(view))
    response.mimetype = XLSX
    name = f"ket-qua-day-du-so-{view.head.number}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


@blueprint.get("/sheets/<pid:sheet_id>/public")
def published_sheet(sheet_id: str) -> Response:
    """A published sheet as everybody sees it; of a rehearsal only the committee does."""
    require_viewer(Permission.RESULTS_PUBLISH)
    return page("results/sheet.html", committee=True, **shown(queries.sheet(sheet_id, rehearsals=True)))


@blueprint.get("/contests/<pid:contest_id>/standing")
def standing(contest_id: str) -> Response:
    """Xếp hạng chung cuộc, from the sheets that there are."""
    require_viewer(Permission.RESULTS_PUBLISH)
    contest = rounds.contest(contest_id)
    found = overall.standing(contest, rounds.rounds(now=request_now(), contest_id=contest_id, drafts=True))
    return page(
        "results/standing.html",
        contest=contest,
        standing=found,
        lines=found.lines[:PREVIEWED],
        criteria=[OVERALL[name] for name in contest.rules.criteria],
        decided={**DECIDED, **OVERALL},
    )
