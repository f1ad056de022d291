"""Moments that people type in forms: a day and a time, of which ``24:00`` ends its day."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field

YEARS = range(2000, 2101)
"""The years that a contest can have."""
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_TIME = re.compile(
    r"(\d{1,2})\s*(?:(?::|\.|h|g|giờ|gio)\s*(?:(\d{1,2})\s*(?:p|ph|phút|phut)?)?(?::00)?)?", re.ASCII | re.IGNORECASE
)


def read_day(text: str) -> date | None:
    """``2026-11-29`` as browsers send it, or ``29/11/2026`` as people type it; else ``None``."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_time(text: str) -> timedelta | None:
    """Since the day began, at most 24 hours: ``8:00``, ``24:00``, ``24h``, ``8 giờ 30``, ``8h30``; else ``None``."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    since = timedelta(hours=int(found[1]), minutes=int(found[2] or 0))
    return since if int(found[2] or 0) < 60 and since <= timedelta(hours=24) else None


class Moments:
    """Draws the two inputs of a moment: a day and a time, under one name."""

    def __call__(self, field: "MomentField", **attributes: Any) -> Markup:
        """The day has the field's id, the time the same with ``-time``."""
        shared = Markup(" ").join(
            Markup('{}="{}"').format(name.replace("_", "-"), value)
            for name, value in attributes.items()
            if value not in (None, False)
        )
        named = field.label.text
        day_text, time_text = field.texts
        day = Markup('<input type="date" id="{}" name="{}" value="{}" aria-label="{}" {}>').format(
            field.id, field.name, day_text, gettext("%(what)s: ngày", what=named), shared
        )
        clock = Markup(
            '<input type="text" id="{}-time" name="{}" value="{}" aria-label="{}" maxlength="20" '
            'autocomplete="off" spellcheck="false" {}>'
        ).format(field.id, field.name, time_text, gettext("%(what)s: giờ", what=named), shared)
        return Markup('<span class="moment">{}{}</span>').format(day, clock)


class MomentField(Field):
    """A moment in Vietnam's time without its zone, typed as a day and a time; one text with both is read too.

    Where it ``ends`` something, 0:00 is shown as 24:00 of the day before. What was typed is shown as it was typed.
    """

    widget = Moments()

    def __init__(self, *args: Any, ends: bool = False, **options: Any) -> None:
        self.ends = ends
        self.typed: tuple[str, str] | None = None
        super().__init__(*args, **options)

    @property
    def texts(self) -> tuple[str, str]:
        """What the two inputs show."""
        if self.typed is not None or self.data is None:
            return self.typed or ("", "")
        midnight = self.ends and self.data.time() == time(0)
        day = self.data - timedelta(days=int(midnight))
        return f"{day:%Y-%m-%d}", "24:00" if midnight else f"{self.data:%H:%M}"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, keeping it as it is."""
        if not valuelist:
            return
        parts = valuelist if len(valuelist) > 1 else re.split(r"[T ]", valuelist[0].strip(), maxsplit=1)
        day_text, time_text = parts[0].strip(), (parts[1].strip() if len(parts) > 1 else "")
        self.typed, self.data = (day_text, time_text), None
        if not (day_text and time_text):
            if day_text:
                raise ValueError(_l("Đề nghị điền giờ, ví dụ 08:00 hoặc 24:00."))
            if time_text:
                raise ValueError(_l("Đề nghị điền ngày."))
            return
        day, since = read_day(day_text), read_time(time_text)
        if day is None:
            raise ValueError(_l("Đề nghị nhập ngày dạng ngày/tháng/năm."))
        if day.year not in YEARS:
            raise ValueError(_l("Đề nghị chọn năm từ 2000 đến 2100."))
        if since is None:
            raise ValueError(_l("Đề nghị nhập giờ từ 00:00 đến 24:00, ví dụ 08:00, 8 giờ 30 hoặc 24 giờ."))
        self.data = datetime.combine(day, time(0)) + since
        if since == timedelta(hours=24) and self.ends:
            self.typed = (day_text, "24:00")
