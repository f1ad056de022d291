"""The committee's form for an incident."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from contest.attempts.incidents.queries import IncidentView
from contest.attempts.incidents.rules import ATTEMPTS_MAX, KINDS, MARGIN_MAX, MINUTES_MAX, Kind, Measures
from contest.attempts.incidents.service import DESCRIPTION_MAX, Draft
from contest.rounds.forms import NEEDED_TEXT
from core.web.forms import NEEDED, WholeNumber, at_most, between, from_local, to_local
from core.web.moments import MomentField


class IncidentForm(FlaskForm):
    """Ghi nhận sự cố: what happened, to whom, and what is to be done about it."""

    kind = SelectField(_l("Loại sự cố"), choices=[SelectChoice(kind.value, _l(text)) for kind, text in KINDS.items()])
    starts_at = MomentField(_l("Từ (giờ Việt Nam)"), [NEEDED])
    ends_at = MomentField(_l("Đến (giờ Việt Nam)"), [NEEDED], ends=True)
    agencies = SelectMultipleField(_l("Đơn vị gặp sự cố"), choices=[])
    description = TextAreaField(_l("Mô tả"), [NEEDED_TEXT, at_most(DESCRIPTION_MAX)])
    minutes = WholeNumber(_l("Bù thời gian (phút)"), [Optional(), between(0, MINUTES_MAX)])
    attempts = WholeNumber(_l("Bù lượt thi (lượt mỗi người)"), [Optional(), between(0, ATTEMPTS_MAX)])
    closes_at = MomentField(_l("Gia hạn vòng thi đến (giờ Việt Nam)"), ends=True)
    void = BooleanField(_l("Hủy lượt thi gặp sự cố"))
    late = BooleanField(_l("Chấp nhận bài gửi muộn"))
    late_margin = WholeNumber(
        _l("Nhận bài gửi muộn đến hết sự cố và thêm (phút)"), [Optional(), between(0, MARGIN_MAX)], default=15
    )

    def draft(self) -> Draft:
        """What the verbs take; call after validation."""
        assert self.starts_at.data is not None and self.ends_at.data is not None
        return Draft(
            kind=Kind(self.kind.data),
            starts_at=from_local(self.starts_at.data),
            ends_at=from_local(self.ends_at.data),
            description=self.description.data or "",
            agencies=tuple(self.agencies.data or ()),
            measures=Measures(
                minutes=self.minutes.data or 0,
                attempts=self.attempts.data or 0,
                closes_at=from_local(self.closes_at.data) if self.closes_at.data else None,
                void=bool(self.void.data),
                late=bool(self.late.data),
                late_margin=15 if self.late_margin.data is None else self.late_margin.data,
            ),
        )

    def fill(self, found: IncidentView) -> None:
        """Show a stored draft."""
        self.kind.data = found.kind.value
        self.starts_at.data, self.ends_at.data = to_local(found.starts_at), to_local(found.ends_at)
        self.agencies.data, self.description.data = list(found.agencies), found.description
        measures = found.measures
        self.minutes.data, self.attempts.data = measures.minutes or None, measures.attempts or None
        self.closes_at.data = to_local(measures.closes_at) if measures.closes_at else None
        self.void.data, self.late.data, self.late_margin.data = measures.void, measures.late, measures.late_margin


class RejectForm(FlaskForm):
    """Không phê duyệt, hoặc rút lại: why."""

    reason = StringField(_l("Lý do"), [NEEDED_TEXT, at_most(300)])


def to_minute(moment: datetime) -> datetime:
    """A moment for a field, whole minutes."""
    return to_local(moment).replace(second=0, microsecond=0)
