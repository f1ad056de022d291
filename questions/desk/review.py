"""Thẩm định: the queues, one question after another, and the minutes of what was decided.

Whole questions with their keys are answers to POST only, and each wording handed out is recorded:
who reads it here knows the key that papers will be marked by.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
from flask import Blueprint, Response, flash, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access import Actor, Permission
from core.clock import LOCAL
from core.errors import DomainError, Invalid
from core.i18n import N_
from core.web import api
from core.web.pages import private, request_now
from questions import flaws
from questions.bank import content
from questions.bank.models import Bank
from questions.desk import differences
from questions.desk.workplace import DIFFICULTIES, KINDS, REASONS, at_desk, desk_page, page_number
from questions.documents.minutes import set_hash
from questions.review import history, minutes, quarantine, queries
from questions.review import service as review
from questions.review.queries import QUEUES, Queue, Subject

blueprint = Blueprint("review", __name__, url_prefix="/organiser/review")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAGE = 50
# A queue -> the decision that keeps a question in use, and the one that does not.
CHOICES = {"waiting": ("approve", "send_back"), "samples": ("approve", "retire"), "quarantined": ("lift", "retire")}


class Sent(msgspec.Struct, frozen=True, rename={"id": "question"}):
    """A decision as the page sends it; ``after`` is the code to go on from.

    ``causes`` are those that the page showed, with spaces between them.
    """

    id: str = ""
    sha256: str = ""
    text: str = ""
    decision: str = ""
    after: str = ""
    causes: str = ""


@blueprint.get("")
def index() -> Response:
    """What waits, by topic; no keys."""
    actor, bank = at_desk()
    queue = _queue()
    return desk_page(
        "questions/review.html",
        actor=actor,
        bank=bank,
        queue=queue,
        query=_as_query(queue),
        sizes=queries.sizes(actor, bank),
        topics=queries.by_topic(actor, bank, Queue(queue.name)),
        size=queries.size(actor, bank, queue),
        own=queries.own(actor, bank, queue),
    )


@blueprint.post("/queue")
def work() -> ResponseReturnValue:
    """Bắt đầu thẩm định: the first question as a page; the next ones as JSON, where a script asks."""
    actor, bank = at_desk(Permission.BANK_REVIEW)
    queue, sent = _queue(), _sent()
    if _wants_json():
        subjects = _handed_out(actor, queries.upcoming(actor, bank, queue, after=sent.after))
        return private(jsonify(questions=[_card(subject, bank, queue) for subject in subjects]))
    return _page(actor, bank, queue, queries.upcoming(actor, bank, queue, after=sent.after, limit=1))


@blueprint.post("/decide")
def decide() -> ResponseReturnValue:
    """One decision; the answer is the next question, or for a script only how it went."""
    actor, bank = at_desk(Permission.BANK_REVIEW)
    queue, sent = _queue(), _sent()
    refused = _refusal(actor, queue, sent)
    if _wants_json():
        return _outcome(sent, refused)
    if refused is not None and refused.extra.get("fields"):
        again = queries.still_waiting(actor, bank, queue, sent.id)
        if again:
            return _page(actor, bank, queue, again, problem=refused, text=sent.text)
    following = queries.upcoming(actor, bank, queue, after=sent.after, limit=1)
    return _page(actor, bank, queue, following, problem=refused, about=sent)


@blueprint.get("/minutes")
def show_minutes() -> Response:
    """Biên bản thẩm định: who decided how often in a period, and each decision; no keys."""
    actor, bank = at_desk()
    values, fields = _typed_period(), {}
    decided: list[queries.Decided] = []
    try:
        decided = queries.decisions(bank, *_period(values))
    except Invalid as error:
        fields = error.fields
    return _minutes_page(actor, bank, values, decided, fields=fields)


@blueprint.post("/minutes.docx")
def minutes_docx() -> Response:
    """The minutes as a file; that they were made stands in the audit trail."""
    actor, bank = at_desk(Permission.BANK_REVIEW)
    values, decided = _typed_period(), []
    try:
        start, end = _period(values)
        decided = queries.decisions(bank, start, end)
        data = minutes.write(
            actor=actor, now=request_now(), bank=bank, organiser=values["organiser"], start=start, end=end
        )
    except Invalid as error:
        return _minutes_page(actor, bank, values, decided, fields=error.fields, problem=error)
    response = make_response(data)
    response.mimetype = DOCX
    name = f"bien-ban-tham-dinh-{start.isoformat()}-{end.isoformat()}.docx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


def _approve(actor: Actor, sent: Sent) -> None:
    review.approve(actor=actor, now=request_now(), question_id=sent.id, sha256=sent.sha256, text=sent.text)


def _send_back(actor: Actor, sent: Sent) -> None:
    review.send_back(actor=actor, now=request_now(), question_id=sent.id, sha256=sent.sha256, text=sent.text)


def _lift(actor: Actor, sent: Sent) -> None:
    quarantine.lift(
        actor=actor,
        now=request_now(),
        question_id=sent.id,
        text=sent.text,
        sha256=sent.sha256,
        causes=sent.causes.split(),
    )


def _retire(actor: Actor, sent: Sent) -> None:
    review.retire(actor=actor, now=request_now(), question_ids=[sent.id], text=sent.text, sha256=sent.sha256)


ACTS: dict[str, Callable[[Actor, Sent], None]] = {
    "approve": _approve,
    "send_back": _send_back,
    "lift": _lift,
    "retire": _retire,
}
DONE = {
    "approve": N_("Đã duyệt câu %(code)s."),
    "send_back": N_("Đã trả lại câu %(code)s."),
    "lift": N_("Đã xác nhận câu %(code)s còn đúng."),
    "retire": N_("Đã ngừng sử dụng câu %(code)s."),
}


def _refusal(actor: Actor, queue: Queue, sent: Sent) -> DomainError | None:
    if sent.decision == "skip":
        return None
    if sent.decision not in CHOICES[queue.name]:
        return Invalid(N_("Chưa chọn việc cần làm."), code="no-act")
    try:
        ACTS[sent.decision](actor, sent)
    except DomainError as error:
        return error
    return None


def _outcome(sent: Sent, refused: DomainError | None) -> ResponseReturnValue:
    if refused is None:
        return private(jsonify(done=sent.decision))
    detail = gettext(refused.message, **refused.params)
    return private(jsonify(code=refused.code, detail=detail)), refused.status


def _handed_out(actor: Actor, version_ids: list[int]) -> list[Subject]:
    history.expose(actor=actor, now=request_now(), version_ids=version_ids, how=history.SEEN)
    return queries.subjects(version_ids, as_of=_today())


def _page(
    actor: Actor,
    bank: Bank,
    queue: Queue,
    version_ids: list[int],
    *,
    problem: DomainError | None = None,
    about: Sent | None = None,
    text: str = "",
) -> Response:
    subjects = _handed_out(actor, version_ids)
    said = gettext(problem.message, **problem.params) if problem else ""
    at_field = problem is not None and about is None
    if about is not None and problem is None and about.decision in DONE:
        flash(gettext(DONE[about.decision], code=about.after), "success")
    return desk_page(
        "questions/review_work.html",
        status=problem.status if problem else 200,
        actor=actor,
        bank=bank,
        bank_tab="review.index",
        queue=queue,
        query=_as_query(queue),
        choices=CHOICES[queue.name],
        subject=_seen(subjects[0]) if subjects else None,
        left=queries.size(actor, bank, queue),
        text=text,
        text_problem=said if at_field else "",
        refused=about if problem is not None else None,
        refusal="" if at_field else said,
    )


def _card(subject: Subject, bank: Bank, queue: Queue) -> dict[str, Any]:
    html = render_template(
        "questions/review_card.html",
        subject=_seen(subject),
        bank=bank,
        queue=queue,
        DIFFICULTIES=DIFFICULTIES,
        KINDS=KINDS,
        REASONS=REASONS,
    )
    version = subject.version
    return {
        "question": version.question.public_id,
        "code": version.question.code,
        "sha256": version.sha256,
        "causes": _causes(subject),
        "html": html,
    }


def _seen(subject: Subject) -> dict[str, Any]:
    version = subject.version
    return {
        "version": version,
        "question": version.question,
        "newest": subject.newest,
        "in_use": subject.in_use,
        "situation": content.shown_situation(version.situation),
        "cited": subject.cited,
        "causes": subject.causes,
        "cause_keys": _causes(subject),
        "flaws": flaws.of_item(content.item_of(version)),
        "changes": differences.between(subject.in_use, version) if subject.in_use else [],
        "entries": [entry for entry in subject.entries if entry.text and entry.act != "quarantined"],
    }


def _causes(subject: Subject) -> str:
    return " ".join(cause.cause for cause in subject.causes)


def _queue() -> Queue:
    values = request.values
    name, difficulty = values.get("queue", ""), values.get("difficulty", "")
    return Queue(
        name=name if name in QUEUES else QUEUES[0],
        topic=values.get("topic", "")[:40],
        difficulty=int(difficulty) if difficulty in ("1", "2", "3") else None,
    )


def _as_query(queue: Queue) -> dict[str, Any]:
    values = {"queue": queue.name, "topic": queue.topic, "difficulty": queue.difficulty}
    return {name: value for name, value in values.items() if value}


def _sent() -> Sent:
    if request.is_json:
        return api.body(Sent)
    form = request.form
    return Sent(**{name: form.get("question" if name == "id" else name, "") for name in Sent.__struct_fields__})


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _today() -> date:
    day: date = request_now().astimezone(LOCAL).date()
    return day


def _typed_period() -> dict[str, str]:
    values, today = request.values, _today()
    return {
        "from": values.get("from", today.replace(day=1).isoformat())[:20],
        "to": values.get("to", today.isoformat())[:20],
        "organiser": values.get("organiser", gettext("Tổ thẩm định câu hỏi"))[:1_000],
    }


def _period(values: dict[str, str]) -> tuple[date, date]:
    days = {}
    for name in ("from", "to"):
        try:
            days[name] = date.fromisoformat(values[name])
        except ValueError:
            message = N_("Đề nghị chọn ngày theo lịch.")
            raise Invalid(message, fields={name: message}) from None
    minutes.refuse_period(days["from"], days["to"])
    return days["from"], days["to"]


def _minutes_page(
    actor: Actor,
    bank: Bank,
    values: dict[str, str],
    decided: list[queries.Decided],
    *,
    fields: dict[str, str],
    problem: Invalid | None = None,
) -> Response:
    if problem is not None and not fields:
        flash(gettext(problem.message, **problem.params), "error")
    pages = max(1, -(-len(decided) // PAGE))
    number = min(page_number(), pages)
    return desk_page(
        "questions/review_minutes.html",
        status=422 if fields or problem else 200,
        actor=actor,
        bank=bank,
        bank_tab="review.index",
        values=values,
        fields={name: gettext(text) for name, text in fields.items()},
        decided=decided[(number - 1) * PAGE : number * PAGE],
        total=len(decided),
        reviewers=queries.reviewers(decided),
        set_hash=set_hash(one.row for one in decided),
        number=number,
        pages=pages,
    )
