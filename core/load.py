"""How far behind this process is, in seconds: measured in the process itself, for a few microseconds a request.

By Little's law somebody who comes now waits ``under way x seconds a request / threads``. Under way is what the server
has accepted and not answered, whether a thread has it or not; it says so through :func:`watch`. Without a server that
says (tests, a console) only what threads have in hand counts.

Everything that gives way under load asks :func:`delay`: boards first (``core.web.shedding``), then starts
(``contest.attempts.waiting``), then how often papers are saved. Saves and submissions are never refused by it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

WEIGHT = 0.05
"""Of one request in the mean: about the last 20 count."""
LONGEST = 1.0
"""A request counts as no longer than this: one export must not make the process look overloaded."""
THREADS = 2


class Load:
    """The mean length of a request and the number under way."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._mean = 0.0
        self._in_hand = 0
        self._threads = THREADS
        self._accepted: Callable[[], int] | None = None

    def watch(self, accepted: Callable[[], int], *, threads: int) -> None:
        """Let the server say how many requests it has accepted and not answered, and its threads."""
        self._accepted, self._threads = accepted, max(1, threads)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Surround a request."""
        with self._lock:
            self._in_hand += 1
        begun = self._clock()
        try:
            yield
        finally:
            took = min(self._clock() - begun, LONGEST)
            with self._lock:
                self._in_hand -= 1
                self._mean += WEIGHT * (took - self._mean)

    def delay(self) -> float:
        """Seconds that a request which comes now will take until its answer."""
        under_way = max(self._in_hand, self._accepted() if self._accepted else 0)
        return under_way * self._mean / self._threads


_load = Load()
_source: Callable[[], float] = _load.delay


def request() -> AbstractContextManager[None]:
    """Surround a request of this process."""
    return _load.request()


def watch(accepted: Callable[[], int], *, threads: int) -> None:
    """See :meth:`Load.watch`; called by the server's configuration in each of its processes."""
    _load.watch(accepted, threads=threads)


def delay() -> float:
    """How far behind this process is, in seconds."""
    return _source()


def set_source(source: Callable[[], float] | None) -> None:
    """Replace the measurement (tests and rehearsals only); ``None`` restores it."""
    global _source
    _source = source or _load.delay
