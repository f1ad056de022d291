"""Files that are made from others when the static tree is built: fewer requests, fewer bytes.

The taking page must be there on a slow phone before anything else of the site (DESIGN §1), so it loads one stylesheet
(of Bootstrap only the rules that it uses, then our own) and one script. Nothing of this is kept in the repository.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

# What the taking page and the receipt use of Bootstrap: bare elements (its "reboot") and these classes.
CLASSES = {"btn", "form-control", "form-check-input", "visually-hidden", "list-unstyled"}
OWN = ("css/tokens.css", "css/app.css", "css/paper.css")
SHEET = "made/sitting.css"
SCRIPTS = {"made/paper.js": "js/paper/main.js", "made/receipt.js": "js/receipt.js"}
"""Bundle -> the module that it begins with; what that imports comes along."""

_IMPORT = re.compile(r'^import (?P<names>\{[^}]*\}) from "(?P<file>[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:const|function|class) (\w+)", re.MULTILINE)
_LINE_COMMENT = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")
_SHORTHAND = re.compile(
    r"(?<![\w-])(?:(?P<name>padding|margin|scroll-padding|scroll-margin|inset)-(?P<axis>block|inline)|inset):"
    r"\s*(?P<values>[^;{}]+?)\s*(?=[;}])"
)
_VALUES = re.compile(r"(?:[^\s()]+(?:\((?:[^()]|\([^()]*\))*\))?|\((?:[^()]|\([^()]*\))*\))+")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def made(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Address -> content of every bundle, from the files of the tree."""
    bootstrap = subset(files["bootstrap/bootstrap.min.css"].decode(), CLASSES)
    own = "".join(for_old_browsers(_COMMENT.sub("", files[name].decode())) for name in OWN)
    scripts = {name: script(files, entry).encode() for name, entry in SCRIPTS.items()}
    return {SHEET: (bootstrap + "\n" + own).encode(), **scripts}


def script(files: Mapping[str, bytes], entry: str) -> str:
    """One script of a module and all that it imports: each in a scope of its own, in the order of their need.

    Knows our own modules' style only: imports by name at the top, ``export`` before a declaration.
    """
    parts: dict[str, str] = {}
    _include(files, entry, parts)
    return '"use strict";\nconst modules = {};\n' + "".join(parts.values())


def _include(files: Mapping[str, bytes], name: str, parts: dict[str, str]) -> None:
    source = _LINE_COMMENT.sub("", files[name].decode())
    for found in _IMPORT.finditer(source):
        needed = posixpath.normpath(posixpath.join(posixpath.dirname(name), found["file"]))
        if needed not in parts:
            _include(files, needed, parts)

    def taken(found: re.Match[str]) -> str:
        needed = posixpath.normpath(posixpath.join(posixpath.dirname(name), found["file"]))
        return f'const {found["names"]} = modules["{needed}"];'

    body = _IMPORT.sub(taken, source)
    exported = ", ".join(_EXPORT.findall(body))
    body = _EXPORT.sub(lambda found: found.group().removeprefix("export "), body)
    parts[name] = f'modules["{name}"] = (() => {{\n{body}return {{ {exported} }};\n}})();\n'


def subset(css: str, classes: Iterable[str]) -> str:
    """The rules of minified ``css`` whose selectors use bare elements and ``classes`` only.

    Of a list of selectors only the fitting ones stay; ``@media`` is searched, other at-rules (animations) go.
    """
    wanted = set(classes)
    return "".join(_kept(_COMMENT.sub("", css), wanted))


def for_old_browsers(css: str) -> str:
    """Shorthands that Chromium knows since 87 only (``padding-block``, ``inset``) written out, for phones of 2020."""
    return _SHORTHAND.sub(_written_out, css)


def _written_out(found: re.Match[str]) -> str:
    name, axis, values = found["name"], found["axis"], _VALUES.findall(found["values"])
    if axis is None:
        top, right, bottom, left = [*values, *values * 2, values[-1]][:4] if len(values) != 3 else [*values, values[1]]
        return f"top:{top};right:{right};bottom:{bottom};left:{left}"
    sides = {"block": ("top", "bottom"), "inline": ("left", "right")}[axis]
    prefix = "" if name == "inset" else f"{name}-"
    return ";".join(f"{prefix}{side}:{value}" for side, value in zip(sides, (values[0], values[-1]), strict=True))


def _kept(css: str, wanted: set[str]) -> Iterator[str]:
    for head, body in _rules(css):
        if head.startswith("@media"):
            if inner := "".join(_kept(body, wanted)):
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            continue
        elif fitting := [one for one in _selectors(head) if set(_CLASS.findall(one)) <= wanted]:
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
