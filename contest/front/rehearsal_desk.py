"""The committee's page of a round's rehearsals (diễn tập): begin one, look at it, wipe it."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from contest.attempts import queries as attempts
from contest.front import rehearsal
from contest.rounds import feasibility
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundState
from core.access import Permission
from core.web.forms import NEEDED, WholeNumber, between, told
from core.web.identity import require_viewer
from core.web.pages import page, request_now

blueprint = Blueprint("rehearsals", __name__, url_prefix="/organiser/rounds")


class TakersForm(FlaskForm):
    """Diễn tập: how many made-up people."""

    takers = WholeNumber(_l("Số người dự thi mẫu"), [NEEDED, between(1, rehearsal.TAKERS_MAX)], default=60)


@blueprint.get("/<pid:round_id>/rehearsals")
def index(round_id: str) -> Response:
    """All rehearsals of a round, how far they are, and the form for another."""
    require_viewer(Permission.CONTEST_MANAGE)
    return _page(_round(round_id), TakersForm())


@blueprint.post("/<pid:round_id>/rehearsals")
def begin(round_id: str) -> ResponseReturnValue:
    """Bắt đầu diễn tập."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    form = TakersForm()
    view = _round(round_id)
    if not form.validate_on_submit() or form.takers.data is None:
        return _page(view, form, status=422)
    with told(gettext("Đang diễn tập; trang này cho biết tiến độ.")):
        rehearsal.begin(actor=actor, now=request_now(), round_id=round_id, takers=form.takers.data)
    return redirect(url_for("rehearsals.index", round_id=round_id), 303)


@blueprint.post("/<pid:round_id>/wipe")
def wipe(round_id: str) -> ResponseReturnValue:
    """Xóa lần diễn tập; ``round_id`` is the copy."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    back = round_id
    with told(gettext("Đã xóa lần diễn tập cùng toàn bộ dữ liệu mẫu của nó.")):
        back = rehearsal.wipe(actor=actor, now=request_now(), copy_id=round_id)
    return redirect(url_for("rehearsals.index", round_id=back), 303)


@blueprint.app_context_processor
def _named() -> dict[str, Callable[[int], RoundView]]:
    """For the band of every page of a rehearsal: the real round, asked for nowhere else."""
    return {"rehearsed_round": lambda pk: rounds.by_pk(pk, now=request_now())}


def _round(round_id: str) -> RoundView:
    """The real round, also when asked for by one of its rehearsals."""
    view = rounds.round_(round_id, now=request_now(), drafts=True)
    return view if view.contest.rehearses is None else rounds.by_pk(view.contest.rehearses, now=request_now())


def _page(view: RoundView, form: TakersForm, *, status: int = 200) -> Response:
    found = rounds.rehearsals(view.pk, now=request_now())
    return page(
        "organiser/rehearsals.html",
        status=status,
        round=view,
        form=form,
        may_begin=view.state in (RoundState.DRAFT, RoundState.SCHEDULED),
        feasible=view.state is not RoundState.DRAFT or feasibility.check(view).ok,
        copies=[
            (copy, rehearsal.last_job(copy.id), attempts.finished_count(copy.pk), attempts.running(copy.pk))
            for copy in found
        ],
    )
