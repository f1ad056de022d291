"""Who may take part."""

from flask_babel import gettext

from contest.front.official_rules.text import Names, Statement
from contest.front.official_rules.words import ages, units, whole
from contest.rounds.queries import RoundView


def who(view: RoundView, names: Names) -> Statement:
    """Agencies and blocs."""
    rules = view.rules
    if not (rules.agencies or rules.blocs):
        return Statement(gettext("Mọi người đã đăng ký tài khoản dự thi, không giới hạn theo đơn vị."))
    return Statement(
        gettext("Người thuộc các đơn vị sau, gồm cả đơn vị trực thuộc:"),
        items=tuple(units(rules.agencies, rules.blocs, names)),
    )


def age(view: RoundView, _names: Names) -> Statement:
    """Bounds of age."""
    bounds = ages(view.rules.age_from, view.rules.age_to)
    if not bounds:
        return Statement(gettext("Không giới hạn độ tuổi."))
    return Statement(gettext("Độ tuổi: %(bounds)s, tính đến ngày bắt đầu vòng thi.", bounds=bounds))


def progression(view: RoundView, _names: Names) -> Statement | None:
    """Whom an earlier round admits."""
    admits = view.rules.qualified
    if admits is None:
        return None
    if admits.top:
        whom = gettext("%(n)s người xếp hạng cao nhất", n=whole(admits.top))
    elif admits.per_agency:
        whom = gettext("%(n)s người xếp hạng cao nhất của mỗi đơn vị", n=whole(admits.per_agency))
    else:
        whom = gettext("người đạt từ %(n)s điểm trở lên", n=whole(admits.points))
    return Statement(
        gettext(
            "Chỉ những người sau đây được vào vòng thi: %(whom)s trong bảng kết quả đã công bố của vòng thi thứ "
            "%(number)s.",
            whom=whom,
            number=admits.number,
        )
    )


def excluded() -> Statement:
    """Who must not."""
    return Statement(
        gettext(
            "Thành viên Ban Tổ chức, Tổ giúp việc, người biên soạn, người thẩm định câu hỏi và người vận hành hệ "
            "thống có tên trong danh sách do Ban Tổ chức lập không được dự thi."
        )
    )


def account() -> Statement:
    """One person, one account."""
    return Statement(
        gettext(
            "Mỗi người dùng một tài khoản và tự mình làm bài. Thông tin khai sai, nhờ người khác thi hộ hoặc thi hộ "
            "người khác thì kết quả không được công nhận."
        )
    )
