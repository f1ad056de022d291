"""Boards as JSON (DESIGN §6)."""

from datetime import datetime

import msgspec
from flask import Blueprint, Response, request

from contest.attempts import queries as attempts
from contest.boards import queries
from contest.rounds import queries as rounds
from contest.rounds.lifecycle import counts_public
from core.errors import NotFound
from core.i18n import N_
from core.web.api import json, operation
from core.web.identity import require_viewer
from core.web.pages import cacheable, private, public, request_now
from core.web.shedding import gives_way

blueprint = Blueprint("boards_api", __name__, url_prefix="/api/v1")


class BoardRowView(msgspec.Struct, omit_defaults=True):
    """A place; points and time only where scores may be seen."""

    rank: int
    name: str
    agency: str
    points: int | None = None
    elapsed_ms: int | None = None


class BoardView(msgspec.Struct):
    """The public top list."""

    as_of: datetime | None
    provisional: bool
    rows: list[BoardRowView]


class MyPlace(msgspec.Struct, omit_defaults=True):
    """The reader's own row; empty without a counted attempt. While numbers can be predicted, only ``in_top``."""

    in_top: bool | None = None
    rank: int | None = None
    points: int | None = None
    elapsed_ms: int | None = None


@blueprint.get("/rounds/<pid:round_id>/board")
@public
@operation(
    "The public top list",
    answers={200: BoardView},
    errors=(404, 503),
    signed_in=False,
    query={"scope": "all", "page": "1"},
)
@gives_way
def board(round_id: str) -> Response:
    """``scope=all`` (``group:<code>`` in a round with groups), ``page=1``: what is public. Everything else is 404."""
    scope, _, group = request.args.get("scope", "all").partition(":")
    if scope not in ("all", "group") or request.args.get("page", "1") != "1":
        raise NotFound(N_("Phần này của bảng xếp hạng không công khai."))
    shown = queries.people_board(round_id, now=request_now(), group=group if scope == "group" else None)
    if shown.round.hidden or (scope == "all" and shown.group):
        raise NotFound(N_("Bảng xếp hạng của vòng này chưa công khai."))
    rows = [BoardRowView(row.rank, row.name, row.agency, row.points, row.elapsed_ms) for row in shown.rows]
    return cacheable(json(BoardView(shown.as_of, shown.provisional, rows)))


@blueprint.get("/rounds/<pid:round_id>/board/me")
@operation("The reader's own row", answers={200: MyPlace}, errors=(401, 404, 503))
@gives_way
def mine(round_id: str) -> Response:
    """Private; the rank is left out while the board is hidden or Redis is away."""
    actor = require_viewer()
    now = request_now()
    view = rounds.round_(round_id, now=now)
    standing = attempts.own_standing(round_pk=view.pk, person_id=actor.person_id or 0)
    if standing is None:
        return private(json(MyPlace()))
    place = MyPlace()
    if not counts_public(view.rules, view.state):
        if not queries.is_hidden(view):
            found = queries.my_place(round_id, standing.board_id, group=standing.group)
            place.in_top = None if found is None else found <= view.rules.top
        return private(json(place))
    if rounds.score_shown(view):
        place.points, place.elapsed_ms = standing.points, standing.elapsed_ms
    if not queries.is_hidden(view):
        place.rank = queries.my_place(round_id, standing.board_id, group=standing.group)
    return private(json(place))
