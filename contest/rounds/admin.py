"""The organiser's pages: create contests and rounds, change a round in preparation."""

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.rounds import feasibility, planning, queries, service
from contest.rounds.contest_forms import ContestForm, NewContestForm, next_monday
from contest.rounds.queries import ContestView, RoundView
from contest.rounds.round_form import words
from contest.rounds.round_form.form import RoundSheet, each_field
from contest.rounds.round_form.paper import DIFFICULTIES
from contest.rounds.rules import RoundState
from contest.rounds.templates.every import EVERY
from contest.rounds.templates.model import Template
from core.access import Permission
from core.clock import LOCAL
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.web.forms import accepts_upload, show_problems
from core.web.identity import require_viewer
from core.web.pages import page, request_now

FORM_MAX = 256 * 1024
"""Bytes: twelve groups that each name every agency of a province."""

blueprint = Blueprint("rounds_admin", __name__, url_prefix="/organiser")


@blueprint.route("/contests/new", methods=["GET", "POST"])
def new_contest() -> ResponseReturnValue:
    """Tạo cuộc thi: on one's own, or with all rounds from a real contest's rules."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    form, now = NewContestForm(), request_now()
    if form.validate_on_submit():
        template = form.chosen
        if template is None or form.first_day.data is None:
            contest = service.create_contest(actor=actor, now=now, **form.values())
            return redirect(url_for("rounds_admin.new_round", contest_id=contest.public_id), 303)
        try:
            planning.create_from_template(
                actor=actor, now=now, template=template, first_day=form.first_day.data, **form.values()
            )
            return _planned(template)
        except Invalid as error:
            show_problems(form, error)
    if form.first_day.data is None and not form.is_submitted():
        form.first_day.data = next_monday(now.astimezone(LOCAL).date())
    return page("rounds/new_contest.html", form=form, templates=EVERY, status=422 if form.errors else 200)


def _planned(template: Template) -> ResponseReturnValue:
    flash(
        gettext("Đã tạo cuộc thi và %(n)s vòng thi theo mẫu %(name)s.", n=len(template.rounds), name=template.name),
        "success",
    )
    flash(gettext("Cần xem lại từng vòng thi trước khi chốt đề. %(note)s", note=gettext(template.note)), "warning")
    return redirect(url_for("organiser.overview"), 303)


@blueprint.route("/contests/<pid:contest_id>/edit", methods=["GET", "POST"])
def edit_contest(contest_id: str) -> ResponseReturnValue:
    """Sửa cuộc thi; what holds over all rounds only until a round is prepared."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    contest, locked = queries.contest(contest_id), queries.contest_locked(contest_id)
    form = ContestForm.of(contest, locked=locked)
    if form.validate_on_submit():
        rules = None if locked else form.rules()
        try:
            service.change_contest(actor=actor, now=request_now(), contest_id=contest_id, rules=rules, **form.values())
            flash(gettext("Đã lưu cuộc thi."), "success")
            return redirect(url_for("organiser.overview"), 303)
        except Invalid as error:
            form.form_errors.append(gettext(error.message, **error.params))
    if not locked:
        form.add_blank_rows()
    return page(
        "rounds/contest_form.html", form=form, contest=contest, locked=locked, status=422 if form.errors else 200
    )


@blueprint.route("/contests/<pid:contest_id>/rounds/new", methods=["GET", "POST"])
@accepts_upload(FORM_MAX, Permission.CONTEST_MANAGE)
def new_round(contest_id: str) -> ResponseReturnValue:
    """Tạo vòng thi."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    contest = queries.contest(contest_id)
    sheet = RoundSheet(request.form if request.method == "POST" else None, today=_today())
    if sheet.fits():
        try:
            round_ = service.create_round(actor=actor, now=request_now(), contest_id=contest_id, **sheet.values())
            return redirect(url_for("organiser.round_page", round_id=round_.public_id), 303)
        except Invalid as error:
            show_problems(sheet.form, error)
    return _round_page(sheet, heading=gettext("Tạo vòng thi"), contest=contest)


@blueprint.route("/rounds/<pid:round_id>/edit", methods=["GET", "POST"])
@accepts_upload(FORM_MAX, Permission.CONTEST_MANAGE)
def edit_round(round_id: str) -> ResponseReturnValue:
    """Sửa vòng thi, only while it is in preparation."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    view = queries.round_(round_id, now=request_now(), drafts=True)
    if view.state is not RoundState.DRAFT:
        raise Conflict(N_("Thể lệ vòng thi đã khóa khi chốt đề. Chỉ còn có thể gia hạn hoặc kết thúc sớm."))
    sheet = RoundSheet(request.form if request.method == "POST" else None, today=_today(), view=view)
    if sheet.fits():
        try:
            service.change_round(actor=actor, now=request_now(), round_id=round_id, **sheet.values())
            flash(gettext("Đã lưu vòng thi."), "success")
            return redirect(url_for("organiser.round_page", round_id=round_id), 303)
        except Invalid as error:
            show_problems(sheet.form, error)
    stored = view if request.method == "GET" else None
    return _round_page(sheet, heading=gettext("Sửa vòng thi"), contest=view.contest, stored=stored)


def _today() -> date:
    today: date = request_now().astimezone(LOCAL).date()
    return today


def _round_page(
    sheet: RoundSheet, *, heading: str, contest: ContestView, stored: RoundView | None = None
) -> ResponseReturnValue:
    return page(
        "rounds/round_form.html",
        sheet=sheet,
        form=sheet.form,
        rows=sheet.table,
        heading=heading,
        contest=contest,
        difficulties=DIFFICULTIES,
        warnings=feasibility.check(stored) if stored else None,
        summaries=words.summaries(stored.rules) if stored else {},
        topic_names={topic.code: topic.name for topic in sheet.topics},
        each_field=each_field,
        status=422 if sheet.form.errors and not sheet.changing else 200,
    )
