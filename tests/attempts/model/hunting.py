"""One hunt: the state machine against whatever source it is loaded with, until it finds something."""

import sys
import traceback
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from app import create_app
from core.redis import gate
from core.settings import Settings
from tests.attempts.model.machine import Sitting
from tests.attempts.model.opening import Cast
from tests.world import World

HERE = Path(__file__).parent
STEPS = 40


class Hunt(Sitting):
    """Notes at which step something was found first: what comes after is only told again."""

    found: ClassVar[int] = 0

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            if isinstance(sys.exception(), AssertionError) and not Hunt.found:
                Hunt.found = Hunt.steps


def hunt(job: dict[str, Any]) -> dict[str, Any]:
    """``{"found": steps or 0, "steps", "by": the model's assertion, or "" , "error"}`` of a job
    ``{"database", "redis", "var", "seed", "examples"}``."""
    app = create_app(
        Settings(database_url=job["database"], redis_url=job["redis"], secret_key="k" * 40, var_dir=Path(job["var"]))
    )
    gate.connect(job["redis"], patient=True)
    Hunt.cast = Cast(World(app))
    plan = settings(
        max_examples=job["examples"],
        stateful_step_count=STEPS,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(job["seed"])(Hunt), settings=plan)
    except Exception as error:
        return {"found": Hunt.found, "steps": Hunt.steps, "by": _assertion(error), "error": traceback.format_exc()}
    return {"found": 0, "steps": Hunt.steps, "by": "", "error": ""}


def _assertion(error: Exception) -> str:
    """Where in the model it was noticed; empty when something else broke."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    if not isinstance(error, AssertionError) or Path(last.filename).parent != HERE:
        return ""
    return f"{last.name}: {last.line}"
