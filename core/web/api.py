"""JSON in, JSON out: typed bodies by msgspec, and the OpenAPI document that follows from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from flask import Flask, Response, request

from core.errors import Invalid
from core.i18n import N_

T = TypeVar("T")
V = TypeVar("V", bound=Callable[..., Any])
PREFIX = "/api/v1"


@dataclass(frozen=True)
class Operation:
    """What the OpenAPI document says of a view."""

    summary: str
    body: Any
    answers: dict[int, Any]
    errors: tuple[int, ...]
    signed_in: bool
    query: dict[str, str]


def operation(
    summary: str,
    *,
    body: Any = None,
    answers: dict[int, Any],
    errors: tuple[int, ...] = (),
    signed_in: bool = True,
    query: dict[str, str] | None = None,
) -> Callable[[V], V]:
    """Describe a view for the document; every ``/api/v1`` view has one (a test looks).

    ``query`` maps the query parameters that the view reads to what they mean.
    """

    def mark(view: V) -> V:
        view.operation = Operation(summary, body, answers, errors, signed_in, query or {})  # type: ignore[attr-defined]
        return view

    return mark


def body(kind: type[T]) -> T:
    """The request's JSON as ``kind``; raises :class:`Invalid` with the place of the mistake."""
    if request.mimetype != "application/json":
        raise Invalid(N_("Nội dung gửi lên phải là JSON (Content-Type: application/json)."), code="not-json")
    raw = request.get_data()
    if b"\\u0000" in raw:  # PostgreSQL stores none, in text or in JSON
        raise Invalid(N_("Nội dung gửi lên có ký tự không hợp lệ. Đề nghị nhập lại."), code="null-character")
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(N_("Nội dung gửi lên chưa đúng mẫu: %(reason)s"), code="bad-body", reason=str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(N_("Nội dung gửi lên không phải JSON hợp lệ."), code="bad-json") from error


def json(data: Any, status: int = 200) -> Response:
    """``data`` (structs, dataclasses, datetimes) as JSON."""
    return Response(msgspec.json.encode(data), status=status, mimetype="application/json")


def document(app: Flask, *, title: str, version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of all ``/api/v1`` views of ``app``."""
    operations = [
        (rule.rule, method, described)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        if rule.rule.startswith(PREFIX) and (described := _operation(app, rule.endpoint))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    kinds = [kind for _, _, op in operations for kind in [op.body, *op.answers.values()] if kind is not None]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    by_kind = dict(zip(map(repr, kinds), schemas, strict=True))
    paths: dict[str, Any] = {}
    for rule, method, op in operations:
        path, parameters = _path(rule)
        paths.setdefault(path, {})[method.lower()] = _described(op, method, parameters, by_kind)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": PROBLEM},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]}
            },
        },
    }


def _operation(app: Flask, endpoint: str) -> Operation | None:
    described: Operation | None = getattr(app.view_functions[endpoint], "operation", None)
    return described


PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "reference"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "reference": {"type": "string"},
    },
}


def _path(rule: str) -> tuple[str, list[dict[str, Any]]]:
    parts, parameters = [], []
    for part in rule.split("/"):
        if part.startswith("<"):
            name = part.strip("<>").split(":")[-1]
            parameters.append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
            part = f"{{{name}}}"
        parts.append(part)
    return "/".join(parts), parameters


def _described(op: Operation, method: str, parameters: list[dict[str, Any]], by_kind: dict[str, Any]) -> dict[str, Any]:
    parameters = parameters + [
        {"name": name, "in": "query", "required": False, "description": meaning, "schema": {"type": "string"}}
        for name, meaning in op.query.items()
    ]
    unsafe = method not in ("GET", "HEAD")
    if unsafe:
        token = {"name": "X-CSRFToken", "in": "header", "required": False, "schema": {"type": "string"}}
        parameters = [*parameters, token]
    described: dict[str, Any] = {"summary": op.summary, "parameters": parameters}
    if op.signed_in:
        described["security"] = [{"session": []}]
    if op.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": by_kind[repr(op.body)]}},
        }
    described["responses"] = {
        str(status): {"description": "OK"}
        | ({"content": {"application/json": {"schema": by_kind[repr(kind)]}}} if kind is not None else {})
        for status, kind in op.answers.items()
    }
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in op.errors:
        described["responses"][str(status)] = {"description": "Problem", "content": problem}
    return described
