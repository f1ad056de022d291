"""Phòng chờ: who may start now, and who waits for how long (``docs/waiting-room.md``).

Resuming is never queued; saves and submissions do not come here. Without Redis there is no queue: starts pass, each
process keeping to its own share of the pace.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from contest.attempts import live, queries
from contest.attempts.entering import refuse_start
from contest.attempts.incidents import refusals
from contest.attempts.pace import ASK_MAX, ASK_MIN, BURST_SECONDS, LOBBY, Pace, admission, ask_again
from contest.people import queries as people
from contest.rounds import lifecycle
from contest.rounds import queries as rounds
from contest.rounds.queries import RoundView
from contest.rounds.rules import RoundRules
from contest.rounds.terms import terms as terms_of
from core import load
from core.access import Actor
from core.errors import Unavailable
from core.i18n import N_
from core.redis import RedisAway, gate

KNOWN_SECONDS = 2.0
"""An extension or an early close is known to every process after so long."""
REMEMBERED = 64
PEOPLE_REMEMBERED = 20_000


class MustWait(Unavailable):
    """Everybody must wait their turn; pages lead to the waiting room of ``round_id``."""

    default_code = "waiting"

    def __init__(self, round_id: str, *, retry_after: int) -> None:
        super().__init__(
            N_("Đang có nhiều người vào thi nên cần chờ đến lượt. Thứ tự chờ được giữ; đến lượt là được vào thi."),
            retry_after=retry_after,
        )
        self.round_id = round_id


@dataclass(frozen=True, slots=True)
class Turn:
    """Where somebody stands. ``ahead`` is ``None`` where it may not be told; who only looks may have no ``ticket``.

    ``state``: ``early`` (no tickets yet), ``waiting``, ``admitted`` (until ``until``, at most their last start),
    ``closed``. ``ask_again``: seconds.
    """

    state: Literal["early", "waiting", "admitted", "closed"]
    opens_at: datetime
    ticket: bool = False
    ahead: int | None = None
    until: datetime | None = None
    ask_again: int = ASK_MAX


def shows_numbers(rules: RoundRules) -> bool:
    """Whether numbers of people may be told: not where people predict them (DESIGN §4.7)."""
    return rules.prediction is None


def let_in(*, actor: Actor, now: datetime, round_id: str, lobby: bool = False) -> bool:
    """Let ``actor`` start or resume now, or raise :class:`MustWait` with a ticket taken.

    Whoever would be refused anyway gets that refusal, not a ticket. ``lobby``: before the opening too.
    Gives whether they hold a turn: the verb lets them in some seconds after the last start as well.
    """
    known, person_id = _known(round_id, now), actor.person_id or 0
    early = now < known.opens_at
    if _last(known, person_id, now).over(now) or (early and not lobby):
        return False  # the verb says why not
    if not early:
        if _asked(known, person_id, now, act="try").state == "admitted":
            return True
        with refusals.noted(actor=actor, now=now, round_id=round_id):
            if _sits_or_may(actor, round_id, now):
                return False
    turn = _asked(known, person_id, now, act="join")
    if turn.state == "admitted":
        return True
    refusal = MustWait(round_id, retry_after=turn.ask_again)
    if early:
        raise refusal
    with refusals.noted(actor=actor, now=now, round_id=round_id):
        raise refusal


def _sits_or_may(actor: Actor, round_id: str, now: datetime) -> bool:
    """Whether they have an attempt to go back to; raises why they may not start another."""
    round_, person_id = rounds.round_(round_id, now=now), actor.person_id or 0
    mine = queries.mine(person_id=person_id, round_=round_)
    if mine.open_attempt_id is not None:
        return True
    terms = terms_of(round_pk=round_.pk, person_id=person_id)
    refuse_start(actor=actor, round_=round_, terms=terms, used=mine.used, now=now)
    return False


def ask(*, person_id: int, now: datetime, round_id: str) -> Turn:
    """Take a ticket or keep it, and hear where one stands: one round trip to Redis, no SQL of one's own."""
    return _asked(_known(round_id, now), person_id, now, act="join")


def look(*, person_id: int, now: datetime, round_id: str) -> Turn:
    """Hear it without asking: a page may be read without holding a place."""
    round_ = _known(round_id, now)
    try:
        answer = gate.call(lambda client: live.look(client, round_id=round_id, person_id=person_id, now=now))
    except RedisAway:
        answer = live.Answer(None, None)
    return _turn(round_, answer, now, _pace(round_, now), _last(round_, person_id, now))


def _asked(round_: RoundView, person_id: int, now: datetime, *, act: Literal["join", "try"]) -> Turn:
    pace, last = _pace(round_, now), _last(round_, person_id, now)
    if now < round_.opens_at - LOBBY or last.over(now):
        return _turn(round_, live.Answer(None, None), now, pace, last)
    try:
        answer = gate.call(
            lambda client: live.ask(
                client,
                round_id=round_.id,
                person_id=person_id,
                now=now,
                opens_at=round_.opens_at,
                pace=pace,
                act="try" if now > last.start else act,
            )
        )
    except RedisAway:
        passes = round_.opens_at <= now <= last.start and _alone.passes(pace)
        answer = live.Answer(now + live.PASS if passes else None, None)
    return _turn(round_, answer, now, pace, last)


def _turn(round_: RoundView, answer: live.Answer, now: datetime, pace: Pace, last: "_Last") -> Turn:
    if last.over(now) or (now > last.start and answer.until is None):
        return Turn("closed", round_.opens_at)
    if answer.until is not None:
        return Turn("admitted", round_.opens_at, until=min(answer.until, last.of_a_turn(now)))
    to_open = (round_.opens_at - now).total_seconds()
    if to_open > LOBBY.total_seconds():
        return Turn("early", round_.opens_at, ask_again=int(min(to_open - LOBBY.total_seconds() + ASK_MIN, 3600)))
    told = shows_numbers(round_.rules)
    again = ask_again(ahead=answer.ahead or 0, to_open=to_open, pace=pace, told=told)
    ahead = answer.ahead if told else None
    return Turn("waiting", round_.opens_at, ticket=answer.ahead is not None, ahead=ahead, ask_again=again)


@dataclass(frozen=True, slots=True)
class _Last:
    """The close as it holds for somebody, the last start before it, and that of one who held a turn by then."""

    start: datetime
    in_turn: datetime
    close: datetime

    @classmethod
    def of(cls, rules: RoundRules, close: datetime) -> "_Last":
        return cls(lifecycle.last_start(rules, close), lifecycle.last_start(rules, close, in_turn=True), close)

    def of_a_turn(self, now: datetime) -> datetime:
        """Until when a turn serves: told as the last start, honoured a little longer."""
        return self.start if now <= self.start else self.in_turn

    def over(self, now: datetime) -> bool:
        """Whether nobody enters any more."""
        return now > self.in_turn or now >= self.close


def _last(round_: RoundView, person_id: int, now: datetime) -> _Last:
    """What holds for this person; their agency is looked up only where agencies have closes or pauses of their own."""
    exceptions = round_.exceptions
    path = _path(person_id, round_.moves) if exceptions.closes or exceptions.paused else ""
    return _Last.of(round_.rules, exceptions.close_of(round_.closes_at, path) + _paused(round_, path, now))


def _paused(round_: RoundView, path: str, now: datetime) -> timedelta:
    """By how much a pause would move the close if it ended now."""
    since = round_.exceptions.paused_since(path)
    return max(now - since, timedelta(0)) if since else timedelta(0)


def _pace(round_: RoundView, now: datetime) -> Pace:
    """One queue serves everybody: the pace is that of those whose last moment comes next."""
    paused = _paused(round_, "", now)
    closes = {max(at, round_.closes_at) + paused for at in (round_.closes_at, *round_.exceptions.closes.values())}
    lasts = sorted((_Last.of(round_.rules, close) for close in closes), key=lambda last: last.close)
    # Whose turn is honoured after their last start is let in by it; the others need not stand still for them.
    going = [last for last in lasts if now <= last.start] or [last for last in lasts if not last.over(now)]
    last = (going or lasts[-1:])[0]
    return admission(
        now=now,
        last_start=last.start,
        closes_at=last.close,
        minutes=round_.minutes,
        per_second=_capacity.per_second,
        delay=load.delay(),
    )


class _Capacity:
    """Starts a second of the whole installation, and the processes that share it without Redis."""

    per_second = 15.0
    processes = 2


_capacity = _Capacity()


def configure(*, starts_per_second: float, processes: int) -> None:
    """Say what this installation was measured to bear (``STARTS_PER_SECOND``)."""
    _capacity.per_second, _capacity.processes = starts_per_second, processes


class _Alone:
    """This process's share of the pace, for a time without Redis."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._room = float("inf")
        self._at = 0.0

    def passes(self, pace: Pace) -> bool:
        """Whether one more may start here now."""
        share = pace.per_second / _capacity.processes
        with self._lock:
            moment = time.monotonic()
            self._room = min(max(1.0, share * BURST_SECONDS), self._room + (moment - self._at) * share)
            self._at = moment
            if self._room < 1 and pace.horizon:
                return False
            self._room -= 1
            return True


_alone = _Alone()
_rounds: dict[str, tuple[float, RoundView]] = {}


@lru_cache(maxsize=PEOPLE_REMEMBERED)
def _path(person_id: int, moves: int) -> str:
    """Somebody's agency, as known since the round was moved last; starting looks again."""
    return people.agency_path(person_id)


def _known(round_id: str, now: datetime) -> RoundView:
    """A round as this process knows it, at most :data:`KNOWN_SECONDS` old, so that asking costs no SQL."""
    fresh_until, round_ = _rounds.get(round_id, (0.0, None))
    if round_ is None or time.monotonic() >= fresh_until:
        round_ = rounds.round_(round_id, now=now)
        if len(_rounds) >= REMEMBERED:
            _rounds.clear()
        _rounds[round_id] = (time.monotonic() + KNOWN_SECONDS, round_)
    return round_


def forget() -> None:
    """Drop what this process remembers (tests)."""
    global _alone
    _rounds.clear()
    _path.cache_clear()
    _alone = _Alone()
