"""At the door of a round: ask, wait, be let in, with Redis or without."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from contest.attempts import waiting
from contest.attempts.waiting import Turn
from contest.people.models import Person
from tests.world import World


def ask(world: World, round_id: str, person_id: int) -> Turn:
    """Ask for a turn, as the waiting room does."""
    with world.inside():
        return waiting.ask(person_id=person_id, now=world.now, round_id=round_id)


def let_in(world: World, round_id: str, person: Person, **how: bool) -> None:
    """Pass the door as a start does; raises :class:`MustWait`."""
    actor = world.actor(person)
    with world.inside():
        waiting.let_in(actor=actor, now=world.now, round_id=round_id, **how)


def crowd(world: World, round_id: str, count: int) -> list[int]:
    """So many strangers ask after each other; they come back as who asked."""
    people = list(range(10_000, 10_000 + count))
    for person_id in people:
        ask(world, round_id, person_id)
    return people


@contextmanager
def stopped(server: tuple[str, int]) -> Iterator[None]:
    """Redis stands still meanwhile."""
    os.kill(server[1], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server[1], signal.SIGCONT)
