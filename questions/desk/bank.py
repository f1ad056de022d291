"""Ngân hàng câu hỏi: the list with its filters, bulk acts, and the coverage matrix. No keys here."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from core.access import Actor, Permission
from core.errors import Invalid
from core.i18n import N_
from core.web.identity import require_holder
from core.web.pages import request_now
from questions.bank import citing, list_queries, queries, service
from questions.bank.models import Bank
from questions.desk.workplace import at_desk, desk_page, filters, filters_as_query, page_number, told_above
from questions.law import queries as law
from questions.review import history
from questions.review import service as review

blueprint = Blueprint("bank", __name__, url_prefix="/organiser/questions")
BULK_MAX = 1_000


@blueprint.get("")
def index() -> Response:
    """The list, narrowed and paged."""
    actor, bank = at_desk()
    chosen, number = filters(), page_number()
    lines, total = list_queries.listing(bank, chosen, page=number)
    pages = max(1, -(-total // list_queries.PAGE))
    return desk_page(
        "questions/index.html",
        actor=actor,
        bank=bank,
        lines=lines,
        total=total,
        number=number,
        pages=pages,
        filters=chosen,
        query=filters_as_query(chosen),
        topics=queries.topics(),
        tags=list_queries.tags(bank),
        documents=law.choices(only=citing.known_law(actor)),
        counts=_counts(bank),
        returned=history.returned(line.version_id for line in lines if line.state == "draft"),
        in_use=list_queries.drawn_numbers(line.id for line in lines if line.number > 1),
    )


@blueprint.get("/coverage")
def coverage() -> Response:
    """Topic x difficulty: what can be drawn, what waits, and what a blueprint lacks.

    ``plan`` is a blueprint as ``topic.difficulty.count,…`` (a round's page links here with its own);
    ``trial=0`` leaves samples out, as a round with prizes does;
    ``papers`` how many papers without repetition it shall be enough for.
    """
    actor, bank = at_desk()
    papers = _papers()
    plan = request.args.get("plan", "")[:2_000]
    return desk_page(
        "questions/coverage.html",
        actor=actor,
        bank=bank,
        topics=queries.topics(),
        matrix=list_queries.coverage(bank),
        drawable={
            state: queries.available(owner_id=bank.owner_id, bank_id=bank.id, samples=state == "trial")
            for state in ("real", "trial")
        },
        trial=request.args.get("trial") != "0",
        papers=papers,
        plan=plan,
        need={(topic, level): count * papers for topic, level, count in _cells(plan)},
    )


def _papers() -> int:
    text = request.args.get("papers", "")
    return min(max(int(text), 1), 50) if text.isascii() and text.isdigit() else 1


def _cells(plan: str) -> list[tuple[str, int, int]]:
    cells = []
    for part in plan.split(","):
        topic, _, rest = part.partition(".")
        level, _, count = rest.partition(".")
        if level in ("1", "2", "3") and count.isascii() and count.isdigit() and len(count) < 4:
            cells.append((topic, int(level), int(count)))
    return cells


@blueprint.post("/bulk")
def bulk() -> ResponseReturnValue:
    """One act on everything that is ticked, or on everything that the filters leave; all or none."""
    actor = require_holder(Permission.BANK_READ)
    act = request.form.get("act", "")
    if act not in (*_ACTS, "export"):
        raise Invalid(N_("Chưa chọn việc cần làm."), code="no-act")
    _, bank = at_desk()
    ids = list_queries.ids(bank, filters()) if request.form.get("all") else request.form.getlist("id")
    if not ids:
        flash(gettext("Chưa chọn câu hỏi nào."), "error")
        return _back(bank)
    if len(ids) > BULK_MAX:
        flash(gettext("Mỗi lần xử lý tối đa 1.000 câu hỏi. Đề nghị lọc hẹp hơn."), "error")
        return _back(bank)
    if act == "export":
        return redirect(url_for("exports.index", bank=bank.public_id, **filters_as_query(filters())), 307)
    done = ngettext("Đã xử lý %(num)d câu hỏi.", "Đã xử lý %(num)d câu hỏi.", len(ids))
    with told_above(done):
        _ACTS[act](actor, ids)
    return _back(bank)


def _submit(actor: Actor, ids: list[str]) -> None:
    review.submit(actor=actor, now=request_now(), question_ids=ids)


def _retire(actor: Actor, ids: list[str]) -> None:
    review.retire(actor=actor, now=request_now(), question_ids=ids, text=_said("text"))


def _bring_back(actor: Actor, ids: list[str]) -> None:
    review.bring_back(actor=actor, now=request_now(), question_ids=ids, text=_said("text"))


def _move(actor: Actor, ids: list[str]) -> None:
    service.reorganise(actor=actor, now=request_now(), question_ids=ids, topic=request.form.get("to_topic") or None)


def _tag(actor: Actor, ids: list[str]) -> None:
    service.reorganise(actor=actor, now=request_now(), question_ids=ids, add_tags=_said("tags").split(","))


def _untag(actor: Actor, ids: list[str]) -> None:
    service.reorganise(actor=actor, now=request_now(), question_ids=ids, remove_tags=_said("tags").split(","))


_ACTS: dict[str, Callable[[Actor, list[str]], None]] = {
    "submit": _submit,
    "retire": _retire,
    "bring_back": _bring_back,
    "move": _move,
    "tag": _tag,
    "untag": _untag,
}


def _said(name: str) -> str:
    text = request.form.get(name, "").strip()
    if not text:
        # Without a field of its own on the list page: the sentence is shown above it.
        raise Invalid(N_("Đề nghị ghi lý do hoặc thẻ cho việc vừa chọn."), code="nothing-said")
    return text


def _back(bank: Bank) -> ResponseReturnValue:
    query = filters_as_query(filters())
    return redirect(url_for("bank.index", bank=bank.public_id, **query), 303)


def _counts(bank: Bank) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell in list_queries.coverage(bank).values():
        for state, number in cell.items():
            counts[state] = counts.get(state, 0) + number
    return counts
