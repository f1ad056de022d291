"""The model finds each of the seeded faults of ``faults/``, and nothing in the source as it is.

A fault is a patch with a sentence of what it breaks; one that no longer applies fails here.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
FAULTS = {patch.stem: patch for patch in sorted((HERE / "faults").glob("*.patch"))}
PATCHED = ("core", "contest", "questions")
LINKED = ("app.py", "tests", "templates", "static", "migrations")
EXAMPLES = 100
SOUND_EXAMPLES = 5
SEED = int(os.environ.get("FAULT_SEED", "1"))
NOT_NEEDED = ("pytest", "_pytest", "pluggy", "playwright", "axe_playwright_python", "_hypothesis_pytestplugin")


def _copy(to: Path, patch: Path | None) -> Path:
    """The source with one fault; a link for what no fault touches."""
    to.mkdir()
    for name in PATCHED:
        shutil.copytree(ROOT / name, to / name)
    for name in LINKED:
        (to / name).symlink_to(ROOT / name)
    if patch is not None:
        # Whatever repository the folder may lie in is none of its business.
        alone = {**os.environ, "GIT_CEILING_DIRECTORIES": str(to.parent)}
        subprocess.run(["git", "apply", "-p1", str(patch)], cwd=to, check=True, env=alone)
    return to


def _third_party() -> list[str]:
    """What this process has loaded of other people's packages."""
    return [
        name
        for name, module in list(sys.modules.items())
        if "site-packages" in (getattr(module, "__file__", None) or "") and name.split(".")[0] not in NOT_NEEDED
    ]


@pytest.fixture(scope="module")
def hunts(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, redis_server: tuple[str, int], var: Path
) -> dict[str, Any]:
    """What became of each hunt, by fault; ``""`` is the source as it is."""
    folder = tmp_path_factory.mktemp("faults")
    jobs = []
    for name, patch in {"": None, **FAULTS}.items():
        own = folder / (name or "sound")
        own.mkdir()
        shutil.copy(sqlite_template, own / "contest.db")
        jobs.append(
            {
                "name": name,
                "tree": str(_copy(own / "tree", patch)),
                "log": str(own / "log"),
                "result": str(own / "result.json"),
                "database": f"sqlite:///{own / 'contest.db'}",
                "redis": redis_server[0],
                "var": str(var),
                "seed": SEED,
                "examples": EXAMPLES if patch else SOUND_EXAMPLES,
            }
        )
    asked = {"modules": _third_party(), "jobs": jobs, "parallel": os.cpu_count() or 1}
    subprocess.run([sys.executable, str(HERE / "nursery.py")], input=json.dumps(asked), text=True, check=True)
    return {job["name"]: _outcome(job) for job in jobs}


def _outcome(job: dict[str, Any]) -> dict[str, Any]:
    result = Path(job["result"])
    if not result.exists():
        return {"found": 0, "by": "", "error": Path(job["log"]).read_text("utf-8")}
    outcome: dict[str, Any] = json.loads(result.read_text("utf-8"))
    return outcome


def test_the_source_as_it_is_agrees(hunts: dict[str, Any]) -> None:
    assert hunts[""]["error"] == ""
    assert hunts[""]["steps"] > 0


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_found(name: str, hunts: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    outcome = hunts[name]
    assert outcome["by"], outcome["error"] or f"{name}: not found in {outcome['steps']} steps"
    with capsys.disabled():
        print(f"\n{name}: found after {outcome['found']} steps by {outcome['by']}", end="")
