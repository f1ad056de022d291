"""What tests of the HTTP interface share: problems, tokens, cookies."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For tests of the shape of answers, which need no second database."""

PROBLEM_KEYS = {"type", "title", "status", "code", "detail", "reference"}
PRIVATE = "private, no-store"
_VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự]", re.IGNORECASE)


def problem(answer: TestResponse, status: int, code: str | None = None, *, extra: set[str] = frozenset()) -> Any:
    """The body of a refusal, after checking that it is a problem with a Vietnamese sentence."""
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert answer.content_type == "application/problem+json"
    assert "no-store" in answer.headers["Cache-Control"]
    body = answer.json
    assert set(body) == PROBLEM_KEYS | extra
    assert body["status"] == status
    assert body["type"].endswith(body["code"])
    assert code is None or body["code"] == code, body
    assert is_vietnamese(body["detail"])
    assert is_vietnamese(body["title"])
    return body


def is_vietnamese(text: str) -> bool:
    """Whether a sentence is Vietnamese, with nothing left unfilled."""
    return bool(_VIETNAMESE.search(text)) and "%(" not in text


def form_token(page: str) -> str:
    """The token that a page's form carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def without_tokens(page: str) -> str:
    """A page without what is fresh in every answer: tokens and references."""
    page = re.sub(r'(name="csrf_token" value=|"csrf_token": ?|"reference": ?)"[^"]+"', r'\1""', page)
    return re.sub(r"<code>[0-9A-F]{8}</code>", "<code></code>", page)


def session_cookie(client: FlaskClient) -> str | None:
    """The value of the session cookie that a browser holds."""
    cookie = client.get_cookie("contest")
    return cookie.value if cookie else None


def field_errors(page: str) -> dict[str, str]:
    """Field -> sentence at it, as a registration or sign-in page shows them."""
    return {name: text.strip() for name, text in re.findall(r'id="(\w+)-error">.*?<span>(.*?)</span>', page, re.DOTALL)}
