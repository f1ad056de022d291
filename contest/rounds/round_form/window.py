"""When a round runs: moments typed as a day and a time, of which ``24:00`` ends its day."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from contest.rounds.forms import NEEDED_TEXT, YEARS
from contest.rounds.rules import LastStart, RoundRules
from core.web.forms import NEEDED, WholeNumber, at_most, between

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
        day = Markup('<input type="date" id="{}" name="{}" value="{}" aria-label="{}" {}>').format(
            field.id, field.name, field.day_text, gettext("%(what)s: ngày", what=named), shared
        )
        clock = Markup(
            '<input type="text" id="{}-time" name="{}" value="{}" aria-label="{}" maxlength="20" '
            'autocomplete="off" spellcheck="false" {}>'
        ).format(field.id, field.name, field.time_text, gettext("%(what)s: giờ", what=named), shared)
        return Markup('<span class="moment">{}{}</span>').format(day, clock)


class MomentField(Field):
    """A moment in Vietnam's time without its zone, typed as a day and a time; one text with both is read too.

    Where it ``ends`` something, 0:00 is shown as 24:00 of the day before.
    """

    widget = Moments()

    def __init__(self, *args: Any, ends: bool = False, **options: Any) -> None:
        self.ends = ends
        self.day_text = self.time_text = ""
        super().__init__(*args, **options)

    def process_data(self, value: datetime | None) -> None:
        """Show a stored moment."""
        self.data = value
        if value is None:
            self.day_text = self.time_text = ""
            return
        midnight = self.ends and value.time() == time(0)
        self.day_text = (value - timedelta(days=int(midnight))).strftime("%Y-%m-%d")
        self.time_text = "24:00" if midnight else value.strftime("%H:%M")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, keeping it as it is."""
        if not valuelist:
            return
        parts = valuelist if len(valuelist) > 1 else re.split(r"[T ]", valuelist[0].strip(), maxsplit=1)
        self.day_text, self.time_text = parts[0].strip(), (parts[1].strip() if len(parts) > 1 else "")
        self.data = None
        if not (self.day_text and self.time_text):
            if self.day_text:
                raise ValueError(_l("Đề nghị điền giờ, ví dụ 08:00 hoặc 24:00."))
            return
        day, since = read_day(self.day_text), read_time(self.time_text)
        if day is None:
            raise ValueError(_l("Đề nghị nhập ngày dạng ngày/tháng/năm."))
        if day.year not in YEARS:
            raise ValueError(_l("Đề nghị chọn năm từ 2000 đến 2100."))
        if since is None:
            raise ValueError(_l("Đề nghị nhập giờ từ 00:00 đến 24:00, ví dụ 08:00, 8 giờ 30 hoặc 24 giờ."))
        self.data = datetime.combine(day, time(0)) + since
        self.time_text = "24:00" if since == timedelta(hours=24) and self.ends else self.time_text


class LastStartPart(FlaskForm):
    """Until when people may start."""

    last_start = SelectField(
        _l("Vào thi muộn nhất"),
        choices=[
            SelectChoice(LastStart.CLOSE.value, _l("Đến khi vòng thi kết thúc; vào muộn thì còn ít thời gian hơn")),
            SelectChoice(LastStart.FULL_TIME.value, _l("Khi còn đủ thời gian làm một bài; ai vào thi cũng đủ giờ")),
        ],
        default=LastStart.CLOSE.value,
    )

    def last_start_rules(self) -> dict[str, Any]:
        """The rules' fields of this part."""
        return {"last_start": LastStart(self.last_start.data)}

    def fill_last_start(self, rules: RoundRules) -> None:
        """Show stored rules."""
        self.last_start.data = rules.last_start.value


class WindowPart(LastStartPart):
    """The title, the window and the time for a paper."""

    title = StringField(_l("Tên vòng thi"), [NEEDED_TEXT, at_most(200)])
    opens_at = MomentField(_l("Bắt đầu (giờ Việt Nam)"), [NEEDED])
    closes_at = MomentField(_l("Kết thúc (giờ Việt Nam)"), [NEEDED], ends=True)
    minutes = WholeNumber(_l("Thời gian làm bài (phút)"), [NEEDED, between(1, 180)], default=20)

    def window_rules(self) -> dict[str, Any]:
        """The rules' fields of this part."""
        return {"minutes": self.minutes.data or 0, **self.last_start_rules()}

    def fill_window(self, rules: RoundRules) -> None:
        """Show stored rules."""
        self.minutes.data = rules.minutes
        self.fill_last_start(rules)
