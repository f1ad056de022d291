"""The organiser's pages that need several rooms: overview, a round's life, who takes part."""

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.agencies import queries as agencies
from contest.attempts import queries as attempts
from contest.attempts import window
from contest.front import participation
from contest.people import queries as people
from contest.results import queries as results
from contest.rounds import prize_trial
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.forms import CloseForm, ReasonForm
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState
from core import audit
from core.access import Permission
from core.errors import Invalid
from core.web.forms import from_local, show_problems, to_local, told
from core.web.identity import require_viewer
from core.web.pages import page, request_now
from questions.bank import queries as bank

blueprint = Blueprint("organiser", __name__, url_prefix="/organiser")


@blueprint.get("")
def overview() -> Response:
    """All contests with their rounds, drafts included."""
    require_viewer(Permission.CONTEST_MANAGE)
    listed = rounds.rounds(now=request_now(), drafts=True)
    return page(
        "organiser/overview.html",
        overtaken=[found for view in listed if view.revision and (found := rounds.overtaken(view))],
        contests=[
            (contest, [view for view in listed if view.contest.id == contest.id]) for contest in rounds.contests()
        ],
    )


@blueprint.get("/rounds/<pid:round_id>")
def round_page(round_id: str) -> Response:
    """One page for a round's life: what is next, what is still open."""
    require_viewer(Permission.CONTEST_MANAGE)
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    return _round_page(view, CloseForm(), ReasonForm())


@blueprint.post("/rounds/<pid:round_id>/prepare")
def prepare(round_id: str) -> ResponseReturnValue:
    """Chốt đề."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    with told(gettext("Đã chốt đề và khóa Thể lệ vòng thi.")):
        accepted = bool(request.form.get("lots_accepted"))
        round_verbs.prepare(actor=actor, now=request_now(), round_id=round_id, lots_accepted=accepted)
    return _back(round_id)


@blueprint.post("/rounds/<pid:round_id>/open")
def open_now(round_id: str) -> ResponseReturnValue:
    """Bắt đầu ngay."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    with told(gettext("Vòng thi đang diễn ra.")):
        accepted = bool(request.form.get("lots_accepted"))
        round_verbs.open_now(actor=actor, now=request_now(), round_id=round_id, lots_accepted=accepted)
    return _back(round_id)


@blueprint.post("/rounds/<pid:round_id>/extend")
def extend(round_id: str) -> ResponseReturnValue:
    """Gia hạn."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    form = CloseForm()
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    if not form.validate_on_submit() or form.closes_at.data is None:
        return _round_page(view, form, ReasonForm(formdata=None), status=422)
    closes_at, reason = from_local(form.closes_at.data), form.reason.data or ""
    try:
        with told(gettext("Đã gia hạn vòng thi.")):
            window.extend(actor=actor, now=request_now(), round_id=round_id, closes_at=closes_at, reason=reason)
    except Invalid as error:
        show_problems(form, error)
        return _round_page(view, form, ReasonForm(formdata=None), status=422)
    return _back(round_id)


@blueprint.post("/rounds/<pid:round_id>/close")
def close(round_id: str) -> ResponseReturnValue:
    """Kết thúc sớm: in 60 seconds."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    form = ReasonForm()
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    if not form.validate_on_submit():
        return _round_page(view, CloseForm(formdata=None), form, status=422)
    with told(gettext("Vòng thi kết thúc sau 60 giây.")):
        window.close_now(actor=actor, now=request_now(), round_id=round_id, reason=form.reason.data or "")
    return _back(round_id)


@blueprint.get("/rounds/<pid:round_id>/takers")
def takers(round_id: str) -> Response:
    """Người dự thi by agency."""
    require_viewer(Permission.TAKERS_READ)
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    return page("organiser/takers.html", round=view, rows=participation.by_agency(view))


def _round_page(view: RoundView, close_form: CloseForm, reason_form: ReasonForm, *, status: int = 200) -> Response:
    if close_form.closes_at.data is None:
        close_form.closes_at.data = to_local(view.closes_at)
    rows = participation.by_agency(view)
    entries = audit.entries(subject=f"round:{view.id}")
    return page(
        "organiser/round.html",
        status=status,
        round=view,
        topic_names={topic.code: topic.name for topic in bank.topics()},
        eligible=agencies.names_of(view.rules.agencies),
        check=rounds.check(view) if view.state is RoundState.DRAFT else None,
        lots=prize_trial.outlook(view) if view.state is RoundState.DRAFT else None,
        public_keys=rounds.public_keys(view),
        overtaken=rounds.overtaken(view) if view.revision else None,
        takers=sum(row.takers for row in rows),
        attempts=sum(row.attempts for row in rows),
        sitting=attempts.running(view.pk),
        agencies=len(rows),
        sheets=results.sheets(round_pk=view.pk, published_only=False),
        commitment=None if view.state is RoundState.DRAFT else rounds.pool(view.pk, view.revision).commitment,
        audit_entries=entries,
        actors={name.id: name.full_name for name in people.names(e.person_id for e in entries if e.person_id).values()},
        close_form=close_form,
        reason_form=reason_form,
    )


def _back(round_id: str) -> ResponseReturnValue:
    return redirect(url_for("organiser.round_page", round_id=round_id), 303)
