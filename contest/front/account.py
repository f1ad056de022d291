"""One's own account: data, receipts, and the birth date where a contest asks for it."""

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField

from contest.attempts import queries as attempts
from contest.people import queries as people
from contest.people import service as person_verbs
from contest.rounds import lifecycle
from contest.rounds import queries as rounds
from contest.rounds.eligibility import has_ages
from core.errors import Invalid
from core.web.forms import NEEDED, show_problems, told
from core.web.identity import require_viewer
from core.web.pages import local_target, page, request_now

blueprint = Blueprint("account", __name__)
DAYS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]


class BirthDateForm(FlaskForm):
    """Khai ngày sinh."""

    birth_date = DateField(_l("Ngày sinh"), [NEEDED], format=DAYS)


@blueprint.get("/account")
def show() -> Response:
    """One's own data and receipts."""
    require_viewer()
    return _page(BirthDateForm(formdata=None))


@blueprint.post("/account/birth-date")
def declare_birth_date() -> ResponseReturnValue:
    """Khai ngày sinh, once; then back to where it was asked for."""
    actor, form = require_viewer(), BirthDateForm()
    if not form.validate_on_submit() or form.birth_date.data is None:
        if form.birth_date.errors:
            form.birth_date.errors = [gettext("Đề nghị nhập ngày sinh, ví dụ 15/08/1990.")]
        return _page(form, status=422)
    try:
        with told(gettext("Đã ghi ngày sinh.")):
            person_verbs.declare_birth_date(actor=actor, now=request_now(), birth_date=form.birth_date.data)
    except Invalid as error:
        show_problems(form, error)
        return _page(form, status=422)
    return redirect(local_target(request.form.get("next"), url_for("account.show")), 303)


def _page(form: BirthDateForm, *, status: int = 200) -> Response:
    actor, now = require_viewer(), request_now()
    person_id = actor.person_id or 0
    profile = people.profile(person_id)
    asked = any(has_ages(view.rules) and not lifecycle.over(view.state) for view in rounds.rounds(now=now))
    return page(
        "people/account.html",
        status=status,
        form=form,
        login=profile.login,
        created_at=profile.created_at,
        birth_date=profile.birth_date,
        asks_birth_date=asked and profile.birth_date is None,
        agency_name=actor.agency_name,
        receipts=[
            {
                "attempt_id": receipt.attempt_id,
                "round_title": round_.title,
                "code": receipt.code,
                "submitted_at": receipt.submitted_at,
                "number": receipt.number,
                "voided": receipt.voided,
                "score": receipt.score,
                "points_max": points_max,
            }
            for round_, receipt, points_max in attempts.all_receipts(person_id=person_id, now=now)
        ],
    )
