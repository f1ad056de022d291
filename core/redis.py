"""Redis as a guest of the house: short waits, no retries, a breaker a process.

A *stopped* Redis is worse than a dead one: every call waits for its time-out. After three
failures the breaker refuses at once for two seconds, so a page never waits longer than
``3 x 0.25 s`` however many calls it makes.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

T = TypeVar("T")

FAILURES_TO_OPEN = 3
OPEN_SECONDS = 2.0


# A full or read-only Redis is as good as none; a mistake in our own command stays an error.
AWAY = (
    redis.ConnectionError,
    redis.TimeoutError,
    redis.exceptions.MaxConnectionsError,
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.ClusterDownError,
)
AWAY_WORDS = ("MISCONF", "NOREPLICAS")  # the server refuses to write; redis-py has no class for these


class RedisAway(Exception):
    """Redis did not answer in time, or is known not to."""


class RedisGate:
    """The process's one way to Redis; bound to its address by :meth:`connect`."""

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    def connect(self, url: str, *, patient: bool = False) -> None:
        """Remember where Redis is; ``patient`` (worker, no request waits) allows 2 s a call."""
        wait = 2.0 if patient else 0.25
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=32,
            timeout=0.1,
            socket_timeout=wait,
            socket_connect_timeout=wait,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        self._client = redis.Redis(connection_pool=pool)
        self._failures = 0
        self._open_until = 0.0

    def call(self, work: Callable[[redis.Redis], T]) -> T:
        """Run ``work(client)``; raises :class:`RedisAway` instead of redis-py's errors."""
        client = self._client
        if client is None or time.monotonic() < self._open_until:
            raise RedisAway
        try:
            result = work(client)
        except redis.RedisError as error:
            if not isinstance(error, AWAY) and not str(error).startswith(AWAY_WORDS):
                raise
            self._count_failure()
            raise RedisAway from error
        self._failures = 0
        return result

    def _count_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN:
                self._failures = 0
                self._open_until = time.monotonic() + OPEN_SECONDS


gate = RedisGate()


def script(source: str) -> Callable[[redis.Redis, list[str], list[Any]], Any]:
    """A Lua script as a function of (client, keys, arguments)."""
    holder: dict[int, Any] = {}

    def run(client: redis.Redis, keys: list[str], arguments: list[Any]) -> Any:
        registered = holder.get(id(client.connection_pool))
        if registered is None:
            registered = holder[id(client.connection_pool)] = client.register_script(source)
        return registered(keys=keys, args=arguments, client=client)

    return run
