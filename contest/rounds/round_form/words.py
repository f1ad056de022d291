"""Rules in short words: what a section of the form holds, what an amendment changes."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, ngettext

from contest.rounds.round_form.prizes import AgencyPrizeForm
from contest.rounds.round_form.ranking import RankingPart
from contest.rounds.round_form.shown import ShownPart
from contest.rounds.round_form.window import LastStartPart
from contest.rounds.rules import AgencyPrize, BoardPolicy, Prize, RoundRules
from core.web.formats import number


def words_of(form: type, name: str, value: str) -> str:
    """What the choice ``value`` of a form's field ``name`` reads."""
    choices: Iterable[Any] = getattr(form, name).kwargs["choices"]
    return next((str(choice.label) for choice in choices if choice.value == value), value)


def summaries(rules: RoundRules) -> dict[str, str]:
    """A line for each section of the form."""
    return {
        "sitting": sitting(rules),
        "who": who(rules),
        "groups": "; ".join(group.name for group in rules.groups) or gettext("Không chia bảng, mọi người làm chung đề"),
        "ranking": " → ".join(criterion(name) for name in rules.criteria),
        "prizes": prizes(rules),
        "shown": "; ".join(
            [
                gettext("Điểm: %(when)s", when=_low(ShownPart, "show_score", rules.show_score.value)),
                gettext("đáp án: %(when)s", when=_low(ShownPart, "show_answers", rules.show_answers.value)),
                gettext("bảng xếp hạng: %(how)s", how=board(rules).lower()),
            ]
        ),
    }


def criterion(name: str) -> str:
    """A criterion of ranking."""
    return gettext("Điểm cao hơn") if name == "points" else str(getattr(RankingPart, f"place_{name}").args[0])


def sitting(rules: RoundRules) -> str:
    """How often a person may sit, and what counts."""
    if rules.attempts == 1:
        return attempts(rules)
    return f"{attempts(rules)}; " + gettext("tính %(which)s", which=_low(RankingPart, "counts", rules.counts.value))


def _low(form: type, name: str, value: str) -> str:
    words = words_of(form, name, value)
    return words[:1].lower() + words[1:]


def attempts(rules: RoundRules) -> str:
    """How often a person may sit."""
    if rules.unlimited:
        return gettext("Không giới hạn số lượt thi")
    return gettext("%(n)s lượt thi mỗi người", n=rules.attempts)


def who(rules: RoundRules) -> str:
    """Who may take part."""
    said = []
    if rules.agencies:
        said.append(gettext("%(n)s đơn vị", n=number(len(rules.agencies))))
    if rules.blocs:
        said.append(gettext("%(n)s khối", n=number(len(rules.blocs))))
    if rules.age_from or rules.age_to:
        said.append(ages(rules.age_from, rules.age_to))
    if rules.qualified:
        said.append(gettext("được vào từ vòng %(n)s", n=rules.qualified.number))
    return ", ".join(said) or gettext("Mọi đơn vị, mọi độ tuổi")


def ages(low: int, high: int) -> str:
    """Bounds of age; 0 is none."""
    if low and high:
        return gettext("từ %(low)s đến %(high)s tuổi", low=low, high=high)
    return gettext("từ %(low)s tuổi", low=low) if low else gettext("đến %(high)s tuổi", high=high)


def board(rules: RoundRules) -> str:
    """The public board while the round runs."""
    if rules.board is BoardPolicy.FROZEN:
        return gettext("Dừng cập nhật %(n)s phút trước khi kết thúc", n=number(rules.freeze_minutes))
    return words_of(ShownPart, "board", rules.board.value)


def prizes(rules: RoundRules) -> str:
    """How many prizes there are."""
    people = sum(prize.count * (len(rules.groups) or 1 if prize.each_group else 1) for prize in rules.prizes)
    said = []
    if people:
        said.append(ngettext("%(num)s giải cá nhân", "%(num)s giải cá nhân", people))
    if rules.agency_prizes:
        collective = sum(prize.count for prize in rules.agency_prizes)
        said.append(ngettext("%(num)s giải tập thể", "%(num)s giải tập thể", collective))
    return ", ".join(said) or gettext("Không có giải")


def prize(one: Prize) -> str:
    """A prize for people."""
    said = gettext("%(name)s: %(n)s giải", name=one.name, n=number(one.count))
    if one.each_group:
        said += " " + gettext("ở mỗi bảng")
    return f"{said} ({one.value})" if one.value else said


def agency_prize(one: AgencyPrize) -> str:
    """A collective prize."""
    said = gettext("%(name)s: %(n)s giải", name=one.name, n=number(one.count))
    if one.each_bloc:
        said += " " + gettext("ở mỗi khối")
    said += ", " + gettext("xét theo %(what)s", what=_low(AgencyPrizeForm, "by", one.by.value))
    if one.floor:
        said += ", " + gettext("tỷ lệ tham gia từ %(n)s%%", n=one.floor)
    return f"{said} ({one.value})" if one.value else said


def amendable(rules: RoundRules) -> dict[str, str]:
    """Every field that may be amended, as it stands."""
    none = gettext("Không có")
    return {
        "attempts": attempts(rules),
        "last_start": words_of(LastStartPart, "last_start", rules.last_start.value),
        "show_score": words_of(ShownPart, "show_score", rules.show_score.value),
        "show_answers": words_of(ShownPart, "show_answers", rules.show_answers.value),
        "show_explanations": words_of(ShownPart, "show_explanations", rules.show_explanations.value),
        "board": board(rules),
        "top": gettext("%(n)s người", n=rules.top),
        "full_names": gettext("Nêu đầy đủ họ và tên") if rules.full_names else gettext("Tên viết tắt"),
        "prizes": "; ".join(map(prize, rules.prizes)) or none,
        "agency_prizes": "; ".join(map(agency_prize, rules.agency_prizes)) or none,
    }
