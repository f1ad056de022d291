"""The official text (thể lệ) as it follows from the rules by which the rounds really run."""

from collections.abc import Callable

from flask_babel import gettext

from contest.agencies.queries import names_of
from contest.boards.rules import SMALL_CELL
from contest.results.rules import CRITERIA
from contest.rounds.queries import RoundView
from contest.rounds.rules import BoardPolicy, Reveal
from core.i18n import N_
from questions.marking import MarkingRule

Section = tuple[str, list[str]]

_SCORE = {
    Reveal.RECEIPT: N_("Điểm hiện ngay khi nộp bài."),
    Reveal.CLOSE: N_("Điểm hiện sau khi vòng thi kết thúc."),
    Reveal.PUBLICATION: N_("Điểm hiện sau khi công bố kết quả."),
    Reveal.NEVER: N_("Điểm không hiện cho người dự thi."),
}
_BOARD = {
    BoardPolicy.LIVE: N_("Trong khi vòng thi diễn ra, bảng xếp hạng được cập nhật và ghi rõ “Tạm tính”."),
    BoardPolicy.FROZEN: N_(
        "Bảng xếp hạng dừng cập nhật %(minutes)s phút trước khi vòng thi kết thúc; "
        "thứ hạng đầy đủ có khi công bố kết quả."
    ),
    BoardPolicy.HIDDEN: N_("Bảng xếp hạng chỉ hiện sau khi vòng thi kết thúc."),
}


_MARKING = {
    MarkingRule.ALL_OR_NOTHING: N_(
        "Mỗi câu đúng được 1 điểm. Câu có nhiều phương án đúng: chọn đúng hết mới được điểm; "
        "chọn thiếu hoặc chọn thừa không được điểm."
    ),
    MarkingRule.RIGHT_MINUS_WRONG: N_(
        "Câu có một phương án đúng: trả lời đúng được 1 điểm. Câu có nhiều phương án đúng: mỗi phương án đúng được "
        "1 điểm, mỗi phương án sai trừ 1 điểm; điểm của một câu không dưới 0."
    ),
}
_ANSWERS = {
    Reveal.PUBLICATION: N_("Đáp án và giải thích hiện cho từng người sau khi công bố kết quả."),
    Reveal.NEVER: N_("Đáp án không hiện cho người dự thi."),
}


def official_rules(rounds: list[RoundView]) -> list[Section]:
    """Sections for the contest whose rounds these are; rounds that differ are named."""
    if not rounds:
        return []
    return [
        (gettext("Đối tượng dự thi"), _each(rounds, _who)),
        (
            gettext("Bài thi"),
            [*_each(rounds, _questions), *_each(rounds, _paper), *_each(rounds, _marking), *_sitting()],
        ),
        (gettext("Xếp hạng"), _each(rounds, _ranking)),
        (gettext("Công khai điểm và thứ hạng"), _each(rounds, _shown)),
        (gettext("Bảo vệ dữ liệu cá nhân"), _privacy()),
    ]


def _each(rounds: list[RoundView], describe: Callable[[RoundView], str]) -> list[str]:
    """One paragraph when all rounds say the same, else one for each saying, with its rounds."""
    by_text: dict[str, list[str]] = {}
    for view in rounds:
        by_text.setdefault(describe(view), []).append(view.title)
    if len(by_text) == 1:
        return list(by_text)
    return [f"{', '.join(titles)}: {text}" for text, titles in by_text.items()]


def _who(view: RoundView) -> str:
    if not view.rules.agencies:
        return gettext(
            "Cán bộ, công chức, viên chức, người lao động và đoàn viên, thanh niên của các đơn vị trong danh sách."
        )
    return gettext(
        "Người của các đơn vị sau và đơn vị trực thuộc: %(names)s.",
        names=", ".join(names_of(view.rules.agencies)),
    )


def _paper(view: RoundView) -> str:
    return gettext(
        "Mỗi bài thi gồm %(questions)s câu hỏi trắc nghiệm, làm trong %(minutes)s phút. "
        "Mỗi người có %(attempts)s lượt thi; lượt có kết quả tốt nhất được tính.",
        questions=view.questions,
        minutes=view.minutes,
        attempts=view.attempts_allowed,
    )


def _questions(view: RoundView) -> str:
    if view.rules.trial:
        return gettext(
            "Đây là vòng thi thử, không có giải; đề có thể dùng câu hỏi mẫu chưa được thẩm định tại địa phương."
        )
    return gettext("Đề chỉ dùng câu hỏi đã được thẩm định và duyệt.")


def _marking(view: RoundView) -> str:
    return gettext(_MARKING[view.rules.marking])


def _sitting() -> list[str]:
    return [
        gettext(
            "Câu hỏi được rút từ ngân hàng câu hỏi; thứ tự câu hỏi của mỗi bài khác nhau. Thứ tự phương án cũng khác "
            "nhau, trừ các câu mà thứ tự phương án có ý nghĩa."
        ),
        gettext(
            "Thời gian tính theo đồng hồ của hệ thống và không dừng khi mất mạng hoặc đổi thiết bị. "
            "Hết thời gian, hệ thống tự nộp các câu đã lưu."
        ),
    ]


def _ranking(view: RoundView) -> str:
    ordered = "; ".join(gettext(CRITERIA[name]).lower() for name in view.rules.criteria)
    return gettext(
        "Xếp hạng lần lượt theo: %(criteria)s. Bằng nhau ở mọi tiêu chí thì đồng hạng.",
        criteria=ordered,
    )


def _shown(view: RoundView) -> str:
    board = gettext(_BOARD[view.rules.board], minutes=view.rules.freeze_minutes)
    names = gettext("họ và tên") if view.rules.full_names else gettext("tên viết tắt")
    score, answers = gettext(_SCORE[view.rules.show_score]), gettext(_ANSWERS[view.rules.show_answers])
    return f"{score} {answers} {board} " + gettext(
        "Danh sách công khai nêu %(names)s của %(top)s người dẫn đầu; người khác chỉ xem được hạng của mình.",
        names=names,
        top=view.rules.top,
    )


def _privacy() -> list[str]:
    return [
        gettext(
            "Số liệu của đơn vị có dưới %(cell)s người dự thi không hiện; khi chỉ còn ít đơn vị như vậy, "
            "số liệu của đơn vị kế tiếp cũng không hiện để không suy ra được.",
            cell=SMALL_CELL,
        ),
        gettext("Người dự thi có quyền xem, sửa, rút lại sự đồng ý và yêu cầu xóa dữ liệu của mình."),
    ]
