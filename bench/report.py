"""What was measured, as a table for people and as JSON in ``var/bench/latest.json`` for programs."""

import json
import os
import platform
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.acts import DEMANDS, Measured
from bench.rush import Outcome

FLOORS = {"start": "INSERT + COMMIT", "save": "UPDATE + COMMIT", "submit": "INSERT + COMMIT", "board": "empty view"}


@dataclass
class Report:
    """Everything that one run measured; what it left out is empty."""

    acts: dict[str, dict[str, Measured]] = field(default_factory=dict)
    """Engine -> act."""
    rush: Outcome | None = None
    weights: dict[str, int] = field(default_factory=dict)
    second_run_seconds: float | None = None

    @property
    def ratios(self) -> dict[str, float]:
        """Act -> its rate over its floor's, on the engine where that is lowest."""
        acts = {act for measured in self.acts.values() for act in measured}
        return {
            act: round(min(measured[act].ratio for measured in self.acts.values() if act in measured), 3)
            for act in FLOORS
            if act in acts
        }

    def show(self) -> None:
        """Print the tables."""
        if self.acts:
            print(f"\n{'engine':12}{'act':8}{'requests/s':>11}  {'floor':16}{'requests/s':>11}{'ratio':>8}  demanded")
        for engine, measured in self.acts.items():
            for act, m in measured.items():
                demanded = f"{DEMANDS[act]:.2f} {_verdict(m.ratio >= DEMANDS[act])}" if act in DEMANDS else ""
                print(
                    f"{engine:12}{act:8}{statistics.median(m.act):11.0f}  {FLOORS[act]:16}"
                    f"{statistics.median(m.floor):11.0f}{m.ratio:8.2f}  {demanded}"
                )
        if self.rush:
            _show_rush(self.rush)
        if self.weights:
            print(f"\ntaking page with all its assets, compressed: {sum(self.weights.values()) / 1024:.1f} KB")
            for name, size in self.weights.items():
                print(f"  {name:40} {size / 1024:8.1f} KB")
        if self.second_run_seconds is not None:
            print(f"\nsecond run of the product, command to first page: {self.second_run_seconds:.1f} s")

    def write(self, file: Path) -> None:
        """Leave the JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self._data(), indent=2, ensure_ascii=False), "utf-8")
        print(f"\n{file}")

    def _data(self) -> dict[str, Any]:
        return {
            "ratios": self.ratios,
            "demanded": DEMANDS,
            "engines": {
                engine: {act: _measured(m) for act, m in measured.items()} for engine, measured in self.acts.items()
            },
            "rush": _rush(self.rush) if self.rush else None,
            "taking_page_bytes": self.weights,
            "second_run_seconds": self.second_run_seconds,
            "machine": {
                "python": platform.python_version(),
                "system": platform.platform(),
                "cores": len(os.sched_getaffinity(0)),
            },
        }


def _measured(measured: Measured) -> dict[str, Any]:
    return {
        "ratio": round(measured.ratio, 3),
        "requests_per_second": round(statistics.median(measured.act), 1),
        "floor_requests_per_second": round(statistics.median(measured.floor), 1),
        "slices": [[round(a, 1), round(f, 1)] for a, f in zip(measured.act, measured.floor, strict=True)],
    }


def _rush(rush: Outcome) -> dict[str, Any]:
    return {
        "passed": rush.passed,
        "sittings": rush.sittings,
        "seconds": round(rush.total_seconds, 1),
        "milliseconds": rush.course.milliseconds(),
        "acknowledged": {act: len(times) for act, times in rush.course.seconds.items()},
        "errors": dict(rush.course.errors),
        "gave_up": rush.course.gave_up,
        "answers_compared": rush.saves.answers + rush.submissions.answers,
        "differences": rush.differences,
    }


def _show_rush(rush: Outcome) -> None:
    print(f"\nrush of {rush.sittings} sittings, PostgreSQL, {rush.total_seconds:.0f} s: {_verdict(rush.passed)}")
    print(f"  {'act':8}{'acknowledged':>13}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'max ms':>10}")
    for act, figures in rush.course.milliseconds().items():
        columns = "".join(f"{value:10.0f}" for value in figures.values())
        print(f"  {act:8}{len(rush.course.seconds[act]):13}{columns}")
    errors = ", ".join(f"{name}: {count}" for name, count in rush.course.errors.items())
    print(f"  errors: {errors or 'none'}; sittings that gave up: {rush.course.gave_up}")
    print(
        f"  ledger against SQL: {rush.saves.attempts} attempts before handing in, {rush.submissions.attempts} after, "
        f"{rush.saves.answers + rush.submissions.answers} answers, {len(rush.differences)} differences"
    )
    for difference in rush.differences[:10]:
        print(f"    {difference}")


def _verdict(kept: bool) -> str:
    return "kept" if kept else "MISSED"
