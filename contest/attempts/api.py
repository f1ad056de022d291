"""The exam path as JSON (DESIGN §6); the taking page's own script uses it."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from flask import Blueprint, Response, request, url_for
from flask_babel import gettext

from contest.attempts import notices, papers, queries, service, waiting
from contest.attempts.pace import next_save_ms
from contest.attempts.rules import SEQ_MAX, remaining_ms
from contest.rounds.predictions import PREDICTION_MAX
from core import load
from core.web.api import body, json, operation
from core.web.identity import require_viewer, session_person_id
from core.web.pages import private, request_now

blueprint = Blueprint("attempts_api", __name__, url_prefix="/api/v1")

Epoch = Annotated[int, msgspec.Meta(ge=1, le=SEQ_MAX)]
Seq = Annotated[int, msgspec.Meta(ge=1, le=SEQ_MAX)]
SlotName = Annotated[str, msgspec.Meta(pattern="^[1-9][0-9]{0,2}$")]
ChoiceId = Annotated[int, msgspec.Meta(ge=0, le=99)]
Foretold = Annotated[int, msgspec.Meta(ge=0, le=PREDICTION_MAX)]
Answers = dict[SlotName, Annotated[list[ChoiceId], msgspec.Meta(max_length=20)] | None]


class Start(msgspec.Struct, forbid_unknown_fields=True):
    """Which attempt; without a number the open one, else the next."""

    number: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None


class Save(msgspec.Struct, forbid_unknown_fields=True):
    """The whole map under this device's epoch and its next sequence number.

    ``prediction`` exactly where the paper asks for one; null is unanswered.
    """

    epoch: Epoch
    seq: Seq
    answers: Answers
    prediction: Foretold | msgspec.UnsetType | None = msgspec.UNSET


class Submit(msgspec.Struct, forbid_unknown_fields=True):
    """The whole sheet."""

    epoch: Epoch
    answers: Answers
    prediction: Foretold | msgspec.UnsetType | None = msgspec.UNSET


class MediaView(msgspec.Struct):
    """A picture, sound or film; ``alt`` says in words what it shows or says."""

    type: str
    alt: str
    url: str


class SituationView(msgspec.Struct):
    """A situation that the neighbouring questions of the same text share."""

    title: str
    text: str
    media: list[MediaView]


class SlotView(msgspec.Struct, omit_defaults=True):
    """A question of this paper; ``kind`` is ``single``, ``multiple`` (several may be chosen) or ``true-false``."""

    slot: str
    kind: str
    stem: str
    choices: list[papers.Choice]
    situation: SituationView | None = None


class AttemptView(msgspec.Struct, omit_defaults=True):
    """An attempt in progress with its paper and what is stored of it; ``prediction``: whether one is asked for."""

    attempt: str
    number: int
    epoch: int
    seq: int
    server_time: datetime
    deadline: datetime
    paper: list[SlotView]
    prediction: bool
    answers: dict[str, list[int] | None]
    prediction_value: int | None = None
    paused: bool = False


class SavedView(msgspec.Struct, omit_defaults=True):
    """An acknowledged save: committed. While the round is ``paused``, ``remaining_ms`` stands still."""

    seq: int
    server_time: datetime
    remaining_ms: int
    next_save_ms: int
    paused: bool = False


class NoticeView(msgspec.Struct):
    """Something that the taker of this attempt has to hear once."""

    id: str
    text: str


class StateView(msgspec.Struct):
    """How an attempt stands: asked when the round's clock says that something moved."""

    state: str
    server_time: datetime
    deadline: datetime
    remaining_ms: int
    paused: bool
    notices: list[NoticeView]


class ReceiptView(msgspec.Struct, omit_defaults=True):
    """An acknowledged submission: committed. ``score`` only if the rules show it now."""

    code: str
    submitted_at: datetime
    elapsed_ms: int
    answered: int
    score: int | None = None


@blueprint.post("/rounds/<pid:round_id>/attempts")
@operation(
    "Start an attempt, or take the open one over",
    body=Start,
    answers={201: AttemptView, 200: AttemptView},
    errors=(400, 401, 403, 404, 409, 410, 422, 503),
)
def start(round_id: str) -> Response:
    """An empty body is an empty object."""
    actor = require_viewer()
    asked = body(Start) if request.get_data() else Start()
    now = request_now()
    in_turn = waiting.let_in(actor=actor, now=now, round_id=round_id)
    started = service.start(actor=actor, now=now, round_id=round_id, number=asked.number, in_turn=in_turn)
    attempt = started.attempt
    view = AttemptView(
        attempt=attempt.public_id,
        number=attempt.number,
        epoch=attempt.epoch,
        seq=attempt.seq,
        server_time=now,
        deadline=attempt.deadline,
        paper=[_slot(slot) for slot in papers.paper(attempt)],
        prediction=attempt.predicts,
        answers=attempt.answers,
        prediction_value=attempt.prediction,
        paused=attempt.paused_at is not None,
    )
    return private(json(view, 201 if started.created else 200))


def _slot(slot: papers.PaperSlot) -> SlotView:
    shown = slot.situation
    return SlotView(
        slot.slot,
        slot.kind,
        slot.stem,
        slot.choices,
        SituationView(
            shown["title"],
            shown["text"],
            [MediaView(m["type"], m["alt"], url_for("media.show", sha256=m["sha256"])) for m in shown["media"]],
        )
        if shown
        else None,
    )


@blueprint.put("/attempts/<pid:attempt_id>/answers")
@operation(
    "Save the whole answer map", body=Save, answers={200: SavedView}, errors=(400, 401, 404, 409, 410, 413, 422, 503)
)
def save(attempt_id: str) -> Response:
    """One statement; no person is loaded."""
    person_id = session_person_id()
    asked = body(Save)
    now = request_now()
    saved = service.save(
        person_id=person_id,
        now=now,
        attempt_id=attempt_id,
        epoch=asked.epoch,
        seq=asked.seq,
        answers=asked.answers,
        prediction=asked.prediction,
    )
    pause = next_save_ms(delay=load.delay(), remaining_ms=saved.remaining_ms)
    return private(json(SavedView(saved.seq, now, saved.remaining_ms, pause, saved.paused)))


@blueprint.get("/attempts/<pid:attempt_id>")
@operation("How an attempt of one's own stands", answers={200: StateView}, errors=(401, 404))
def show(attempt_id: str) -> Response:
    """Deadline, pause and notices; never the paper."""
    actor = require_viewer()
    now = request_now()
    attempt, round_ = queries.own_attempt(attempt_id, person_id=actor.person_id or 0, now=now)
    return private(
        json(
            StateView(
                state=attempt.state,
                server_time=now,
                deadline=attempt.deadline,
                remaining_ms=remaining_ms(now, attempt.deadline, attempt.paused_at),
                paused=attempt.paused_at is not None,
                notices=[
                    NoticeView(note.id, gettext(note.message, **note.params))
                    for note in notices.of_attempt(attempt, round_)
                ],
            )
        )
    )


@blueprint.post("/attempts/<pid:attempt_id>/submission")
@operation(
    "Hand in the sheet", body=Submit, answers={200: ReceiptView}, errors=(400, 401, 404, 409, 410, 413, 422, 503)
)
def submit(attempt_id: str) -> Response:
    """One transaction, then the receipt."""
    person_id = session_person_id()
    asked = body(Submit)
    receipt = service.submit(
        person_id=person_id,
        now=request_now(),
        attempt_id=attempt_id,
        epoch=asked.epoch,
        answers=asked.answers,
        prediction=asked.prediction,
    )
    data: dict[str, Any] = receipt.to_data()
    return private(json(data))
