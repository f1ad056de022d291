"""The organiser's pages that need several rooms: overview, a round's life, who takes part."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.attempts import key_changes
from contest.attempts.incidents import queries as incidents
from contest.front import participation
from contest.front.round_page import back, show_round
from contest.rounds import feasibility, planning
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from core.access import Permission
from core.web.forms import told
from core.web.identity import require_viewer
from core.web.pages import page, request_now

blueprint = Blueprint("organiser", __name__, url_prefix="/organiser")


@blueprint.get("")
def overview() -> Response:
    """All contests with their rounds, drafts included."""
    require_viewer(Permission.CONTEST_MANAGE)
    listed = rounds.rounds(now=request_now(), drafts=True)
    return page(
        "organiser/overview.html",
        waiting=key_changes.waiting(),
        incidents=incidents.proposed(),
        overtaken=[found for view in listed if view.revision and (found := feasibility.overtaken(view))],
        contests=[
            (contest, [view for view in listed if view.contest.id == contest.id]) for contest in rounds.contests()
        ],
    )


@blueprint.get("/rounds/<pid:round_id>")
def round_page(round_id: str) -> Response:
    """One page for a round's life: what is next, what is still open."""
    require_viewer(Permission.CONTEST_MANAGE)
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    return show_round(view)


@blueprint.post("/rounds/<pid:round_id>/prepare")
def prepare(round_id: str) -> ResponseReturnValue:
    """Chốt đề."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    with told(gettext("Đã chốt đề và khóa Thể lệ vòng thi.")):
        accepted = bool(request.form.get("lots_accepted"))
        round_verbs.prepare(actor=actor, now=request_now(), round_id=round_id, lots_accepted=accepted)
    return back(round_id)


@blueprint.post("/rounds/<pid:round_id>/open")
def open_now(round_id: str) -> ResponseReturnValue:
    """Bắt đầu ngay."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    with told(gettext("Vòng thi đang diễn ra.")):
        accepted = bool(request.form.get("lots_accepted"))
        round_verbs.open_now(actor=actor, now=request_now(), round_id=round_id, lots_accepted=accepted)
    return back(round_id)


@blueprint.post("/rounds/<pid:round_id>/fit")
def fit(round_id: str) -> ResponseReturnValue:
    """Điều chỉnh ma trận đề theo ngân hàng hiện có."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    with told(gettext("Đã điều chỉnh ma trận đề theo ngân hàng câu hỏi hiện có.")):
        mark = request.form.get("mark", "")[:16]
        planning.fit_papers(actor=actor, now=request_now(), round_id=round_id, mark=mark)
    return back(round_id)


@blueprint.get("/rounds/<pid:round_id>/takers")
def takers(round_id: str) -> Response:
    """Người dự thi by agency."""
    require_viewer(Permission.TAKERS_READ)
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    return page("organiser/takers.html", round=view, rows=participation.by_agency(view))
