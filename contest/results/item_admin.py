"""Phân tích câu hỏi: what a closed round's answers say about its questions, for the committee.

No address shows which choice is a key but the detail of one question, a POST that is recorded.
"""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.attempts import queries as attempts
from contest.results import item_analysis, item_words
from contest.results.item_export import xlsx
from contest.results.views import XLSX
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from core.access import Actor, Permission, require
from core.errors import NotFound
from core.i18n import N_
from core.web.forms import told, whole_number
from core.web.identity import require_viewer
from core.web.pages import page, private, request_now
from questions.bank import access, usage_queries
from questions.bank import queries as bank
from questions.bank.models import PROVINCE
from questions.bank.usage_queries import Asked
from questions.review import history
from questions.statistics import ANSWERS_MIN

blueprint = Blueprint("round_items", __name__, url_prefix="/organiser/rounds/<pid:round_id>")
PAGE = 50


@blueprint.get("/items")
def index(round_id: str) -> Response:
    """The analysis if there is one, else when and how to get it."""
    actor, view = _asked_for(round_id)
    analysis = item_analysis.of_round(view)
    lines = item_words.lines(analysis, _questions(actor, analysis), _topics()) if analysis else []
    sort = request.args.get("sort", "")
    ordered = item_words.in_order(lines, sort)
    pages = max(1, -(-len(ordered) // PAGE))
    number = min(whole_number(request.args.get("page"), 1), pages)
    return page(
        "results/items.html",
        round=view,
        over=item_analysis.is_over(view),
        sitting=attempts.running(view.pk),
        analysis=analysis,
        points=item_words.points(lines),
        tenths=item_words.tenths(lines),
        job=item_analysis.last_job(view),
        lines=ordered,
        shown=ordered[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=pages,
        few=ANSWERS_MIN,
        sort=sort if sort in item_words.ORDERS else "worst",
        **_words(),
    )


@blueprint.post("/items")
def analyse(round_id: str) -> ResponseReturnValue:
    """Phân tích câu hỏi, in a job."""
    actor, _ = _asked_for(round_id)
    with told(gettext("Đang phân tích câu hỏi. Có thể rời trang này; kết quả được giữ lại.")):
        item_analysis.enqueue(actor=actor, now=request_now(), round_id=round_id)
    return redirect(url_for("round_items.index", round_id=round_id), 303)


@blueprint.get("/items/<int:version_id>")
def detail_by_address(round_id: str, version_id: int) -> ResponseReturnValue:
    """An address that was kept or typed: keys are shown by the button alone."""
    require_viewer(Permission.RESULTS_PUBLISH)
    return redirect(url_for("round_items.index", round_id=round_id), 303)


@blueprint.post("/items/<int:version_id>")
def detail(round_id: str, version_id: int) -> Response:
    """One question with its key and what its choices drew; that its key was seen is kept with the wording."""
    actor, view = _asked_for(round_id)
    analysis = item_analysis.of_round(view)
    found = next((one for one in analysis.items if one.item.version_id == version_id), None) if analysis else None
    question = usage_queries.asked([version_id]).get(version_id)
    if analysis is None or found is None or question is None:
        raise NotFound(N_("Không tìm thấy câu hỏi này trong kết quả phân tích."))
    require(actor, Permission.BANK_READ, None if question.owner_id == PROVINCE else question.owner_id)
    history.expose(actor=actor, now=request_now(), version_ids=[version_id], how=history.SEEN)
    return page(
        "results/item.html",
        round=view,
        item=found.item,
        line=item_words.line(found, question, _topics()),
        question=question,
        statistics=found.statistics,
        warnings=[gettext(flaw.message, **flaw.params) for flaw in found.statistics.warnings],
        **_words(),
    )


@blueprint.get("/items.xlsx")
def download(round_id: str) -> Response:
    """Xuất Excel: every figure, no choices and no keys."""
    actor, view = _asked_for(round_id)
    analysis = item_analysis.of_round(view)
    if analysis is None:
        raise NotFound(N_("Vòng thi chưa được phân tích câu hỏi."))
    lines = item_words.lines(analysis, _questions(actor, analysis), _topics())
    response = make_response(xlsx(view, analysis, lines))
    response.mimetype = XLSX
    response.headers["Content-Disposition"] = f'attachment; filename="phan-tich-cau-hoi-vong-{view.number}.xlsx"'
    return private(response)


def _asked_for(round_id: str) -> tuple[Actor, RoundView]:
    actor = require_viewer(Permission.RESULTS_PUBLISH)
    return actor, rounds.round_(round_id, now=request_now(), drafts=True)


def _questions(actor: Actor, analysis: item_analysis.Analysis) -> dict[int, Asked]:
    """The questions that ``actor`` may open, by version."""
    found = usage_queries.asked([one.item.version_id for one in analysis.items])
    return {version: one for version, one in found.items() if access.may(actor, Permission.BANK_READ, one.owner_id)}


def _topics() -> dict[str, str]:
    return {topic.code: topic.name for topic in bank.topics()}


def _words() -> dict[str, Any]:
    return {
        "DIFFICULTIES": item_words.DIFFICULTIES,
        "ORDERS": item_words.ORDERS,
        "reliability_words": item_words.reliability,
        "decimal": item_words.decimal,
    }
