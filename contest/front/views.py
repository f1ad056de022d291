"""Pages for everybody: home, rules, one's own account."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from contest.agencies import queries as agencies
from contest.attempts import notices, waiting
from contest.attempts import queries as attempts
from contest.attempts.entering import close_for, refuse_start
from contest.attempts.pace import LOBBY
from contest.boards import queries as boards
from contest.front.rules_pages import rules_page
from contest.results import queries as results
from contest.rounds import queries as rounds
from contest.rounds.eligibility import has_ages
from contest.rounds.queries import ContestView, RoundView
from contest.rounds.rules import RoundState
from contest.rounds.terms import terms as terms_of
from core.access import Actor
from core.errors import DomainError, NotFound
from core.i18n import N_
from core.redis import RedisAway
from core.web.identity import viewer
from core.web.pages import page, public, request_now

blueprint = Blueprint("front", __name__)
LEADERS = 5


@blueprint.get("/")
def home() -> Response:
    """The running round of the contest that matters now, what it asks, and one way in."""
    listed = rounds.rounds(now=request_now())
    return _contest_page(_in_front(listed), listed)


@blueprint.get("/contests/<pid:contest_id>")
def contest(contest_id: str) -> Response:
    """The same for one contest."""
    listed = rounds.rounds(now=request_now())
    return _contest_page(_known(contest_id, listed), listed)


@blueprint.get("/rounds/<pid:round_id>")
def round_(round_id: str) -> ResponseReturnValue:
    """A round has no page of its own: the contest's shows it."""
    view = rounds.round_(round_id, now=request_now())
    return redirect(url_for("front.contest", contest_id=view.contest.id))


def _contest_page(contest: ContestView | None, listed: list[RoundView]) -> Response:
    own = [view for view in listed if contest and view.contest.id == contest.id]
    running = [view for view in own if view.state is RoundState.OPEN]
    actor = viewer()
    return page(
        "front/home.html",
        contest=contest,
        others=list({v.contest.id: v.contest for v in listed if contest and v.contest.id != contest.id}.values()),
        rounds=own,
        running_rounds=[(view, _mine(actor, view) if actor else None) for view in running],
        extended={view.id: _extended(view) for view in running},
        current=running[0] if running else None,
        coming=_coming(own, alone=not running),
        leaders=_leaders(running[0]) if running else [],
        sitting=_sitting_elsewhere(actor, running),
        elsewhere=[v for v in listed if v.state is RoundState.OPEN and v not in running],
        notices=notices.of_person(actor.person_id) if actor and actor.person_id else [],
        sheet_ids={head.round_id: head.id for head in reversed(results.sheets())},
    )


def _coming(own: list[RoundView], *, alone: bool) -> list[RoundView]:
    """The rounds whose waiting room is open; with no round running (``alone``) at least the next one."""
    scheduled = [view for view in own if view.state is RoundState.SCHEDULED]
    soon = [view for view in scheduled if view.opens_at - request_now() <= LOBBY]
    return soon or (scheduled[:1] if alone else [])


def _sitting_elsewhere(actor: Actor | None, shown: list[RoundView]) -> list[RoundView]:
    """Rounds of other contests in which the reader has a paper that runs: first on every home page."""
    if actor is None or actor.person_id is None:
        return []
    here = {view.pk for view in shown}
    return [v for v in attempts.sitting(person_id=actor.person_id, now=request_now()) if v.pk not in here]


def _in_front(listed: list[RoundView]) -> ContestView | None:
    """The contest with an open round, else with the next one, else with the last one, else the newest."""
    for state in (RoundState.OPEN, RoundState.SCHEDULED):
        standing = [view for view in listed if view.state is state]
        if standing:
            return min(standing, key=lambda view: view.opens_at).contest
    if listed:
        return max(listed, key=lambda view: view.closes_at).contest
    return next(iter(rounds.contests()), None)


def _extended(round_: RoundView) -> list[tuple[str, datetime]]:
    """(agency, close) of those for whom a round goes on longer than for everybody, the last first."""
    later = {c: at for c, at in round_.exceptions.later_than(round_.closes_at).items() if at > request_now()}
    names = agencies.names_by_code(later) if later else {}
    return sorted(((names.get(code, code), at) for code, at in later.items()), key=lambda one: one[1], reverse=True)


def _leaders(round_: RoundView) -> list[Any]:
    """The first places as far as they are public; none while Redis is away."""
    try:
        # With groups there is no one list of leaders: their boards are a tap away.
        return [] if round_.rules.groups else boards.people_board(round_.id, now=request_now()).rows[:LEADERS]
    except (RedisAway, NotFound):
        return []


def _mine(actor: Actor, round_: RoundView) -> dict[str, Any]:
    own = attempts.mine(person_id=actor.person_id or 0, round_=round_)
    terms = terms_of(round_pk=round_.pk, person_id=actor.person_id or 0)
    allowed = round_.attempts_allowed + terms.extra_attempts
    reason, group = None, ""
    try:
        group = refuse_start(actor=actor, round_=round_, terms=terms, used=own.used, now=request_now())
    except DomainError as error:
        reason = gettext(error.message, **error.params)
    return {
        "attempts_allowed": allowed,
        "attempts_left": None if round_.rules.unlimited else max(0, allowed - own.used),
        "short_minutes": _short_minutes(actor, round_),
        "open_attempt_id": own.open_attempt_id,
        "waits": reason is None and own.open_attempt_id is None and _waits(actor, round_),
        "receipts": own.receipts,
        "reason": reason,
        "group": next((one.name for one in round_.rules.groups if one.code == group), ""),
        "paused": round_.exceptions.paused_since(actor.agency_path) is not None,
        "closes_at": close_for(actor, round_),
        "asks_birth_date": actor.birth_date is None and has_ages(round_.rules),
    }


def _waits(actor: Actor, round_: RoundView) -> bool:
    """Whether somebody holds a place in the waiting room and their turn has not come."""
    turn = waiting.look(person_id=actor.person_id or 0, now=request_now(), round_id=round_.id)
    return turn.state == "waiting" and turn.ticket


def _short_minutes(actor: Actor, round_: RoundView) -> int | None:
    """How many minutes somebody who enters now has, if the close cuts them short."""
    left = int((close_for(actor, round_) - request_now()).total_seconds() // 60)
    return max(0, left) if left < round_.minutes else None


@blueprint.get("/rules")
@public
def rules() -> Response:
    """Thể lệ of the contest in front, derived from the rules by which its rounds really run."""
    listed = rounds.rounds(now=request_now())
    return rules_page(_in_front(listed), listed)


@blueprint.get("/contests/<pid:contest_id>/rules")
@public
def contest_rules(contest_id: str) -> Response:
    """The same for one contest."""
    listed = rounds.rounds(now=request_now())
    return rules_page(_known(contest_id, listed), listed)


def _known(contest_id: str, listed: list[RoundView]) -> ContestView:
    known = {view.contest.id: view.contest for view in listed}
    if contest_id not in known:
        raise NotFound(N_("Không tìm thấy cuộc thi."))
    return known[contest_id]
