"""The worker: named loops, each in its thread, each pass inside an application context.

Rooms register their loops in ``create_app``; the worker knows nothing of the subject.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from core import clock

log = structlog.get_logger()


@dataclass(frozen=True)
class Loop:
    """``run(now=)`` every ``seconds``; its errors are logged and the next pass tries again."""

    name: str
    seconds: float
    run: Callable[[datetime], object]


_loops: list[Loop] = []


def register_loop(loop: Loop) -> None:
    """Add a loop once; a second registration under the same name replaces it."""
    _loops[:] = [known for known in _loops if known.name != loop.name] + [loop]


Context = Callable[[], AbstractContextManager[Any]]


def run_forever(context: Context, stop: threading.Event) -> None:
    """Run all registered loops until ``stop`` is set; ``context()`` surrounds each pass."""
    threads = [threading.Thread(target=_repeat, args=(context, loop, stop), name=loop.name) for loop in _loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _repeat(context: Context, loop: Loop, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with context():
                loop.run(clock.now())
        except Exception:
            log.exception("loop failed", loop=loop.name)
        stop.wait(loop.seconds)
