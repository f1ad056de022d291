"""How the prediction question (câu hỏi dự đoán) is asked on a paper."""

from contest.rounds.rules import PredictionOf, PredictionOver
from core.i18n import N_

QUESTIONS = {
    (PredictionOf.PERFECT, PredictionOver.ROUND): N_("Có bao nhiêu người làm đúng tất cả các câu của vòng thi này?"),
    (PredictionOf.PERFECT, PredictionOver.GROUP): N_("Có bao nhiêu người của bảng thi này làm đúng tất cả các câu?"),
    (PredictionOf.TAKERS, PredictionOver.ROUND): N_("Có bao nhiêu người tham gia vòng thi này?"),
    (PredictionOf.TAKERS, PredictionOver.GROUP): N_("Có bao nhiêu người của bảng thi này tham gia vòng thi?"),
    (PredictionOf.ATTEMPTS, PredictionOver.ROUND): N_("Có bao nhiêu lượt thi trong vòng thi này?"),
    (PredictionOf.ATTEMPTS, PredictionOver.GROUP): N_("Có bao nhiêu lượt thi của bảng thi này trong vòng thi?"),
}
RULE = N_("Không tính điểm. Khi bằng điểm, dự đoán sát hơn xếp trên; bỏ trống xếp sau cùng.")
