"""Soạn câu hỏi: one form for a new question and for a new wording, with quiet advice beside it.

The form of a question with an approved wording shows its keys. So ``GET …/edit`` only says what
opening it means; ``POST …/edit`` with ``open`` records who has seen the keys, then answers with
the form; ``POST …/edit`` with ``based_on`` saves.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import msgspec
from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from core.access import Actor, Permission
from core.clock import LOCAL
from core.errors import Conflict
from core.web.api import json
from core.web.forms import accepts_upload, told
from core.web.identity import require_holder
from core.web.pages import request_now
from questions import flaws
from questions.bank import access, citing, list_queries, queries, service, situation_queries
from questions.bank.content import item_of
from questions.bank.models import Bank, Question, QuestionVersion, SituationVersion
from questions.desk import hints
from questions.desk.forms import QuestionForm
from questions.desk.workplace import at_desk, desk_page
from questions.items import Item
from questions.law import queries as law
from questions.review import history
from questions.review import service as review

blueprint = Blueprint("editor", __name__, url_prefix="/organiser/questions")
LONG_FORM = 256 * 1024
"""Bytes of the longest question: letters with two accents are nine bytes in a form."""


@dataclass(frozen=True)
class Desk:
    """Who writes, where, and (when editing) which question."""

    actor: Actor
    bank: Bank
    question: Question | None = None

    @property
    def newest(self) -> QuestionVersion | None:
        """The wording that is being edited."""
        return self.question.versions[-1] if self.question else None

    @property
    def approved(self) -> list[int]:
        """Ids of the wordings whose keys the form gives away."""
        versions = self.question.versions if self.question else []
        return [version.id for version in versions if version.state == "approved"]

    @cached_property
    def situations(self) -> list[SituationVersion]:
        """What may be chosen: the bank's newest wordings, and the one in use; read once."""
        rows = situation_queries.newest(self.bank)
        used = self.newest.situation if self.newest else None
        return [*rows, used] if used and used.id not in {row.id for row in rows} else rows

    def form(self) -> QuestionForm:
        """The form with its lists; filled with what was sent, if anything was."""
        return QuestionForm().offer(queries.topics(), self.situations)

    def situation(self, form: QuestionForm) -> SituationVersion | None:
        """The situation that was chosen."""
        return next((row for row in self.situations if str(row.id) == form.situation.data), None)


@blueprint.route("/new", methods=["GET", "POST"])
@accepts_upload(LONG_FORM, Permission.BANK_WRITE)
def new() -> ResponseReturnValue:
    """Soạn câu hỏi; ``after`` names the question before, which the next one has much in common with."""
    desk = Desk(*at_desk(Permission.BANK_WRITE))
    form = desk.form()
    if form.validate_on_submit():
        situation = desk.situation(form)
        item = msgspec.structs.replace(form.item(), situation=situation.code if situation else "")
        made = service.add(
            actor=desk.actor,
            now=request_now(),
            bank=desk.bank,
            items=[item],
            situations=[situation] if situation else [],
        )
        return _saved(desk, item, made[0])
    if request.method == "GET" and request.args.get("after"):
        before = queries.question(desk.actor, request.args["after"])
        form.refer(item_of(before.versions[-1]), before.versions[-1])
    return _page(desk, form)


@blueprint.get("/<pid:question_id>/edit")
def edit(question_id: str) -> ResponseReturnValue:
    """The form; for a question with an approved wording, what opening it means."""
    desk = _desk(question_id)
    if desk.approved and desk.newest and desk.newest.state != "in_review":
        return desk_page("questions/open_editor.html", actor=desk.actor, bank=desk.bank, question=desk.question)
    return _open(desk)


@blueprint.post("/<pid:question_id>/edit")
@accepts_upload(LONG_FORM, Permission.BANK_WRITE)
def save(question_id: str) -> ResponseReturnValue:
    """Open the form (and record that its keys were seen), or save what was typed."""
    desk = _desk(question_id)
    if "based_on" not in request.form:
        return _open(desk)
    form = desk.form()
    if not form.validate_on_submit():
        return _page(desk, form)
    try:
        item = form.item()
        service.edit(
            actor=desk.actor,
            now=request_now(),
            question_id=question_id,
            item=item,
            situation=desk.situation(form),
            based_on=form.based_on.data or "",
        )
    except Conflict as error:
        return _conflict(_desk(question_id), form, error)
    assert desk.question is not None
    return _saved(desk, item, desk.question)


@blueprint.post("/flaws")
@accepts_upload(LONG_FORM, Permission.BANK_WRITE)
def advise() -> Response:
    """What there is to say about what stands in the form now, as JSON; nothing is stored."""
    _, bank = at_desk(Permission.BANK_WRITE)
    form = QuestionForm()
    rows = list(zip(form.documents.data, form.articles.data + [""] * len(form.documents.data), strict=False))
    return json(hints.about(form.item(), bank, rows=rows[:10], today=_today(), code=request.form.get("code", "")))


def _desk(question_id: str) -> Desk:
    actor = require_holder(Permission.BANK_WRITE)
    question = queries.question(actor, question_id)
    access.require_bank(actor, Permission.BANK_WRITE, question.bank)
    return Desk(actor, question.bank, question)


def _open(desk: Desk) -> ResponseReturnValue:
    assert desk.question is not None
    assert desk.newest is not None
    if desk.newest.state == "in_review":
        flash(gettext("Câu hỏi đang chờ thẩm định. Đề nghị rút về bản nháp trước khi sửa."), "error")
        return redirect(url_for("question.show", question_id=desk.question.public_id), 303)
    form = QuestionForm(formdata=None).offer(queries.topics(), desk.situations)
    form.fill(item_of(desk.newest), desk.newest)
    return _page(desk, form)


def _conflict(desk: Desk, form: QuestionForm, error: Conflict) -> ResponseReturnValue:
    """What was typed, still in its fields, beside what was stored meanwhile; saving again is a decision."""
    stored = desk.newest
    assert stored is not None
    if error.code == "edited-meanwhile":
        form.based_on.data = stored.sha256
    flash(gettext(error.message, **error.params), "error")
    return _page(desk, form, stored=stored, status=409)


def _page(
    desk: Desk, form: QuestionForm, *, stored: QuestionVersion | None = None, status: int | None = None
) -> Response:
    if desk.approved and request.method == "POST":
        history.expose(actor=desk.actor, now=request_now(), version_ids=desk.approved, how=history.SEEN)
    rows, today = form.citation_rows(), _today()
    return desk_page(
        "questions/editor.html",
        status=status or (422 if form.errors else 200),
        actor=desk.actor,
        bank=desk.bank,
        form=form,
        question=desk.question,
        newest=desk.newest,
        drawn=next((v for v in desk.question.versions if v.drawn), None) if desk.question else None,
        stored=stored,
        situations=desk.situations,
        citations=[(*row, hints.legal_state(*row, today=today)) for row in rows],
        titles=law.titles(only=citing.known_law(desk.actor)),
        tags=list_queries.tags(desk.bank),
    )


def _saved(desk: Desk, item: Item, question: Question) -> ResponseReturnValue:
    act, question_id = request.form.get("act", "save"), question.public_id
    if act == "submit":
        with told(gettext("Đã lưu câu hỏi %(code)s và trình thẩm định.", code=question.code)):
            review.submit(actor=desk.actor, now=request_now(), question_ids=[question_id])
    else:
        flash(gettext("Đã lưu câu hỏi %(code)s.", code=question.code), "success")
    _flash_advice(desk, item, question.code, with_flaws=act == "next" or bool(desk.approved))
    if act == "next":
        return redirect(url_for("editor.new", bank=desk.bank.public_id, after=question_id), 303)
    return redirect(url_for("question.show", question_id=question_id), 303)


def _flash_advice(desk: Desk, item: Item, code: str, *, with_flaws: bool) -> None:
    """Say once what the script says while typing; a draft's own page lists its flaws by itself."""
    for like in hints.alike(item, desk.bank, code=code)[:1]:
        flash(
            gettext(
                "Giống %(percent)s%% câu %(code)s: %(stem)s",
                percent=like.similarity,
                code=like.code,
                stem=like.stem[:150],
            ),
            "warning",
        )
    found = flaws.of_item(item) if with_flaws else []
    if found:
        head = ngettext(
            "Câu %(code)s có %(num)d điểm nên xem lại:",
            "Câu %(code)s có %(num)d điểm nên xem lại:",
            len(found),
            code=code,
        )
        flash(f"{head} {' '.join(hints.sentence(flaw) for flaw in found[:3])}", "warning")


def _today() -> date:
    today: date = request_now().astimezone(LOCAL).date()
    return today
