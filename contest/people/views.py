"""Pages: sign in, register, sign out."""

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.agencies.api import AgencyOption, picked
from contest.people import rules, service
from contest.people.forms import RegisterForm, SignInForm
from core.errors import DomainError, Unauthenticated, Unavailable
from core.web.forms import show_problems
from core.web.identity import begin_session, end_session, unfinished, viewer
from core.web.pages import forget_reader, local_target, page, request_now

blueprint = Blueprint("people", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Đăng nhập; afterwards back to where the reader came from."""
    form = SignInForm()
    target = local_target(form.next.data or request.args.get("next"), url_for("front.home"))
    form.next.data = target
    status, wait = 200, None
    if form.validate_on_submit():
        try:
            person = service.sign_in(login=form.login.data or "", password=form.password.data or "")
        except Unauthenticated as error:
            form.password.errors = [gettext(error.message)]
            status = 422
        except DomainError as error:
            show_problems(form, error)
            status, wait = error.status, error.extra.get("retry_after")
        else:
            begin_session(person.id, person.session_version)
            return redirect(target if target != url_for("front.home") else _desk(), 303)
    elif viewer() is not None and request.method == "GET":
        return redirect(target)
    response = page("people/sign_in.html", status=status, form=form)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


@blueprint.route("/register", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Đăng ký; signs the new person in."""
    form = RegisterForm()
    target = local_target(form.next.data or request.args.get("next"), url_for("front.home"))
    form.next.data = target
    status = 200
    choices: list[AgencyOption] = []
    if form.validate_on_submit():
        code, choices = picked(form.agency.data or "", form.agency_code.data)
        try:
            person = service.register(
                actor=None,
                now=request_now(),
                login=form.login.data or "",
                password=form.password.data or "",
                full_name=form.full_name.data or "",
                agency_code=code,
                consent=bool(form.consent.data),
            )
        except Unavailable:
            raise
        except DomainError as error:
            if error.code == "login-taken":
                error.extra["fields"] = {"login": error.message}
            show_problems(form, error)
            status = 422
        else:
            begin_session(person.id, person.session_version)
            return redirect(target, 303)
    return page(
        "people/register.html",
        status=status,
        form=form,
        agency_options=choices,
        consent_text=rules.CONSENT_TEXT,
    )


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Đăng xuất, or Đổi người dự thi (which goes on to sign in): nothing of the person stays in the browser.

    Who has begun something whose time runs is asked first; ``leave.js`` asks before anything is wiped.
    """
    target = local_target(request.form.get("next"), url_for("front.home"))
    if unfinished() and request.form.get("sure") != "1":
        return page("people/leaving.html", status=409, target=target)
    end_session()
    return forget_reader(make_response(redirect(target, 303)))


def _desk() -> str:
    """Where somebody who asked for no page begins: at their own work."""
    actor = viewer()
    if actor is not None and actor.is_organiser:
        return url_for("organiser.overview")
    if actor is not None and actor.is_contact:
        return url_for("agency_desk.show")
    return url_for("front.home")
