"""Names and texts of QTI files, the same for 2.x and 3.0. Pure."""

import re
from collections.abc import Iterator

from lxml import etree

from core.text import tidy_lines

OWN = "urn:tthc-questions:1"
ITEM_NS = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE_NS = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
LOM_NS = "http://ltsc.ieee.org/xsd/LOM"
METADATA_NS = "http://www.imsglobal.org/xsd/imsqti_metadata_v3p0"

MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
# A block starts and ends a line, as in the XHTML that QTI lets into bodies.
_LISTS = frozenset(("dd", "dl", "dt", "li", "ol", "ul"))
_TABLES = frozenset(("caption", "table", "tbody", "tfoot", "thead", "tr"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SECTIONS = frozenset(("address", "article", "aside", "footer", "header", "nav", "section", "details"))
_OWN_BLOCKS = frozenset(("contentBody", "itemBody", "prompt", "stimulusBody"))
_FLOW = frozenset(("blockquote", "div", "figcaption", "figure", "hr", "p", "pre"))
_BLOCKS = _LISTS | _TABLES | _HEADINGS | _SECTIONS | _OWN_BLOCKS | _FLOW
_UNSEEN = frozenset(["script", "style", "stylesheet", "catalogInfo", "audio", "video", "object", "math", "svg"])
_SPACES = re.compile(r"\s+")


def name_of(element: etree._Element) -> str:
    """The name without namespace, as 2.x has it: ``qti-simple-choice`` -> ``simpleChoice``."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    local = tag.rpartition("}")[2]
    if not local.startswith("qti-"):
        return local
    first, *rest = local[4:].split("-")
    return first + "".join(word.capitalize() for word in rest)


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its 3.0 name or its 2.x one: ``max-choices``, ``maxChoices``."""
    first, *rest = name.split("-")
    return element.get(name) or element.get(first + "".join(word.capitalize() for word in rest))


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children of that (2.x) name."""
    return (child for child in element if name_of(child) == name)


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of that (2.x) name."""
    return next(children(element, name), None)


def text_in(element: etree._Element, skip: frozenset[str] = frozenset()) -> str:
    """Tidy plain text: a line per block and ``<br/>``, an empty ``<p/>`` as an empty line."""
    unseen = _UNSEEN | skip
    lines = [""]
    opened: list[int] = []
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        name = name_of(node)
        if event == "start":
            if name in unseen and node is not element:
                walker.skip_subtree()
                continue
            _open(lines, name)
            opened.append(len(lines))
            _append(lines, node.text)
            continue
        if not (name in unseen and node is not element):
            start = opened.pop()
            bare = name == "p" and len(lines) == start and not lines[-1].strip()
            if name == "br" or bare or (name in _BLOCKS and lines[-1].strip()):
                lines.append("")
        if node is not element:
            _append(lines, node.tail)
    return tidy_lines("\n".join(lines))


def _open(lines: list[str], name: str) -> None:
    if name in _BLOCKS and lines[-1].strip() not in ("", "-"):
        lines.append("")
    if name == "li":
        lines[-1] = "- "
    elif name in ("td", "th") and lines[-1].strip():
        lines[-1] += " "


def _append(lines: list[str], text: str | None) -> None:
    if text:
        lines[-1] += _SPACES.sub(" ", text)
