"""What the committee does with a prepared or running round: its time, for everybody, one agency or one person."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from contest.agencies import api as agency_picker
from contest.agencies import queries as agencies
from contest.attempts import window
from contest.front.control_forms import ExtendForm, ScopedForm, TimeForm
from contest.front.round_page import Asking, back, show_round
from contest.people import queries as people
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds import terms
from contest.rounds.forms import ReasonForm
from contest.rounds.lifecycle import EVERYBODY
from contest.rounds.queries import RoundView
from core.access import Permission
from core.errors import DomainError, Invalid
from core.web.forms import from_local, show_problems, told
from core.web.identity import require_viewer
from core.web.pages import page, request_now

blueprint = Blueprint("round_control", __name__, url_prefix="/organiser/rounds/<pid:round_id>")


@blueprint.post("/extend")
def extend(round_id: str) -> ResponseReturnValue:
    """Gia hạn."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), ExtendForm()

    def run(agency_code: str) -> str:
        assert form.closes_at.data is not None
        closes_at, reason = from_local(form.closes_at.data), form.reason.data or ""
        window.extend(
            actor=actor,
            now=request_now(),
            round_id=round_id,
            closes_at=closes_at,
            reason=reason,
            agency_code=agency_code,
        )
        return gettext("Đã gia hạn vòng thi.")

    return _scoped(round_id, "extend", form, run)


@blueprint.post("/pause")
def pause(round_id: str) -> ResponseReturnValue:
    """Tạm dừng."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), ScopedForm()

    def run(agency_code: str) -> str:
        reason = form.reason.data or ""
        window.pause(actor=actor, now=request_now(), round_id=round_id, reason=reason, agency_code=agency_code)
        return gettext("Đã tạm dừng. Thời gian tạm dừng không tính vào thời gian làm bài.")

    return _scoped(round_id, "pause", form, run)


@blueprint.post("/resume")
def resume(round_id: str) -> ResponseReturnValue:
    """Thi tiếp: of everybody, or of the agency that the form names."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), ScopedForm()
    if not form.validate_on_submit():
        return show_round(_view(round_id), {"resume": form}, status=422)
    with told(gettext("Đã cho thi tiếp. Thời gian tạm dừng được cộng vào giờ làm bài và giờ kết thúc.")):
        window.resume(
            actor=actor,
            now=request_now(),
            round_id=round_id,
            reason=form.reason.data or "",
            agency_code=form.agency_code.data or EVERYBODY,
        )
    return back(round_id)


@blueprint.post("/close")
def close(round_id: str) -> ResponseReturnValue:
    """Kết thúc sớm: in 60 seconds."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), ReasonForm()
    if not form.validate_on_submit():
        return show_round(_view(round_id), {"close": form}, status=422)
    with told(gettext("Vòng thi kết thúc sau 60 giây.")):
        window.close_now(actor=actor, now=request_now(), round_id=round_id, reason=form.reason.data or "")
    return back(round_id)


@blueprint.post("/unprepare")
def unprepare(round_id: str) -> ResponseReturnValue:
    """Mở lại để sửa."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), ReasonForm()
    if not form.validate_on_submit():
        return show_round(_view(round_id), {"unprepare": form}, status=422)
    with told(gettext("Đã mở lại vòng thi để sửa. Cần chốt đề lại trước giờ bắt đầu.")):
        round_verbs.unprepare(actor=actor, now=request_now(), round_id=round_id, reason=form.reason.data or "")
    return back(round_id)


@blueprint.route("/time", methods=["GET", "POST"])
def extra_time(round_id: str) -> ResponseReturnValue:
    """Hỗ trợ thêm thời gian: find the person, then minutes and reason."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), TimeForm()
    view = _view(round_id)
    if request.method == "GET" or not form.validate_on_submit():
        return _time_page(view, form, status=422 if form.errors else 200)
    person = _person(form.person.data)
    if person is None:
        form.person.errors = [gettext("Đề nghị tìm và chọn một người dự thi.")]
        return _time_page(view, form, status=422)
    try:
        window.grant_time(
            actor=actor,
            now=request_now(),
            round_id=round_id,
            person_id=person.id,
            extra_minutes=form.minutes.data or 0,
            reason=form.reason.data or "",
        )
    except DomainError as error:
        show_problems(form, error)
        return _time_page(view, form, status=error.status)
    minutes = form.minutes.data
    flash(gettext("%(name)s có thêm %(n)s phút cho mỗi lượt thi.", name=person.full_name, n=minutes), "success")
    return redirect(url_for("round_control.extra_time", round_id=round_id), 303)


def _time_page(view: RoundView, form: TimeForm, *, status: int = 200) -> Response:
    text, typed = request.values.get("q", "")[:120], request.values.get("agency", "")[:200]
    code, options = agency_picker.picked(typed, request.values.get("agency_code")) if typed.strip() else (EVERYBODY, [])
    granted = terms.extra_minutes(view.pk)
    return page(
        "organiser/extra_time.html",
        status=status,
        round=view,
        form=form,
        text=text,
        typed=typed,
        code=code or "",
        options=options,
        chosen=_person(form.person.data),
        found=people.found(text, agency_code=code or "") if text and code is not None else [],
        granted=granted,
        people=people.described(granted),
    )


def _person(text: str | None) -> people.Found | None:
    if not (text and text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return people.described([int(text)]).get(int(text))


def _view(round_id: str) -> RoundView:
    return rounds.round_(round_id, now=request_now(), drafts=True)


def _scoped(round_id: str, act: str, form: ScopedForm, run: Callable[[str], str]) -> ResponseReturnValue:
    """Do an act for everybody, or for an agency once its name and effect were shown."""
    view = _view(round_id)
    sent: dict[str, FlaskForm] = {act: form}
    if not form.validate_on_submit():
        return show_round(view, sent, status=422)
    code = EVERYBODY
    if form.scoped:
        found, form.options = agency_picker.picked(form.agency.data or "", form.agency_code.data)
        unit = agencies.names_by_code([found or ""])
        if found is None or found not in unit:
            form.agency.errors = [gettext("Đề nghị chọn đơn vị trong danh sách gợi ý, hoặc gõ mã đơn vị.")]
            return show_round(view, sent, status=422)
        code = found
        if form.confirmed.data != code:
            asking = Asking(act, code, unit[code], window.sitting(view.pk, agency_code=code))
            return show_round(view, sent, asking=asking)
    try:
        flash(run(code), "success")
    except Invalid as error:
        show_problems(form, error)
        return show_round(view, sent, status=422)
    except DomainError as error:
        flash(gettext(error.message, **error.params), "error")
    return back(round_id)
