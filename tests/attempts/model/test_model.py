"""The product agrees with the model, on both databases (promises 1, 3, 4, 5, 8)."""

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.attempts.model.machine import Sitting
from tests.attempts.model.opening import Cast
from tests.world import World

EXAMPLES = int(os.environ.get("SOAK", "12"))
"""``make soak`` asks for many more."""
STEPS = 40


def test_whatever_happens_the_product_agrees_with_the_model(world: World) -> None:
    Sitting.cast = Cast(world)
    plan = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Sitting, settings=plan)
