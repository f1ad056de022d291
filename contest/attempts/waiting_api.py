"""Asking at the door of a round: what the waiting page's script does every few seconds."""

from datetime import datetime

import msgspec
from flask import Blueprint, Response, request

from contest.attempts import waiting
from core.web.api import body, json, operation
from core.web.identity import session_person_id
from core.web.pages import private, request_now

blueprint = Blueprint("waiting_api", __name__, url_prefix="/api/v1")


class Ask(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing has to be said."""


class TurnView(msgspec.Struct, omit_defaults=True):
    """One's own turn. ``state``: early (no tickets yet), waiting, admitted, closed.

    ``ahead``: people before, where that may be told; ``until``: when being admitted ends.
    """

    state: str
    server_time: datetime
    opens_at: datetime
    retry_after: int
    ahead: int | None = None
    until: datetime | None = None


@blueprint.post("/rounds/<pid:round_id>/waiting")
@operation(
    "Take a place in the waiting room, or keep it, and hear one's turn",
    body=Ask,
    answers={200: TurnView},
    errors=(400, 401, 404, 422, 503),
)
def ask(round_id: str) -> Response:
    """No user is loaded: the signed session names the person, and starting checks everything again."""
    if request.get_data():
        body(Ask)
    now = request_now()
    turn = waiting.ask(person_id=session_person_id(), now=now, round_id=round_id)
    answer = json(TurnView(turn.state, now, turn.opens_at, turn.ask_again, turn.ahead, turn.until))
    answer.headers["Retry-After"] = str(turn.ask_again)
    return private(answer)
