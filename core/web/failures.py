"""Every refusal and every failure as a sentence: ``problem+json`` for programs, a page for people."""

import secrets
from typing import Any
from urllib.parse import quote

import sqlalchemy.exc
import structlog
from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from core.errors import DomainError, Unauthenticated
from core.i18n import N_
from core.redis import RedisAway
from core.web.api import PREFIX, json
from core.web.forms import upload_limit
from core.web.pages import locale

log = structlog.get_logger()

TITLES = {
    400: N_("Yêu cầu chưa đúng"),
    401: N_("Cần đăng nhập"),
    403: N_("Không có quyền"),
    404: N_("Không tìm thấy trang"),
    405: N_("Cách gọi không đúng"),
    409: N_("Chưa thực hiện được"),
    410: N_("Đã hết thời gian"),
    413: N_("Nội dung gửi lên quá lớn"),
    415: N_("Định dạng không nhận được"),
    422: N_("Thông tin chưa hợp lệ"),
    429: N_("Thao tác quá nhanh"),
    500: N_("Hệ thống gặp lỗi"),
    503: N_("Hệ thống đang bận"),
}
DETAILS = {
    400: N_("Yêu cầu gửi lên chưa đúng. Đề nghị tải lại trang rồi thử lại."),
    404: N_("Địa chỉ này không có, hoặc nội dung chưa được công khai. Đề nghị kiểm tra lại đường dẫn."),
    405: N_("Địa chỉ này không nhận cách gọi vừa dùng. Đề nghị quay lại trang trước và dùng nút trên trang."),
    413: N_("Nội dung gửi lên vượt quá giới hạn. Đề nghị gửi nội dung ngắn hơn."),
    500: N_(
        "Hệ thống gặp lỗi ngoài dự kiến; các câu đã lưu không mất. "
        "Đề nghị thử lại, nếu vẫn lỗi thì báo mã tham chiếu cho Ban Tổ chức."
    ),
    503: N_("Hệ thống đang bận; các câu đã lưu không mất. Đề nghị thử lại sau vài giây."),
}
TOO_LARGE_FILE = N_(
    "Tệp gửi lên lớn quá %(mb)s MB nên không được nhận. Đề nghị chia thành nhiều tệp nhỏ hơn rồi gửi lại."
)
STALE_FORM = N_("Trang đã mở quá lâu hoặc phiên đăng nhập đã đổi. Đề nghị tải lại trang rồi gửi lại.")


def init_failures(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RedisAway, _busy)
    for kind in (sqlalchemy.exc.OperationalError, sqlalchemy.exc.TimeoutError):
        app.register_error_handler(kind, _database)
    app.register_error_handler(Exception, _unexpected)


def _domain(error: DomainError) -> ResponseReturnValue:
    wants_page = not request.path.startswith(PREFIX)
    if isinstance(error, Unauthenticated) and wants_page and request.method == "GET":
        return redirect(url_for("people.sign_in") + "?next=" + quote(request.full_path.rstrip("?"), safe="/"))
    fields = error.extra.get("fields")
    extra = dict(error.extra)
    again = _typed() if isinstance(error, Unauthenticated) and wants_page else None
    if isinstance(fields, dict):
        extra["fields"] = {name: gettext(text) for name, text in fields.items()}
    return failure(error.status, error.code, gettext(error.message, **error.params), extra, again=again)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    return failure(400, "csrf", gettext(STALE_FORM), {}, again=_typed())


def _typed() -> list[tuple[str, str]]:
    # What was typed is not lost with the session: the page offers to send it again under the present one.
    if request.files or not request.form or any("password" in name for name in request.form):
        return []
    return [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:  # a redirect, or an answer made elsewhere
        return error.response
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if status == 405 and request.method == "GET" and (page := _page_above()):
        return redirect(page)
    if isinstance(error, RequestEntityTooLarge) and (limit := upload_limit()):
        return failure(status, "file-too-large", gettext(TOO_LARGE_FILE, mb=limit // 2**20), {})
    response = failure(status, f"http-{status}", gettext(DETAILS.get(status, DETAILS[400])), {})
    allowed = getattr(error, "valid_methods", None)
    if status == 405 and allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _page_above() -> str | None:
    """Where the form stands whose address somebody opened: the nearest page above it."""
    if request.path.startswith(PREFIX):
        return None
    adapter = current_app.create_url_adapter(request)
    parts = request.path.strip("/").split("/")
    for length in range(len(parts) - 1, -1, -1):
        path = "/" + "/".join(parts[:length])
        if adapter is not None and adapter.test(path, "GET"):
            return path
    return None


def _busy(error: Exception) -> ResponseReturnValue:
    return failure(503, "unavailable", gettext(DETAILS[503]), {"retry_after": 2})


def _database(error: Exception) -> ResponseReturnValue:
    log.warning("database did not answer", error=type(error).__name__, path=request.path)
    return _busy(error)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected failure", path=request.path, reference=_reference())
    return failure(500, "internal", gettext(DETAILS[500]), {})


def failure(
    status: int, code: str, detail: str, extra: dict[str, Any], *, again: list[tuple[str, str]] | None = None
) -> Response:
    """The answer itself; ``extra`` must hold plain data, ``again`` the fields of a form that may be sent again."""
    title = gettext(TITLES.get(status, TITLES[400]))
    if request.path.startswith(PREFIX):
        response = json(
            {
                **extra,
                "type": f"about:blank#{code}",
                "title": title,
                "status": status,
                "code": code,
                "detail": detail,
                "reference": _reference(),
            },
            status,
        )
        response.mimetype = "application/problem+json"
    else:
        body = render_template(
            "errors/error.html",
            status=status,
            title=title,
            message=detail,
            kept=None,
            action=None,
            again=again or [],
            reference=_reference(),
            lang=locale(),
        )
        response = Response(body, status)
    response.headers["Cache-Control"] = "no-store"
    if "retry_after" in extra:
        response.headers["Retry-After"] = str(extra["retry_after"])
    return response


def _reference() -> str:
    if "reference" not in g:
        g.reference = secrets.token_hex(4).upper()
    return str(g.reference)
