"""Rounds as JSON (DESIGN §6)."""

from datetime import datetime

import msgspec
from flask import Blueprint, Response

from contest.rounds import queries
from contest.rounds.manifest import Manifest, manifest
from contest.rounds.queries import RoundView
from core.web.api import json, operation
from core.web.pages import cacheable, public, request_now

blueprint = Blueprint("rounds_api", __name__, url_prefix="/api/v1")


class RoundHead(msgspec.Struct):
    """A round in the list; ``state`` is scheduled, open, closed or published."""

    id: str
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime


class RoundList(msgspec.Struct):
    """All public rounds."""

    rounds: list[RoundHead]


class RoundDetail(msgspec.Struct):
    """A round with what its rules say to a taker."""

    id: str
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    contest: str
    number: int
    questions: int
    minutes: int
    attempts: int


class RoundClock(msgspec.Struct):
    """The server's time and the round's close: how extra minutes reach those who sit.

    ``moves`` rises with every change that they must ask after.
    """

    server_time: datetime
    state: str
    closes_at: datetime
    moves: int


def _head(view: RoundView) -> RoundHead:
    return RoundHead(view.id, view.title, view.state.value, view.opens_at, view.closes_at)


@blueprint.get("/rounds")
@public
@operation("All public rounds", answers={200: RoundList}, signed_in=False)
def index() -> Response:
    """Newest contest first, rounds in order."""
    return cacheable(json(RoundList([_head(view) for view in queries.rounds(now=request_now())])))


@blueprint.get("/rounds/<pid:round_id>")
@public
@operation("One round", answers={200: RoundDetail}, errors=(404,), signed_in=False)
def show(round_id: str) -> Response:
    """A draft is unknown here."""
    view = queries.round_(round_id, now=request_now())
    head = msgspec.structs.asdict(_head(view))
    return cacheable(
        json(
            RoundDetail(
                **head,
                contest=view.contest.title,
                number=view.number,
                questions=view.questions,
                minutes=view.minutes,
                attempts=view.attempts_allowed,
            )
        )
    )


@blueprint.get("/rounds/<pid:round_id>/clock")
@public
@operation("The round's clock", answers={200: RoundClock}, errors=(404,), signed_in=False)
def clock(round_id: str) -> Response:
    """Cacheable for two seconds, without a session."""
    view = queries.round_(round_id, now=request_now())
    return cacheable(json(RoundClock(request_now(), view.state.value, view.closes_at, view.moves)), seconds=2)


@blueprint.get("/rounds/<pid:round_id>/manifest")
@public
@operation("What proves that papers were drawn as announced", answers={200: Manifest}, errors=(404,), signed_in=False)
def show_manifest(round_id: str) -> Response:
    """Commitments; when the round is over, with all that draws every paper again."""
    return cacheable(json(manifest(queries.round_(round_id, now=request_now()))), seconds=10)
