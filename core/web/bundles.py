"""Files that are made from others when the static tree is built: fewer requests, fewer bytes.

The taking page must paint on a slow phone before anything else of the site is there (DESIGN §1), so it loads one
stylesheet: of Bootstrap only the rules that it uses, then our own. Nothing of this is kept in the repository.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

# What the taking page and the receipt use of Bootstrap: bare elements (its "reboot") and these classes.
CLASSES = {"btn", "form-control", "form-check-input", "visually-hidden", "list-unstyled"}
OWN = ("css/tokens.css", "css/app.css", "css/paper.css")
SHEET = "css/sitting.css"

_CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def made(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Address -> content of every bundle, from the files of the tree."""
    bootstrap = subset(files["bootstrap/bootstrap.min.css"].decode(), CLASSES)
    own = "".join(_COMMENT.sub("", files[name].decode()) for name in OWN)
    return {SHEET: (bootstrap + "\n" + own).encode()}


def subset(css: str, classes: Iterable[str]) -> str:
    """The rules of minified ``css`` whose selectors use bare elements and ``classes`` only.

    Of a list of selectors only the fitting ones stay; ``@media`` is searched, other at-rules (animations) go.
    """
    wanted = set(classes)
    return "".join(_kept(_COMMENT.sub("", css), wanted))


def _kept(css: str, wanted: set[str]) -> Iterator[str]:
    for head, body in _rules(css):
        if head.startswith("@media"):
            if inner := "".join(_kept(body, wanted)):
                yield f"{head}{{{inner}}}"
        elif not head.startswith("@"):
            if fitting := [one for one in _selectors(head) if set(_CLASS.findall(one)) <= wanted]:
                yield f"{','.join(fitting)}{{{body}}}"


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """(what stands before the braces, what stands within) of each rule on the outermost level."""
    depth, start, head = 0, 0, ""
    for place, sign in ((m.start(), m.group()) for m in re.finditer(r"[{}]", css)):
        if sign == "{":
            if depth == 0:
                head, start = css[start:place].rsplit(";", 1)[-1].strip(), place + 1
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                yield head, css[start:place]
                start = place + 1


def _selectors(head: str) -> list[str]:
    # A comma inside :not(…) or :is(…) parts nothing.
    return [one.strip() for one in re.split(r",(?![^()]*\))", head)]
