"""The agency contact's page (đầu mối đơn vị): their own agency and no other."""

from flask import Blueprint, Response

from contest.agencies import queries as agencies
from contest.front import participation
from contest.rounds import queries as rounds
from contest.rounds.rules import RoundState
from core.access import Permission
from core.errors import Forbidden
from core.i18n import N_
from core.web.identity import require_viewer
from core.web.pages import page, request_now

blueprint = Blueprint("agency_desk", __name__)


@blueprint.get("/agency")
def show() -> Response:
    """Who of the contact's agencies has taken part in the running (else the last) round."""
    actor = require_viewer()
    scope = actor.scope(Permission.AGENCY_TAKERS_READ)
    if not scope:
        raise Forbidden(N_("Trang này dành cho đầu mối đơn vị."))
    begun = [view for view in rounds.rounds(now=request_now()) if view.state is not RoundState.SCHEDULED]
    current = next((view for view in begun if view.state is RoundState.OPEN), None)
    newest = current or max(begun, key=lambda view: view.opens_at, default=None)
    members = participation.members(newest, scope)
    units = sorted(agencies.by_ids(scope).values(), key=lambda unit: unit.path)
    return page(
        "agency/desk.html",
        round=newest,
        agency=units[0] if units else None,
        closes_at=newest and newest.exceptions.close_of(newest.closes_at, units[0].path if units else ""),
        members=members,
        taken=sum(1 for member in members if member.finished),
    )
