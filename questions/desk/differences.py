"""Two wordings of a question side by side, line by line. With keys: for pages that may show them."""

import difflib
import itertools
from collections.abc import Sequence

from flask_babel import gettext

from questions.bank.models import QuestionVersion

_SIGNS = {"  ": "same", "- ": "gone", "+ ": "new"}


def between(before: QuestionVersion, after: QuestionVersion) -> list[tuple[str, str]]:
    """Lines ("same" | "gone" | "new", text) that lead from one wording to another."""
    found = difflib.ndiff(_lines(before), _lines(after))
    return [(_SIGNS[line[:2]], line[2:]) for line in found if line[:2] in _SIGNS]


def along(versions: Sequence[QuestionVersion]) -> dict[int, list[tuple[str, str]]]:
    """Number of a version -> its lines against the one before."""
    return {after.number: between(before, after) for before, after in itertools.pairwise(versions)}


def _lines(version: QuestionVersion) -> list[str]:
    letters = "ABCDEFGHIJ"
    right = ", ".join(letters[key] for key in version.keys)
    return [
        *version.stem.splitlines(),
        *(f"{letters[place]}. {choice}" for place, choice in enumerate(version.choices)),
        gettext("Đáp án: %(letters)s", letters=right),
        *version.explanation.splitlines(),
        *(f"{c.article} {c.cited_as or c.document.title}".strip() for c in version.citations),
        gettext("Mức độ: %(n)s", n=version.difficulty),
        *(_situation(version.situation.text) if version.situation else ()),
    ]


def _situation(text: str) -> list[str]:
    return gettext("Tình huống: %(text)s", text=text).splitlines()
