"""Fitting papers to the bank that there is: as near to what was wanted as its questions allow. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from contest.rounds.rules import BlueprintCell, RoundRules, normalised, rules_to_data
from core.canonical import canonical_json, sha256

Cells = Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class Change:
    """What a paper asks of a topic: questions by difficulty, before and after."""

    topic: str
    before: dict[int, int]
    after: dict[int, int]

    @property
    def asked(self) -> int:
        """Questions of the topic before."""
        return sum(self.before.values())

    @property
    def asks(self) -> int:
        """Questions of the topic after."""
        return sum(self.after.values())


@dataclass(frozen=True, slots=True)
class Fit:
    """The rules with papers that can be drawn, and what that changes, by group code (``""`` without groups)."""

    rules: RoundRules
    changes: dict[str, list[Change]]

    @property
    def mark(self) -> str:
        """A short hash of the proposal: whoever accepts it means this one."""
        return sha256(canonical_json(rules_to_data(self.rules)))[:16]


def fit(rules: RoundRules, available: Cells) -> Fit | None:
    """Papers of what is ``available``; ``None`` where they are so already, or where there is nothing at all."""
    papers = {code: fitted(cells, available, attempts=rules.attempts) for code, cells in rules.papers.items()}
    if not all(papers.values()) or papers == rules.papers:
        return None
    made = msgspec.structs.replace(
        rules,
        blueprint=papers.get("", ()),
        groups=tuple(msgspec.structs.replace(group, blueprint=papers[group.code]) for group in rules.groups),
    )
    return Fit(normalised(made), {code: _changes(cells, papers[code]) for code, cells in rules.papers.items()})


def fitted(cells: Iterable[BlueprintCell], available: Cells, *, attempts: int = 1) -> tuple[BlueprintCell, ...]:
    """A blueprint of as many questions, as far as there are, that asks no more of any cell than it has.

    What a cell lacks comes from the same topic, nearest difficulty first, then from the other topics of the
    paper, then from any; where it can be, so few of each that ``attempts`` papers share no question.
    """
    wanted = {(cell.topic, cell.difficulty): cell.count for cell in cells}
    total = sum(wanted.values())
    room = {cell: number // max(1, attempts) for cell, number in available.items()}
    if sum(room.values()) < total:
        room = dict(available)
    counts = {cell: min(number, room.get(cell, 0)) for cell, number in wanted.items()}
    for (topic, level), number in wanted.items():
        near = sorted((cell for cell in room if cell[0] == topic), key=lambda cell: (abs(cell[1] - level), cell[1]))
        _move(counts, room, near, number - min(number, room.get((topic, level), 0)))
    chosen = {topic for topic, _ in wanted}
    for some in ([cell for cell in room if cell[0] in chosen], list(room)):
        _spread(counts, room, some, total - sum(counts.values()))
    return tuple(BlueprintCell(topic, level, n) for (topic, level), n in sorted(counts.items()) if n)


def _move(counts: dict[tuple[str, int], int], room: Cells, cells: list[tuple[str, int]], number: int) -> None:
    """Put ``number`` more questions into ``cells``, the first ones first, as far as they have room."""
    for cell in cells:
        more = min(number, room[cell] - counts.get(cell, 0))
        counts[cell] = counts.get(cell, 0) + more
        number -= more


def _spread(counts: dict[tuple[str, int], int], room: Cells, cells: list[tuple[str, int]], number: int) -> None:
    """The same in proportion to their room (D'Hondt); of equal ones the first."""
    for _ in range(number):
        free = [cell for cell in sorted(cells) if counts.get(cell, 0) < room[cell]]
        if not free:
            return
        best = max(free, key=lambda cell: room[cell] / (counts.get(cell, 0) + 1))
        counts[best] = counts.get(best, 0) + 1


def _changes(before: Iterable[BlueprintCell], after: Iterable[BlueprintCell]) -> list[Change]:
    old, new = _by_topic(before), _by_topic(after)
    topics = sorted({*old, *new})
    return [Change(topic, old.get(topic, {}), new.get(topic, {})) for topic in topics]


def _by_topic(cells: Iterable[BlueprintCell]) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for cell in cells:
        found.setdefault(cell.topic, {})[cell.difficulty] = cell.count
    return found
