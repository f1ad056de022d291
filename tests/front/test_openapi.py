"""The OpenAPI document: valid, complete, and true of what is really answered."""

import re
from typing import Any

import jsonschema
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.routes import TABLE, Cast
from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE
URL = "/api/v1/openapi.json"


def _document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get(URL)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    return answer.json


def _path(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method.upper()): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_document_is_valid(app: Flask) -> None:
    document = _document(app)
    assert document["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_is_described_and_nothing_else(app: Flask) -> None:
    rules = {
        (_path(rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert set(_operations(_document(app))) == rules


def test_every_operation_says_what_it_needs(app: Flask) -> None:
    for (path, method), operation in _operations(_document(app)).items():
        where = f"{method} {path}"
        assert len(operation["summary"]) > 3, where
        names = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"]
        assert names == re.findall(r"{(\w+)}", path), where
        headers = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"]
        assert headers == (["X-CSRFToken"] if method != "GET" else []), where
        assert any(status.startswith("2") for status in operation["responses"]), where
        assert ("requestBody" in operation) == (method in ("POST", "PUT")), where
        if "/attempts" in path or path.endswith("/me"):
            assert operation["security"] == [{"session": []}], where


def test_every_query_parameter_is_described(app: Flask) -> None:
    operations = _operations(_document(app))
    wanted = {"/api/v1/agencies": {"q"}, "/api/v1/rounds/{round_id}/board": {"scope", "page"}}
    for path, names in wanted.items():
        found = {p["name"] for p in operations[path, "GET"]["parameters"] if p["in"] == "query"}
        assert found == names, path


def test_component_names_are_sane(app: Flask) -> None:
    schemas = _document(app)["components"]["schemas"]
    assert {"AttemptView", "SavedView", "ReceiptView", "BoardView", "SheetData", "Problem"} <= set(schemas)
    for name in schemas:
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]{2,40}", name), name
    for body in ("Start", "Save", "Submit", "SignIn"):
        assert schemas[body]["additionalProperties"] is False, body


def test_what_is_answered_is_what_is_described(world: World) -> None:
    cast = Cast(world)
    document = _document(world.app)
    operations = _operations(document)
    seen = set()
    for role in ("anonymous", "contestant", "contact"):
        client = cast.browser(role)
        for route in TABLE:
            key = (_path(route.rule), route.method)
            if key not in operations:
                continue
            answer = cast.call(client, route)
            described = operations[key]["responses"]
            assert str(answer.status_code) in described, (key, answer.status_code)
            content = described[str(answer.status_code)].get("content")
            if content is None:
                assert answer.get_data() == b"", key
                continue
            assert list(content) == [answer.content_type], key
            schema = {**content[answer.content_type]["schema"], "components": document["components"]}
            jsonschema.Draft202012Validator(schema).validate(answer.json)
            seen.add((key, answer.status_code))
    assert len(seen) >= 18
