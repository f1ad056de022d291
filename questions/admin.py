"""The committee's look into the bank."""

from flask import Blueprint, Response, request

from core.access import Permission
from core.web.identity import require_viewer
from core.web.pages import page
from questions import queries

blueprint = Blueprint("questions_admin", __name__, url_prefix="/organiser/questions")


@blueprint.get("")
def index() -> Response:
    """Ngân hàng câu hỏi, by topic; keys are shown, so this is for the committee only."""
    require_viewer(Permission.BANK_READ)
    topics = queries.topics()
    chosen = next((t for t in topics if t.code == request.args.get("topic")), None)
    first = chosen or (topics[0] if topics else None)
    return page(
        "questions/index.html",
        topics=topics,
        chosen=first,
        questions=queries.listing(first.code) if first else [],
    )
