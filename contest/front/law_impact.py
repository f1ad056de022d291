"""Tác động: what a change of the law holds back, and which rounds it reaches."""

from datetime import UTC, datetime

from flask import Blueprint, Response, request

from contest.rounds import feasibility
from contest.rounds import queries as rounds
from core.clock import LOCAL
from core.web.pages import request_now
from questions.bank import queries as bank_queries
from questions.desk.workplace import at_desk, desk_page
from questions.review import impact

blueprint = Blueprint("law_impact", __name__)


@blueprint.get("/organiser/law/impact")
def show() -> Response:
    """What was held back since a moment (today's beginning, unless said), and rounds that lack questions."""
    actor, bank = at_desk()
    now = request_now()
    since = _moment(request.args.get("since", ""))
    midnight = now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    held = impact.held_since(actor, since or midnight)
    views = rounds.rounds(now=now, drafts=True) if actor.is_organiser else []
    return desk_page(
        "organiser/law_impact.html",
        actor=actor,
        bank=bank,
        since=since,
        held=held,
        groups=impact.grouped(held),
        shows_rounds=actor.is_organiser,
        rounds=[found for view in views if (found := feasibility.overtaken(view))],
        topic_names={topic.code: topic.name for topic in bank_queries.topics()} if views else {},
        document_id=request.args.get("document", "")[:16],
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    if moment.tzinfo is None or not 1900 < moment.year < 3000:
        return None
    return moment.astimezone(UTC)
