"""Public pages of a round."""

from flask import Blueprint, Response

from contest.agencies import queries as agencies
from contest.rounds import queries
from contest.rounds.manifest import manifest
from core.web.pages import public, public_page, request_now

blueprint = Blueprint("rounds", __name__)


@blueprint.get("/rounds/<pid:round_id>/manifest")
@public
def show_manifest(round_id: str) -> Response:
    """Bản cam kết của vòng thi: commitments, amendments, and how to check."""
    view = queries.round_(round_id, now=request_now())
    shown = manifest(view)
    codes = {change.after["agency"] for change in shown.amendments if "agency" in change.after}
    return public_page(
        "rounds/manifest.html",
        round=view,
        contest=view.contest,
        manifest=shown,
        agencies=agencies.names_by_code(codes),
    )
