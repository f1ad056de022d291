"""The prediction question and the order of criteria."""

from flask_babel import gettext

from contest.front.official_rules.text import Names, Statement
from contest.rounds.queries import RoundView
from contest.rounds.rules import Prediction, PredictionAttempt, PredictionOf, PredictionOver, PredictionWhen
from core.i18n import N_

_ASKED = {
    (PredictionOf.PERFECT, PredictionOver.ROUND): N_(
        "Có bao nhiêu người trả lời đúng tất cả các câu hỏi trong vòng thi?"
    ),
    (PredictionOf.PERFECT, PredictionOver.GROUP): N_(
        "Có bao nhiêu người trả lời đúng tất cả các câu hỏi trong bảng thi của mình?"
    ),
    (PredictionOf.TAKERS, PredictionOver.ROUND): N_("Có bao nhiêu người dự thi trong vòng thi?"),
    (PredictionOf.TAKERS, PredictionOver.GROUP): N_("Có bao nhiêu người dự thi trong bảng thi của mình?"),
    (PredictionOf.ATTEMPTS, PredictionOver.ROUND): N_("Có bao nhiêu lượt thi trong vòng thi?"),
    (PredictionOf.ATTEMPTS, PredictionOver.GROUP): N_("Có bao nhiêu lượt thi trong bảng thi của mình?"),
}
_HOW = {
    PredictionOf.PERFECT: N_(
        "Người trả lời đúng tất cả là người mà lượt thi được tính kết quả đạt điểm tối đa của bài thi đó."
    ),
    PredictionOf.TAKERS: N_("Mỗi người tính một lần, dù thi bao nhiêu lượt."),
    PredictionOf.ATTEMPTS: N_("Tính mọi lượt thi đã nộp, kể cả các lượt của cùng một người."),
}
_WHEN = {
    PredictionWhen.BEFORE: N_("Con số thực tế được xác định trước khi loại các kết quả không được công nhận."),
    PredictionWhen.AFTER: N_("Con số thực tế được xác định sau khi loại các kết quả không được công nhận."),
}
_ATTEMPT = {
    PredictionAttempt.COUNTED: N_("Người thi nhiều lượt: lấy dự đoán của lượt thi được tính kết quả."),
    PredictionAttempt.FIRST: N_("Người thi nhiều lượt: lấy dự đoán của lượt nộp bài đầu tiên."),
    PredictionAttempt.LAST: N_("Người thi nhiều lượt: lấy dự đoán của lượt nộp bài cuối cùng."),
}


def prediction(view: RoundView, _names: Names) -> Statement | None:
    """The prediction question in full."""
    rule = view.rules.prediction
    if rule is None:
        return None
    return Statement(
        gettext("Cuối bài thi có một câu hỏi dự đoán, không tính điểm: “%(asked)s”", asked=_asked(rule)),
        items=(
            gettext(_HOW[rule.of]),
            gettext(_WHEN[rule.when]),
            gettext(_ATTEMPT[rule.attempt]),
            gettext(
                "Dự đoán chênh lệch ít hơn so với con số thực tế thì xếp trên, không phân biệt thừa hay thiếu; "
                "người không dự đoán xếp sau mọi người có dự đoán."
            ),
            gettext("Trước khi vòng thi kết thúc, số người dự thi và số lượt thi không được công khai."),
        ),
    )


def _asked(rule: Prediction) -> str:
    return gettext(_ASKED[rule.of, rule.over])


def criteria(view: RoundView, _names: Names) -> Statement:
    """The criteria in order, and what holds when all are equal."""
    rules = view.rules
    lead = (
        gettext("Xếp hạng trong từng bảng thi và trong toàn vòng thi, lần lượt theo các tiêu chí:")
        if rules.groups
        else gettext("Xếp hạng lần lượt theo các tiêu chí:")
    )
    return Statement(
        lead,
        items=tuple(_criterion(name, view.minutes) for name in rules.criteria),
        after="" if "lots" in rules.criteria else gettext("Bằng nhau ở mọi tiêu chí thì đồng hạng."),
    )


def _criterion(name: str, minutes: int) -> str:
    if name == "points":
        return gettext("Điểm cao hơn.")
    if name == "prediction":
        return gettext("Dự đoán sát kết quả thực tế hơn.")
    if name == "elapsed":
        return gettext(
            "Thời gian làm bài ngắn hơn. Của người được tăng thời gian: tính theo tỷ lệ giữa thời gian đã dùng và "
            "thời gian được phép, quy về %(minutes)s phút.",
            minutes=minutes,
        )
    if name == "submitted_at":
        return gettext("Nộp bài sớm hơn, tính đến giây.")
    return gettext(
        "Bốc thăm: thứ tự suy ra từ số ngẫu nhiên mà Ban Tổ chức đã chốt, có mã cam kết công khai trước khi vòng "
        "thi bắt đầu; số này được công khai sau khi vòng thi kết thúc để ai cũng tính lại được."
    )
