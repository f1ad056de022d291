"""What is shown to whom and when: score, answers, explanations, the public board."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from contest.rounds.rules import BoardPolicy, Reveal, RoundRules
from core.web.forms import NEEDED, WholeNumber, between

FREEZE = 60
_WHEN = [
    SelectChoice(Reveal.RECEIPT.value, _l("Ngay khi nộp bài")),
    SelectChoice(Reveal.CLOSE.value, _l("Sau khi vòng thi kết thúc")),
    SelectChoice(Reveal.PUBLICATION.value, _l("Sau khi công bố kết quả")),
    SelectChoice(Reveal.NEVER.value, _l("Không hiện")),
]


class ShownPart(FlaskForm):
    """Reveals and the board."""

    show_score = SelectField(_l("Điểm hiện cho người dự thi"), choices=_WHEN, default=Reveal.RECEIPT.value)
    show_answers = SelectField(_l("Đáp án"), choices=list(reversed(_WHEN)), default=Reveal.NEVER.value)
    show_explanations = SelectField(
        _l("Giải thích đáp án"), choices=list(reversed(_WHEN)), default=Reveal.PUBLICATION.value
    )
    board = SelectField(
        _l("Bảng xếp hạng trong khi thi"),
        choices=[
            SelectChoice(BoardPolicy.LIVE.value, _l("Cập nhật liên tục")),
            SelectChoice(BoardPolicy.FROZEN.value, _l("Dừng cập nhật trước khi kết thúc")),
            SelectChoice(BoardPolicy.HIDDEN.value, _l("Ẩn đến khi kết thúc")),
        ],
        default=BoardPolicy.LIVE.value,
    )
    freeze_minutes = WholeNumber(
        _l("Dừng cập nhật trước khi kết thúc (phút)"), [Optional(), between(0, 64_800)], default=FREEZE
    )
    top = WholeNumber(_l("Số người nêu tên công khai"), [NEEDED, between(1, 100)], default=50)
    full_names = BooleanField(_l("Nêu đầy đủ họ và tên (mặc định viết tắt)"))

    def shown_rules(self) -> dict[str, Any]:
        """The rules' fields of this part."""
        frozen = self.board.data == BoardPolicy.FROZEN.value
        return {
            "show_score": Reveal(self.show_score.data),
            "show_answers": Reveal(self.show_answers.data),
            "show_explanations": Reveal(self.show_explanations.data),
            "board": BoardPolicy(self.board.data),
            "freeze_minutes": (self.freeze_minutes.data or 0) if frozen else 0,
            "top": self.top.data or 0,
            "full_names": bool(self.full_names.data),
        }

    def fill_shown(self, rules: RoundRules) -> None:
        """Show stored rules."""
        for name in ("show_score", "show_answers", "show_explanations", "board"):
            self[name].data = getattr(rules, name).value
        self.freeze_minutes.data = rules.freeze_minutes or FREEZE
        self.top.data, self.full_names.data = rules.top, rules.full_names
