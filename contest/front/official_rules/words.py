"""How numbers, ages and units read in an official text; moments read as on pages, by ``core.web.formats``."""

from collections.abc import Iterable

from flask_babel import gettext

from contest.front.official_rules.text import Names
from core.web.formats import english


def whole(value: int) -> str:
    """``14.492``; ``14,492`` in English."""
    grouped = f"{value:,}"
    return grouped if english() else grouped.replace(",", ".")


def ages(low: int, high: int) -> str:
    """Bounds in full years (0: none) as the middle of a sentence; empty without any."""
    if low and high:
        return gettext("từ đủ %(low)s tuổi đến hết %(high)s tuổi", low=low, high=high)
    if low:
        return gettext("từ đủ %(low)s tuổi trở lên", low=low)
    return gettext("đến hết %(high)s tuổi", high=high) if high else ""


def units(agencies: Iterable[str], blocs: Iterable[str], names: Names) -> list[str]:
    """Agencies, then blocs, by name in alphabetical order of their codes."""
    return [
        *(names.agency(code) for code in agencies),
        *(gettext("khối %(name)s", name=names.bloc(code)) for code in blocs),
    ]
