"""What a board's page shows: read from Redis at most once a second a process, never from SQL.

A reader who comes while another one reads waits for the same answer. When Redis is away the
last good page is shown and says that it is late.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contest.boards import live
from contest.boards import rules as b
from contest.boards.live import AgencyTotals, TopList
from contest.rounds import lifecycle
from contest.rounds.queries import RoundView
from contest.rounds.ranking import AgencyPlace, rank_agency_totals
from contest.rounds.rules import BoardPolicy, RoundRules, RoundState, rules_from_data
from core.errors import NotFound
from core.i18n import N_
from core.redis import RedisAway, gate
from core.text import fold

FRESH_SECONDS = 1.0
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class BoardRound:
    """The round as boards know it, without SQL."""

    id: str
    number: int
    title: str
    contest: str
    organiser: str
    is_sample: bool
    rehearses: int | None
    opens_at: datetime
    closes_at: datetime
    state: RoundState
    rules: RoundRules
    frozen_at: datetime | None

    @property
    def hidden(self) -> bool:
        """Whether nobody may see the board yet."""
        return _hidden(self.rules, self.state)

    @property
    def tells_numbers(self) -> bool:
        """Whether numbers of people may be seen, and when the last one came: not while they can be predicted."""
        return lifecycle.counts_public(self.rules, self.state)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A place among individuals; ``points`` only where scores may be seen."""

    rank: int
    name: str
    agency: str
    points: int | None
    elapsed_ms: int | None


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """A place among agencies; below five people there is neither rank nor number."""

    rank: int | None
    agency: str
    takers: int | None
    mean_points: float | None


@dataclass(frozen=True, slots=True)
class Board:
    """A board page: its rows (of people or of agencies) and how fresh they are."""

    round: BoardRound
    rows: list[Any]
    as_of: datetime | None
    stale: bool
    group: str = ""

    @property
    def provisional(self) -> bool:
        """Tạm tính: until the sheet is published."""
        return self.round.state is not RoundState.PUBLISHED


def people_board(round_id: str, *, now: datetime, group: str | None = None, rehearsals: bool = False) -> Board:
    """The public top list of a round, in a round with groups of the first or the named one.

    Raises :class:`NotFound` for a round without a board, for a group that it does not have, and for a
    rehearsal, unless the committee asks (``rehearsals``).
    """
    board = _fresh(("people", round_id, group), lambda: _read_people(round_id, group, now))
    return board if rehearsals else _refuse_rehearsed(board)


def agencies_board(round_id: str, *, now: datetime, rehearsals: bool = False) -> Board:
    """The agencies of a round; raises as :func:`people_board` does."""
    board = _fresh(("agencies", round_id, None), lambda: _read_agencies(round_id, now))
    return board if rehearsals else _refuse_rehearsed(board)


def _refuse_rehearsed(board: Board) -> Board:
    if board.round.rehearses is not None:
        raise _none()
    return board


def _none() -> NotFound:
    return NotFound(N_("Vòng thi này chưa có bảng xếp hạng."))


def my_place(round_id: str, board_id: str, *, group: str) -> int | None:
    """A person's rank on the shown board (of their group); ``None`` when it is unknown, or Redis is away."""
    try:
        return gate.call(lambda client: live.place(client, round_id, board_id, group=group))
    except RedisAway:
        return None


def is_hidden(round_: RoundView) -> bool:
    """Whether nobody may see this round's board yet."""
    return _hidden(round_.rules, round_.state)


def _hidden(rules: RoundRules, state: RoundState) -> bool:
    return rules.board is BoardPolicy.HIDDEN and state is RoundState.OPEN


def _read_people(round_id: str, group: str | None, now: datetime) -> Board:
    round_ = _round(round_id, now)
    codes = [one.code for one in round_.rules.groups]
    if group is not None and group not in codes:
        raise NotFound(N_("Vòng thi này không có bảng thi vừa chọn."))
    shown = group or (codes[0] if codes else "")
    found = TopList([], None)
    if not round_.hidden:
        found = gate.call(lambda client: live.top(client, round_id, round_.rules.top, group=shown))
    with_points = lifecycle.board_shows_points(round_.rules, round_.state)
    ranks = b.shared_ranks([key for _, key, _ in found.rows])
    rows = [
        PersonRow(
            rank=rank,
            name=row["name"],
            agency=row["agency"],
            points=row["sum"] if with_points else None,
            elapsed_ms=row["elapsed_ms"] if with_points else None,
        )
        for rank, (_, _, row) in zip(ranks, found.rows, strict=True)
    ]
    as_of = _moment(found.changed) if round_.tells_numbers else None
    return Board(round_, rows, as_of, stale=False, group=shown)


def _read_agencies(round_id: str, now: datetime) -> Board:
    round_ = _round(round_id, now)
    found = AgencyTotals({}, {}, None)
    if not round_.hidden and round_.tells_numbers:
        found = gate.call(lambda client: live.agency_totals(client, round_id))
    with_points = lifecycle.board_shows_points(round_.rules, round_.state)
    rows = agency_rows(rank_agency_totals(found.totals), found.names, with_points=with_points)
    return Board(round_, rows, _moment(found.changed), stale=False)


def agency_rows(places: list[AgencyPlace], names: dict[str, str], *, with_points: bool) -> list[AgencyRow]:
    """Places as the public may see them: agencies whose numbers are withheld last, by name."""
    shown = b.publishable(places)
    rows = [
        AgencyRow(
            rank=place.rank,
            agency=names.get(place.code, place.code),
            takers=place.takers,
            mean_points=round(place.points / place.takers, 2) if with_points else None,
        )
        for place in shown
    ]
    withheld = {place.code for place in places} - {place.code for place in shown}
    return rows + [AgencyRow(None, name, None, None) for name in sorted((names.get(c, c) for c in withheld), key=fold)]


def _round(round_id: str, now: datetime) -> BoardRound:
    meta = gate.call(lambda client: live.get_meta(client, round_id))
    if meta is None:
        raise _none()
    opens_at = datetime.fromisoformat(meta["opens_at"])
    closes_at = datetime.fromisoformat(meta["closes_at"])
    return BoardRound(
        id=meta["id"],
        number=meta["number"],
        title=meta["title"],
        contest=meta["contest"],
        organiser=meta["organiser"],
        is_sample=meta["is_sample"],
        rehearses=meta.get("rehearses"),  # boards of long ago say nothing of it
        opens_at=opens_at,
        closes_at=closes_at,
        state=lifecycle.state(
            prepared=True,
            published=meta["published"],
            opens_at=opens_at,
            ends_at=datetime.fromisoformat(meta["ends_at"]),
            paused=meta["paused"],
            now=now,
        ),
        rules=rules_from_data(meta["rules"]),
        frozen_at=_moment(meta["frozen_at"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class _Memory:
    """A board, until when it is fresh, and the lock that lets one reader renew it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.board: Board | None = None
        self.fresh_until = 0.0


Key = tuple[str, str, str | None]
_memories: dict[Key, _Memory] = {}


def forget() -> None:
    """Drop what this process remembers (tests)."""
    _memories.clear()


def _fresh(key: Key, work: Callable[[], Board]) -> Board:
    memory = _memories.get(key) or _Memory()
    with memory.lock:
        if memory.board is not None and time.monotonic() < memory.fresh_until:
            return memory.board
        try:
            memory.board = work()
        except RedisAway:
            if memory.board is None:
                raise
            memory.board = replace(memory.board, stale=True)
        memory.fresh_until = time.monotonic() + FRESH_SECONDS
        _remember(key, memory)
        return memory.board


def _remember(key: Key, memory: _Memory) -> None:
    # Only boards that exist: made-up addresses must not push them out.
    if key not in _memories:
        while len(_memories) >= REMEMBERED:
            _memories.pop(next(iter(_memories)), None)
        _memories[key] = memory
