"""The generator's ledger: every acknowledged reply, compared with SQL answer by answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from contest.attempts.models import Attempt, Standing
from contest.rounds.models import PoolRevision


class Entry(msgspec.Struct, omit_defaults=True):
    """An acknowledgement that the generator got: of a ``start``, a ``save`` or a ``submit``."""

    act: str
    attempt: str
    person: int
    epoch: int
    seq: int = 0
    answers: dict[str, list[int] | None] = {}
    reply: dict[str, Any] = {}


class Ledger:
    """Appended to with each acknowledgement; read back from its file to be compared."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._stream = file.open("wb")

    def write(self, entry: Entry) -> None:
        """Note an acknowledgement down."""
        self._stream.write(msgspec.json.encode(entry) + b"\n")

    def entries(self) -> Iterator[Entry]:
        """Everything noted so far, in order."""
        self._stream.flush()
        with self.file.open("rb") as lines:
            yield from map(msgspec.json.Decoder(Entry).decode, lines)


@dataclass
class Verdict:
    """How much was compared, and each difference in words."""

    attempts: int = 0
    answers: int = 0
    differences: list[str] = field(default_factory=list)

    def expect(self, what: str, stored: object, acknowledged: object) -> None:
        """Note a difference."""
        if stored != acknowledged:
            self.differences.append(f"{what}: stored {stored!r}, acknowledged {acknowledged!r}")


@dataclass(frozen=True)
class _Row:
    attempt: Attempt
    standing: Standing
    keys: dict[int, set[int]]


def saves(ledger: Ledger, engine: sa.Engine) -> Verdict:
    """While nobody saves: what is stored is what was acknowledged last, and nothing else was begun."""

    def compare(verdict: Verdict, last: Entry, row: _Row) -> None:
        verdict.expect(f"{last.attempt} state", row.attempt.state, "in_progress")
        verdict.expect(f"{last.attempt} seq", (row.attempt.epoch, row.attempt.seq), (last.epoch, last.seq))

    return _compared(ledger, engine, "save", compare)


def submissions(ledger: Ledger, engine: sa.Engine) -> Verdict:
    """At the end: the final sheet is the one handed in, its receipt is stored, its points add up."""

    def compare(verdict: Verdict, last: Entry, row: _Row) -> None:
        attempt, receipt = row.attempt, last.reply
        verdict.expect(f"{last.attempt} state", attempt.state, "submitted")
        verdict.expect(f"{last.attempt} receipt", (attempt.code, attempt.elapsed_ms), _code_and_time(receipt))
        points = _points(attempt.paper, last.answers, row.keys)
        verdict.expect(f"{last.attempt} points", attempt.points, points)
        verdict.expect(f"{last.attempt} standing", (row.standing.attempt_id, row.standing.points), (attempt.id, points))

    return _compared(ledger, engine, "submit", compare)


def _compared(ledger: Ledger, engine: sa.Engine, act: str, compare: Callable[[Verdict, Entry, _Row], None]) -> Verdict:
    verdict, stored = Verdict(), _stored(engine)
    last = {entry.attempt: entry for entry in ledger.entries()}
    verdict.expect("attempts", sorted(stored), sorted(last))
    for entry in last.values():
        row = stored.get(entry.attempt)
        if row is None:
            continue  # said above
        verdict.attempts += 1
        verdict.expect(f"{entry.attempt} last act", act, entry.act)
        verdict.expect(f"{entry.attempt} person", row.attempt.person_id, entry.person)
        verdict.expect(f"{entry.attempt} slots", sorted(row.attempt.answers), sorted(entry.answers))
        for slot, chosen in entry.answers.items():
            verdict.answers += 1
            verdict.expect(f"{entry.attempt} answer {slot}", row.attempt.answers.get(slot), chosen)
        compare(verdict, entry, row)
    return verdict


def _stored(engine: sa.Engine) -> dict[str, _Row]:
    with sa.orm.Session(engine) as session:
        pools = {(p.round_id, p.number): _keys(p.pool) for p in session.scalars(sa.select(PoolRevision))}
        same = (Standing.round_id == Attempt.round_id) & (Standing.person_id == Attempt.person_id)
        rows = session.execute(sa.select(Attempt, Standing).join(Standing, same)).all()
        return {a.public_id: _Row(a, s, pools[a.round_id, a.revision]) for a, s in rows}


def _keys(pool: list[dict[str, Any]]) -> dict[int, set[int]]:
    return {item["version_id"]: set(item["keys"]) for item in pool}


def _code_and_time(receipt: dict[str, Any]) -> tuple[str, int]:
    return receipt["code"], receipt["elapsed_ms"]


def _points(paper: list[Any], answers: dict[str, list[int] | None], keys: dict[int, set[int]]) -> int:
    """A point for each slot with exactly the right choices: the rule again, not the product's code."""
    return sum(
        {order[place] for place in answers[str(slot)] or ()} == keys[version]
        for slot, (version, order, *_) in enumerate(paper, start=1)
    )
