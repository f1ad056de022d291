"""Real threads that begin at the same moment."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.exc import OperationalError, TimeoutError

from tests.world import World

TRIES = 20


def together(world: World, works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all at the same moment, each in its thread and context; results or errors."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        barrier.wait()
        try:
            results[place] = patiently(world, works[place])
        except Exception as error:  # looked at by the test: a crash is no quiet None
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def patiently(world: World, work: Callable[[], Any]) -> Any:
    """As a device does: what a busy database did not take (503) is sent again."""
    for left in reversed(range(TRIES)):
        with world.inside():
            try:
                return work()
            except (OperationalError, TimeoutError):
                if not left:
                    raise
    return None
