"""What was typed survives a session that ended: the page that refuses it offers to send it again."""

import html
import re

from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE
FORM = "/organiser/contests/new"
TYPED = {"title": "Cuộc thi <thử> “một”", "organiser": "\nBan Tổ chức", "contact": "", "introduction": "Một\nhai"}


def _kept(page: str) -> dict[str, str]:
    """The fields that the page would send again, as a browser reads them."""
    fields = re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return {name: html.unescape(text) for name, text in fields}


def test_a_form_without_a_session_is_kept_and_sent_again_after_signing_in(world: World) -> None:
    browser = world.app.test_client()
    refused = browser.post(FORM, data=TYPED | {"csrf_token": "cũ"})
    assert refused.status_code == 400
    assert _kept(refused.text) == TYPED
    organiser = world.client(world.person(role="organiser"))
    token = re.search(r'name="csrf_token" value="([^"]+)"', organiser.get(FORM).text)
    assert token is not None
    assert organiser.post(FORM, data=_kept(refused.text) | {"csrf_token": token[1]}).status_code == 303


def test_no_password_is_ever_put_into_a_page(world: World) -> None:
    refused = world.app.test_client().post("/sign-in", data={"login": "ai-do", "password": "bi-mat-cua-toi"})
    assert refused.status_code == 400
    assert "bi-mat-cua-toi" not in refused.text
    assert _kept(refused.text) == {}
