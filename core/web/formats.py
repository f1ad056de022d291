"""How moments, numbers and durations read: Vietnamese first, English second."""

from datetime import datetime, timedelta

from flask_babel import format_decimal, format_percent, get_locale, gettext

from core.clock import LOCAL
from core.web.pages import request_now

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def when(moment: datetime) -> str:
    """``08:00, thứ Hai, 23/11/2026`` in Vietnam's time."""
    local = moment.astimezone(LOCAL)
    if english():
        return f"{local:%H:%M, %A, %d/%m/%Y}"
    return f"{local:%H:%M}, {WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y}"


def closes(moment: datetime) -> str:
    """The same for an end: midnight is ``24 giờ 00, Chủ nhật, 29/11/2026``, the end of the day before.

    An end that falls on odd seconds (an early close) says them: ``08:03:12, thứ Hai, 23/11/2026``.
    """
    local = moment.astimezone(LOCAL)
    if local.second:
        return clock(moment) + when(moment)[5:]
    if (local.hour, local.minute) != (0, 0):
        return when(moment)
    before = local - timedelta(days=1)
    if english():
        return f"24:00, {before:%A, %d/%m/%Y}"
    return f"24 giờ 00, {WEEKDAYS[before.weekday()]}, {before:%d/%m/%Y}"


def clock(moment: datetime) -> str:
    """``08:03:12`` in Vietnam's time."""
    return f"{moment.astimezone(LOCAL):%H:%M:%S}"


def number(value: float) -> str:
    """``14.492``."""
    return format_decimal(value)


def percent(value: float) -> str:
    """A share between 0 and 1 as ``59,1%``."""
    return format_percent(value, "#,##0.#%")


def elapsed(milliseconds: int) -> str:
    """``12 phút 04 giây``."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return gettext("%(minutes)s phút %(seconds)s giây", minutes=minutes, seconds=f"{seconds:02d}")


def iso(moment: datetime) -> str:
    """ISO 8601 with offset."""
    return moment.isoformat()


def moment(text: str) -> datetime:
    """The inverse of :func:`iso`."""
    return datetime.fromisoformat(text)


def until(moment: datetime) -> str:
    """``Còn 2 ngày 3 giờ 12 phút``, rounded down."""
    seconds = max(0, int((moment - request_now()).total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes = rest // 60
    if days:
        return gettext("Còn %(d)s ngày %(h)s giờ %(m)s phút", d=days, h=hours, m=minutes)
    if hours:
        return gettext("Còn %(h)s giờ %(m)s phút", h=hours, m=minutes)
    return gettext("Còn %(m)s phút", m=minutes)


def english() -> bool:
    """Whether this page is in English."""
    locale = get_locale()
    return locale is not None and locale.language == "en"


FILTERS = {
    "when": when,
    "moment": moment,
    "closes": closes,
    "clock": clock,
    "number": number,
    "percent": percent,
    "elapsed": elapsed,
    "iso": iso,
    "until": until,
}
