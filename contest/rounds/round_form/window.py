"""When a round runs, and how long one attempt takes."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from contest.rounds.forms import NEEDED_TEXT
from contest.rounds.rules import LastStart, RoundRules
from core.web.forms import NEEDED, WholeNumber, at_most, between
from core.web.moments import MomentField


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
