"""Vietnamese text: folding for search, sorting people by given name, masking."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def tidy(text: str) -> str:
    """NFC, without control characters, white space runs as one space."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in composed if c in "\t\n" or unicodedata.category(c)[0] != "C")
    return _SPACES.sub(" ", visible).strip()


def fold(text: str) -> str:
    """Lower case without accents (đ -> d), words parted by single spaces: ``so noi vu``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
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
