"""How long a second ``make run`` takes to its first page."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 120


def second_run() -> float:
    """Seconds from the command to the first page, with the data of a first run."""
    with tempfile.TemporaryDirectory(prefix="contest-bench-run-") as folder:
        _run_until_first_page(Path(folder))
        return _run_until_first_page(Path(folder))


def _run_until_first_page(var: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "VAR_DIR": str(var), "PORT": str(port)}
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "core.run"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _first_page(f"http://127.0.0.1:{port}/", process)
        return time.perf_counter() - begun
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(40)


def _first_page(address: str, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own loopback address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("no first page")
