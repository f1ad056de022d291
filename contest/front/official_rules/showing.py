"""What is shown to whom and when, how the result can be checked, personal data."""

from flask_babel import gettext

from contest.boards.rules import SMALL_CELL
from contest.front.official_rules.text import Names, Statement
from contest.front.official_rules.words import whole
from contest.rounds.queries import RoundView
from contest.rounds.rules import BoardPolicy, Reveal
from core.i18n import N_

_SCORE = {
    Reveal.RECEIPT: N_("Điểm hiện cho người dự thi ngay khi nộp bài."),
    Reveal.CLOSE: N_("Điểm hiện cho người dự thi sau khi vòng thi kết thúc."),
    Reveal.PUBLICATION: N_("Điểm hiện cho người dự thi sau khi công bố kết quả."),
    Reveal.NEVER: N_("Điểm không hiện cho người dự thi."),
}
_ANSWERS = {
    Reveal.RECEIPT: N_("Đáp án của bài thi hiện cho người dự thi ngay khi nộp bài."),
    Reveal.CLOSE: N_("Đáp án của bài thi hiện cho người dự thi sau khi vòng thi kết thúc."),
    Reveal.PUBLICATION: N_("Đáp án của bài thi hiện cho người dự thi sau khi công bố kết quả."),
    Reveal.NEVER: N_("Đáp án không hiện cho người dự thi."),
}
_EXPLANATIONS = {
    Reveal.RECEIPT: N_("Giải thích và căn cứ pháp luật hiện ngay khi nộp bài."),
    Reveal.CLOSE: N_("Giải thích và căn cứ pháp luật hiện sau khi vòng thi kết thúc."),
    Reveal.PUBLICATION: N_("Giải thích và căn cứ pháp luật hiện sau khi công bố kết quả."),
    Reveal.NEVER: N_("Giải thích không hiện cho người dự thi."),
}
_BOARD = {
    BoardPolicy.LIVE: N_("Trong khi vòng thi diễn ra, bảng xếp hạng được cập nhật và ghi rõ “Tạm tính”."),
    BoardPolicy.FROZEN: N_(
        "Bảng xếp hạng dừng cập nhật %(minutes)s phút trước khi vòng thi kết thúc; "
        "thứ hạng đầy đủ có khi công bố kết quả."
    ),
    BoardPolicy.HIDDEN: N_("Bảng xếp hạng chỉ hiện sau khi vòng thi kết thúc."),
}


def score(view: RoundView, _names: Names) -> Statement:
    """When people see their points."""
    return Statement(gettext(_SCORE[view.rules.show_score]))


def answers(view: RoundView, _names: Names) -> Statement:
    """When people see the right answers of their papers, and why they are right."""
    rules = view.rules
    said = gettext(_ANSWERS[rules.show_answers])
    if rules.show_answers is Reveal.NEVER:
        return Statement(said)
    return Statement(f"{said} {gettext(_EXPLANATIONS[rules.show_explanations])}")


def board(view: RoundView, _names: Names) -> Statement:
    """The board while the round runs."""
    return Statement(gettext(_BOARD[view.rules.board], minutes=whole(view.rules.freeze_minutes)))


def named(view: RoundView, _names: Names) -> Statement:
    """Who stands on public lists, and by what name."""
    top = whole(view.rules.top)
    if view.rules.full_names:
        return Statement(
            gettext(
                "Danh sách công khai nêu họ và tên của %(top)s người dẫn đầu và người đạt giải; "
                "người khác chỉ xem được hạng của mình.",
                top=top,
            )
        )
    return Statement(
        gettext(
            "Danh sách công khai nêu tên viết tắt (họ và chữ cái đầu) của %(top)s người dẫn đầu và người đạt giải; "
            "người khác chỉ xem được hạng của mình.",
            top=top,
        )
    )


def proof() -> Statement:
    """How anybody can check the result."""
    return Statement(
        gettext(
            "Trước khi vòng thi bắt đầu, bộ câu hỏi, đáp án và số ngẫu nhiên dùng để rút đề, bốc thăm được chốt "
            "bằng một mã cam kết công khai. Kết quả được công bố kèm mã kiểm chứng; bảng kết quả đã công bố không "
            "sửa được, mọi điều chỉnh là một bảng mới nêu rõ bảng được thay thế."
        )
    )


def privacy() -> tuple[Statement, ...]:
    """Personal data."""
    return (
        Statement(
            gettext(
                "Dữ liệu cá nhân của người dự thi chỉ dùng để tổ chức cuộc thi, xét giải và trao giải, với sự đồng "
                "ý của người dự thi; không yêu cầu ảnh giấy tờ tùy thân."
            )
        ),
        Statement(
            gettext(
                "Số liệu của đơn vị có dưới %(cell)s người dự thi không hiện; khi chỉ còn ít đơn vị như vậy, "
                "số liệu của đơn vị kế tiếp cũng không hiện để không suy ra được.",
                cell=SMALL_CELL,
            )
        ),
        Statement(gettext("Người dự thi có quyền xem, sửa, rút lại sự đồng ý và yêu cầu xóa dữ liệu của mình.")),
    )
