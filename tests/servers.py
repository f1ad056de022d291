"""Real servers for the tests: PostgreSQL from the system's binaries, Redis as the product finds it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.embedded import embedded_server, wait_ready

POSTGRES_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def free_port() -> int:
    """A TCP port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postgres_binaries() -> Path | None:
    """Where initdb and postgres are, or ``None``."""
    if POSTGRES_BINARIES:
        return POSTGRES_BINARIES[-1]
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def postgres(binaries: Path, *, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL server on loopback; yields the URL of its first database.

    ``durable`` (benchmarks): its commits reach the disk, as in production.
    """
    folder = Path(tempfile.mkdtemp(prefix="contest-pg-"))
    as_root = os.geteuid() == 0
    prefix = ["runuser", "-u", "postgres", "--"] if as_root else []
    if as_root:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    port = free_port()
    data = str(folder / "data")
    subprocess.run(
        [
            *prefix,
            str(binaries / "initdb"),
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "--no-sync",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
    settings += "" if durable else " -c fsync=off"
    subprocess.run(
        [*prefix, str(binaries / "pg_ctl"), "-D", data, "-o", settings, "-l", str(folder / "log"), "-w", "start"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [*prefix, str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop"],
            check=False,
            capture_output=True,
            cwd=folder,
        )
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[tuple[str, int]]:
    """A Redis server of the test run's own; yields its URL and process id."""
    folder = Path(tempfile.mkdtemp(prefix="contest-redis-"))
    server = embedded_server(folder)
    process = subprocess.Popen(server.argv, stdout=subprocess.DEVNULL)
    if not wait_ready(server.socket):
        raise TimeoutError("redis did not start")
    try:
        yield server.url, process.pid
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
