"""Contests of Nghệ An (domain.md §1.1)."""

from datetime import timedelta

from contest.rounds.rules import (
    AgencyMeasure,
    AgencyPrize,
    BoardPolicy,
    Counting,
    Prediction,
    PredictionOf,
    Prize,
    Reveal,
    RoundRules,
)
from contest.rounds.templates.model import MONDAY, Coverage, Template, weeks
from core.i18n import N_

_EIGHT = timedelta(hours=8)

NGHE_AN = (
    Template(
        code="nghe-an-2019",
        name="Nghệ An – Kiểm soát thủ tục hành chính 2019",
        sources="Báo Nghệ An",
        coverage=Coverage.PARTIAL,
        summary=N_(
            "4 tuần, từ 08:00 thứ Hai đến 08:00 thứ Hai; 15 câu; không giới hạn lượt thi; mỗi tuần 15 giải cá nhân "
            "và 1 giải tập thể có nhiều lượt thi nhất."
        ),
        note=N_(
            "Nguồn không nêu thời gian làm bài (giả định 20 phút), lượt nào được tính (giả định lượt nhiều điểm "
            "nhất, nộp sớm nhất), thứ tự xét khi bằng điểm và cách chia 16 giải. Thi không giới hạn lượt nên điểm "
            "và bảng xếp hạng chỉ hiện sau khi vòng thi kết thúc."
        ),
        begins_on=MONDAY,
        rounds=weeks(
            4,
            RoundRules(
                minutes=20,
                attempts=0,
                show_score=Reveal.CLOSE,
                board=BoardPolicy.HIDDEN,
                criteria=("points", "submitted_at"),
                counts=Counting.EARLIEST_BEST,
                prizes=(
                    Prize("Giải Nhất", 1),
                    Prize("Giải Nhì", 2),
                    Prize("Giải Ba", 3),
                    Prize("Giải Khuyến khích", 9),
                ),
                agency_prizes=(AgencyPrize("Giải tập thể", 1, AgencyMeasure.ATTEMPTS),),
            ),
            15,
            opens=_EIGHT,
        ),
    ),
    Template(
        code="nghe-an-2022",
        name="Nghệ An – Kiểm soát thủ tục hành chính 2022",
        sources="Trang thông tin điện tử huyện Anh Sơn; trang Doanh nghiệp hội nhập",
        coverage=Coverage.PARTIAL,
        summary=N_("4 tuần, bắt đầu 08:00 thứ Hai; từ đủ 15 tuổi; 20 câu, 20 phút, 2 lượt thi."),
        note=N_(
            "Nguồn chỉ nêu đối tượng, độ tuổi và lịch. Giả định đề thi, số lượt thi, cách xếp hạng và giải. Yêu cầu "
            "bắt buộc đối với CBCCVC, người lao động được theo dõi qua tỷ lệ tham gia, không phải điều kiện vào "
            "thi."
        ),
        begins_on=MONDAY,
        rounds=weeks(
            4,
            RoundRules(
                minutes=20,
                attempts=2,
                age_from=15,
                criteria=("points", "elapsed", "submitted_at"),
                prizes=(Prize("Giải Nhất", 1), Prize("Giải Nhì", 2), Prize("Giải Ba", 3)),
            ),
            20,
            opens=_EIGHT,
        ),
    ),
    Template(
        code="nghe-an-2023",
        name="Nghệ An – Cải cách hành chính 2023",
        sources="Báo Nghệ An; Cổng thông tin điện tử tỉnh Nghệ An",
        coverage=Coverage.PARTIAL,
        summary=N_("4 tuần, bắt đầu 08:00 thứ Hai; mọi đối tượng; 20 câu, 20 phút, 2 lượt thi."),
        note=N_(
            "Nguồn chỉ nêu đối tượng (CBCCVC, người lao động, doanh nghiệp, người dân) và bộ 500 câu hỏi dự thảo. "
            "Lịch, đề thi, số lượt thi, cách xếp hạng và giải lấy như các cuộc thi trước của tỉnh."
        ),
        begins_on=MONDAY,
        rounds=weeks(
            4,
            RoundRules(
                minutes=20,
                attempts=2,
                criteria=("points", "elapsed", "submitted_at"),
                prizes=(Prize("Giải Nhất", 1), Prize("Giải Nhì", 2), Prize("Giải Ba", 3)),
            ),
            20,
            opens=_EIGHT,
        ),
    ),
    Template(
        code="cong-an-nghe-an-2025",
        name="Công an Nghệ An – Phòng, chống ma túy 2025",
        sources="mã nguồn công khai của cuộc thi",
        coverage=Coverage.PARTIAL,
        summary=N_(
            "2 đợt, mỗi đợt 10 ngày; 20 câu và câu hỏi dự đoán số người đúng hết; 1 lượt thi; xét điểm, dự đoán, "
            "thời gian làm bài."
        ),
        note=N_(
            "Chỉ có mã nguồn, chưa xác nhận đã triển khai. 10 tình huống video được thay bằng câu hỏi tình huống; "
            "mỗi số điện thoại một lượt được thay bằng mỗi tài khoản một lượt. Giả định 30 phút và 2 đợt."
        ),
        rounds=weeks(
            2,
            RoundRules(
                minutes=30,
                attempts=1,
                criteria=("points", "prediction", "elapsed"),
                prediction=Prediction(PredictionOf.PERFECT),
                prizes=(Prize("Giải Nhất", 1), Prize("Giải Nhì", 2), Prize("Giải Ba", 3)),
            ),
            20,
            title="Đợt {n}",
            lasts=timedelta(days=10),
            every=timedelta(days=10),
        ),
    ),
)
