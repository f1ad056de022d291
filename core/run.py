"""``make run``: look before starting, prepare the data, keep everything up, tell the person where to go.

Order: preflight -> Redis, and beside it migrations, demo and assets in one process -> web -> worker -> banner.
Exit codes: 0 stopped by Ctrl-C, 1 something kept failing, 2 a sentence says what to change first.
"""

import importlib.util
import sys

# An older Python cannot even read the modules below, and the system's own has none of our libraries.
if sys.version_info < (3, 11) or importlib.util.find_spec("pydantic_settings") is None:
    print(
        "Hãy chạy bằng `make run`; cần Python 3.11 trở lên (PYTHON=/đường/dẫn/python3.11 make run).",
        file=sys.stderr,
    )
    sys.exit(2)

import errno
import fcntl
import io
import json
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.embedded import EmbeddedRedisError, RedisServer, answers_ping, embedded_server
from core.settings import PROJECT_ROOT, Settings, SettingsError, load_settings, read_settings
from core.supervisor import Service, Supervisor, SupervisorError, Task, die_with_parent

MIN_FREE_BYTES = 200 * 1024 * 1024
PORT_WAIT_SECONDS = 1.0  # children of a supervisor that was just killed need a moment to go
FULL_DISK = "Ổ đĩa đã đầy: hãy giải phóng dung lượng rồi chạy lại; dữ liệu đã lưu vẫn còn nguyên."
KNOWN_FAILURES = (
    (("database or disk is full", "No space left on device", "Disk quota exceeded"), FULL_DISK),
    (
        ("Connection in use", "Address already in use"),
        "Cổng vừa bị chương trình khác chiếm: thử `PORT=8001 make run`.",
    ),
    (
        ("unable to open database file",),
        "Không mở được tệp cơ sở dữ liệu: kiểm tra DATABASE_URL và quyền của thư mục.",
    ),
    (
        ("attempt to write a readonly database",),
        "Cơ sở dữ liệu chỉ đọc được: kiểm tra quyền ghi của tệp và thư mục.",
    ),
    (
        ("connection to server at", "Name or service not known", "connection refused"),
        "Không kết nối được cơ sở dữ liệu: kiểm tra DATABASE_URL và máy chủ PostgreSQL.",
    ),
)
ROLES = {"contestant": "Người dự thi", "organiser": "Ban Tổ chức", "agency_contact": "Đầu mối đơn vị"}


class PreflightError(RuntimeError):
    """Starting would fail; ``str()`` is Vietnamese and says what to do first."""


class AlreadyRunning(RuntimeError):
    """Somebody else holds the lock; ``holder`` is what they wrote into it (``{}`` if unreadable)."""

    def __init__(self, holder: Mapping[str, object]) -> None:
        super().__init__(f"lock held by {dict(holder)}")
        self.holder = holder


class RunLock:
    """An exclusive lock on a file that the kernel frees when its holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self, **holder: object) -> None:
        """Take the lock and write who holds it; raises :class:`AlreadyRunning`, lets ``OSError`` through."""
        file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            text = file.read()
            file.close()
            known: object = {}
            with suppress(ValueError):
                known = json.loads(text)
            raise AlreadyRunning(known if isinstance(known, dict) else {}) from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), **holder}))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the next one in; harmless when not held."""
        if self._file:
            self._file.close()
            self._file = None


class HttpProbe:
    """Whether ``path`` answers 200; never waits: a call either connects and asks or looks for the answer."""

    def __init__(self, settings: Settings, path: str = "/livez") -> None:
        wildcard = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - this connects, it binds nothing
        host = settings.host.strip("[]")
        self._address = (wildcard.get(host, host), settings.port)
        self._request = f"GET {path} HTTP/1.1\r\nHost: {settings.netloc}\r\nConnection: close\r\n\r\n".encode()
        self._connection: socket.socket | None = None

    def __call__(self) -> bool:
        """One look."""
        try:
            if self._connection is None:
                self._connection = socket.create_connection(self._address, timeout=0.2)
                self._connection.sendall(self._request)
                self._connection.setblocking(False)
            answer = self._connection.recv(64)
        except BlockingIOError:
            return False
        except OSError:
            answer = b""
        if self._connection:
            self._connection.close()
            self._connection = None
        return answer[8:13] == b" 200 "


def check_host(settings: Settings) -> None:
    """Refuse demo accounts, whose passwords anybody can read, on an address that others reach."""
    if settings.mode == "embedded" and not settings.is_loopback:
        raise PreflightError(
            f"HOST={settings.host} không phải địa chỉ nội bộ của máy này, mà chế độ dùng thử có tài khoản mẫu ai cũng "
            "biết mật khẩu. Bỏ HOST để chạy thử trên máy, hoặc đặt MODE=production (không có tài khoản mẫu)."
        )


def check_var(var_dir: Path) -> None:
    """Make the data folder and try a write in it; lets a full disk through as ``OSError``."""
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=var_dir) as file:
            file.write(b"\0" * 4096)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise PreflightError(
            f"Không ghi được vào thư mục dữ liệu {var_dir} ({error.strerror}): "
            "sửa quyền của thư mục, hoặc chọn nơi khác bằng VAR_DIR=/đường/dẫn make run."
        ) from None


def check_disk(var_dir: Path) -> None:
    """Demand 200 MB: a database that fills the disk in the middle of a contest is worse than no start."""
    free = shutil.disk_usage(var_dir).free
    if free < MIN_FREE_BYTES:
        raise PreflightError(
            f"Ổ đĩa chứa {var_dir} chỉ còn {free // 2**20} MB, cần ít nhất {MIN_FREE_BYTES // 2**20} MB: "
            "hãy giải phóng dung lượng, hoặc chọn ổ khác bằng VAR_DIR=/đường/dẫn make run."
        )


def check_port(settings: Settings) -> None:
    """Bind the address once, as gunicorn will."""
    deadline = time.monotonic() + PORT_WAIT_SECONDS
    while True:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                settings.host.strip("[]"),
                settings.port,
                type=socket.SOCK_STREAM,
                flags=socket.AI_PASSIVE,
            )[0]
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
                return
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            raise PreflightError(_port_sentence(settings, error)) from None


def _port_sentence(settings: Settings, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = settings.port + 1 if settings.port < 65535 else 8001
        return f"Cổng {settings.port} đang được chương trình khác dùng: chạy `PORT={other} make run` để dùng cổng khác."
    if error.errno == errno.EACCES:
        return f"Không có quyền mở cổng {settings.port}: chọn cổng từ 1024 trở lên, ví dụ `PORT=8001 make run`."
    return f"Không mở được địa chỉ {settings.netloc} ({error.strerror}): kiểm tra HOST và PORT."


def explain_failure(lines: Sequence[str]) -> str | None:
    """A sentence for a dead child's last lines, if they show a cause that the person can remove."""
    text = "\n".join(lines)
    return next(
        (sentence for marks, sentence in KNOWN_FAILURES if any(mark in text for mark in marks)),
        None,
    )


# Collecting garbage while importing is a quarter of such a process's life.
_SHORT_LIVED = "import gc; gc.disable(); from flask.cli import main; main()"


def stages(settings: Settings, redis: RedisServer | None) -> list[list[Service | Task]]:
    """What to start: Redis beside the preparation, then web, then worker (its imports would slow the first page)."""
    python = sys.executable
    prepare = Task("prepare", [python, "-c", _SHORT_LIVED, "--app", "app", "prepare"])
    web = Service(
        "web",
        [python, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"],
        ready=HttpProbe(settings),
        stop_within=25.0,  # gunicorn's own graceful_timeout is 20 s
        stop_rank=0,
    )
    worker = Service("worker", [python, "-m", "flask", "--app", "app", "worker"], ready=lambda: True, stop_rank=1)
    if redis is None:
        return [[prepare], [web], [worker]]
    server = Service(
        "redis",
        redis.argv,
        ready=lambda: answers_ping(redis.socket),
        stop_rank=2,
        echo=False,
        advice="Dữ liệu trong Redis dựng lại được từ cơ sở dữ liệu: xoá thư mục var/redis rồi chạy lại.",
    )
    return [[server, prepare], [web], [worker]]


def child_environment(settings: Settings, redis: RedisServer | None) -> dict[str, str]:
    """The environment of all children: ours, with what only the launcher knows."""
    known = {
        "VAR_DIR": str(settings.var_dir),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "FLASK_SKIP_DOTENV": "1",  # flask would read .env and gunicorn would not: two truths
    }
    if redis:
        known["REDIS_URL"] = redis.url
    return {**os.environ, **known}


def banner(settings: Settings, seconds: float) -> str:
    """What the person reads when all is up: address, demo sign-ins, where things are, how to stop."""
    rule = "─" * 72
    lines = [rule, f"  Mở trình duyệt tại  {settings.url}   (sẵn sàng sau {seconds:.1f} giây)"]
    accounts = demo_accounts(settings.var_dir / "demo.json") if settings.mode == "embedded" else []
    if accounts:
        lines.append("  Tài khoản dùng thử (cũng có trong var/demo.json):")
    for account in accounts:
        role = ROLES.get(account.get("role", ""), account.get("role", ""))
        secret = f"   TOTP {account['totp_secret']}" if account.get("totp_secret") else ""
        lines.append(f"    {role:<16} {account.get('login', ''):<24} {account.get('password', '')}{secret}")
    lines += [
        f"  Dữ liệu: {settings.var_dir}   Nhật ký: {settings.var_dir / 'log'}   Dừng: Ctrl-C",
        rule,
    ]
    return "\n".join(lines)


def demo_accounts(path: Path) -> list[dict[str, str]]:
    """Accounts in ``demo.json`` ({"url", "accounts": [{role, login, password, totp_secret?}]}); [] without it."""
    try:
        accounts = json.loads(path.read_text(encoding="utf-8"))["accounts"]
        return [{str(key): str(value) for key, value in account.items()} for account in accounts]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def run(started: float) -> None:
    """Preflight, start, stay until stopped. Raises the four errors that :func:`main` turns into sentences."""
    settings = read_settings()
    check_host(settings)
    check_var(settings.var_dir)
    lock = RunLock(settings.var_dir / "run.lock")
    lock.acquire(url=settings.url)
    try:
        check_disk(settings.var_dir)
        check_port(settings)
        settings = load_settings()
        redis = None if settings.redis_url else embedded_server(settings.var_dir)
        print("Đang chuẩn bị dữ liệu (lần đầu có thể mất khoảng một phút)…", flush=True)
        Supervisor(
            stages(settings, redis),
            log_dir=settings.var_dir / "log",
            cwd=PROJECT_ROOT,
            env=child_environment(settings, redis),
            explain=explain_failure,
        ).run(on_ready=lambda: print(banner(settings, time.monotonic() - started), flush=True))
    finally:
        lock.release()


def main() -> int:
    """Run and turn every expected failure into a sentence on stderr; returns the exit code."""
    started = time.monotonic()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old locale must not break a Vietnamese sentence
    _stop_with_make()
    try:
        run(started)
    except AlreadyRunning as error:
        where = f" tại {error.holder['url']}" if "url" in error.holder else ""
        return _refuse(
            f"Hệ thống đang chạy rồi{where} (tiến trình {error.holder.get('pid', '?')}): mở địa chỉ đó, "
            "hoặc dừng lần chạy kia trước bằng Ctrl-C."
        )
    except (SettingsError, PreflightError, EmbeddedRedisError) as error:
        return _refuse(str(error))
    except SupervisorError as error:
        _refuse(str(error))
        return 1
    except KeyboardInterrupt:  # before the supervisor took the signals over
        return 0
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return _refuse(FULL_DISK if full else f"Không chạy được: {error.strerror} ({error.filename or 'hệ thống'}).")
    return 0


def _stop_with_make() -> None:
    """Stop when a killed ``make`` is our parent; a shell's end must not stop what nohup started."""
    parent = os.getppid()
    with suppress(OSError):
        if Path(f"/proc/{parent}/comm").read_text(encoding="utf-8").strip() in ("make", "gmake"):
            die_with_parent(parent, signal.SIGTERM)


def _refuse(sentence: str) -> int:
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    return 2


if __name__ == "__main__":
    sys.exit(main())
