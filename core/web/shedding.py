"""Giving way: what is refused first when the process is behind, so that saves and submissions are not."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, g, request

from core import load
from core.errors import Unavailable
from core.i18n import N_

V = TypeVar("V", bound=Callable[..., Any])
AT_SECONDS = 0.75
"""Behind by this much, boards give way; starts begin to at 1 s (``contest.attempts.pace``)."""
RETRY_SECONDS = 15
KEPT_SECONDS = 60
REMEMBERED = 64

_last: dict[str, tuple[float, Response]] = {}


def init_shedding(app: Flask) -> None:
    """Measure every request that reaches the application (static files do not)."""
    inner = app.wsgi_app

    def measured(environ: Any, start_response: Any) -> Any:
        with load.request():
            return inner(environ, start_response)

    app.wsgi_app = measured  # type: ignore[method-assign]


def gives_way(view: V) -> V:
    """Mark a view that only shows what can be seen a little later.

    While the process is behind, a public page is answered with its last good copy of a minute or less, without the
    work; what has none, and everything private, with 503 and ``Retry-After``. Stands below ``@public``.
    """

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        address = request.full_path
        if load.delay() >= AT_SECONDS:
            return _copy(address)
        answer = view(*args, **kwargs)
        if g.get("public") and isinstance(answer, Response) and answer.status_code == 200:
            _keep(address, answer)
        return answer

    return wrapped  # type: ignore[return-value]


def _copy(address: str) -> Response:
    made_at, kept = _last.get(address, (0.0, None)) if g.get("public") else (0.0, None)
    if kept is None or time.monotonic() - made_at > KEPT_SECONDS:
        raise Unavailable(
            N_("Hệ thống đang ưu tiên người đang làm bài. Đề nghị xem lại trang này sau ít phút."),
            retry_after=RETRY_SECONDS,
        )
    answer = Response(kept.get_data(), headers=kept.headers)
    return answer.make_conditional(request)  # type: ignore[return-value]


def _keep(address: str, answer: Response) -> None:
    if len(_last) >= REMEMBERED and address not in _last:
        _last.pop(next(iter(_last)))  # a dict keeps the order of insertion
    _last[address] = time.monotonic(), Response(answer.get_data(), headers=answer.headers)


def forget() -> None:
    """Drop what this process keeps (tests)."""
    _last.clear()
