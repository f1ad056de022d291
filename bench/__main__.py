"""``make bench``: tables, and JSON in ``var/bench/latest.json``; ``make bench ARGS=--help`` tells what else."""

import argparse
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path

from bench import acts, rush, servers, stage, startup, weight
from bench.acts import Plan
from bench.report import FLOORS, Report
from core.settings import Settings, read_settings
from tests.servers import free_port, postgres_binaries, redis

ENGINES = ("postgresql", "sqlite")
PARTS = (*FLOORS, "rush", "weight", "startup")
CORES = 2


def main() -> int:
    """Run what was asked for; 1 where the rush met an error or the ledger a difference."""
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers are stopped on the way out
    # Children inherit both: every figure is one of two cores, and a rush needs a socket a sitting.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    folder, report = read_settings().var_dir / "bench", Report()
    with tempfile.TemporaryDirectory(prefix="contest-bench-") as var, redis() as (redis_url, _):
        for engine in asked.engines:
            if asked.only & set(FLOORS):
                _say(f"{engine}: {', '.join(act for act in FLOORS if act in asked.only)} …")
                report.acts[engine] = _acts(engine, asked, redis_url, Path(var))
        if "weight" in asked.only:
            report.weights = _weight(redis_url, Path(var))
        if "rush" in asked.only:
            _say(f"rush of {asked.rush} …")
            report.rush = _rush(asked.rush, redis_url, Path(var), folder / "ledger.jsonl")
    if "startup" in asked.only:
        report.second_run_seconds = round(startup.second_run(), 2)
    report.show()
    report.write(folder / "latest.json")
    return 0 if report.rush is None or report.rush.passed else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("--only", help=f"parts, comma between: {','.join(PARTS)}", default=",".join(PARTS))
    parser.add_argument("--engines", help="comma between", default=",".join(ENGINES))
    parser.add_argument("--rush", type=int, default=2_000, help="sittings at once (2000)")
    parser.add_argument("--pairs", type=int, default=12, help="pairs of slices, act and floor (12)")
    parser.add_argument("--requests", type=int, default=400, help="requests in a slice (400; more is steadier)")
    asked = parser.parse_args()
    asked.only, asked.engines = frozenset(asked.only.split(",")), asked.engines.split(",")
    if unknown := asked.only - set(PARTS):
        parser.error(f"no part is called {', '.join(unknown)}")
    if postgres_binaries() is None:
        _say("PostgreSQL NOT MEASURED: no server binary (initdb) on this machine")
        asked.engines = [engine for engine in asked.engines if engine != "postgresql"]
        asked.only -= {"rush"}
    return asked


def _settings(url: str, redis_url: str, var: Path) -> Settings:
    return Settings(database_url=url, redis_url=redis_url, secret_key="b" * 40, var_dir=var, port=free_port())


def _acts(engine: str, asked: argparse.Namespace, redis_url: str, var: Path) -> dict[str, acts.Measured]:
    plan = Plan(asked.pairs, asked.requests, asked.only)
    with servers.databases(engine, ("product", "floors")) as urls:
        ready = stage.prepare(_settings(urls["product"], redis_url, var), plan.people)
        return acts.run(ready, _settings(urls["floors"], redis_url, var), plan)


def _weight(redis_url: str, var: Path) -> dict[str, int]:
    with servers.databases("sqlite", ("product",)) as urls:
        return weight.taking_page(stage.prepare(_settings(urls["product"], redis_url, var), 1))


def _rush(sittings: int, redis_url: str, var: Path, ledger: Path) -> rush.Outcome:
    with servers.databases("postgresql", ("product",)) as urls:
        return rush.run(stage.prepare(_settings(urls["product"], redis_url, var), sittings), ledger)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
