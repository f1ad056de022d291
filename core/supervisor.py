"""One small supervisor: children in order, restarts with patience, a stop that leaves nobody behind.

Single-threaded on purpose: it forks with ``preexec_fn``, which is safe only without other threads, and the
kernel's parent-death signal is tied to the *thread* that forked. Everything waits in one ``select``.
"""

import ctypes
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

TAIL_LINES = 40
LINE_BYTES = 64 * 1024  # a longer line is cut into pieces
LOG_BYTES = 10 * 1024 * 1024  # then the log becomes NAME.log.1
READ_BYTES = 256 * 1024
TICK_SECONDS = 0.02  # how often readiness is asked for; nothing is asked while all is well
SAME_REQUEST_SECONDS = 1.0  # make passes SIGTERM on, so one request to a process group arrives twice
PR_SET_PDEATHSIG = 1  # prctl(2)

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, signum: int = signal.SIGKILL) -> None:
    """Ask Linux to send ``signum`` to this process when ``parent`` (its pid) dies; elsewhere do nothing.

    SIGKILL by default: it cannot be ignored, and every promise of the product holds under it.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0)
    if os.getppid() != parent:  # it died between the fork and the request
        os.kill(os.getpid(), signum)


@dataclass(frozen=True)
class Service:
    """A child that should live until it is stopped; ``ready()`` must answer at once, it is asked many times."""

    name: str
    argv: Sequence[str]
    ready: Callable[[], bool]
    ready_within: float = 30.0
    stop_within: float = 10.0
    stop_rank: int = 0
    """Lower ranks are stopped first; equal ranks together."""
    echo: bool = True
    """Whether its lines are printed too, not only logged."""
    advice: str = ""
    """What a person should do when it keeps dying."""


@dataclass(frozen=True)
class Task:
    """A child that must end with exit code 0 before the next stage begins; its lines go to the log only."""

    name: str
    argv: Sequence[str]
    stop_within: float = 10.0
    stop_rank: int = -1
    echo: bool = False
    advice: str = ""


@dataclass(frozen=True)
class Patience:
    """Seconds before a restart double from ``first`` to ``longest``; ``deaths`` in ``window`` seconds are too many.

    A child that has lived for ``window`` seconds starts from ``first`` again.
    """

    first: float = 0.5
    longest: float = 10.0
    deaths: int = 5
    window: float = 30.0


class SupervisorError(RuntimeError):
    """The children cannot be kept up; ``str()`` is Vietnamese and says what to do."""


class _StopRequested(Exception):
    pass


@dataclass
class _Child:
    spec: Service | Task
    log_path: Path
    process: subprocess.Popen[bytes] | None = None
    log: IO[bytes] | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    deaths: deque[float] = field(default_factory=deque)
    quick_deaths: int = 0
    ready: bool = False
    unfinished: bytes = b""
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))


class Supervisor:
    """Runs ``stages`` in order: a stage is over when its services are ready and its tasks have ended well.

    ``explain(lines)`` may turn a dead child's last lines into a sentence. ``say`` prints one line to the person.
    """

    def __init__(
        self,
        stages: Sequence[Sequence[Service | Task]],
        *,
        log_dir: Path,
        cwd: Path,
        env: Mapping[str, str],
        patience: Patience = Patience(),
        explain: Callable[[Sequence[str]], str | None] = lambda lines: None,
        say: Callable[[str], None] = lambda line: print(line, flush=True),
    ) -> None:
        self._stages = [[_Child(spec, log_dir / f"{spec.name}.log") for spec in stage] for stage in stages]
        self._children = [child for stage in self._stages for child in stage]
        self._width = max((len(child.spec.name) for child in self._children), default=0)
        self._cwd, self._env, self._patience, self._explain, self._say = (
            cwd,
            env,
            patience,
            explain,
            say,
        )
        self._selector = selectors.DefaultSelector()
        self._wake: socket.socket | None = None
        self._asked_at: float | None = None
        self._hurry = False
        self._stopping = False
        self._quiet = False

    def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Start all, call ``on_ready``, keep all up; returns after SIGINT, SIGTERM or SIGHUP has stopped all.

        Raises :class:`SupervisorError` (all stopped as well); lets ``OSError`` through. Main thread only.
        """
        with self._signal_handlers():
            try:
                for stage in self._stages:
                    self._run_stage(stage)
                on_ready()
                while True:
                    self._pump(self._next_restart())
                    self._tend()
            except _StopRequested:
                self._tell("Đang dừng (Ctrl-C lần nữa để dừng ngay)…")
            finally:
                self._stopping = True
                self._stop_all()
                self._selector.close()

    # Starting and tending

    def _run_stage(self, stage: Sequence[_Child]) -> None:
        for child in stage:
            self._start(child)
        while not all(self._is_done(child) for child in stage):
            self._pump(TICK_SECONDS)
            self._tend()

    def _is_done(self, child: _Child) -> bool:
        if isinstance(child.spec, Task) or child.ready:
            return child.ready
        spec = child.spec
        child.ready = child.process is not None and spec.ready()
        if not child.ready and child.process and time.monotonic() - child.started_at > spec.ready_within:
            raise self._failure(child, f"không sẵn sàng sau {spec.ready_within:.0f} giây")
        return child.ready

    def _start(self, child: _Child) -> None:
        parent = os.getpid()
        child.log_path.parent.mkdir(parents=True, exist_ok=True)
        child.log = child.log or child.log_path.open("ab", buffering=0)
        child.process = subprocess.Popen(
            child.spec.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._cwd,
            env=self._env,
            process_group=0,  # the terminal's Ctrl-C reaches the supervisor alone, which stops in order
            preexec_fn=lambda: _prepare_child(parent),
        )
        child.started_at, child.restart_at, child.unfinished = time.monotonic(), None, b""
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _tend(self) -> None:
        """Notice the dead, restart those whose wait is over."""
        for child in self._children:
            if child.process and (code := _ended(child.process)) is not None:
                self._bury(child)
                self._after_death(child, code)
            elif child.restart_at is not None and time.monotonic() >= child.restart_at:
                self._start(child)

    def _after_death(self, child: _Child, code: int) -> None:
        if isinstance(child.spec, Task):
            if code != 0:
                raise self._failure(child, f"kết thúc với mã {code}")
            child.ready = True
            return
        now = time.monotonic()
        patience = self._patience
        child.deaths.append(now)
        while now - child.deaths[0] > patience.window:
            child.deaths.popleft()
        if len(child.deaths) >= patience.deaths:
            raise self._failure(child, f"đã dừng {len(child.deaths)} lần trong {patience.window:.0f} giây")
        child.quick_deaths = 1 if now - child.started_at >= patience.window else child.quick_deaths + 1
        wait = min(patience.first * 2 ** (child.quick_deaths - 1), patience.longest)
        child.restart_at = now + wait
        self._tell(f"{child.spec.name} dừng đột ngột (mã {code}); khởi động lại sau {wait:.1f} giây.")

    def _failure(self, child: _Child, what: str) -> SupervisorError:
        reason = self._explain(list(child.tail))
        if reason:
            return SupervisorError(reason)
        last = "\n".join(f"  {line}" for line in list(child.tail)[-8:])
        parts = (f"{child.spec.name} {what}; xem {child.log_path}.", child.spec.advice, last)
        return SupervisorError("\n".join(part for part in parts if part))

    # Stopping

    def _stop_all(self) -> None:
        """Stop rank by rank, then close the logs."""
        for rank in sorted({child.spec.stop_rank for child in self._children}):
            self._stop([child for child in self._children if child.process and child.spec.stop_rank == rank])
        for child in self._children:
            if child.log:
                child.log.close()

    def _stop(self, children: Sequence[_Child]) -> None:
        """SIGTERM, a wait that a second Ctrl-C ends, SIGKILL for what stays."""
        for child in children:
            if child.process:  # not yet reaped, so the process id is still its own
                os.kill(child.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + max((child.spec.stop_within for child in children), default=0)
        while any(child.process and _ended(child.process) is None for child in children):
            left = deadline - time.monotonic()
            if self._hurry or left <= 0:
                break
            self._pump(min(0.2, left))
        for child in children:
            self._bury(child)

    def _bury(self, child: _Child) -> None:
        """Kill what is left of the child's group, take its last words, reap it."""
        process = child.process
        assert process is not None and process.stdout is not None
        # Before reaping: until then the process id cannot belong to anybody else.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        while self._read(child):
            pass
        if child.unfinished:
            self._line(child, child.unfinished)
        self._forget(process.stdout)
        process.stdout.close()
        child.process = None

    # Waiting, reading, printing

    def _pump(self, timeout: float | None) -> None:
        """Sleep until output, a signal, a death or ``timeout`` (seconds; None = for ever); handle output."""
        for key, _ in self._selector.select(timeout):
            if isinstance(key.data, _Child):
                self._read(key.data)
            elif self._wake:
                with suppress(BlockingIOError):
                    self._wake.recv(4096)
        if self._asked_at is not None and not self._stopping:
            raise _StopRequested

    def _next_restart(self) -> float | None:
        times = [child.restart_at for child in self._children if child.restart_at is not None]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _read(self, child: _Child) -> bool:
        """Handle what the child has written; False when there is nothing (more) to read now."""
        assert child.process is not None and child.process.stdout is not None
        stream = child.process.stdout
        try:
            chunk = os.read(stream.fileno(), READ_BYTES)
        except BlockingIOError:
            return False
        if not chunk:  # closed; its death is noticed by SIGCHLD
            self._forget(stream)
            return False
        *lines, child.unfinished = (child.unfinished + chunk).split(b"\n")
        for line in lines:
            self._line(child, line)
        if len(child.unfinished) > LINE_BYTES:
            self._line(child, child.unfinished)
            child.unfinished = b""
        return True

    def _forget(self, stream: IO[bytes]) -> None:
        if stream in self._selector.get_map():
            self._selector.unregister(stream)

    def _line(self, child: _Child, raw: bytes) -> None:
        text = raw.decode("utf-8", "replace").rstrip("\r")
        child.tail.append(text)
        with suppress(OSError):  # a full disk must not take the supervisor down
            if child.log:
                child.log.write(raw + b"\n")
                if child.log.tell() > LOG_BYTES:
                    child.log.close()
                    child.log_path.replace(child.log_path.with_suffix(".log.1"))
                    child.log = child.log_path.open("ab", buffering=0)
        if child.spec.echo:
            self._tell(f"{child.spec.name:<{self._width}} | {text}")

    def _tell(self, line: str) -> None:
        if not self._quiet:
            try:
                self._say(line)
            except OSError:  # the terminal or the pipe is gone; the work goes on
                self._quiet = True

    # Signals

    @contextmanager
    def _signal_handlers(self) -> Iterator[None]:
        self._wake, writer = socket.socketpair()
        self._wake.setblocking(False)
        writer.setblocking(False)
        self._selector.register(self._wake, selectors.EVENT_READ)
        wanted = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # under nohup it stays ignored
            wanted.append(signal.SIGHUP)
        before = {number: signal.signal(number, self._on_signal) for number in wanted}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda number, frame: None)
        old_fd = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(old_fd)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._wake.close()
            writer.close()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._asked_at is None:
            self._asked_at = now
        elif now - self._asked_at > SAME_REQUEST_SECONDS:
            self._hurry = True


def _prepare_child(parent: int) -> None:
    signal.set_wakeup_fd(-1)
    die_with_parent(parent)


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    """Exit code (negative: signal) of a dead but not yet reaped child, else None."""
    if process.returncode is not None:
        return process.returncode
    seen = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if seen is None:
        return None
    return seen.si_status if seen.si_code == os.CLD_EXITED else -seen.si_status
