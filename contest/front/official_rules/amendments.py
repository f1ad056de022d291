"""What was changed of a round after its rules were locked, in words: as it was, as it is, why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext

from contest.front.official_rules.articles import official_rules
from contest.front.official_rules.text import Names, Statement
from contest.rounds.queries import AmendmentRow, RoundView
from contest.rounds.rules import rules_from_data, rules_to_data
from core.i18n import N_
from core.web.formats import closes, moment, when

_KEYS = {
    True: N_(
        "Một câu hỏi có sai sót, không thể chấm được, không còn được rút vào bài thi mới. Bài thi có câu đó được "
        "chấm lại theo Thể lệ."
    ),
    False: N_("Đáp án của một câu hỏi được sửa; mọi bài thi có câu đó được chấm lại theo đáp án đúng."),
}


@dataclass(frozen=True, slots=True)
class Amended:
    """One amendment; each change is a pair of what was said and what is said, either may be missing.

    The reason of a changed key is not told: it tends to tell the key. ``commitment`` is that of the
    question set from then on, where it changed.
    """

    number: int
    at: datetime
    changes: list[tuple[Statement | None, Statement | None]]
    reason: str
    commitment: str = ""


def amended(view: RoundView, rows: Sequence[AmendmentRow], names: Names) -> list[Amended]:
    """A round's amendments, oldest first, from ``rows`` in their order."""
    found = []
    for row in reversed(rows):
        changes = _changes(view, row, names)
        if row.kind == "rules":
            view = _before(view, row)
        secret = row.kind == "keys"
        commitment = str(row.after.get("commitment", "")) if secret else ""
        found.append(Amended(row.number, row.at, changes, "" if secret else row.reason, commitment))
    return found[::-1]


def _changes(view: RoundView, row: AmendmentRow, names: Names) -> list[tuple[Statement | None, Statement | None]]:
    if row.kind == "rules":
        return _difference(_before(view, row), view, names)
    if row.kind == "window":
        return [(_close(row.before, names), _close(row.after, names))]
    if row.kind == "pause":
        at = when(moment(row.after["paused_at"]))
        return [(None, _for(row, gettext("Vòng thi tạm dừng từ %(at)s.", at=at), names))]
    if row.kind == "resume":
        at = when(moment(row.after["resumed_at"]))
        said = gettext("Vòng thi tiếp tục từ %(at)s; thời gian tạm dừng được cộng vào thời gian làm bài.", at=at)
        return [(None, _for(row, said, names))]
    if row.kind == "keys":
        return [(None, Statement(gettext(_KEYS[bool(row.after["neutral"])])))]
    return [(None, Statement(gettext("Ban Tổ chức xử lý một sự cố của vòng thi.")))]


def _before(view: RoundView, row: AmendmentRow) -> RoundView:
    return replace(view, rules=rules_from_data({**rules_to_data(view.rules), **row.before}))


def _difference(old: RoundView, new: RoundView, names: Names) -> list[tuple[Statement | None, Statement | None]]:
    before, after = (
        {
            key: statements[0] if statements else None
            for section in official_rules(old.contest.rules, [view], names)
            for key, statements in section.statements.items()
        }
        for view in (old, new)
    )
    return [(before.get(key), after.get(key)) for key in {**before, **after} if before.get(key) != after.get(key)]


def _close(said: dict[str, str], names: Names) -> Statement:
    at = closes(moment(said["closes_at"]))
    code = said.get("agency")
    if code:
        unit = names.agency(code)
        return Statement(gettext("Riêng %(unit)s và đơn vị trực thuộc: kết thúc lúc %(at)s.", unit=unit, at=at))
    return Statement(gettext("Vòng thi kết thúc lúc %(at)s.", at=at))


def _for(row: AmendmentRow, said: str, names: Names) -> Statement:
    code = row.after.get("agency")
    if not code:
        return Statement(said)
    return Statement(gettext("Riêng %(unit)s và đơn vị trực thuộc: %(said)s", unit=names.agency(code), said=said))
