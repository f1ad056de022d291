"""One question: its wordings and their differences, its history, what may be done with it.

The keys of an approved wording are shown on demand only, and who asked is recorded.
"""

from datetime import date

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access import Actor, Permission
from core.web.identity import require_holder
from core.web.pages import request_now
from questions import flaws
from questions.bank import list_queries, queries, usage_queries
from questions.bank.content import item_of
from questions.bank.models import Question
from questions.desk import differences
from questions.desk.workplace import desk_page, told_above
from questions.law import queries as law
from questions.review import history, quarantine
from questions.review import service as review

blueprint = Blueprint("question", __name__, url_prefix="/organiser/questions/<pid:question_id>")


@blueprint.get("")
def show(question_id: str) -> Response:
    """The question without the keys of approved wordings."""
    actor = require_holder(Permission.BANK_READ)
    return _page(actor, queries.question(actor, question_id), keys=False)


@blueprint.get("/keys")
def keys_by_address(question_id: str) -> ResponseReturnValue:
    """An address that was kept or typed: keys are shown by the button alone."""
    require_holder(Permission.BANK_READ)
    return _back(question_id)


@blueprint.post("/keys")
def keys(question_id: str) -> Response:
    """Hiện đáp án: the same page with keys; who has seen them is kept with the version."""
    actor = require_holder(Permission.BANK_READ)
    question = queries.question(actor, question_id)
    history.expose(
        actor=actor,
        now=request_now(),
        version_ids=[version.id for version in question.versions],
        how=history.SEEN,
    )
    return _page(actor, question, keys=True)


@blueprint.post("/submit")
def submit(question_id: str) -> ResponseReturnValue:
    """Trình thẩm định."""
    actor = require_holder(Permission.BANK_WRITE)
    with told_above(gettext("Đã trình thẩm định.")):
        review.submit(actor=actor, now=request_now(), question_ids=[question_id])
    return _back(question_id)


@blueprint.post("/withdraw")
def withdraw(question_id: str) -> ResponseReturnValue:
    """Rút về bản nháp."""
    actor = require_holder(Permission.BANK_WRITE)
    with told_above(gettext("Đã rút về bản nháp.")):
        review.withdraw(actor=actor, now=request_now(), question_id=question_id)
    return _back(question_id)


@blueprint.post("/comment")
def comment(question_id: str) -> ResponseReturnValue:
    """Góp ý."""
    actor = require_holder(Permission.BANK_READ)
    with told_above(gettext("Đã ghi ý kiến.")):
        review.comment(actor=actor, now=request_now(), question_id=question_id, text=_text())
    return _back(question_id)


@blueprint.post("/retire")
def retire(question_id: str) -> ResponseReturnValue:
    """Ngừng sử dụng."""
    actor = require_holder(Permission.BANK_REVIEW)
    with told_above(gettext("Đã ngừng sử dụng câu hỏi.")):
        review.retire(actor=actor, now=request_now(), question_ids=[question_id], text=_text())
    return _back(question_id)


@blueprint.post("/bring-back")
def bring_back(question_id: str) -> ResponseReturnValue:
    """Sử dụng lại."""
    actor = require_holder(Permission.BANK_REVIEW)
    with told_above(gettext("Câu hỏi được sử dụng lại.")):
        review.bring_back(actor=actor, now=request_now(), question_ids=[question_id], text=_text())
    return _back(question_id)


@blueprint.post("/lift")
def lift(question_id: str) -> ResponseReturnValue:
    """Xác nhận còn đúng: after a change of the law somebody has looked."""
    actor = require_holder(Permission.BANK_REVIEW)
    with told_above(gettext("Đã xác nhận câu hỏi còn đúng; câu hỏi được sử dụng lại.")):
        quarantine.lift(
            actor=actor,
            now=request_now(),
            question_id=question_id,
            text=_text(),
            sha256=request.form.get("sha256", ""),
            causes=request.form.get("causes", "").split(),
        )
    return _back(question_id)


def _page(actor: Actor, question: Question, *, keys: bool) -> Response:
    newest = question.versions[-1]
    ids = [version.id for version in question.versions]
    show_keys = keys or not any(version.state == "approved" for version in question.versions)
    return desk_page(
        "questions/question.html",
        actor=actor,
        bank=question.bank,
        question=question,
        newest=newest,
        line=list_queries.line(newest),
        show_keys=show_keys,
        entries=history.entries(ids),
        returned=history.returned([newest.id]).get(newest.id) if newest.state == "draft" else None,
        keys_asked=keys,
        exposures=history.exposures(ids),
        held=_held(question),
        lifting=_lifting(question),
        uses=usage_queries.uses(question.id),
        flaws=flaws.of_item(item_of(newest)) if show_keys else [],
        changes=differences.along(question.versions) if show_keys else {},
        citation=queries.citation,
    )


def _held(question: Question) -> list[tuple[str, str, str, date | None]]:
    """(document, reason, by which document, since): for each document that holds it back the gravest reason."""
    rows = [one for one in quarantine.causes_of(question.id) if one.lifted_at is None]
    known = law.facts({one.document_id for one in rows})
    gravest: dict[int, tuple[str, str, str, date | None]] = {}
    for reason in ("amended", "expired", "replaced"):
        for one in rows:
            if one.reason == reason:
                document = known[one.document_id]
                change = next((c for c in document.changes if one.cause == f"change:{c.id}"), None)
                since = change.starts if change else document.expires_on
                gravest[one.document_id] = (document.title, reason, change.by if change else "", since)
    return list(gravest.values())


def _lifting(question: Question) -> dict[str, str]:
    """What a reviewer who lifts the quarantine has seen: the wording in use, and what holds it back."""
    drawn = next((version for version in question.versions if version.drawn), None)
    if drawn is None:
        return {}
    return {"sha256": drawn.sha256, "causes": " ".join(one.cause for one in quarantine.open_causes(drawn.id))}


def _text() -> str:
    return request.form.get("text", "")


def _back(question_id: str) -> ResponseReturnValue:
    return redirect(url_for("question.show", question_id=question_id), 303)
