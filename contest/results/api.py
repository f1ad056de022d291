"""Published sheets as JSON: the canonical content and its hash."""

import msgspec
from flask import Blueprint, Response

from contest.results import queries
from core.web.api import json, operation
from core.web.pages import cacheable, public

blueprint = Blueprint("results_api", __name__, url_prefix="/api/v1")


class SheetData(msgspec.Struct):
    """``sha256`` is the hash of the UTF-8 bytes of ``content``."""

    sheet: str
    number: int
    round: str
    sha256: str
    published_at: str | None
    content: str


@blueprint.get("/results/<pid:sheet_id>")
@public
@operation("A published sheet", answers={200: SheetData}, errors=(404,), signed_in=False)
def sheet_json(sheet_id: str) -> Response:
    """The bytes that anybody can hash and recompute."""
    return cacheable(json(queries.public_data(sheet_id)), seconds=60)
