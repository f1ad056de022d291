"""Vietnamese text: folding for search, sorting people by given name, masking."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
# An apostrophe before the mark is content unless it was added, so all of them shift by one.
_FORMULA = re.compile(r"['\s\x00]*[=+\-@\t\r＝＋－＠]")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def tidy(text: str) -> str:
    """NFC, without control characters, white space runs as one space."""
    visible = text
    if not text.isprintable():  # the usual text is: looking at each of its characters would take most of an import
        visible = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    # Composed last: a dropped character may have parted a letter from its accent.
    return unicodedata.normalize("NFC", _SPACES.sub(" ", visible).strip())


def tidy_lines(text: str) -> str:
    """Like :func:`tidy`, but lines stay lines; at most one empty line between two."""
    lines = [tidy(line) for line in re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", text)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def inert(text: str) -> str:
    """A cell of CSV: one that a spreadsheet would take for a formula begins with an apostrophe (OWASP)."""
    return f"'{text}" if _FORMULA.match(text) else text


def revived(text: str) -> str:
    """What a cell was before :func:`inert`."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text


def fold(text: str) -> str:
    """Lower case without accents (đ -> d), words parted by single spaces: ``so noi vu``."""
    lower = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", lower).replace("đ", "d")
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain).strip()


def given_name_key(full_name: str) -> str:
    """Sort key of a person: the given name (tên, the last word) first, then the rest."""
    words = fold(full_name).split()
    return " ".join(words[-1:] + words[:-1])


def masked_name(full_name: str) -> str:
    """Family name and initials: ``Nguyễn Văn An`` -> ``Nguyễn V. A.``"""
    family, *rest = full_name.split() or [""]
    return " ".join([family, *(f"{word[0].upper()}." for word in rest)])
