"""Which attempt counts, by which criteria people are ranked, and the prediction question."""

from itertools import pairwise
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice

from contest.rounds.rules import (
    CRITERIA,
    Counting,
    Prediction,
    PredictionAttempt,
    PredictionOf,
    PredictionOver,
    PredictionWhen,
    RoundRules,
)

CHOSEN = tuple(name for name in CRITERIA if name != "points")
"""Criteria that have a place to choose; points always come first."""
_WORDS = {name: _l(words) for name, words in CRITERIA.items()}
_PLACES = [SelectChoice("", _l("Không dùng"))] + [SelectChoice(str(place), str(place)) for place in range(2, 6)]


class RankingPart(FlaskForm):
    """Counting attempts, criteria in order, prediction."""

    counts = SelectField(
        _l("Khi có nhiều lượt thi, tính"),
        choices=[
            SelectChoice(Counting.BEST.value, _l("Lượt có kết quả cao nhất theo mọi tiêu chí")),
            SelectChoice(Counting.EARLIEST_BEST.value, _l("Lượt sớm nhất trong các lượt có điểm cao nhất")),
            SelectChoice(Counting.FIRST.value, _l("Lượt đầu tiên")),
            SelectChoice(Counting.LAST.value, _l("Lượt cuối cùng")),
        ],
        default=Counting.BEST.value,
    )
    place_prediction = SelectField(_WORDS["prediction"], choices=_PLACES, default="")
    place_elapsed = SelectField(_WORDS["elapsed"], choices=_PLACES, default="2")
    place_submitted_at = SelectField(_WORDS["submitted_at"], choices=_PLACES, default="3")
    place_lots = SelectField(_WORDS["lots"], choices=_PLACES, default="")
    predicts = BooleanField(_l("Có câu hỏi dự đoán"))
    prediction_of = SelectField(
        _l("Dự đoán số"),
        choices=[
            SelectChoice(PredictionOf.PERFECT.value, _l("Người trả lời đúng tất cả các câu")),
            SelectChoice(PredictionOf.TAKERS.value, _l("Người dự thi")),
            SelectChoice(PredictionOf.ATTEMPTS.value, _l("Lượt thi")),
        ],
        default=PredictionOf.PERFECT.value,
    )
    prediction_over = SelectField(
        _l("Tính trong"),
        choices=[
            SelectChoice(PredictionOver.ROUND.value, _l("Cả vòng thi")),
            SelectChoice(PredictionOver.GROUP.value, _l("Bảng thi của người dự đoán")),
        ],
        default=PredictionOver.ROUND.value,
    )
    prediction_when = SelectField(
        _l("Con số được lấy"),
        choices=[
            SelectChoice(PredictionWhen.AFTER.value, _l("Sau khi bỏ các kết quả không được công nhận")),
            SelectChoice(PredictionWhen.BEFORE.value, _l("Trước khi bỏ các kết quả không được công nhận")),
        ],
        default=PredictionWhen.AFTER.value,
    )
    prediction_attempt = SelectField(
        _l("Dự đoán được tính là của"),
        choices=[
            SelectChoice(PredictionAttempt.COUNTED.value, _l("Lượt thi được tính kết quả")),
            SelectChoice(PredictionAttempt.FIRST.value, _l("Lượt thi đầu tiên")),
            SelectChoice(PredictionAttempt.LAST.value, _l("Lượt thi cuối cùng")),
        ],
        default=PredictionAttempt.COUNTED.value,
    )

    def places(self) -> list[SelectField]:
        """The fields of the criteria after points, in the order that they say, unused ones last."""
        fields = [self[f"place_{name}"] for name in CHOSEN]
        return sorted(fields, key=lambda field: field.data or "9")

    def validate(self, *args: Any, **options: Any) -> bool:
        """No two criteria share a place."""
        valid = bool(super().validate(*args, **options))
        for before, field in pairwise(self.places()):
            if field.data and field.data == before.data:
                field.errors = [*field.errors, _l("Mỗi tiêu chí cần một thứ tự khác nhau.")]
                valid = False
        return valid

    def ranking_rules(self) -> dict[str, Any]:
        """The rules' fields of this part."""
        prediction = Prediction(
            of=PredictionOf(self.prediction_of.data),
            over=PredictionOver(self.prediction_over.data),
            when=PredictionWhen(self.prediction_when.data),
            attempt=PredictionAttempt(self.prediction_attempt.data),
        )
        return {
            "counts": Counting(self.counts.data),
            "criteria": ("points", *(field.name.removeprefix("place_") for field in self.places() if field.data)),
            "prediction": prediction if self.predicts.data else None,
        }

    def fill_ranking(self, rules: RoundRules) -> None:
        """Show stored rules."""
        self.counts.data = rules.counts.value
        for name in CHOSEN:
            self[f"place_{name}"].data = str(rules.criteria.index(name) + 1) if name in rules.criteria else ""
        self.predicts.data = rules.prediction is not None
        shown = rules.prediction or Prediction()
        for name in ("of", "over", "when", "attempt"):
            self[f"prediction_{name}"].data = getattr(shown, name).value
