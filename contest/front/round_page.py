"""The organiser's page of a round, as every act on it shows it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from contest.agencies import queries as agencies
from contest.agencies.rules import BLOCS
from contest.attempts import key_changes, remarking, window
from contest.attempts.incidents import queries as incidents
from contest.front import participation
from contest.front.control_forms import ExtendForm, ReasonTwiceForm, ScopedForm
from contest.people import queries as people
from contest.results import queries as results
from contest.rounds import feasibility, prize_trial
from contest.rounds import queries as rounds
from contest.rounds.forms import ReasonForm
from contest.rounds.preparing import preparing
from contest.rounds.queries import RoundView
from contest.rounds.rules import CRITERIA, RoundState
from core import audit
from core.web.forms import to_local
from core.web.pages import page
from questions.bank import queries as bank
from questions.bank import usage_queries

FORMS: dict[str, type[FlaskForm]] = {
    "extend": ExtendForm,
    "pause": ScopedForm,
    "resume": ScopedForm,
    "close": ReasonTwiceForm,
    "unprepare": ReasonForm,
}


@dataclass(frozen=True, slots=True)
class Asking:
    """An act that waits for a second press: whom it is for, what it will do; ``value`` is sent as ``confirmed``."""

    act: str
    value: str
    whom: str
    effect: str


def show_round(
    view: RoundView,
    sent: Mapping[str, FlaskForm] | None = None,
    *,
    asking: Asking | None = None,
    status: int = 200,
) -> Response:
    """The page; ``sent`` are the forms that came in, by act."""
    forms = {act: (sent or {}).get(act) or kind(formdata=None) for act, kind in FORMS.items()}
    if "extend" not in (sent or {}):
        forms["extend"]["closes_at"].data = to_local(view.closes_at)
    rows = participation.by_agency(view)
    entries = audit.entries(subject=f"round:{view.id}")
    draft = view.state is RoundState.DRAFT
    changed = rounds.amendments([view.pk]).get(view.pk, [])
    open_ = view.state in key_changes.WHILE
    proposals = [one for one in key_changes.of_round(view.pk) if open_ and one.decided_at is None]
    actors = {e.person_id for e in entries if e.person_id} | {p.proposed_by for p in proposals if p.proposed_by}
    return page(
        "organiser/round.html",
        status=status,
        round=view,
        forms=forms,
        asking=asking,
        topic_names={topic.code: topic.name for topic in bank.topics()},
        blocs={code: gettext(name) for code, name in BLOCS.items()},
        eligible=agencies.names_of(view.rules.agencies),
        unit_names=agencies.names_by_code(_codes(view, [a.after for a in changed], [e.details for e in entries])),
        todo=preparing(view) if draft else None,
        lots=prize_trial.outlook(view) if draft else None,
        public_keys=feasibility.public_keys(view),
        overtaken=feasibility.overtaken(view) if view.revision else None,
        takers=sum(row.takers for row in rows),
        attempts=sum(row.attempts for row in rows),
        sitting=window.sitting(view.pk),
        agencies=len(rows),
        sheets=results.sheets(round_pk=view.pk, published_only=False),
        commitment=None if draft else rounds.pool(view.pk, view.revision).commitment,
        amendments=changed,
        criteria=CRITERIA,
        proposals=proposals,
        incidents_waiting=incidents.proposed().get(view.pk, 0),
        asked=usage_queries.asked(p.version_id for p in proposals),
        behind=remarking.behind(view) if view.revision > 1 else 0,
        audit_entries=entries,
        people=people.described(_persons(e.details for e in entries)),
        actors={name.id: name.full_name for name in people.names(actors).values()},
    )


def back(round_id: str) -> ResponseReturnValue:
    """To the round's page after an act."""
    return redirect(url_for("organiser.round_page", round_id=round_id), 303)


def _codes(view: RoundView, *changes: list[dict[str, Any]]) -> set[str]:
    """Every agency that the page has to name."""
    grouped = {code for group in view.rules.groups for code in group.agencies}
    named = {data["agency"] for part in changes for data in part if isinstance(data.get("agency"), str)}
    named |= {
        data["after"]["agency"]
        for part in changes
        for data in part
        if isinstance(data.get("after"), dict) and "agency" in data["after"]
    }
    return {*view.exceptions.closes, *view.exceptions.paused, *grouped, *named} - {""}


def _persons(details: Any) -> set[int]:
    return {data["person"] for data in details if isinstance(data.get("person"), int)}
