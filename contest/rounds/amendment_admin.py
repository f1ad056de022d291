"""Sửa đổi Thể lệ of a prepared or open round, and taking the lock off one that has not begun."""

from dataclasses import dataclass

import msgspec
from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from contest.rounds import amendments, feasibility, queries, service
from contest.rounds.forms import NEEDED_TEXT, ReasonForm
from contest.rounds.queries import RoundView
from contest.rounds.round_form import rows, words
from contest.rounds.round_form.form import each_field
from contest.rounds.round_form.people import AttemptsPart
from contest.rounds.round_form.prizes import PrizesPart
from contest.rounds.round_form.shown import ShownPart
from contest.rounds.round_form.window import LastStartPart
from contest.rounds.rules import RoundRules, RoundState, rules_to_data
from core.access import Permission
from core.canonical import canonical_json, sha256
from core.errors import Conflict
from core.i18n import N_
from core.web.forms import at_most, told
from core.web.identity import require_viewer
from core.web.pages import page, request_now

blueprint = Blueprint("amendment", __name__, url_prefix="/organiser/rounds/<pid:round_id>")


class AmendForm(AttemptsPart, LastStartPart, ShownPart, PrizesPart):
    """What may still be amended. ``seen`` names the changes whose preview was shown."""

    reason = StringField(_l("Lý do sửa đổi"), [NEEDED_TEXT, at_most(300)])
    seen = HiddenField()

    def amended(self, rules: RoundRules) -> RoundRules:
        """The rules with what the form says; call after validation."""
        return msgspec.structs.replace(
            rules,
            **self.attempts_rules(),
            **self.last_start_rules(),
            **self.shown_rules(),
            **self.prizes_rules(),
        )

    def was_seen(self, before: RoundRules, after: RoundRules) -> bool:
        """Whether just these changes, with this reason, were shown before; from now on they were."""
        mark = sha256(canonical_json([rules_to_data(before), rules_to_data(after), self.reason.data]))
        seen = self.seen.data == mark
        self.seen.data = mark
        return seen

    def fill(self, rules: RoundRules) -> None:
        """Show the rules as they stand."""
        self.fill_attempts(rules)
        self.fill_last_start(rules)
        self.fill_shown(rules)
        self.fill_prizes(rules)


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after, in words."""

    label: str
    before: str
    after: str


@blueprint.route("/amend", methods=["GET", "POST"])
def amend(round_id: str) -> ResponseReturnValue:
    """Sửa đổi Thể lệ: the changes are shown in words first, then recorded."""
    actor = require_viewer(Permission.CONTEST_MANAGE)
    view = _amendable(round_id)
    form = _form(view)
    if request.method == "GET" or rows.changed(request.form):
        return _page(view, form)
    if not form.validate():
        return _page(view, form, status=422)
    after = form.amended(view.rules)
    if refusals := _refusals(view, after):
        return _page(view, form, refusals=refusals, status=422)
    if not form.was_seen(view.rules, after):
        return _page(view, form, changes=_changes(form, view.rules, after))
    with told(gettext("Đã ghi nhận sửa đổi Thể lệ.")):
        reason = form.reason.data or ""
        service.amend_rules(actor=actor, now=request_now(), round_id=round_id, rules=after, reason=reason)
    return redirect(url_for("organiser.round_page", round_id=round_id), 303)


def _amendable(round_id: str) -> RoundView:
    view = queries.round_(round_id, now=request_now(), drafts=True)
    if view.state not in amendments.WHILE:
        raise Conflict(N_("Chỉ sửa đổi được Thể lệ của vòng thi đã chốt đề và chưa kết thúc."), code="closed")
    return view


def _form(view: RoundView) -> AmendForm:
    if request.method == "POST":
        return AmendForm(formdata=rows.with_rows(request.form))
    form = AmendForm(formdata=None)
    form.fill(view.rules)
    return form


def _refusals(view: RoundView, after: RoundRules) -> list[str]:
    if after == view.rules:
        return [gettext("Chưa có nội dung nào thay đổi.")]
    refusal = amendments.refusal(view.rules, after)
    if refusal:
        return [gettext(refusal)]
    found = feasibility.check_prepared(after, view)
    return [gettext(message, **params) for message, params in found.problems]


def _changes(form: AmendForm, before: RoundRules, after: RoundRules) -> list[Change]:
    old, new = words.amendable(before), words.amendable(after)
    return [Change(str(form[name].label.text), old[name], new[name]) for name in old if old[name] != new[name]]


def _page(
    view: RoundView,
    form: AmendForm,
    *,
    refusals: list[str] | None = None,
    changes: list[Change] | None = None,
    status: int = 200,
) -> Response:
    return page(
        "rounds/amend.html",
        status=status,
        round=view,
        form=form,
        refusals=refusals or [],
        changes=changes or [],
        reason_form=ReasonForm(formdata=None),
        each_field=each_field,
        may_reopen=view.state is RoundState.SCHEDULED,
        changing=rows.changed(request.form),
    )
