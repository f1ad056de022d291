"""Forms: the service decides what is valid; its sentences are shown at the fields."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import current_app, flash, request
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.routing import BaseConverter

from core.clock import LOCAL
from core.errors import DomainError

V = TypeVar("V", bound=Callable[..., Any])


class PublicIdConverter(BaseConverter):
    """``<pid:round_id>``: only what ``core.ids.public_id`` makes; everything else is 404."""

    regex = "[0-9a-z]{16}"


def accepts_upload(size: int) -> Callable[[V], V]:
    """Mark a view that takes a file of so many bytes; every other body stays small.

    The body may be larger by some kilobytes: a file that is just too big gets the view's own sentence.
    """

    def mark(view: V) -> V:
        view.upload_max = size + 256 * 1024  # type: ignore[attr-defined]
        return view

    return mark


def upload_limit() -> int | None:
    """How large a body the view of this request takes, where it takes a file."""
    limit: int | None = getattr(current_app.view_functions.get(request.endpoint or ""), "upload_max", None)
    return limit


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
