"""How moments, numbers, ages and units read in an official text."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import gettext

from contest.front.official_rules.text import Names
from core.clock import LOCAL
from core.web.formats import WEEKDAYS, english


def whole(value: int) -> str:
    """``14.492``; ``14,492`` in English."""
    grouped = f"{value:,}"
    return grouped if english() else grouped.replace(",", ".")


def begins(moment: datetime) -> str:
    """``08 giờ 00, thứ Hai, 23/11/2026``; seconds where there are any."""
    return _at(moment.astimezone(LOCAL), closing=False)


def ends(moment: datetime) -> str:
    """The same for an end: midnight is ``24 giờ 00`` of the day before."""
    return _at(moment.astimezone(LOCAL), closing=True)


def _at(local: datetime, *, closing: bool) -> str:
    midnight = closing and (local.hour, local.minute, local.second) == (0, 0, 0)
    day = local - timedelta(days=1) if midnight else local
    hour = 24 if midnight else local.hour
    if english():
        seconds = f":{local:%S}" if local.second else ""
        return f"{hour:02d}:{local:%M}{seconds}, {day:%A, %d/%m/%Y}"
    seconds = f" phút {local:%S} giây" if local.second else ""
    return f"{hour:02d} giờ {local:%M}{seconds}, {WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}"


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
