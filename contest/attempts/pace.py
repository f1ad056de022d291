"""How fast people are let in, how often they ask, how often papers are saved. Pure.

``delay`` is everywhere how far behind the process is, in seconds (``core.load``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

LOBBY = timedelta(minutes=30)
"""Tickets are given out from this long before the opening."""
BURST_SECONDS = 2
"""After a quiet time so many seconds' worth of people may enter at once."""
FLUSH = timedelta(seconds=90)
"""This long before the last start everybody who waits is let in, whatever the load."""
SLOWER_FROM, SLOWEST_FROM, SLOWEST = 1.0, 3.0, 0.1
"""Fewer are let in from a delay of 1 s on; from 3 s on a tenth."""

ASK_MIN, ASK_MAX = 3, 30
"""Seconds between two questions of one who waits; whoever is next asks most often. An early close gives 60 s notice."""
ASK_EARLY = 60
"""The longest before the opening: nothing can happen yet."""
ASK_BLIND = 15
"""The same where no number may be told: it must not follow from the length of the queue."""

SAVE_MIN_MS, SAVE_MAX_MS = 2_000, 30_000
SAVE_RISES_FROM, SAVE_RISES_TO = 0.5, 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """People a second, people at once, and the seconds in which whoever waits now must be in."""

    per_second: float
    burst: float
    horizon: float


def admission(
    *, now: datetime, last_start: datetime, closes_at: datetime, minutes: int, per_second: float, delay: float
) -> Pace:
    """The pace of a round's door at ``now``.

    Who waits should still have the whole ``minutes`` until the close, so the queue is to be empty by then, at whatever
    pace that takes; later every second of waiting costs a second of the paper. Before the ``last_start`` all who wait
    enter at once, after it only they.
    """
    share = _falling(delay)
    left = (last_start - now).total_seconds()
    if left < 0:
        return Pace(per_second, 0.0, 0.0)
    if left <= FLUSH.total_seconds():
        return Pace(per_second, max(1.0, BURST_SECONDS * per_second), 0.0)
    whole = (closes_at - now).total_seconds() - 60 * minutes
    horizon = min(whole if whole > ASK_MAX else ASK_MAX, left - FLUSH.total_seconds())
    return Pace(per_second * share, max(1.0, BURST_SECONDS * per_second * share), max(horizon, 1.0))


def _falling(delay: float) -> float:
    done = (delay - SLOWER_FROM) / (SLOWEST_FROM - SLOWER_FROM)
    return 1.0 - (1.0 - SLOWEST) * min(1.0, max(0.0, done))


def ask_again(*, ahead: int, to_open: float, pace: Pace, told: bool) -> int:
    """Seconds until somebody with so many people ahead should ask again; the round opens in ``to_open`` seconds.

    Three quarters of the time that they will wait: five or six questions in all, few of them early. At the opening
    they ask in the order of their turns. Where no number may be ``told``, none goes into the answer.
    """
    if not told:
        return ASK_EARLY if to_open > ASK_EARLY else ASK_BLIND
    rate = max(pace.per_second, ahead / pace.horizon if pace.horizon else ahead, 0.1)
    seconds = max(0.0, to_open) + 0.75 * ahead / rate
    return int(min(ASK_EARLY if to_open > 0 else ASK_MAX, max(ASK_MIN, seconds)))


def next_save_ms(*, delay: float, remaining_ms: int) -> int:
    """How long a browser should leave before its next save: 2 s, under load up to 30 s.

    Never more than a third of what is left of the paper: overload costs freshness, not answers.
    """
    done = min(1.0, max(0.0, (delay - SAVE_RISES_FROM) / (SAVE_RISES_TO - SAVE_RISES_FROM)))
    wanted = SAVE_MIN_MS + round(done * (SAVE_MAX_MS - SAVE_MIN_MS))
    return max(SAVE_MIN_MS, min(wanted, remaining_ms // 3))
