"""The waiting room in Redis. Owner of every key: ``lua/door.lua``, called by :func:`ask`.

    wait:{<round>}:queue   zset    person id -> ticket number; who waits, in the order in which they came
    wait:{<round>}:seen    zset    person id -> moment (ms) of the last question; the silent lose the place
    wait:{<round>}:passes  zset    person id -> moment (ms) until which they may enter
    wait:{<round>}:door    hash    tickets: last number given out; room: people who may enter now; at: as of (ms)

TTL: an hour after the last question. Nothing rebuilds them: with a lost Redis those who wait take new tickets at their
next question, in the order in which they ask. Nobody but the person learns of a ticket. All keys of a round carry the
same hash tag; moments come from the caller, never from Redis.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, cast

import redis

from contest.attempts.pace import Pace
from core.redis import script

_DOOR = script((Path(__file__).parent / "lua" / "door.lua").read_text("utf-8"))
GRACE = timedelta(minutes=5)
"""Whoever is not heard of for so long loses the place."""
PASS = timedelta(minutes=5)
"""Whoever is let in may start for so long."""
TTL = timedelta(hours=1)
NO_TICKET = -1


@dataclass(frozen=True, slots=True)
class Answer:
    """``until`` is set for who may enter; ``ahead`` counts the people before who waits, ``None`` without a ticket."""

    until: datetime | None
    ahead: int | None


def ask(
    client: redis.Redis,
    *,
    round_id: str,
    person_id: int,
    now: datetime,
    opens_at: datetime,
    pace: Pace,
    act: Literal["join", "try"],
) -> Answer:
    """Ask at the door: one round trip. Who may enter by now is let in; ``join`` takes a ticket, ``try`` does not."""
    arguments = [
        person_id,
        _ms(now),
        _ms(opens_at),
        pace.per_second,
        pace.burst,
        pace.horizon,
        _length(GRACE),
        _length(PASS),
        act,
        _length(TTL),
    ]
    passed, until, ahead = _DOOR(client, _keys(round_id), arguments)
    if passed:
        return Answer(_moment(until), None)
    return Answer(None, None if until == NO_TICKET else ahead)


def look(client: redis.Redis, *, round_id: str, person_id: int, now: datetime) -> Answer:
    """The same without asking: nothing changes. One round trip."""
    queue, _, passes, _ = _keys(round_id)
    pipe = client.pipeline(transaction=False)
    pipe.zscore(passes, str(person_id))
    pipe.zrank(queue, str(person_id))
    until, ahead = cast("tuple[float | None, int | None]", pipe.execute())
    if until is not None and until > _ms(now):
        return Answer(_moment(int(until)), None)
    return Answer(None, ahead)


def _keys(round_id: str) -> list[str]:
    return [f"wait:{{{round_id}}}:{part}" for part in ("queue", "seen", "passes", "door")]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _length(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
