"""The OpenAPI 3.1 document of the JSON interface."""

from typing import Any

from flask import Blueprint, Response, current_app

from core.web.api import PREFIX, document, json, operation
from core.web.pages import cacheable, public

blueprint = Blueprint("openapi", __name__, url_prefix=PREFIX)
TITLE = "TTHC contest"
VERSION = "1"


@blueprint.get("/openapi.json")
@public
@operation("This document", answers={200: dict[str, Any]}, signed_in=False)
def show() -> Response:
    """Made from the views themselves, so that it cannot lag behind them."""
    return cacheable(json(document(current_app, title=TITLE, version=VERSION)), seconds=3600)
