"""Sự cố: the committee's pages from the record to the minutes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import Headers
from wtforms.fields.choices import SelectChoice

from contest.agencies import queries as agencies
from contest.attempts.incidents import evidence, queries, recording, service, spare
from contest.attempts.incidents.outcome import WHY, Outcome, outcomes
from contest.attempts.incidents.queries import IncidentView
from contest.attempts.incidents.rules import KINDS, How, IncidentState, What
from contest.front.incident_forms import IncidentForm, RejectForm, to_minute
from contest.people import queries as people
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from core import jobs
from core.access import Actor, Permission
from core.clock import LOCAL
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.web.forms import show_problems, told, whole_number
from core.web.identity import require_viewer
from core.web.pages import page, private, request_now

blueprint = Blueprint("incidents", __name__, url_prefix="/organiser")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAGE = 100
OPEN = (IncidentState.DRAFT, IncidentState.PROPOSED)
STEPS = {state: place for place, state in enumerate((IncidentState.DRAFT, IncidentState.PROPOSED,
                                                     IncidentState.APPROVED, IncidentState.APPLIED))}  # fmt: skip


@blueprint.get("/rounds/<pid:round_id>/incidents")
def index(round_id: str) -> Response:
    """A round's incidents, newest first."""
    require_viewer(Permission.CONTEST_MANAGE)
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    listed = queries.of_round(view.pk)
    return page("organiser/incidents.html", round=view, incidents=listed, outcomes=outcomes(round_id), **_words())


@blueprint.route("/rounds/<pid:round_id>/incidents/new", methods=["GET", "POST"])
def new(round_id: str) -> ResponseReturnValue:
    """Ghi nhận sự cố."""
    actor, now = require_viewer(Permission.CONTEST_MANAGE), request_now()
    view = rounds.round_(round_id, now=now, drafts=True)
    form = _form()
    if form.validate_on_submit():
        try:
            made = service.report(actor=actor, now=now, round_id=round_id, draft=form.draft())
            return redirect(url_for("incidents.show", incident_id=made.public_id), 303)
        except Invalid as error:
            show_problems(form, error)
            return _form_page(view, form, gettext("Ghi nhận sự cố"), status=422)
    if request.method == "GET":
        form.starts_at.data, form.ends_at.data = to_minute(now - timedelta(minutes=30)), to_minute(now)
    return _form_page(view, form, gettext("Ghi nhận sự cố"), status=422 if form.errors else 200)


@blueprint.route("/incidents/<pid:incident_id>/edit", methods=["GET", "POST"])
def edit(incident_id: str) -> ResponseReturnValue:
    """Sửa, only while it is a draft."""
    actor, found, view = _asked_for(incident_id)
    if found.state is not IncidentState.DRAFT:
        raise Conflict(N_("Sự cố này đã sang bước khác. Đề nghị tải lại trang."), code="wrong-state")
    form = _form()
    if request.method == "GET":
        form.fill(found)
    elif form.validate_on_submit():
        try:
            service.change(actor=actor, now=request_now(), incident_id=incident_id, draft=form.draft())
            return redirect(url_for("incidents.show", incident_id=incident_id), 303)
        except Invalid as error:
            show_problems(form, error)
            return _form_page(view, form, gettext("Sửa sự cố"), status=422)
    return _form_page(view, form, gettext("Sửa sự cố"), status=422 if form.errors else 200)


@blueprint.get("/incidents/<pid:incident_id>")
def show(incident_id: str) -> Response:
    """One incident: where it stands, what the figures say, whom it touches and what they get."""
    actor, found, view = _asked_for(incident_id)
    return _page(actor, found, view, RejectForm())


@blueprint.post("/incidents/<pid:incident_id>/propose")
def propose(incident_id: str) -> ResponseReturnValue:
    """Đề nghị phê duyệt."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    with _told(gettext("Đã đề nghị phê duyệt. Cần một thành viên khác của Ban Tổ chức.")):
        service.propose(actor=actor, now=request_now(), incident_id=incident_id)
    return _back(incident_id)


@blueprint.post("/incidents/<pid:incident_id>/approve")
def approve(incident_id: str) -> ResponseReturnValue:
    """Phê duyệt: by the second person; carried out at once."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    with _told(gettext("Đã phê duyệt. Hệ thống đang áp dụng các biện pháp.")):
        service.approve(actor=actor, now=request_now(), incident_id=incident_id)
    return _back(incident_id)


@blueprint.post("/incidents/<pid:incident_id>/again")
def again(incident_id: str) -> ResponseReturnValue:
    """Áp dụng tiếp, after its job failed."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    with told(gettext("Hệ thống đang áp dụng tiếp các biện pháp.")):
        service.again(actor=actor, now=request_now(), incident_id=incident_id)
    return _back(incident_id)


@blueprint.post("/incidents/<pid:incident_id>/reject")
def reject(incident_id: str) -> ResponseReturnValue:
    """Không phê duyệt, or taken back."""
    actor, found, view = _asked_for(incident_id)
    form = RejectForm()
    if not form.validate_on_submit():
        return _page(actor, found, view, form, status=422)
    with _told(gettext("Đã ghi: không áp dụng.")):
        service.reject(actor=actor, now=request_now(), incident_id=incident_id, reason=form.reason.data or "")
    return _back(incident_id)


@blueprint.get("/incidents/<pid:incident_id>/people")
def touched(incident_id: str) -> Response:
    """Người bị ảnh hưởng by agency, with what each gets."""
    require_viewer(Permission.TAKERS_READ)
    _, found, view = _asked_for(incident_id)
    rows = _people(found, view)
    pages = max(1, -(-len(rows) // PAGE))
    number = min(whole_number(request.args.get("page"), 1), pages)
    return page(
        "organiser/incident_people.html",
        round=view,
        incident=found,
        total=len(rows),
        rows=rows[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=pages,
        **_words(),
    )


@blueprint.post("/incidents/<pid:incident_id>/minutes.docx")
def minutes(incident_id: str) -> ResponseReturnValue:
    """Biên bản sự cố; that it was made is kept."""
    actor, found, view = _asked_for(incident_id)
    data = recording.write(actor=actor, now=request_now(), found=found, view=view)
    headers = Headers()
    headers.set("Content-Disposition", "attachment", filename=f"bien-ban-su-co-{view.number}-{found.number}.docx")
    return private(Response(data, headers=headers, content_type=DOCX))


def _asked_for(incident_id: str) -> tuple[Actor, IncidentView, RoundView]:
    actor = require_viewer(Permission.CONTEST_MANAGE)
    found = queries.incident(incident_id)
    return actor, found, rounds.round_(found.round_id, now=request_now(), drafts=True)


def _page(
    actor: Actor, found: IncidentView, view: RoundView, reject_form: RejectForm, *, status: int = 200
) -> Response:
    timeline = evidence.stored(found)
    done = found.state is IncidentState.APPLIED
    preview = None if done else queries.preview(found, view)
    names = people.names(pk for pk in (found.reported_by, found.proposed_by, found.decided_by) if pk)
    return page(
        "organiser/incident.html",
        status=status,
        round=view,
        incident=found,
        step=STEPS.get(found.state),
        timeline=timeline,
        inside=timeline.inside(found.starts_at, found.ends_at),
        periods=recording.periods(found, timeline),
        scope=agencies.names_of(found.agencies),
        preview=preview,
        too_many=spare.refused(found.measures, view, preview.people) if preview and found.state in OPEN else {},
        lines=recording.by_agency(found) if done else [],
        outcome=outcomes(found.round_id).get(found.id, Outcome()) if done else Outcome(),
        unit_names=agencies.names_by_code(found.agencies),
        admitted=queries.admitted(found.pk) if done else [],
        names={pk: name.full_name for pk, name in names.items()},
        job=jobs.find(found.job_id) if found.job_id and not done else None,
        own=actor.person_id == found.proposed_by,
        others=people.other_organisers(actor.person_id) if found.state in OPEN else [],
        reject_form=reject_form,
        **_words(),
    )


def _people(found: IncidentView, view: RoundView) -> list[dict[str, Any]]:
    """Everybody touched with agency, name, how, and what they get or got; by agency and given name."""
    if found.state is IncidentState.APPLIED:
        listed = queries.effects_of_people(found.pk)
    else:
        listed = [
            (p.person_id, p.agency_id, p.how, p.gets(found.measures), p.minutes(found.measures))
            for p in queries.touched(found, view)
        ]
    units = agencies.by_ids(frozenset(agency for _, agency, *_ in listed if agency is not None))
    names = people.names(pk for pk, *_ in listed)
    rows = [
        {
            "agency": units[agency].name if agency in units else recording.NOBODY,
            "path": units[agency].path if agency in units else "~",
            "name": names[pk].full_name,
            "key": names[pk].name_key,
            "how": how,
            "gets": gets,
            "minutes": minutes,
        }
        for pk, agency, how, gets, minutes in listed
    ]
    return sorted(rows, key=lambda row: (row["path"], row["key"]))


def _form() -> IncidentForm:
    form = IncidentForm()
    today = request_now().astimezone(LOCAL).date()
    form.agencies.choices = [SelectChoice(unit.code, unit.name) for unit in agencies.all_pickable(today=today)]
    return form


def _form_page(view: RoundView, form: IncidentForm, heading: str, *, status: int) -> Response:
    return page("organiser/incident_form.html", status=status, round=view, form=form, heading=heading)


@contextmanager
def _told(done: str) -> Iterator[None]:
    """As ``told``; what has become wrong with a record is said above its page, where no form shows it."""
    try:
        with told(done):
            yield
    except Invalid as error:
        for sentence in error.fields.values():
            flash(gettext(sentence), "error")


def _words() -> dict[str, Any]:
    return {"KINDS": KINDS, "How": How, "What": What, "WHY": WHY}


def _back(incident_id: str) -> ResponseReturnValue:
    return redirect(url_for("incidents.show", incident_id=incident_id), 303)
