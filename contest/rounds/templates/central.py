"""Contests of ministries and of central bodies (domain.md §1.1)."""

from datetime import timedelta

from contest.rounds.checks import UNLIMITED_TELLS
from contest.rounds.rules import (
    BoardPolicy,
    Counting,
    Prediction,
    PredictionOf,
    Prize,
    Reveal,
    RoundRules,
)
from contest.rounds.templates.model import DAY, MONDAY, WEEK, Coverage, Template, weeks
from core.i18n import N_

FAMILY = ("points", "prediction", "submitted_at")
"""Score, then the nearest prediction, then the earliest: the central and provincial family (§1.2)."""

CENTRAL = (
    Template(
        code="bo-gtvt-2020",
        name="Bộ Giao thông vận tải – Cải cách hành chính 2020",
        sources="Cổng thông tin điện tử Bộ Giao thông vận tải",
        coverage=Coverage.PARTIAL,
        summary=N_(
            "Một vòng 30 ngày; từ đủ 16 tuổi; 20 câu và câu hỏi dự đoán số người dự thi; xét điểm, dự đoán, nộp sớm."
        ),
        note=N_(
            "Nguồn không nêu số câu, thời gian, số lượt thi và giải (giả định 20 câu, 20 phút, 1 lượt). Câu hỏi dự "
            "đoán đứng cuối bài thi thay vì hỏi sau khi nộp bài."
        ),
        rounds=weeks(
            1,
            RoundRules(
                minutes=20,
                attempts=1,
                age_from=16,
                criteria=FAMILY,
                prediction=Prediction(PredictionOf.TAKERS),
                prizes=(Prize("Giải Nhất", 1), Prize("Giải Nhì", 2), Prize("Giải Ba", 3)),
            ),
            20,
            title="Vòng thi",
            lasts=30 * DAY,
        ),
    ),
    Template(
        code="bo-tu-phap-2021",
        name="Bộ Tư pháp – Tìm hiểu pháp luật về bầu cử 2021",
        sources="trang Phổ biến, giáo dục pháp luật của Bộ Tư pháp; VietnamPlus",
        coverage=Coverage.FULL,
        summary=N_(
            "Một vòng 30 ngày; 19 câu và câu hỏi dự đoán số người đúng hết, 20 phút; 3 lượt thi; 1 giải Nhất, 5 Nhì, "
            "10 Ba, 20 Khuyến khích."
        ),
        note=N_(
            "Nguồn không nêu lượt nào được tính và thứ tự xét (giả định lượt tốt nhất; điểm, dự đoán, nộp sớm nhất "
            "như các cuộc thi cấp Trung ương khác)."
        ),
        rounds=weeks(
            1,
            RoundRules(
                minutes=20,
                attempts=3,
                criteria=FAMILY,
                prediction=Prediction(PredictionOf.PERFECT),
                prizes=(
                    Prize("Giải Nhất", 1),
                    Prize("Giải Nhì", 5),
                    Prize("Giải Ba", 10),
                    Prize("Giải Khuyến khích", 20),
                ),
            ),
            19,
            title="Vòng thi",
            lasts=30 * DAY,
        ),
    ),
    Template(
        code="vcnet",
        name="Mạng xã hội VCNet – thi hằng tuần 2019–2021",
        sources="Báo Kon Tum; Đảng bộ tỉnh Quảng Ngãi; Cổng thông tin điện tử tỉnh Bình Dương",
        coverage=Coverage.PARTIAL,
        summary=N_(
            "4 tuần, từ 10:00 thứ Hai đến 09:00 thứ Hai (nghỉ 1 giờ); từ đủ 14 tuổi; 10 câu; không giới hạn lượt "
            "thi, tính lượt đúng nhiều nhất rồi sớm nhất; dự đoán số người đúng hết."
        ),
        note=N_(
            "Nguồn không nêu thời gian làm bài (giả định 15 phút), số tuần và giải; 5 đến 10 câu tùy tuần (lấy 10). "
            "Thi không giới hạn lượt nên điểm và bảng xếp hạng chỉ hiện sau khi vòng thi kết thúc."
        ),
        begins_on=MONDAY,
        rounds=weeks(
            4,
            RoundRules(
                minutes=15,
                attempts=0,
                age_from=14,
                show_score=Reveal.CLOSE,
                board=BoardPolicy.HIDDEN,
                criteria=FAMILY,
                counts=Counting.EARLIEST_BEST,
                prediction=Prediction(PredictionOf.PERFECT),
                prizes=(Prize("Giải Nhất", 1), Prize("Giải Nhì", 2), Prize("Giải Ba", 3)),
            ),
            10,
            opens=timedelta(hours=10),
            lasts=WEEK - timedelta(hours=1),
        ),
    ),
    Template(
        code="trung-uong-doan-2025",
        name="Trung ương Đoàn 2025 – nhiều lượt thi, hiện điểm ngay",
        sources="Báo Nhân Dân; trang Vietnam.vn",
        coverage=Coverage.REFUSED,
        summary=N_("Mỗi tuần 10 câu, không giới hạn lượt thi, điểm hiện ngay khi nộp bài."),
        note=N_("Nên dùng mẫu VCNet: cũng không giới hạn lượt thi, điểm hiện sau khi vòng thi kết thúc."),
        begins_on=MONDAY,
        rounds=weeks(4, RoundRules(minutes=15, attempts=0), 10),
        refused=UNLIMITED_TELLS,
    ),
)
