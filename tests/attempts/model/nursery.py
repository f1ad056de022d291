"""Runs jobs on copies of the source, each in a forked process of its own.

A program of the standard library alone: it loads the third-party packages once, which takes seconds,
and leaves the product's own modules to the children, who load them from their copy.

Reads ``{"modules": […], "jobs": [{"tree", "log", "result", …}], "parallel"}`` from standard input; a
job's result is what ``tests.attempts.model.hunting.hunt(job)`` returns, as JSON in its file.
"""

import contextlib
import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any


def main() -> None:
    """Load, then fork for each job, so many at a time."""
    asked = json.load(sys.stdin)
    sys.path = [entry for entry in sys.path if entry != str(Path(__file__).parent)]
    for name in asked["modules"]:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    running = 0
    for job in asked["jobs"]:
        if running >= asked["parallel"]:
            os.wait()
            running -= 1
        if os.fork() == 0:
            _child(job)
        running += 1
    for _ in range(running):
        os.wait()


def _child(job: dict[str, Any]) -> None:
    try:
        os.chdir(job["tree"])
        sys.path.insert(0, job["tree"])
        log = os.open(job["log"], os.O_WRONLY | os.O_CREAT)
        os.dup2(log, 1)
        os.dup2(log, 2)
        hunting = importlib.import_module("tests.attempts.model.hunting")
        Path(job["result"]).write_text(json.dumps(hunting.hunt(job)), "utf-8")
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
