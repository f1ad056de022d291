"""Phòng chờ as pages: one for everybody, cacheable; one's own for browsers without JavaScript."""

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.attempts import waiting
from contest.attempts.waiting import MustWait
from contest.rounds import queries as rounds
from core.web.api import PREFIX
from core.web.failures import failure
from core.web.identity import require_viewer
from core.web.pages import page, public, public_page, request_now

blueprint = Blueprint("waiting", __name__)


@blueprint.get("/rounds/<pid:round_id>/waiting")
@public
def show(round_id: str) -> Response:
    """The same bytes for everybody; its script asks for the reader's own turn."""
    view = rounds.round_(round_id, now=request_now())
    return public_page("attempts/waiting.html", round=view, told=waiting.shows_numbers(view.rules))


@blueprint.get("/rounds/<pid:round_id>/waiting/own")
def own(round_id: str) -> Response:
    """One's own turn without JavaScript; its button asks and keeps the place."""
    actor = require_viewer()
    now = request_now()
    view = rounds.round_(round_id, now=now)
    turn = waiting.look(person_id=actor.person_id or 0, now=now, round_id=round_id)
    return page("attempts/waiting_own.html", round=view, turn=turn)


@blueprint.app_errorhandler(MustWait)
def must_wait(error: MustWait) -> ResponseReturnValue:
    """Pages lead to the waiting room, programs get 503 ``waiting``."""
    if request.path.startswith(PREFIX):
        return failure(error.status, error.code, gettext(error.message), error.extra)
    plain = request.form.get("plain") == "1"
    return redirect(url_for("waiting.own" if plain else "waiting.show", round_id=error.round_id), 303)
