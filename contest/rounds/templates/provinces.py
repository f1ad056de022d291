"""Contests of other provinces and cities (domain.md §1.1)."""

from datetime import timedelta

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
from contest.rounds.templates.central import FAMILY
from contest.rounds.templates.model import DAY, MONDAY, PUBLIC_BLOCS, Coverage, Template, weeks
from core.i18n import N_

_THREE = (Prize("Giải Nhất", 1), Prize("Giải Nhì", 2), Prize("Giải Ba", 3))

PROVINCES = (
    Template(
        code="hue-2025",
        name="Huế – Cải cách hành chính 2025",
        sources="Báo Huế ngày nay",
        coverage=Coverage.PARTIAL,
        summary=N_(
            "4 tuần, từ 00:00 thứ Hai đến 24:00 Chủ nhật; 2 bảng thi có đề riêng; 15 câu và câu hỏi dự đoán số "
            "người đúng hết; 1 lượt thi; 3 giải mỗi bảng mỗi tuần, giải tập thể theo khối."
        ),
        note=N_(
            "Nguồn không nêu thời gian làm bài (giả định 15 phút). Giải tập thể xét tỷ lệ tham gia và chất lượng, "
            "không rõ cách kết hợp: ở đây xét tỷ lệ trước, bằng nhau thì xét điểm trung bình. Bảng CBCCVC gồm người "
            "thuộc các khối cơ quan, đơn vị nhà nước; bảng người dân gồm mọi người còn lại từ đủ 18 tuổi."
        ),
        begins_on=MONDAY,
        rounds=weeks(
            4,
            RoundRules(
                minutes=15,
                attempts=1,
                groups=(
                    Group("A", "Cán bộ, công chức, viên chức", (), blocs=PUBLIC_BLOCS),
                    Group("B", "Người dân", (), age_from=18),
                ),
                criteria=FAMILY,
                prediction=Prediction(PredictionOf.PERFECT, PredictionOver.GROUP),
                prizes=(
                    Prize("Giải Nhất", 1, each_group=True),
                    Prize("Giải Nhì", 1, each_group=True),
                    Prize("Giải Ba", 1, each_group=True),
                ),
                agency_prizes=(AgencyPrize("Giải tập thể", 1, AgencyMeasure.RATE, each_bloc=True),),
            ),
            {"A": 15, "B": 15},
        ),
    ),
    Template(
        code="hai-duong-2024",
        name="Hải Dương – Cải cách hành chính 2024",
        sources="trang Vietnam.vn",
        coverage=Coverage.PARTIAL,
        summary=N_(
            "4 tuần; chỉ CBCCVC; 20 câu và câu hỏi dự đoán số người đúng hết, 20 phút; 3 lượt thi, tính lượt tốt "
            "nhất; giải tập thể theo khối, tỷ lệ tham gia từ 50 phần trăm."
        ),
        note=N_(
            "Giải tập thể cộng tỷ lệ tham gia và điểm trung bình, không rõ cách tính: ở đây xét tỷ lệ trước, bằng "
            "nhau thì xét điểm trung bình. Nguồn chia 2 khối; ở đây theo các khối của danh mục đơn vị. Số giải là "
            "giả định."
        ),
        begins_on=MONDAY,
        rounds=weeks(
            4,
            RoundRules(
                minutes=20,
                attempts=3,
                blocs=PUBLIC_BLOCS,
                criteria=FAMILY,
                prediction=Prediction(PredictionOf.PERFECT),
                prizes=_THREE,
                agency_prizes=(AgencyPrize("Giải tập thể", 2, AgencyMeasure.RATE, each_bloc=True, floor=50),),
            ),
            20,
        ),
    ),
    Template(
        code="ldld-tphcm-2025",
        name="Liên đoàn Lao động Thành phố Hồ Chí Minh 2025",
        sources="Báo Lao Động; Báo Người Lao Động",
        coverage=Coverage.PARTIAL,
        summary=N_(
            "2 đợt, mỗi đợt 5 ngày; 4 bảng thi theo loại hình đơn vị; 20 câu và câu hỏi dự đoán, 20 phút; 2 lượt "
            "thi, tính lượt tốt nhất; 288 giải cá nhân."
        ),
        note=N_(
            "288 giải được chia đều: 36 giải mỗi bảng mỗi đợt. Giải cho 10 đơn vị ở mỗi bảng A–C theo quy mô lao "
            "động chưa có chỗ trong Thể lệ. Nguồn không nêu điều dự đoán (giả định số người đúng hết) và ranh giới "
            "bốn bảng (giả định theo khối)."
        ),
        rounds=weeks(
            2,
            RoundRules(
                minutes=20,
                attempts=2,
                groups=(
                    Group(
                        "A",
                        "Cơ quan Đảng, hành chính, đoàn thể",
                        (),
                        blocs=("dang", "hdnd", "chinh-quyen-cap-tinh", "cap-xa", "mttq-doan-the", "tu-phap"),
                    ),
                    Group("B", "Đơn vị sự nghiệp công lập", (), blocs=("su-nghiep",)),
                    Group("C", "Đơn vị Trung ương trên địa bàn", (), blocs=("trung-uong", "luc-luong-vu-trang")),
                    Group("D", "Doanh nghiệp và đơn vị khác", ()),
                ),
                criteria=FAMILY,
                prediction=Prediction(PredictionOf.PERFECT, PredictionOver.GROUP),
                prizes=(
                    Prize("Giải Nhất", 1, each_group=True),
                    Prize("Giải Nhì", 5, each_group=True),
                    Prize("Giải Ba", 10, each_group=True),
                    Prize("Giải Khuyến khích", 20, each_group=True),
                ),
            ),
            {"A": 20, "B": 20, "C": 20, "D": 20},
            title="Đợt {n}",
            lasts=5 * DAY,
        ),
    ),
    Template(
        code="quang-ninh-2023",
        name="Quảng Ninh 2023",
        sources="trang Vietnam.vn",
        coverage=Coverage.PARTIAL,
        summary=N_(
            "3 tháng, mỗi tháng một vòng; 9 câu và câu hỏi dự đoán số người dự thi; xét điểm, dự đoán, nộp sớm."
        ),
        note=N_(
            "Nguồn không nêu thời gian làm bài, số lượt thi và giải (giả định 15 phút, 1 lượt). Quy định phải trả "
            "lời hết các câu chưa có chỗ trong Thể lệ: câu bỏ trống được tính 0 điểm. Mỗi vòng dài 28 ngày."
        ),
        rounds=weeks(
            3,
            RoundRules(
                minutes=15,
                attempts=1,
                criteria=FAMILY,
                prediction=Prediction(PredictionOf.TAKERS),
                prizes=_THREE,
            ),
            9,
            title="Vòng tháng thứ {n}",
            lasts=28 * DAY,
            every=28 * DAY,
        ),
    ),
    Template(
        code="thanh-hoa-cds",
        name="Thanh Hóa – Chuyển đổi số",
        sources="mã nguồn công khai của cuộc thi",
        coverage=Coverage.PARTIAL,
        summary=N_("4 vòng, mỗi vòng một tuần; 20 câu và câu hỏi dự đoán số người dự thi, 20 phút."),
        note=N_(
            "Lấy từ mã nguồn, một phần là nội dung giữ chỗ. Giả định 1 lượt thi, mỗi vòng một tuần, thứ tự xét và giải."
        ),
        begins_on=MONDAY,
        rounds=weeks(
            4,
            RoundRules(
                minutes=20,
                attempts=1,
                criteria=FAMILY,
                prediction=Prediction(PredictionOf.TAKERS),
                prizes=_THREE,
            ),
            20,
            title="Vòng {n}",
        ),
    ),
    Template(
        code="ben-tre-2023",
        name="Bến Tre – Chuyển đổi số 2023",
        sources="Báo Đồng Khởi",
        coverage=Coverage.PARTIAL,
        summary=N_("Một vòng; từ đủ 12 tuổi; 10 câu và câu hỏi dự đoán, 10 phút; 1 lượt thi; cấm thi tập thể, thi hộ."),
        note=N_(
            "Nguồn không nêu điều dự đoán (giả định số người đúng hết), độ dài vòng thi (giả định 14 ngày) và giải. "
            "Cấm thi tập thể, thi hộ nêu trong Thể lệ; dấu hiệu vi phạm do Ban Tổ chức xem xét."
        ),
        rounds=weeks(
            1,
            RoundRules(
                minutes=10,
                attempts=1,
                age_from=12,
                criteria=FAMILY,
                prediction=Prediction(PredictionOf.PERFECT),
                prizes=_THREE,
            ),
            10,
            title="Vòng thi",
            lasts=timedelta(days=14),
        ),
    ),
)
