"""No open redirects: whatever is asked for, a browser stays on this site."""

from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.utils import redirect

from core.web.pages import local_target

HOME = "/"
PIECES = [
    "/", "//", "\\", "/\\", ".", "..", "\t", "\r", "\n", "\x00", " ", "@", ":", "?", "#", "%0d%0a", "%2f", "%5c",
    "evil.com", "user:mật@", "https:", "javascript:", "data:", "／", "。", "．", "﹨", "⁄", "\u2028", "\u200b", "\x7f",
    "[", "]", "a", "é",
]  # fmt: skip


def stays(target: str) -> bool:
    """What the URL standard does with a Location on https://thi.example/ (WHATWG URL, 4.4)."""
    seen = target.strip("".join(map(chr, range(33)))).translate({9: None, 10: None, 13: None}).replace("\\", "/")
    return seen.startswith("/") and not seen.startswith("//")


REFUSED = [
    None, "", "//evil.com", "///evil.com", "////evil.com", "/\\evil.com", "\\\\evil.com", "\\/evil.com", "/\t/evil.com",
    "/\n/evil.com", "/\r/evil.com", "/\r\nLocation: https://evil.com", "\t//evil.com", " //evil.com", "https://evil.com",
    "HTTPS://evil.com", "https:evil.com", "https:/evil.com", "javascript:alert(1)", "data:text/html,x", "evil.com",
    "user@evil.com", "//user:mat@evil.com/", "//thi.example@evil.com", "/\x00/evil.com", "/\x0b//evil.com",
    "/rounds\\..\\x", "?next=//evil.com", "#x", "rounds/1", "／／evil.com", "\u2028//evil.com", "\ufeff//evil.com",
]  # fmt: skip

KEPT = [
    "/", "/rounds/abc", "/rounds/abc?page=2&lang=en#board", "/tìm?q=sở nội vụ", "/a//b", "/?next=https://evil.com",
    "/@evil.com", "/:80", "/%2f%2fevil.com", "/%5cevil.com", "/%0d%0aLocation:%20x", "/.//evil.com", "/..//evil.com",
    "/／evil.com", "/[", "/a@b.c/d",
]  # fmt: skip


@pytest.mark.parametrize("target", REFUSED)
def test_foreign_and_doubtful_targets_fall_back(target: str | None) -> None:
    assert local_target(target, "/nha") == "/nha"


@pytest.mark.parametrize("target", KEPT)
def test_own_paths_are_kept_and_stay_here(target: str) -> None:
    assert local_target(target, "/nha") == target
    assert stays(target)
    location = redirect(target).headers["Location"]
    assert stays(location)
    assert "\r" not in location
    assert "\n" not in location


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=20))
def test_a_browser_never_leaves(target: str) -> None:
    kept = local_target(target, HOME)
    assert kept in (target, HOME)
    assert stays(kept)
    if kept.isprintable():
        assert stays(redirect(kept).headers["Location"])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["rounds", "board", "tìm", "a-b", "x.y"]), max_size=4), st.sampled_from(["", "?p=2", "#a"])
)
def test_every_plain_path_is_kept(parts: list[str], tail: str) -> None:
    target = "/" + "/".join(parts) + tail
    assert local_target(target, "/nha") == target
    assert unquote(target) == target
