"""Contests of schools and of the Youth Union (domain.md §1.1)."""

import msgspec

from contest.rounds.rules import (
    AgencyMeasure,
    AgencyPrize,
    Group,
    Prediction,
    PredictionOf,
    PredictionOver,
    Prize,
    RoundRules,
)
from contest.rounds.templates.model import DAY, WEEK, Coverage, Planned, Template, weeks
from core.i18n import N_

_QUANG_NAM = RoundRules(
    minutes=20,
    attempts=1,
    criteria=("points", "prediction", "elapsed"),
    prediction=Prediction(PredictionOf.PERFECT),
    prizes=(Prize("Giải Nhất", 1),),
)
QUANG_NAM_READINGS: tuple[tuple[Planned, ...], ...] = tuple(
    weeks(
        3,
        msgspec.structs.replace(_QUANG_NAM, prediction=Prediction(of)),
        15,
        title="Đợt {n}",
        lasts=2 * WEEK,
        every=2 * WEEK,
    )
    for of in (PredictionOf.PERFECT, PredictionOf.TAKERS)
)
"""What the contradictory rules of Quảng Nam 2014 may have meant; each of the two could be held."""

SCHOOLS = (
    Template(
        code="gia-lai-2025",
        name="Gia Lai – học sinh THPT 2025",
        sources="trang Phổ biến, giáo dục pháp luật tỉnh Gia Lai",
        coverage=Coverage.FULL,
        summary=N_(
            "Một vòng 10 ngày; học sinh THPT; 20 câu, 15 phút; 1 lượt thi; 1 giải Nhất, 3 Nhì, 10 Ba, 15 Khuyến "
            "khích và 2 giải tập thể (nhiều người dự thi nhất, nhiều người đạt giải nhất)."
        ),
        note=N_(
            "Học sinh THPT lấy theo độ tuổi từ đủ 15 đến hết 18; cần chọn các trường ở mục đơn vị được dự thi. "
            "Nguồn không nêu thứ tự xét khi bằng điểm (giả định thời gian làm bài, rồi nộp sớm)."
        ),
        rounds=weeks(
            1,
            RoundRules(
                minutes=15,
                attempts=1,
                age_from=15,
                age_to=18,
                criteria=("points", "elapsed", "submitted_at"),
                prizes=(
                    Prize("Giải Nhất", 1),
                    Prize("Giải Nhì", 3),
                    Prize("Giải Ba", 10),
                    Prize("Giải Khuyến khích", 15),
                ),
                agency_prizes=(
                    AgencyPrize("Tập thể nhiều người dự thi nhất", 1, AgencyMeasure.TAKERS),
                    AgencyPrize("Tập thể nhiều người đạt giải nhất", 1, AgencyMeasure.WINNERS),
                ),
            ),
            20,
            title="Vòng thi",
            lasts=10 * DAY,
        ),
    ),
    Template(
        code="bac-tra-my-2021",
        name="Bắc Trà My – học sinh 2021",
        sources="trang thi của Phòng Giáo dục và Đào tạo Bắc Trà My",
        coverage=Coverage.FULL,
        summary=N_(
            "Một vòng 10 ngày; học sinh, bảng A và B; 20 câu và câu hỏi dự đoán, 30 phút; 2 lượt thi, tính lượt tốt "
            "nhất; xét điểm, thời gian làm bài, dự đoán, rồi Ban Tổ chức quyết định."
        ),
        note=N_(
            "Nguồn không nêu ranh giới hai bảng (giả định theo tuổi: đến hết 10 tuổi và còn lại), điều dự đoán (giả "
            "định số người đúng hết trong bảng) và số giải."
        ),
        rounds=weeks(
            1,
            RoundRules(
                minutes=30,
                attempts=2,
                age_to=15,
                groups=(Group("A", "Bảng A", (), age_to=10), Group("B", "Bảng B", ())),
                criteria=("points", "elapsed", "prediction"),
                prediction=Prediction(PredictionOf.PERFECT, PredictionOver.GROUP),
                prizes=(
                    Prize("Giải Nhất", 1, each_group=True),
                    Prize("Giải Nhì", 2, each_group=True),
                    Prize("Giải Ba", 3, each_group=True),
                ),
            ),
            {"A": 20, "B": 20},
            title="Vòng thi",
            lasts=10 * DAY,
        ),
    ),
    Template(
        code="quang-nam-2014",
        name="Tỉnh đoàn Quảng Nam 2014",
        sources="trang thi của Tỉnh đoàn Quảng Nam",
        coverage=Coverage.REFUSED,
        summary=N_("3 đợt, mỗi đợt 2 tuần; 15 câu và câu hỏi dự đoán; bằng nhau thì xét thời gian."),
        note=N_("Mỗi cách hiểu đều tự thiết lập được: chọn một điều dự đoán và nêu rõ trong Thể lệ."),
        refused=N_(
            "Thể lệ gốc tự mâu thuẫn: câu hỏi dự đoán có chỗ là số người trả lời đúng hết, có chỗ là số người dự "
            "thi. Hai cách hiểu cho hai kết quả khác nhau."
        ),
    ),
)
