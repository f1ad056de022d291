"""Answering with pages: public bytes are the same for everybody, private ones are not stored."""

import gzip
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, g, make_response, render_template, request

from core import clock
from core.web.identity import viewer

V = TypeVar("V", bound=Callable[..., Any])
LANGUAGES = ("vi", "en")
TEXT_SIZES = ("0", "1", "2", "3", "4")
READER_COOKIES = ("text", "view")
WORTH_COMPRESSING = 1400
"""Bytes that travel in one packet anyway."""


def request_now() -> Any:
    """The clock, read once a request."""
    if "now" not in g:
        g.now = clock.now()
    return g.now


def public(view: V) -> V:
    """Mark a view whose answer depends on its address alone: no session, cacheable for a second."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        g.public = True
        return view(*args, **kwargs)

    wrapped.is_public = True  # type: ignore[attr-defined]
    return wrapped  # type: ignore[return-value]


def locale() -> str:
    """The address decides, then (on private pages) the cookie; Vietnamese otherwise."""
    asked = request.args.get("lang") if request else None
    if asked is None and request and not g.get("public"):
        asked = request.cookies.get("lang")
    return asked if asked in LANGUAGES else "vi"


def text_size() -> int:
    """The size of a paper's text, 0 to 4 (1 is usual): what the form asks for, else what the cookie remembers."""
    asked = request.form.get("text") or request.cookies.get("text")
    return int(asked) if asked in TEXT_SIZES else 1


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """A private page: knows its reader, is stored nowhere."""
    size = text_size()
    body = render_template(template, viewer=viewer(), now=request_now(), lang=locale(), text_size=size, **context)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "private, no-store"
    if (asked := request.args.get("lang")) in LANGUAGES:
        _remember(response, "lang", asked)
    if request.form.get("text") in TEXT_SIZES:
        _remember(response, "text", str(size))
    return compressed(response)


def _remember(response: Response, name: str, value: str) -> None:
    # Scripts of the taking page read and write them too.
    response.set_cookie(name, value, max_age=31_536_000, samesite="Lax", secure=request.is_secure)


def forget_reader(response: Response) -> Response:
    """Signed out, perhaps on a shared computer: the browser drops what it keeps of us, pages to go back to included.

    Over https only (browsers ignore it elsewhere); ``leave.js`` does the same by hand.
    """
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    for name in READER_COOKIES:
        response.delete_cookie(name)
    return response


def compressed(response: Response) -> Response:
    """A private page as gzip for browsers that take it: a paper of 80 KB travels as 10.

    The token in a page is signed anew each second, and the cookie does not come along with foreign requests: the
    length tells nothing that somebody could ask for again and again (BREACH).
    """
    body = response.get_data()
    if len(body) > WORTH_COMPRESSING and request.accept_encodings.quality("gzip"):
        response.set_data(gzip.compress(body, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.headers.add("Vary", "Accept-Encoding")
    return response


def public_page(template: str, **context: Any) -> Response:
    """A public page with its ETag; answers 304 when the reader has it."""
    return cacheable(make_response(render_template(template, now=request_now(), lang=locale(), **context)))


def cacheable(response: Response, *, seconds: int = 1) -> Response:
    """Give a public answer an ETag and a short public life."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    return response.make_conditional(request)  # type: ignore[return-value]


def private(response: Response) -> Response:
    """An answer that depends on the reader."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def local_target(target: str | None, fallback: str) -> str:
    """``target`` if it is a plain path of this site, else ``fallback``: no open redirects."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    if any(ord(c) < 32 or c == "\\" for c in target) or urlsplit(target).netloc:
        return fallback
    return target
