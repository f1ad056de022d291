"""What surrounds every request: extensions, foreign origins, security headers, texts."""

from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from flask_login import AnonymousUserMixin

from core.errors import Forbidden, Invalid
from core.extensions import babel, csrf, login_manager
from core.i18n import N_
from core.web.formats import FILTERS
from core.web.forms import upload_limit
from core.web.identity import unfinished
from core.web.pages import LANGUAGES, locale
from core.web.sessions import Sessions

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self'; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SAFE = {"GET", "HEAD", "OPTIONS"}
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


def init_hooks(app: Flask) -> None:
    """Set up the web extensions and the hooks."""
    app.session_interface = Sessions(app)
    babel.init_app(app, locale_selector=locale, default_timezone="Asia/Ho_Chi_Minh")
    # Its context processor would load the user for every page, public ones included.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.session_protection = None  # phones change their address
    login_manager.anonymous_user = AnonymousUserMixin
    # Its after_request hook touches the session, which adds "Vary: Cookie" to every answer.
    hooks = app.after_request_funcs[None]
    hooks[:] = [hook for hook in hooks if hook != login_manager._update_remember_cookie]
    app.before_request(_let_uploads_be_larger)
    app.before_request(_refuse_foreign_origin)
    app.before_request(_refuse_null_characters)
    csrf.init_app(app)
    app.after_request(_add_headers)
    app.url_defaults(_keep_language)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["unfinished"] = unfinished
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    # A public page knows no cookie: its address must say the language.
    view = current_app.view_functions.get(endpoint)
    if has_request_context() and getattr(view, "is_public", False) and locale() != LANGUAGES[0]:
        values.setdefault("lang", locale())


def _let_uploads_be_larger() -> None:
    # Before anybody looks into the form, and only for who may send one; others are answered as ever.
    if request.method not in SAFE and (limit := upload_limit()) is not None:
        request.max_content_length = limit


def _refuse_foreign_origin() -> None:
    origin = request.headers.get("Origin")
    if request.method in SAFE or origin is None:
        return
    if origin != f"{request.scheme}://{request.host}":
        raise Forbidden(N_("Chỉ thực hiện được từ chính trang này."), code="foreign-origin")


def _refuse_null_characters() -> None:
    # PostgreSQL stores none in text; no keyboard writes one. JSON is looked at where it is decoded.
    for values in (request.args, request.form) if request.mimetype in FORMS else (request.args,):
        if any("\0" in text for pair in values.items(multi=True) for text in pair):
            raise Invalid(N_("Nội dung gửi lên có ký tự không hợp lệ. Đề nghị nhập lại."), code="null-character")


def _add_headers(response: Response) -> Response:
    own = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - iterating it gives pairs
    response.headers.extend([header for header in HEADERS.items() if header[0].lower() not in own])
    if not g.get("public"):
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response
