"""Documents as files and forms bring them, before anything is recorded. Pure."""

import re
from datetime import date

import msgspec

from questions.items import Problem

ROWS_MAX = 300
YEARS = range(1900, 2201)
_LOCAL = re.compile(r"(?:ngày )?(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")


class Relation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document that amends or replaces: its number or name, since when, which articles."""

    number: str
    on: date | None = None
    articles: tuple[str, ...] = ()


class DocumentRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document as a file or a form brings it; ``title`` names it, the rest may be unknown."""

    title: str
    number: str = ""
    kind: str = ""
    issuer: str = ""
    subject: str = ""
    issued_on: date | None = None
    effective_on: date | None = None
    expires_on: date | None = None
    cited_as: tuple[str, ...] = ()
    replaced_by: tuple[Relation, ...] = ()
    amended_by: tuple[Relation, ...] = ()
    sources: tuple[str, ...] = ()


class ChangesFile(msgspec.Struct, frozen=True):
    """What a file of changes holds; ``problems`` stop it."""

    rows: tuple[DocumentRow, ...] = ()
    problems: tuple[Problem, ...] = ()


def day_of(text: str) -> date | None:
    """A day written 01/07/2025, 1.7.2025 or 2025-07-01; nothing for anything else."""
    local, iso = _LOCAL.fullmatch(text), _ISO.fullmatch(text)
    try:
        if local:
            return date(int(local[3]), int(local[2]), int(local[1]))
        return date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else None
    except ValueError:
        return None
