"""Public board pages: no session, no SQL, the same bytes for everybody."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contest.boards import queries
from contest.boards.queries import Board
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState
from core.web.pages import cacheable, locale, public, request_now
from core.web.shedding import gives_way

blueprint = Blueprint("boards", __name__)
RENDERED = 64


@blueprint.get("/board")
@public
@gives_way
def index() -> ResponseReturnValue:
    """To the board of the newest round that has begun."""
    now = request_now()
    begun = [view for view in rounds.rounds(now=now) if view.opens_at <= now]
    if not begun:
        return cacheable(make_response(render_template("boards/none.html", now=now)))
    running = [view for view in begun if view.state is RoundState.OPEN]
    # As on the home page: the open round that began first, else the last one that began.
    newest = min(running, key=_opening) if running else max(begun, key=_opening)
    response = make_response(redirect(url_for("boards.board", round_id=newest.id)))
    return cacheable(response)


@blueprint.get("/rounds/<pid:round_id>/board")
@public
@gives_way
def board(round_id: str) -> Response:
    """Cá nhân."""
    group = request.args.get("group") or None
    return _page("boards/board.html", queries.people_board(round_id, now=request_now(), group=group))


@blueprint.get("/rounds/<pid:round_id>/board/agencies")
@public
@gives_way
def agencies(round_id: str) -> Response:
    """Đơn vị."""
    return _page("boards/agencies.html", queries.agencies_board(round_id, now=request_now()))


def _opening(view: RoundView) -> datetime:
    return view.opens_at


_rendered: dict[tuple[str, str, str, str], tuple[Board, str, bytes]] = {}


def _page(template: str, board: Board) -> Response:
    """The page; rendered again only when what it shows has changed."""
    policy = _policy(board)
    key = (template, board.round.id, board.group, locale())
    known = _rendered.get(key)
    if known is None or known[:2] != (board, policy):
        if len(_rendered) > RENDERED:
            _rendered.clear()
        body = render_template(template, lang=locale(), **shown(board))
        known = _rendered[key] = (board, policy, body.encode())
    return cacheable(Response(known[2], mimetype="text/html"))


def shown(board: Board) -> dict[str, Any]:
    """What the templates need to draw a board."""
    return {
        "round": board.round,
        "contest": {
            "is_sample": board.round.is_sample,
            "rehearses": board.round.rehearses,
            "title": board.round.contest,
            "organiser": board.round.organiser,
        },
        "policy": _policy(board),
        "provisional": board.provisional,
        "as_of": board.as_of,
        "stale": board.stale,
        "frozen_at": board.round.frozen_at,
        "rows": board.rows,
        "group": board.group,
        "takers": None,
        "page": 1,
        "pages": 1,
    }


def _policy(board: Board) -> str:
    frozen_at = board.round.frozen_at
    if board.round.hidden:
        return "hidden"
    if frozen_at is not None and frozen_at <= request_now() and board.provisional:
        return "frozen"
    return "live" if board.round.tells_numbers else "prediction"
