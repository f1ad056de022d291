"""Danh sách không được dự thi: who must not take part in a contest."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.front.control_forms import ExcludeForm
from contest.people import queries as people
from contest.people.rules import normalise_login
from contest.rounds import entries, terms
from contest.rounds import queries as rounds
from core.access import Permission
from core.web.forms import told, whole_number
from core.web.identity import require_viewer
from core.web.pages import page, request_now

blueprint = Blueprint("exclusions", __name__, url_prefix="/organiser/contests/<pid:contest_id>/exclusions")


@blueprint.get("")
def index(contest_id: str) -> Response:
    """The list, and the form that adds to it."""
    require_viewer(Permission.CONTEST_MANAGE)
    return _page(contest_id, ExcludeForm(formdata=None))


@blueprint.post("")
def add(contest_id: str) -> ResponseReturnValue:
    """Put somebody on the list by their login."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), ExcludeForm()
    if not form.validate_on_submit():
        return _page(contest_id, form, status=422)
    login = normalise_login(form.login.data or "")
    person = people.person_of_login(login) if login else None
    if person is None:
        form.login.errors = [gettext("Không có tài khoản nào dùng số điện thoại hoặc tên đăng nhập này.")]
        return _page(contest_id, form, status=422)
    reason = form.reason.data or ""
    entries.exclude(actor=actor, now=request_now(), contest_id=contest_id, person_id=person.id, reason=reason)
    flash(gettext("Đã thêm %(name)s vào danh sách không được dự thi.", name=person.full_name), "success")
    return redirect(url_for("exclusions.index", contest_id=contest_id), 303)


@blueprint.post("/remove")
def remove(contest_id: str) -> ResponseReturnValue:
    """Take somebody off the list."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    rounds.contest(contest_id)
    person_id = whole_number(request.form.get("person"), 0)
    with told(gettext("Đã đưa ra khỏi danh sách không được dự thi.")):
        entries.admit(actor=actor, now=request_now(), contest_id=contest_id, person_id=person_id)
    return redirect(url_for("exclusions.index", contest_id=contest_id), 303)


def _page(contest_id: str, form: ExcludeForm, *, status: int = 200) -> Response:
    listed = terms.exclusions(contest_id)
    return page(
        "organiser/exclusions.html",
        status=status,
        contest=rounds.contest(contest_id),
        form=form,
        rows=listed,
        people=people.described(row.person_id for row in listed),
    )
