"""Adding and removing rows by buttons that post the form back; everything else stays as it was typed. Pure."""

import re
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from contest.rounds.round_form.people import GROUPS_MAX
from contest.rounds.round_form.prizes import ROWS_MAX

LISTS = {"groups": GROUPS_MAX, "prizes": ROWS_MAX, "agency_prizes": ROWS_MAX}
"""The lists of the form and how many rows each may have."""
_FIELD = re.compile(r"(groups|prizes|agency_prizes)-([0-9]{1,3})-(.+)", re.DOTALL)
_ROW = re.compile(r"(groups|prizes|agency_prizes)-([0-9]{1,3})")
Sent = MultiDict[str, str]
Row = dict[str, list[str]]


def changed(sent: Sent) -> bool:
    """Whether a button was pressed that changes rows, so that nothing is to be saved yet."""
    return "add" in sent or "remove" in sent


def with_rows(sent: Sent) -> Sent:
    """What was sent, its rows numbered from 0, after the button that was pressed (``add``, ``remove``).

    A new group starts with the paper of the one before it, the first one with everybody's; the last
    one to go leaves its paper to everybody.
    """
    others, lists = _parted(sent.lists())
    place = _ROW.fullmatch(sent.get("remove", ""))
    if sent.get("add") in LISTS:
        _add(sent["add"], others, lists)
    elif place is not None:
        _remove(place[1], int(place[2]), others, lists)
    after: Sent = MultiDict()
    for name, values in others.items():
        after.setlist(name, values)
    for list_name, rows in lists.items():
        for number, key in enumerate(sorted(rows)):
            for rest, values in rows[key].items():
                after.setlist(f"{list_name}-{number}-{rest}", values)
    return after


def _parted(fields: Iterable[tuple[str, list[str]]]) -> tuple[Row, dict[str, dict[int, Row]]]:
    others: Row = {}
    lists: dict[str, dict[int, Row]] = {name: {} for name in LISTS}
    for name, values in fields:
        found = _FIELD.fullmatch(name)
        if found is not None:
            lists[found[1]].setdefault(int(found[2]), {})[found[3]] = values
        elif name.partition("-")[0] not in LISTS:
            others[name] = values
    return others, lists


def _add(name: str, others: Row, lists: dict[str, dict[int, Row]]) -> None:
    rows = lists[name]
    if len(rows) >= LISTS[name]:
        return
    new: Row = {"name": [""]} | ({"count": ["1"]} if name != "groups" else {"code": [""]})
    if name == "groups":
        new |= _cells(rows[max(rows)]) if rows else _cells(others)
        for cell in _cells(others):
            del others[cell]
    rows[max(rows, default=-1) + 1] = new


def _remove(name: str, number: int, others: Row, lists: dict[str, dict[int, Row]]) -> None:
    gone = lists[name].pop(number, None)
    if gone is not None and name == "groups" and not lists[name]:
        others.update(_cells(gone))


def _cells(row: Row) -> Row:
    return {rest: values for rest, values in row.items() if rest.startswith("cell-")}
