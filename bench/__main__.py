"""``make bench``: a table, and JSON in ``var/bench/latest.json``."""

import json
import platform
import statistics
import subprocess
import tempfile
from pathlib import Path

from bench import exam, startup, weight
from bench.stage import connect, stage
from core.embedded import embedded_server, wait_ready
from core.settings import read_settings

PEOPLE = 60


def main() -> None:
    """Run everything once."""
    with tempfile.TemporaryDirectory(prefix="contest-bench-redis-") as folder:
        server = embedded_server(Path(folder))
        redis = subprocess.Popen(server.argv, stdout=subprocess.DEVNULL)
        try:
            if not wait_ready(server.socket):
                raise TimeoutError("redis did not start")
            connect(server.url)
            with stage(people_count=1, redis_url=server.url) as light:
                weights = weight.taking_page(light)
            with stage(people_count=PEOPLE, redis_url=server.url) as full:
                timings = exam.run(full)
        finally:
            redis.kill()
            redis.wait()
    _report(timings, weights, startup.second_run())


def _report(timings: exam.Timings, weights: dict[str, int], start_seconds: float) -> None:
    ratios = exam.ratios(timings)
    print(f"{'act':14} {'median ms':>10} {'p95 ms':>10} {'ratio to an empty view':>24}")
    for name, times in timings.items():
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"{name:14} {statistics.median(times) * 1000:10.2f} {p95 * 1000:10.2f} {ratios.get(name, 1):24.2f}")
    print(f"\ntaking page with all its assets, compressed: {sum(weights.values()) / 1024:.1f} KB")
    for name, size in weights.items():
        print(f"  {name:40} {size / 1024:8.1f} KB")
    print(f"\nsecond run of the product, command to first page: {start_seconds:.1f} s")
    file = read_settings().var_dir / "bench" / "latest.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "ratios": ratios,
        "median_ms": {name: round(statistics.median(times) * 1000, 3) for name, times in timings.items()},
        "taking_page_bytes": weights,
        "second_run_seconds": round(start_seconds, 2),
        "machine": {"python": platform.python_version(), "system": platform.platform()},
    }
    file.write_text(json.dumps(report, indent=2), "utf-8")
    print(f"\n{file}")


if __name__ == "__main__":
    main()
