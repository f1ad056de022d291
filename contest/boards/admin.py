"""A round's boards as everybody sees them, at an address of the committee: of a rehearsal there is no other."""

from flask import Blueprint, Response, request

from contest.boards import queries
from contest.boards.views import shown
from core.access import Permission
from core.web.identity import require_viewer
from core.web.pages import page, request_now

blueprint = Blueprint("boards_admin", __name__, url_prefix="/organiser/rounds/<pid:round_id>/board")


@blueprint.get("")
def board(round_id: str) -> Response:
    """Cá nhân."""
    require_viewer(Permission.CONTEST_MANAGE)
    group = request.args.get("group") or None
    found = queries.people_board(round_id, now=request_now(), group=group, rehearsals=True)
    return page("boards/board.html", committee=True, **shown(found))


@blueprint.get("/agencies")
def agencies(round_id: str) -> Response:
    """Đơn vị."""
    require_viewer(Permission.CONTEST_MANAGE)
    found = queries.agencies_board(round_id, now=request_now(), rehearsals=True)
    return page("boards/agencies.html", committee=True, **shown(found))
