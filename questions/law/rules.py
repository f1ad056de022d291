"""What a change of the law does to a citation. Pure.

A document counts as replaced from the day on which its successor takes effect, as expired from
the day after its last day in force. An amendment touches a wording that was settled before the
amendment took effect or before it was recorded here: whoever settled it could not know of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.clock import LOCAL
from core.text import fold

_ARTICLES = re.compile(r"\bdieu (\d+[a-z]?\b(?: (?:(?:va|den|dieu) )*\d+[a-z]?\b)*)")
_SPAN = re.compile(r"(?<=\d)\s*[-–—]\s*(?=\d)")
_ASIDE = re.compile(r"\([^()]*\)")
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?/(?:\d{4}/)?(?=[0-9-]*[A-ZĐ])[0-9A-Za-zĐđ-]*[0-9A-Za-zĐđ]")
_NATIONAL = re.compile(r"/\d{4}/(?!.*(?:UBND|HĐND))")
_SPAN_MAX = 500
NAME_MAX = 300


@dataclass(frozen=True, slots=True)
class Change:
    """An amendment or a replacement of a document by another, named ``by``."""

    id: int
    kind: str
    by: str
    on: date | None
    articles: tuple[str, ...]
    recorded_at: datetime

    @property
    def starts(self) -> date:
        """The first day on which it holds; where nobody knows, the day of its recording."""
        return self.on or self.recorded_at.astimezone(LOCAL).date()


@dataclass(frozen=True, slots=True)
class Document:
    """A document with everything that happened to it."""

    id: int
    title: str
    effective_on: date | None
    expires_on: date | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a citation no longer holds: ``reason`` amended, replaced or expired, since ``on``.

    ``dated`` is false where nobody knows the day, and ``on`` is that of its recording.
    """

    key: str
    reason: str
    on: date
    by: str
    dated: bool = True


def status(document: Document, *, as_of: date) -> str:
    """``not_yet``, ``replaced``, ``expired``, ``amended`` or ``in_force`` on a day."""
    if document.effective_on is not None and document.effective_on > as_of:
        return "not_yet"
    over = [change for change in document.changes if change.starts <= as_of]
    if any(change.kind == "replaces" for change in over):
        return "replaced"
    if document.expires_on is not None and document.expires_on < as_of:
        return "expired"
    return "amended" if over else "in_force"


def causes(document: Document, *, article: str, settled_at: datetime | None, as_of: date) -> Iterator[Cause]:
    """Everything that speaks against citing ``article`` of ``document`` on a day.

    A wording that nobody has settled yet knows nothing of any amendment.
    """
    for change in document.changes:
        if change.starts > as_of:
            continue
        key = f"change:{change.id}"
        if change.kind == "replaces":
            yield Cause(key, "replaced", change.starts, change.by, change.on is not None)
        elif covers(change.articles, article) and not _knew(change, settled_at):
            yield Cause(key, "amended", change.starts, change.by, change.on is not None)
    if document.expires_on is not None and document.expires_on < as_of:
        yield Cause(f"expired:{document.id}", "expired", document.expires_on, "")


def covers(changed: Sequence[str], cited: str) -> bool:
    """Whether an amendment of ``changed`` articles may touch what ``cited`` names; in doubt it does."""
    touched = [articles_of(text) for text in changed]
    named = articles_of(cited)
    return not all(touched) or not touched or not named or bool(set().union(*touched) & named)


def articles_of(text: str) -> set[str]:
    """The articles that a text names: ``Điều 4, 5 và 8`` -> 4, 5, 8; ``Điều 4 đến Điều 6`` -> 4, 5, 6."""
    # "Điều 3 khoản 4 (sửa bởi Điều 1 NĐ 309/2026)": what stands in brackets is another document's.
    found: set[str] = set()
    for run in _ARTICLES.findall(fold(_SPAN.sub(" đến ", _ASIDE.sub(" ", text)))):
        before, until = "", False
        for word in run.split():
            if word == "den":
                until = True
            elif word[0].isdigit():
                found.add(word)
                if until and before.isdigit() and word.isdigit() and int(word) - int(before) <= _SPAN_MAX:
                    found.update(map(str, range(int(before), int(word))))
                before, until = word, False
    return found


def number_of(text: str) -> str:
    """The first number in a document's name: ``118/2025/NĐ-CP``; "" where there is none."""
    found = _NUMBER.search(_ASIDE.sub(" ", text)) or _NUMBER.search(text)
    return found.group(0) if found else ""


def names_by_number(text: str) -> str:
    """The number by which a text names one document of the whole country, "" where it does not.

    Numbers without a year begin anew each year; every province has its own 12/2025/QĐ-UBND.
    """
    found = set(_NUMBER.findall(_ASIDE.sub(" ", text)))
    number = found.pop() if len(found) == 1 else ""
    return number if _NATIONAL.search(number) else ""


def name_key(text: str) -> str:
    """Under which a name is found again: folded, or as it stands where nothing is left."""
    return (fold(text) or text)[:NAME_MAX]


def _knew(change: Change, settled_at: datetime | None) -> bool:
    if settled_at is None:
        return False
    return settled_at >= change.recorded_at and settled_at.astimezone(LOCAL).date() >= change.starts
