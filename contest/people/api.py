"""The session as JSON (DESIGN §6)."""

from typing import Annotated

import msgspec
from flask import Blueprint, Response
from flask_wtf.csrf import generate_csrf

from contest.people import service
from core.access import Actor
from core.extensions import csrf
from core.web.api import body, json, operation
from core.web.identity import begin_session, end_session, viewer
from core.web.pages import forget_reader, private

blueprint = Blueprint("people_api", __name__, url_prefix="/api/v1")


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """Credentials."""

    login: Annotated[str, msgspec.Meta(max_length=200)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]


class PersonView(msgspec.Struct):
    """Who is signed in."""

    full_name: str
    agency: str


class SessionView(msgspec.Struct):
    """The token for unsafe calls, and who is signed in, if anybody."""

    csrf_token: str
    person: PersonView | None


@blueprint.get("/session")
@operation("The session: token and person", answers={200: SessionView}, signed_in=False)
def show() -> Response:
    """Works for anybody."""
    return private(json(_view(viewer())))


@blueprint.post("/session")
@csrf.exempt
@operation("Sign in", body=SignIn, answers={200: SessionView}, errors=(401, 403, 422, 429, 503), signed_in=False)
def sign_in() -> Response:
    """Needs JSON and the own Origin (or none); no token."""
    asked = body(SignIn)
    person = service.sign_in(login=asked.login, password=asked.password)
    begin_session(person.id, person.session_version)
    return private(json(_view(viewer())))


@blueprint.delete("/session")
@operation("Sign out", answers={204: None}, errors=(400,))
def sign_out() -> Response:
    """Ends this session."""
    end_session()
    return forget_reader(private(Response(status=204)))


def _view(actor: Actor | None) -> SessionView:
    person = PersonView(actor.full_name, actor.agency_name) if actor else None
    return SessionView(generate_csrf(), person)
