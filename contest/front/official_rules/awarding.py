"""Prizes of a round, and what holds over all rounds of the contest."""

from collections.abc import Sequence

from flask_babel import gettext

from contest.front.official_rules.text import Names, Statement, Table
from contest.front.official_rules.words import whole
from contest.rounds.prizes import ContestRules
from contest.rounds.queries import RoundView
from contest.rounds.rules import AgencyMeasure, AgencyPrize, Assurance, Prize
from core.i18n import N_

_ASSURANCE = {
    Assurance.SELF: N_("Xét giải theo thông tin người dự thi tự khai, được đối chiếu trước khi trao giải."),
    Assurance.ROSTER: N_(
        "Chỉ xét giải cho người có tên trong danh sách nhân sự của đơn vị, hoặc đã đăng nhập bằng tài khoản định "
        "danh điện tử khi dự thi."
    ),
    Assurance.IDENTITY: N_("Chỉ xét giải cho người đã đăng nhập bằng tài khoản định danh điện tử khi dự thi."),
}
_MEASURE = {
    AgencyMeasure.TAKERS: N_("Nhiều người dự thi nhất; bằng nhau thì xét điểm trung bình"),
    AgencyMeasure.ATTEMPTS: N_("Nhiều lượt thi nhất; bằng nhau thì xét số người dự thi"),
    AgencyMeasure.RATE: N_(
        "Tỷ lệ người dự thi trên tổng số CBCCVC, người lao động cao nhất; bằng nhau thì xét điểm trung bình"
    ),
    AgencyMeasure.MEAN: N_("Điểm trung bình cao nhất; bằng nhau thì xét số người dự thi"),
    AgencyMeasure.WINNERS: N_("Nhiều người đạt giải nhất; bằng nhau thì xét số người dự thi"),
}
_OVERALL = {
    "points": N_("Tổng điểm cao hơn."),
    "elapsed": N_("Tổng thời gian làm bài ngắn hơn."),
    "submitted_at": N_("Bài nộp cuối cùng được nộp sớm hơn, tính đến giây."),
    "lots": N_("Bốc thăm bằng số ngẫu nhiên đã cam kết của vòng thi sau cùng mà người đó dự thi."),
}


def prizes(view: RoundView, _names: Names) -> Statement:
    """Prizes for people."""
    if not view.rules.prizes:
        return Statement(gettext("Vòng thi không có giải cá nhân."))
    return Statement(
        gettext("Giải cá nhân của vòng thi, trao theo thứ tự xếp hạng:"),
        table=_people(view.rules.prizes, each=gettext("Mỗi bảng thi"), all_=gettext("Toàn vòng thi")),
        after=_ties(view.rules.criteria),
    )


def agency_prizes(view: RoundView, _names: Names) -> Statement:
    """Collective prizes."""
    if not view.rules.agency_prizes:
        return Statement(gettext("Vòng thi không có giải tập thể."))
    return Statement(
        gettext("Giải tập thể của vòng thi; mỗi đơn vị nhận nhiều nhất một giải:"),
        table=_collective(view.rules.agency_prizes),
    )


def assurance(view: RoundView, _names: Names) -> Statement:
    """How sure it must be who a winner is."""
    return Statement(gettext(_ASSURANCE[view.rules.assurance]))


def standing(rules: ContestRules) -> Statement:
    """The standing of the whole contest."""
    if not rules.overall:
        return Statement(gettext("Không xếp hạng chung cuộc; mỗi vòng thi có kết quả riêng."))
    return Statement(
        gettext(
            "Xếp hạng chung cuộc theo tổng kết quả được tính ở các vòng thi, đối với người dự thi từ %(rounds)s "
            "vòng thi trở lên (không kể vòng thi thử), lần lượt theo các tiêu chí:",
            rounds=rules.rounds_required,
        ),
        items=tuple(gettext(_OVERALL[name]) for name in rules.criteria),
        after="" if "lots" in rules.criteria else gettext("Bằng nhau ở mọi tiêu chí thì đồng hạng."),
    )


def overall_prizes(rules: ContestRules) -> Statement | None:
    """Prizes of the whole contest for people."""
    if not rules.overall:
        return None
    if not rules.prizes:
        return Statement(gettext("Không có giải cá nhân chung cuộc."))
    return Statement(
        gettext("Giải cá nhân chung cuộc, trao theo thứ tự xếp hạng chung cuộc:"),
        table=_people(rules.prizes, each=gettext("Mỗi bảng thi"), all_=gettext("Toàn cuộc thi")),
        after=_ties(rules.criteria),
    )


def overall_agency_prizes(rules: ContestRules) -> Statement | None:
    """Collective prizes of the whole contest."""
    if not rules.agency_prizes:
        return None
    return Statement(
        gettext("Giải tập thể toàn cuộc thi; mỗi đơn vị nhận nhiều nhất một giải:"),
        table=_collective(rules.agency_prizes),
    )


def one_prize(rules: ContestRules) -> Statement:
    """Whether somebody can win twice."""
    if rules.one_prize:
        return Statement(
            gettext(
                "Mỗi người nhận nhiều nhất một giải cá nhân trong cả cuộc thi; người đã đạt giải vẫn được xếp hạng, "
                "giải sau đó trao cho người kế tiếp."
            )
        )
    return Statement(gettext("Một người có thể nhận giải cá nhân ở nhiều vòng thi."))


def _ties(criteria: Sequence[str]) -> str:
    if "lots" in criteria:
        return ""
    return gettext("Số người đồng hạng nhiều hơn số giải còn lại thì Ban Tổ chức quyết định và nêu rõ căn cứ.")


def _people(prizes: Sequence[Prize], *, each: str, all_: str) -> Table:
    return Table(
        (gettext("Giải"), gettext("Số lượng"), gettext("Phạm vi"), gettext("Giá trị")),
        tuple((p.name, whole(p.count), each if p.each_group else all_, p.value) for p in prizes),
    )


def _collective(prizes: Sequence[AgencyPrize]) -> Table:
    head = (
        gettext("Giải tập thể"),
        gettext("Số lượng"),
        gettext("Phạm vi"),
        gettext("Căn cứ xét"),
        gettext("Tỷ lệ tham gia tối thiểu"),
        gettext("Giá trị"),
    )
    return Table(
        head,
        tuple(
            (
                p.name,
                whole(p.count),
                gettext("Mỗi khối") if p.each_bloc else gettext("Mọi đơn vị"),
                gettext(_MEASURE[p.by]),
                f"{p.floor}%" if p.floor else gettext("Không quy định"),
                p.value,
            )
            for p in prizes
        ),
    )
