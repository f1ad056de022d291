"""What a simulation of prizes found, in sentences that an organiser understands."""

from flask_babel import gettext

from contest.rounds.prize_trial import LOTS_SHARE_MAX, LUCK, Assumed, Forecast, Outcome
from contest.rounds.round_form import words
from core.web.formats import number, percent

CERTAIN = 0.995


def decider(name: str) -> str:
    """What decided: a criterion, or why none did."""
    if name == "shared":
        return gettext("Không tiêu chí nào phân định được")
    if name == "uncontested":
        return gettext("Ít người dự thi hơn số giải")
    return words.criterion(name)


def share(value: float) -> str:
    """A share in per cent; what is there but rounds to nothing says so."""
    return gettext("dưới 0,1%") if 0 < value < 0.0005 else percent(value)


def tie(one: Forecast) -> str:
    """How many people have the same points at the prize's edge."""
    points = one.ties[0]
    if points.high == 0:
        return gettext("Riêng điểm số đã phân định được giải này.")
    return gettext(
        "Thường có khoảng %(median)s người bằng điểm nhau tranh %(count)s giải này (từ %(low)s đến %(high)s người).",
        median=number(points.median),
        low=number(points.low),
        high=number(points.high),
        count=number(one.count),
    )


def decision(one: Forecast) -> str:
    """What mostly decides who gets the prize, and how often luck does."""
    top = one.decides
    if one.luck > LOTS_SHARE_MAX:
        luck = share(one.luck)
        if one.decided.get("shared", 0.0) > one.decided.get("lots", 0.0):
            return gettext("Trong %(share)s trường hợp không tiêu chí nào phân định được người nhận giải.", share=luck)
        return gettext("Trong %(share)s trường hợp phải bốc thăm mới biết ai nhận giải.", share=luck)
    if one.decided[top] >= CERTAIN:
        return gettext("Hầu như luôn được quyết định bởi: %(what)s.", what=decider(top).lower())
    return gettext(
        "Được quyết định nhiều nhất bởi: %(what)s (%(share)s trường hợp).",
        what=decider(top).lower(),
        share=share(one.decided[top]),
    )


def verdict(found: Outcome) -> str:
    """The whole in a sentence."""
    if found.luck > LOTS_SHARE_MAX:
        return gettext(
            "Với các con số này, giải cao nhất thuộc về may rủi trong %(share)s trường hợp. Nên thêm hoặc đổi tiêu chí "
            "xếp hạng; nếu giữ nguyên, khi chốt đề Ban Tổ chức phải đánh dấu đồng ý.",
            share=share(found.luck),
        )
    return gettext("Các tiêu chí phân định được giải cao nhất trong hầu hết trường hợp; không cần bốc thăm.")


def assumptions(assumed: Assumed) -> str:
    """What was assumed."""
    people = number(sum(assumed.takers.values()))
    if assumed.scores:
        return gettext("%(people)s người dự thi, điểm theo bảng đã dán", people=people)
    return gettext(
        "%(people)s người dự thi, %(share)s bài đúng tất cả các câu", people=people, share=percent(assumed.perfect)
    )


def shares(one: Forecast) -> list[tuple[str, float, bool]]:
    """(what decided, share, whether it is luck), those that happened."""
    return [(decider(name), value, name in LUCK) for name, value in one.decided.items() if value > 0]
