"""The attempt as a state machine: two devices, a clock and a sweep in any order (promises 1, 3, 4, 5).

The model knows only what was acknowledged; whatever the product stores must agree with it.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contest.attempts import service
from contest.attempts.models import Attempt
from contest.attempts.receipts import Receipt
from contest.attempts.rules import GRACE, SWEEP_MARGIN
from contest.attempts.sweep import sweep
from core.errors import Conflict, Gone
from tests.world import World

DEVICES = st.integers(0, 1)
RIGHT = st.integers(0, 4)


class Sitting(RuleBasedStateMachine):
    """One person's attempt under two devices."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.attempt: Attempt | None = None
        self.epochs: dict[int, int] = {}
        self.epoch = 0
        self.seq = 0
        self.acknowledged: dict[str, Any] | None = None
        self.receipt: Receipt | None = None
        self.swept = False

    @initialize()
    def somebody_enters(self) -> None:
        self.person = self.world.person()
        self.round_id = self.world.round(attempts=1)
        self._enter(0)

    def _enter(self, device: int) -> None:
        try:
            self.attempt = self.world.start(self.person, self.round_id)
        except Conflict as error:
            late = self.attempt is not None and self.world.now > self.attempt.deadline + GRACE
            assert error.code in (("limit-reached",) if self._over() else ("finishing",)), error.code
            assert self._over() or late
            return
        assert not self._over()
        self.epoch += 1
        self.epochs[device] = self.epoch
        self.seq = 0
        assert (self.attempt.epoch, self.attempt.seq) == (self.epoch, 0)
        if self.acknowledged is not None:
            assert self.attempt.answers == self.acknowledged

    def _over(self) -> bool:
        return self.receipt is not None or self.swept

    def _late(self) -> bool:
        assert self.attempt is not None
        return self.world.now > self.attempt.deadline + GRACE

    @rule(device=DEVICES)
    def enter(self, device: int) -> None:
        self._enter(device)

    @precondition(lambda self: self.epochs)
    @rule(device=DEVICES, right=RIGHT, step=st.integers(-1, 2))
    def save(self, device: int, right: int, step: int) -> None:
        if device not in self.epochs or self.attempt is None:
            return
        answers, seq = self.world.sheet(self.attempt, right=right), max(1, self.seq + step)
        try:
            with self.world.inside():
                saved = service.save(
                    person_id=self.person.id, now=self.world.now, attempt_id=self.attempt.public_id,
                    epoch=self.epochs[device], seq=seq, answers=answers,
                )  # fmt: skip
        except Gone:
            assert self._late()
        except Conflict as error:
            if self._over():
                assert error.code == "finished"
            elif self.epochs[device] != self.epoch:
                assert error.code == "taken-over"
            else:
                assert error.code == "stale-seq"
                assert error.extra["seq"] == self.seq >= seq
        else:
            assert not self._over()
            assert not self._late()
            assert self.epochs[device] == self.epoch
            assert saved.seq == seq >= self.seq
            if seq == self.seq:
                assert answers == self.acknowledged
            self.seq, self.acknowledged = seq, answers

    @precondition(lambda self: self.epochs)
    @rule(device=DEVICES, right=RIGHT)
    def submit(self, device: int, right: int) -> None:
        if device not in self.epochs or self.attempt is None:
            return
        answers = self.world.sheet(self.attempt, right=right)
        try:
            with self.world.inside():
                receipt = service.submit(
                    person_id=self.person.id, now=self.world.now, attempt_id=self.attempt.public_id,
                    epoch=self.epochs[device], answers=answers,
                )  # fmt: skip
        except Gone:
            assert self._late() or self.swept
        except Conflict as error:
            if self.receipt is not None:
                assert error.code == "finished"
                assert error.extra["receipt"]["code"] == self.receipt.code
            else:
                assert error.code == "taken-over"
                assert self.epochs[device] != self.epoch
        else:
            if self._over():
                assert answers == self.acknowledged
                assert self.receipt is None or receipt == self.receipt
            else:
                assert not self._late()
                assert self.epochs[device] == self.epoch
                self.acknowledged = answers
            self.receipt = receipt

    @rule(seconds=st.sampled_from([1, 30, 300, 610, 620]))
    def time_passes(self, seconds: int) -> None:
        self.world.later(seconds=seconds)

    @rule()
    def the_sweep_comes(self) -> None:
        with self.world.inside():
            sweep(now=self.world.now)
        if not self._over() and self.attempt and self.world.now > self.attempt.deadline + GRACE + SWEEP_MARGIN:
            self.swept = True

    @invariant()
    def what_is_stored_is_what_was_acknowledged(self) -> None:
        if self.attempt is None:
            return
        stored = self.world.stored(self.attempt)
        if self.acknowledged is not None:
            assert stored.answers == self.acknowledged
        assert (stored.state == "in_progress") is not self._over()
        assert stored.epoch == self.epoch
        if self.receipt is not None:
            assert (stored.code, stored.elapsed_ms) == (self.receipt.code, self.receipt.elapsed_ms)


def test_the_attempt_agrees_with_what_was_acknowledged(world: World) -> None:
    Sitting.world = world
    run_state_machine_as_test(Sitting, settings=settings(max_examples=30, stateful_step_count=25, deadline=None))
