"""Finding agencies, for the picker."""

import msgspec
from flask import Blueprint, Response, request
from flask_babel import gettext

from contest.agencies import queries
from core.clock import LOCAL
from core.text import fold
from core.web.api import json, operation
from core.web.pages import cacheable, public, request_now

blueprint = Blueprint("agencies_api", __name__, url_prefix="/api/v1")


class AgencyOption(msgspec.Struct):
    """An agency to pick; ``hint`` says by which other name it was found."""

    code: str
    name: str
    hint: str


class AgencyOptions(msgspec.Struct):
    """Best matches first."""

    agencies: list[AgencyOption]


def options(query: str) -> list[AgencyOption]:
    """Matches of ``query`` that may be picked today."""
    today = request_now().astimezone(LOCAL).date()
    return [
        AgencyOption(
            match.code,
            match.name,
            gettext("tên khác hoặc tên cũ: %(name)s", name=match.matched) if match.matched else "",
        )
        for match in queries.find(query[:100], today=today)
    ]


def picked(typed: str, code: str | None) -> tuple[str | None, list[AgencyOption]]:
    """The picked code, or (without JavaScript) the one agency that was typed by name or code, or the choices."""
    found = options(typed)
    if code:
        # A pick counts while the text still finds it: what was typed afterwards means something else.
        fits = not typed or any(option.code == code for option in found)
        return (code, []) if fits else (None, found)
    exact = [option for option in found if fold(option.name) == fold(typed)]
    if len(exact) == 1:
        return exact[0].code, []
    by_code = queries.pickable(typed.strip().upper(), today=request_now().astimezone(LOCAL).date())
    return (by_code.code, []) if by_code else (None, found)


@blueprint.get("/agencies")
@public
@operation(
    "Agencies found by a part of any of their names",
    answers={200: AgencyOptions},
    signed_in=False,
    query={"q": "a part of a name, without accents"},
)
def find() -> Response:
    """``?q=so khdt``."""
    return cacheable(json(AgencyOptions(options(request.args.get("q", "")))), seconds=60)
