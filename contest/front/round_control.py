"""What the committee does with a prepared or running round: its time, for everybody, one agency or one person."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from contest.agencies import api as agency_picker
from contest.agencies import queries as agencies
from contest.attempts import window
from contest.front.control_forms import ALL, ExtendForm, ReasonTwiceForm, ScopedForm, TimeForm
from contest.front.round_page import Asking, back, show_round
from contest.people import queries as people
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds import terms
from contest.rounds.forms import ReasonForm
from contest.rounds.lifecycle import EVERYBODY
from contest.rounds.queries import RoundView
from core.access import Permission
from core.clock import LOCAL
from core.errors import DomainError, Invalid
from core.web.formats import closes, number
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

    def ask(view: RoundView, code: str, path: str) -> tuple[str, str]:
        assert form.closes_at.data is not None
        closes_at, before = from_local(form.closes_at.data), view.exceptions.close_of(view.closes_at, path)
        window.refuse_close(closes_at, before=before, opens_at=view.opens_at, now=request_now())
        effect = gettext(
            "Kết thúc mới: %(later)s, thay cho %(before)s.", later=closes(closes_at), before=closes(before)
        )
        return f"{code} {closes_at.isoformat()}", effect

    return _scoped(round_id, "extend", form, run, ask=ask)


@blueprint.post("/pause")
def pause(round_id: str) -> ResponseReturnValue:
    """Tạm dừng; a second press for everybody, too."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), ScopedForm()

    def run(agency_code: str) -> str:
        reason = form.reason.data or ""
        window.pause(actor=actor, now=request_now(), round_id=round_id, reason=reason, agency_code=agency_code)
        return gettext("Đã tạm dừng. Thời gian tạm dừng không tính vào thời gian làm bài.")

    return _scoped(round_id, "pause", form, run, everybody_twice=True)


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
    """Kết thúc sớm: in 60 seconds, at the second press."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), ReasonTwiceForm()
    view = _view(round_id)
    if not form.validate_on_submit():
        return show_round(view, {"close": form}, status=422)
    if form.confirmed.data != ALL:
        return show_round(view, {"close": form}, asking=_everybody("close", view))
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
    """Hỗ trợ thêm thời gian: find the person, then minutes and reason, then once more."""
    actor, form = require_viewer(Permission.CONTEST_MANAGE), TimeForm()
    view = _view(round_id)
    if request.method == "GET" or not form.validate_on_submit():
        return _time_page(view, form, status=422 if form.errors else 200)
    person = _person(form.person.data)
    if person is None:
        form.person.errors = [gettext("Đề nghị tìm và chọn một người dự thi.")]
        return _time_page(view, form, status=422)
    before, minutes = terms.extra_minutes(view.pk).get(person.id, 0), form.minutes.data or 0
    if form.confirmed.data != f"{person.id}:{minutes}":
        return _time_page(view, form, asking=_more_or_less_time(view, person, before, minutes))
    try:
        window.grant_time(
            actor=actor,
            now=request_now(),
            round_id=round_id,
            person_id=person.id,
            extra_minutes=minutes,
            reason=form.reason.data or "",
        )
    except DomainError as error:
        show_problems(form, error)
        return _time_page(view, form, status=error.status)
    flash(_time_given(person, before, minutes), "success")
    return redirect(url_for("round_control.extra_time", round_id=round_id), 303)


def _more_or_less_time(view: RoundView, person: people.Found, before: int, minutes: int) -> Asking:
    """What a change of somebody's extra time will do: a paper that runs may gain by it and never loses."""
    if minutes < before:
        effect = gettext(
            "Các lượt thi vào sau còn thêm %(n)s phút thay vì %(m)s phút. Bài đang làm, nếu có, giữ nguyên thời gian. "
            "Bấm lần nữa để thực hiện.",
            n=minutes,
            m=before,
        )
    else:
        effect = gettext(
            "Bài đang làm, nếu có, và mọi lượt thi sau có thêm %(n)s phút (hiện nay: %(m)s phút). Thời gian đã cho bài "
            "đang làm không rút lại được. Bấm lần nữa để thực hiện.",
            n=minutes,
            m=before,
        )
    return Asking("time", f"{person.id}:{minutes}", person.full_name, effect)


def _time_given(person: people.Found, before: int, minutes: int) -> str:
    if minutes >= before:
        return gettext("%(name)s có thêm %(n)s phút cho mỗi lượt thi.", name=person.full_name, n=minutes)
    return gettext(
        "Các lượt thi vào sau của %(name)s còn thêm %(n)s phút; bài đang làm giữ nguyên thời gian.",
        name=person.full_name,
        n=minutes,
    )


def _time_page(view: RoundView, form: TimeForm, *, asking: Asking | None = None, status: int = 200) -> Response:
    text, typed = request.values.get("q", "")[:120], request.values.get("agency", "")[:200]
    code, options = agency_picker.picked(typed, request.values.get("agency_code")) if typed.strip() else (EVERYBODY, [])
    granted = terms.extra_minutes(view.pk)
    return page(
        "organiser/extra_time.html",
        status=status,
        round=view,
        form=form,
        asking=asking,
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


def _everybody(act: str, view: RoundView) -> Asking:
    sitting = window.sitting(view.pk)
    effect = gettext("%(n)s người đang làm bài. Bấm lần nữa để thực hiện.", n=number(sitting))
    return Asking(act, ALL, gettext("Mọi đơn vị"), effect)


def _one_agency(act: str, view: RoundView, code: str, name: str) -> Asking:
    sitting = window.sitting(view.pk, agency_code=code)
    effect = gettext(
        "%(n)s người của đơn vị này và đơn vị trực thuộc đang làm bài. Bấm lần nữa để thực hiện.", n=number(sitting)
    )
    return Asking(act, code, name, effect)


Ask = Callable[[RoundView, str, str], tuple[str, str]]
"""Round, an agency's code and path -> what the second press must repeat, what it will do; raises what forbids it."""


def _scoped(
    round_id: str,
    act: str,
    form: ScopedForm,
    run: Callable[[str], str],
    *,
    everybody_twice: bool = False,
    ask: Ask | None = None,
) -> ResponseReturnValue:
    """Do an act once its name and effect were shown: for an agency always, for everybody where that is asked."""
    view = _view(round_id)
    sent: dict[str, FlaskForm] = {act: form}
    if not form.validate_on_submit():
        return show_round(view, sent, status=422)
    code, asking = EVERYBODY, _everybody(act, view) if everybody_twice else None
    try:
        if form.scoped:
            found, form.options = agency_picker.picked(form.agency.data or "", form.agency_code.data)
            unit = agencies.pickable(found or "", today=request_now().astimezone(LOCAL).date())
            if unit is None:
                form.agency.errors = [gettext("Đề nghị chọn đơn vị trong danh sách gợi ý, hoặc gõ mã đơn vị.")]
                return show_round(view, sent, status=422)
            code, asking = unit.code, _one_agency(act, view, unit.code, unit.name)
            if ask is not None:
                value, effect = ask(view, unit.code, unit.path)
                asking = replace(asking, value=value, effect=f"{effect} {asking.effect}")
        if asking is not None and form.confirmed.data != asking.value:
            return show_round(view, sent, asking=asking)
        flash(run(code), "success")
    except Invalid as error:
        show_problems(form, error)
        return show_round(view, sent, status=422)
    except DomainError as error:
        flash(gettext(error.message, **error.params), "error")
    return back(round_id)
