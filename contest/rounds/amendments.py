"""What of a prepared round's rules may still change, and what the change says. Pure.

Whatever decides who wins, or what somebody had to do for it, stays as it was when they sat; what only
lets more people in, or shows less, may change, in public.
"""

from typing import Any

from contest.rounds.rules import Reveal, RoundRules, RoundState, rules_to_data
from core.i18n import N_

WHILE = (RoundState.SCHEDULED, RoundState.OPEN)
AMENDABLE = frozenset(
    [
        "attempts",
        "last_start",
        "show_score",
        "show_answers",
        "show_explanations",
        "board",
        "freeze_minutes",
        "top",
        "full_names",
        "prizes",
        "agency_prizes",
    ]
)
_SOONEST = list(Reveal)


def difference(old: RoundRules, new: RoundRules) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they will be."""
    before, after = rules_to_data(old), rules_to_data(new)
    names = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def refusal(old: RoundRules, new: RoundRules) -> str | None:
    """Why these rules must not take the place of the old ones; ``None`` when they may."""
    if difference(old, new)[1].keys() - AMENDABLE:
        return N_(
            "Thể lệ đã khóa: chỉ còn sửa được số lượt thi (tăng thêm), cách hiện điểm, đáp án và bảng xếp hạng, "
            "thời điểm vào thi cuối cùng và giải thưởng."
        )
    if not new.unlimited and (old.unlimited or new.attempts < old.attempts):
        return N_("Số lượt thi chỉ được tăng thêm: có người có thể đã dùng hết số lượt cũ.")
    if any(
        _SOONEST.index(getattr(new, name)) < _SOONEST.index(getattr(old, name))
        for name in ("show_score", "show_answers", "show_explanations")
    ):
        return N_("Điểm, đáp án và giải thích không được hiện sớm hơn Thể lệ đã công bố.")
    if new.full_names and not old.full_names:
        return N_("Thể lệ đã công bố tên viết tắt nên không chuyển sang nêu đầy đủ họ và tên được.")
    return None
