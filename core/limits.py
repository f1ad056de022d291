"""Rate limits by account. Redis counts for all processes; without it each process counts alone.

Key ``limit:{<name>:<subject>}`` (string, counter; owner: this file; TTL: the window;
rebuilt by nothing: it is only forgotten).
"""

import math
import time

from core.errors import TooManyRequests
from core.i18n import N_
from core.redis import RedisAway, gate, script

_COUNT = script(
    """
    local n = redis.call('INCR', KEYS[1])
    if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
    return {n, redis.call('PTTL', KEYS[1])}
    """
)
_LOOK = script("return {tonumber(redis.call('GET', KEYS[1]) or '0'), redis.call('PTTL', KEYS[1])}")
REMEMBERED = 10_000
_local: dict[str, tuple[int, float]] = {}


def refuse_over(*, name: str, subject: str, limit: int) -> None:
    """Raise :class:`TooManyRequests` when ``subject`` has used up its tries; counts nothing."""
    key = f"limit:{{{name}:{subject}}}"
    try:
        hits, left_ms = gate.call(lambda client: _LOOK(client, [key], []))
        left = math.ceil(int(left_ms) / 1000)
    except RedisAway:
        hits, end = _local.get(key, (0, 0.0))
        left = math.ceil(end - time.monotonic())
    if int(hits) >= limit and left > 0:
        raise _too_many(left)


def count(*, name: str, subject: str, limit: int, window_seconds: int) -> None:
    """Count one act of ``subject``; raises :class:`TooManyRequests` past ``limit`` a window."""
    key = f"limit:{{{name}:{subject}}}"
    try:
        hits, left_ms = gate.call(lambda client: _COUNT(client, [key], [window_seconds * 1000]))
        left = max(1, math.ceil(int(left_ms) / 1000))
    except RedisAway:
        hits, left = _count_here(key, window_seconds)
    if int(hits) > limit:
        raise _too_many(left)


def _too_many(seconds: int) -> TooManyRequests:
    return TooManyRequests(
        N_("Có quá nhiều lần thử liên tiếp. Đề nghị thử lại sau %(seconds)s giây."),
        retry_after=seconds,
        seconds=seconds,
    )


def _count_here(key: str, window_seconds: int) -> tuple[int, int]:
    moment = time.monotonic()
    if len(_local) >= REMEMBERED:  # the oldest first: a dict keeps the order of insertion
        _local.pop(next(iter(_local)), None)
    hits, end = _local.get(key, (0, moment + window_seconds))
    if end <= moment:
        hits, end = 0, moment + window_seconds
    _local[key] = (hits + 1, end)
    return hits + 1, max(1, math.ceil(end - moment))


def forget() -> None:
    """Drop what this process has counted alone (tests)."""
    _local.clear()
