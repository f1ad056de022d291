"""Groups and papers, the window, attempts, marking."""

from collections.abc import Iterable

from flask_babel import gettext

from contest.front.official_rules.text import Names, Statement, Table
from contest.front.official_rules.words import ages, units, whole
from contest.rounds.queries import RoundView
from contest.rounds.rules import BlueprintCell, Counting, Group, LastStart
from core.i18n import N_
from core.web.formats import closes, when
from questions.marking import MarkingRule, NeutralRule

LEVEL = {1: N_("Dễ"), 2: N_("Vừa"), 3: N_("Khó")}
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
_NEUTRAL = {
    NeutralRule.EVERYBODY: N_(
        "Câu hỏi có sai sót, không thể chấm được thì không dùng để xếp hạng: mọi người có câu đó trong bài thi đều "
        "được tính đủ điểm của câu. Nếu chỉ sai đáp án thì Ban Tổ chức sửa đáp án và chấm lại mọi bài thi có câu đó."
    ),
    NeutralRule.ANSWERED: N_(
        "Câu hỏi có sai sót, không thể chấm được thì không dùng để xếp hạng: người đã trả lời câu đó được tính đủ "
        "điểm của câu, người bỏ trống thì không. Nếu chỉ sai đáp án thì Ban Tổ chức sửa đáp án và chấm lại mọi bài "
        "thi có câu đó."
    ),
}
_CRITERIA = {
    "points": N_("điểm cao hơn"),
    "elapsed": N_("thời gian làm bài ngắn hơn"),
    "submitted_at": N_("nộp bài sớm hơn"),
}


def source(view: RoundView, _names: Names) -> Statement:
    """Whether the round counts, and what it may ask."""
    if view.rules.trial:
        return Statement(
            gettext(
                "Đây là vòng thi thử, không có giải; đề có thể dùng câu hỏi mẫu chưa được thẩm định tại địa phương."
            )
        )
    return Statement(gettext("Đề chỉ dùng câu hỏi đã được thẩm định và duyệt."))


def groups(view: RoundView, names: Names) -> Statement | None:
    """The groups, who belongs to each, how long its paper is."""
    if not view.rules.groups:
        return None
    head = (gettext("Ký hiệu"), gettext("Bảng thi"), gettext("Đối tượng"), gettext("Số câu hỏi"))
    rows = tuple((g.code, g.name, _belongs(g, names), whole(g.questions)) for g in view.rules.groups)
    return Statement(
        gettext("Vòng thi chia thành các bảng thi sau, mỗi bảng có đề riêng:"),
        table=Table(head, rows),
        after=gettext(
            "Người dự thi thuộc bảng đầu tiên, theo thứ tự trên, mà mình đủ điều kiện; "
            "không thuộc bảng nào thì không dự thi vòng này."
        ),
    )


def _belongs(group: Group, names: Names) -> str:
    if group.open:
        return gettext("Mọi người còn lại")
    conditions = []
    if group.agencies or group.blocs:
        conditions.append(gettext("Người thuộc: %(units)s", units="; ".join(units(group.agencies, group.blocs, names))))
    if bounds := ages(group.age_from, group.age_to):
        conditions.append(gettext("Độ tuổi: %(bounds)s", bounds=bounds))
    return ". ".join(conditions)


def paper(view: RoundView, names: Names) -> Statement:
    """The blueprint by topic and difficulty; of each group where there are groups."""
    rules = view.rules
    head = (gettext("Chủ đề"), *(gettext(words) for words in LEVEL.values()))
    if rules.groups:
        rows = tuple((group.code, *row) for group in rules.groups for row in _topics(group.blueprint, names))
        return Statement(
            gettext("Đề thi của từng bảng gồm các câu hỏi trắc nghiệm, số câu theo chủ đề và mức độ như sau:"),
            table=Table((gettext("Bảng thi"), *head), rows, compact=True),
        )
    return Statement(
        gettext(
            "Đề thi gồm %(n)s câu hỏi trắc nghiệm, số câu theo chủ đề và mức độ như sau:", n=whole(rules.questions)
        ),
        table=Table(head, tuple(_topics(rules.blueprint, names)), compact=True),
    )


def _topics(blueprint: Iterable[BlueprintCell], names: Names) -> Iterable[tuple[str, ...]]:
    cells = {(cell.topic, cell.difficulty): cell.count for cell in blueprint}
    for topic in dict.fromkeys(topic for topic, _ in cells):
        yield names.topic(topic), *(whole(cells[topic, level]) if (topic, level) in cells else "–" for level in LEVEL)


def drawing() -> Statement:
    """How a paper comes about."""
    return Statement(
        gettext(
            "Câu hỏi của mỗi bài thi được rút ngẫu nhiên; thứ tự câu hỏi và thứ tự phương án của mỗi bài khác nhau, "
            "trừ các câu mà thứ tự phương án có ý nghĩa."
        )
    )


def window(view: RoundView, names: Names) -> Statement:
    """From when to when, and who has until later."""
    later = view.exceptions.closes.items()
    return Statement(
        gettext(
            "Vòng thi diễn ra từ %(opens)s đến %(closes)s (giờ Việt Nam).",
            opens=when(view.opens_at),
            closes=closes(view.closes_at),
        ),
        items=tuple(
            gettext(
                "Riêng %(agency)s và đơn vị trực thuộc: đến %(closes)s.", agency=names.agency(code), closes=closes(at)
            )
            for code, at in sorted(later)
            if code
        ),
    )


def last_start(view: RoundView, _names: Names) -> Statement:
    """Until when people may start."""
    if view.rules.last_start is LastStart.FULL_TIME:
        return Statement(
            gettext(
                "Phải vào thi chậm nhất %(minutes)s phút trước khi vòng thi kết thúc, để đủ thời gian làm bài.",
                minutes=view.minutes,
            )
        )
    return Statement(
        gettext(
            "Được vào thi đến khi vòng thi kết thúc; vào thi muộn thì thời gian làm bài chỉ còn đến lúc vòng thi "
            "kết thúc."
        )
    )


def minutes(view: RoundView, _names: Names) -> Statement:
    """The time of one attempt."""
    return Statement(
        gettext(
            "Thời gian làm một bài thi là %(minutes)s phút, tính theo đồng hồ của hệ thống, không dừng khi mất "
            "mạng hoặc đổi thiết bị. Hết thời gian, hệ thống tự nộp các câu đã lưu.",
            minutes=view.minutes,
        )
    )


def attempts(view: RoundView, _names: Names) -> Statement:
    """How often, and which attempt counts."""
    number = (
        gettext("Không giới hạn số lượt thi của mỗi người.")
        if view.rules.unlimited
        else gettext("Mỗi người có %(n)s lượt thi.", n=view.attempts_allowed)
    )
    if view.attempts_allowed == 1:
        return Statement(f"{number} " + gettext("Người được bù lượt thi: %(which)s", which=_counts(view)))
    return Statement(f"{number} " + gettext("Người thi nhiều lượt: %(which)s", which=_counts(view)))


def _counts(view: RoundView) -> str:
    return {
        Counting.BEST: lambda: gettext(
            "tính lượt có kết quả tốt nhất, so lần lượt theo %(criteria)s.",
            criteria=", ".join(gettext(_CRITERIA[name]) for name in view.rules.live_criteria),
        ),
        Counting.EARLIEST_BEST: lambda: gettext("tính lượt có điểm cao nhất; bằng điểm thì tính lượt nộp sớm nhất."),
        Counting.FIRST: lambda: gettext("tính lượt nộp bài đầu tiên."),
        Counting.LAST: lambda: gettext("tính lượt nộp bài cuối cùng."),
    }[view.rules.counts]()


def extra_time() -> Statement:
    """Accommodations and incidents."""
    return Statement(
        gettext(
            "Người khuyết tật, người gặp khó khăn khi thao tác được Ban Tổ chức xem xét tăng thời gian làm bài. "
            "Khi có sự cố, Ban Tổ chức có thể tạm dừng, gia hạn, bù thời gian hoặc bù lượt thi; "
            "mọi sửa đổi chung được công khai cuối Thể lệ này."
        )
    )


def marking(view: RoundView, _names: Names) -> Statement:
    """What an answer is worth."""
    return Statement(gettext(_MARKING[view.rules.marking]))


def neutralised(view: RoundView, _names: Names) -> Statement:
    """What a question that proves wrong is worth."""
    return Statement(gettext(_NEUTRAL[view.rules.neutralised]))
