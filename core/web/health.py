"""Is it alive, is it ready. Redis away is *degraded*: the exam path needs SQL only."""

import sqlalchemy as sa
import sqlalchemy.exc
from flask import Blueprint, Response

from core.db import read
from core.redis import RedisAway, gate
from core.web.api import json

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """This process answers."""
    return json({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 when SQL answers (``ready`` or ``degraded``), else 503."""
    try:
        read().execute(sa.text("SELECT 1"))
    except sqlalchemy.exc.SQLAlchemyError:
        return json({"status": "no database"}, 503)
    try:
        gate.call(lambda client: client.ping())
    except RedisAway:
        return json({"status": "degraded", "redis": "away"})
    return json({"status": "ready"})
