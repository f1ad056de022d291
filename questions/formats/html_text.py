"""HTML of another system's question as plain text: markup is read, never run. Pure."""

import html as entities
import re
from collections.abc import Iterator

from lxml import etree, html

from core.text import tidy_lines

# A block starts and ends a line (HTML Living Standard, "Rendering", section "Flow content").
_BLOCK_NAMES = (
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html li main nav ol p pre section summary table tr ul"
)
_HIDDEN_NAMES = "head script style template title noscript iframe object svg math audio video"
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HIDDEN = frozenset(_HIDDEN_NAMES.split())
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_EDGE = "\x00"  # where a block starts or ends: one line end, however many blocks meet there
_GAPS = re.compile(r"[ \n\x00]{2,}|\x00")
_BULLETS = re.compile(r"^- *\n+(?:- *\n+)*", re.MULTILINE)


def text_of(markup: str) -> str:
    """Tidy plain text: a line per block and ``<br>``, "- " before a list's items, entities decoded."""
    if not _MARKUP.search(markup):
        return tidy_lines(entities.unescape(_SPACES.sub(" ", markup)))
    root = _parsed(markup)
    if root is None:
        return ""
    text = _GAPS.sub(_gap, "".join(_pieces(root)))
    return tidy_lines(_BULLETS.sub("- ", text))


def images_in(markup: str) -> list[str]:
    """Where the pictures of a text lie: the ``src`` of each ``img``, in order."""
    root = _parsed(markup) if "<" in markup else None
    return [] if root is None else [image.get("src", "") for image in root.iter("img")]


def _parsed(markup: str) -> etree._Element | None:
    """The document's root; recovering, since what editors paste is seldom well formed."""
    # Below 256 levels libxml2 leaves text out without a word; huge_tree moves that to 2048.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(markup.replace("\x00", "").encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _pieces(root: etree._Element) -> Iterator[str]:
    """Text in reading order; walked by events, since nesting may be deeper than Python's stack."""
    hidden = preformatted = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag
        if event == "start":
            hidden += tag in _HIDDEN
            preformatted += tag == "pre"
            if not hidden:
                yield _mark(tag)
                yield _run(node.text, preformatted)
            continue
        if not hidden and tag in _BLOCKS:
            yield _EDGE
        hidden -= tag in _HIDDEN
        preformatted -= tag == "pre"
        if not hidden:
            yield _run(node.tail, preformatted)


def _mark(tag: str) -> str:
    """What stands where an element begins."""
    if tag == "li":
        return f"{_EDGE}- "
    if tag in _BLOCKS:
        return _EDGE
    return {"br": "\n", "td": " ", "th": " "}.get(tag, "")


def _run(text: str | None, preformatted: int) -> str:
    return (text or "") if preformatted else _SPACES.sub(" ", text or "")


def _gap(match: re.Match[str]) -> str:
    """White space between two runs of text: a block's edge swallows what stands beside it."""
    gap = match[0]
    return "\n" if _EDGE in gap else "\n" * gap.count("\n") or " "
