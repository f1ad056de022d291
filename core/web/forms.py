"""Forms: the service decides what is valid; its sentences are shown at the fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import flash
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.routing import BaseConverter

from core.clock import LOCAL
from core.errors import DomainError


class PublicIdConverter(BaseConverter):
    """``<pid:round_id>``: only what ``core.ids.public_id`` makes; everything else is 404."""

    regex = "[0-9a-z]{16}"


def show_problems(form: FlaskForm, error: DomainError) -> None:
    """Put the sentences of a refusal at their fields, or above the form."""
    fields = error.extra.get("fields") or {}
    for name, sentence in fields.items():
        if name in form:
            form[name].errors = [*form[name].errors, gettext(sentence)]
    if not any(name in form for name in fields):
        flash(gettext(error.message, **error.params), "error")


@contextmanager
def told(done: str) -> Iterator[None]:
    """Say ``done`` when the act inside went well, else the sentence of its refusal.

    A refusal that names fields belongs to a form and is raised on. Do not leave the block by
    ``return``: that counts as having gone well.
    """
    try:
        yield
    except DomainError as error:
        if error.extra.get("fields"):
            raise
        flash(gettext(error.message, **error.params), "error")
    else:
        flash(done, "success")


def from_local(moment: datetime) -> datetime:
    """What a person typed, in Vietnam's time, as an aware moment in UTC."""
    return moment.replace(tzinfo=LOCAL).astimezone(UTC)


def to_local(moment: datetime) -> datetime:
    """The inverse, for filling a form."""
    return moment.astimezone(LOCAL).replace(tzinfo=None)
