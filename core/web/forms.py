"""Forms: the service decides what is valid; its sentences are shown at the fields."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import current_app, flash, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.routing import BaseConverter
from wtforms import IntegerField
from wtforms.validators import InputRequired, Length, NumberRange

from core.access import Permission
from core.clock import LOCAL
from core.errors import DomainError
from core.web.identity import viewer

V = TypeVar("V", bound=Callable[..., Any])
NEEDED = InputRequired(_l("Đề nghị điền mục này."))


class PublicIdConverter(BaseConverter):
    """``<pid:round_id>``: only what ``core.ids.public_id`` makes; everything else is 404."""

    regex = "[0-9a-z]{16}"


@dataclass(frozen=True, slots=True)
class Upload:
    """How large a body a view takes, and what its sender must hold somewhere."""

    limit: int
    permission: Permission


def accepts_upload(size: int, permission: Permission) -> Callable[[V], V]:
    """Mark a view that takes a file of so many bytes from who holds ``permission``; every other body stays small.

    The body may be larger by some kilobytes: a file that is just too big gets the view's own sentence.
    """

    def mark(view: V) -> V:
        view.upload = Upload(size + 256 * 1024, permission)  # type: ignore[attr-defined]
        return view

    return mark


def upload_limit() -> int | None:
    """How large a body the view of this request takes from who is asking; ``None``: no file, or not from them.

    Loads the person, for those views only.
    """
    upload: Upload | None = getattr(current_app.view_functions.get(request.endpoint or ""), "upload", None)
    actor = viewer() if upload else None
    return upload.limit if upload and actor and actor.holds(upload.permission) else None


class WholeNumber(IntegerField):
    """A whole number, with a sentence of ours for everything else."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; an empty field is ``None``."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            if not (text.isascii() and text.isdigit() and len(text) < 10):
                raise ValueError(_l("Đề nghị nhập số nguyên không âm."))
            self.data = int(text)


def between(low: int, high: int) -> NumberRange:
    """A whole number from ``low`` to ``high``."""
    return NumberRange(low, high, _l("Đề nghị nhập số từ %(min)s đến %(max)s."))


def at_most(characters: int) -> Length:
    """A text of so many characters or fewer."""
    return Length(max=characters, message=_l("Không dài quá %(max)d ký tự."))


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


def whole_number(text: str | None, otherwise: int) -> int:
    """A positive whole number of at most six digits from an address, else ``otherwise``."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 and int(text) > 0 else otherwise
