"""The product agrees with the model, on both databases (promises 1, 3, 4, 5, 8)."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.attempts.model.machine import Cast, Sitting
from tests.world import World

EXAMPLES = int(os.environ.get("SOAK", "20"))
"""``make soak`` asks for many."""
STEPS = 40
PHASES = [Phase.generate] if os.environ.get("NOSHRINK") else list(Phase)


def test_whatever_happens_the_product_agrees_with_the_model(world: World) -> None:
    Sitting.cast = Cast(world)
    run_state_machine_as_test(
        Sitting,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
