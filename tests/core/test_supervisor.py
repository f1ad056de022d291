"""The supervisor with real processes: order, restarts, stops, and nobody left behind. And the launcher's preflight."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from core import run
from core.run import AlreadyRunning, HttpProbe, PreflightError, RunLock
from core.settings import PROJECT_ROOT, Settings, read_settings

# Runs in its own process, so that it can be signalled and killed; `events` and `pids` tell what its children did.
HEADER = """
import os, sys
from pathlib import Path
from core.supervisor import Patience, Service, Supervisor, SupervisorError, Task

here = Path(sys.argv[1])

def child(name, on_term="exit 0", first="", **options):
    script = f'''
        trap "echo stop-{name} >>events; {on_term}" TERM
        {first}
        echo $$ >>pids; echo $$ >{name}.pid; echo start-{name} >>events; echo hello from {name}; touch {name}.ready
        while :; do sleep 0.02; done'''
    options.setdefault("ready", lambda: (here / f"{name}.ready").exists())
    return Service(name, ["sh", "-c", script], **options)

def task(name, script):
    return Task(name, ["sh", "-c", script])

def go(*stages, **options):
    supervisor = Supervisor(stages, log_dir=here / "log", cwd=here, env=os.environ, **options)
    try:
        supervisor.run(on_ready=lambda: print("all ready", flush=True))
    except SupervisorError as error:
        sys.exit(str(error))
"""

Start = Callable[[str], "subprocess.Popen[str]"]


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a script of the vocabulary in HEADER in ``tmp_path``; whatever it left is killed and fails the test."""
    processes: list[subprocess.Popen[str]] = []

    def launch(script: str) -> "subprocess.Popen[str]":
        (tmp_path / "script.py").write_text(HEADER + dedent(script))
        process = subprocess.Popen(
            [sys.executable, str(tmp_path / "script.py"), str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield launch
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()
    left = [pid for pid in map(int, lines(tmp_path / "pids")) if alive(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, "children outlived their supervisor"


def finish(process: "subprocess.Popen[str]", signum: int = signal.SIGTERM) -> tuple[str, str]:
    process.send_signal(signum)
    return process.communicate(timeout=15)


THREE = """
go([child("redis", first="sleep 0.3", stop_rank=2), task("prepare", "echo prepared >>events")],
   [child("web", stop_rank=0)], [child("worker", stop_rank=1)])
"""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_starts_in_order_and_stops_web_worker_redis(start: Start, tmp_path: Path, signum: int) -> None:
    process = start(THREE)
    wait_for(lambda: "start-worker" in lines(tmp_path / "events"))
    output, _ = finish(process, signum)
    events = lines(tmp_path / "events")
    assert process.returncode == 0
    assert events[0] == "prepared", "the task runs while redis is still starting"
    assert events[1:] == [
        "start-redis",
        "start-web",
        "start-worker",
        "stop-web",
        "stop-worker",
        "stop-redis",
    ]
    assert "web     | hello from web\n" in output
    assert output.index("hello from web") < output.index("hello from worker")
    assert (tmp_path / "log" / "web.log").read_text() == "hello from web\n"


def test_children_do_not_share_the_terminals_group(start: Start, tmp_path: Path) -> None:
    process = start(THREE)
    wait_for(lambda: len(lines(tmp_path / "pids")) == 3)
    groups = [os.getpgid(int(pid)) for pid in lines(tmp_path / "pids")]
    assert groups == list(map(int, lines(tmp_path / "pids")))
    finish(process)


def test_a_dead_child_is_restarted_ever_more_slowly(start: Start, tmp_path: Path) -> None:
    process = start('go([child("web"), child("redis")], patience=Patience(first=0.1, longest=0.2, deaths=9))')

    def web_starts() -> int:
        return lines(tmp_path / "events").count("start-web")

    for expected in range(1, 5):
        wait_for(lambda expected=expected: web_starts() == expected)  # type: ignore[misc]
        os.kill(int((tmp_path / "web.pid").read_text()), signal.SIGKILL)
    wait_for(lambda: web_starts() == 5)
    output, _ = finish(process)
    waits = [line.split("sau ")[1].split()[0] for line in output.splitlines() if "khởi động lại" in line]
    assert waits == ["0.1", "0.2", "0.2", "0.2"]
    assert lines(tmp_path / "events").count("start-redis") == 1


def test_gives_up_with_a_sentence_and_stops_the_others(start: Start, tmp_path: Path) -> None:
    process = start(
        """
        sick = Service("web", ["sh", "-c", "echo sick >>events; echo cannot work; exit 3"],
                       ready=lambda: False, advice="Hãy xem lại.")
        go([child("redis")], [sick], patience=Patience(first=0.01, deaths=5))
        """
    )
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 1
    assert lines(tmp_path / "events").count("sick") == 5
    assert lines(tmp_path / "events")[-1] == "stop-redis"
    assert "web đã dừng 5 lần trong 30 giây" in errors
    assert "Hãy xem lại." in errors
    assert "cannot work" in errors
    assert "Traceback" not in errors


def test_a_service_that_never_gets_ready_is_given_up(start: Start) -> None:
    process = start('go([child("web", ready=lambda: False, ready_within=0.2)])')
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 1
    assert "web không sẵn sàng sau" in errors


def test_a_failed_task_is_explained_and_the_next_stage_never_starts(start: Start, tmp_path: Path) -> None:
    process = start(
        """
        from core.run import explain_failure
        go([task("prepare", "echo 'sqlite3.OperationalError: database or disk is full' >&2; exit 1")],
           [child("web")], explain=explain_failure)
        """
    )
    output, errors = process.communicate(timeout=15)
    assert process.returncode == 1
    assert errors.strip() == run.FULL_DISK
    assert "OperationalError" not in output
    assert "OperationalError" in (tmp_path / "log" / "prepare.log").read_text()
    assert not (tmp_path / "events").exists()


def test_who_ignores_sigterm_is_killed_with_their_own_children(start: Start, tmp_path: Path) -> None:
    first = 'sh -c "trap : TERM; echo \\$\\$ >>pids; while :; do sleep 0.05; done" &'
    process = start(f"go([child('web', on_term=':', first={first!r}, stop_within=0.3)])")
    wait_for(lambda: len(lines(tmp_path / "pids")) == 2)
    began = time.monotonic()
    finish(process)
    assert 0.25 < time.monotonic() - began < 3
    assert process.returncode == 0


def test_a_second_ctrl_c_ends_the_wait(start: Start, tmp_path: Path) -> None:
    process = start('go([child("web", on_term=":", stop_within=30)])')
    wait_for(lambda: "start-web" in lines(tmp_path / "events"))
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)  # make passes a signal on: at once, it is the same request
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.2)
    process.send_signal(signal.SIGINT)
    assert process.wait(3) == 0


def test_kill_9_of_the_supervisor_leaves_nobody(start: Start, tmp_path: Path) -> None:
    process = start('go([child("redis"), child("web", on_term=":")])')
    wait_for(lambda: len(lines(tmp_path / "pids")) == 2)
    process.kill()
    process.wait()
    wait_for(lambda: not any(alive(int(pid)) for pid in lines(tmp_path / "pids")), 3)


def test_long_lines_and_a_closed_terminal_do_no_harm(start: Start, tmp_path: Path) -> None:
    noise = "i=0; while [ $i -lt 300 ]; do printf %01000d 7; i=$((i+1)); done; echo; echo tail"
    process = start(f"go([child('web', first={noise!r})])")
    assert process.stdout
    process.stdout.close()
    wait_for(lambda: "start-web" in lines(tmp_path / "events"))
    wait_for(lambda: "hello from web" in (tmp_path / "log" / "web.log").read_text())
    process.terminate()
    process.wait(10)
    log = (tmp_path / "log" / "web.log").read_text().split("\n")
    assert sum(map(len, log)) == 300_000 + len("tail") + len("hello from web")
    assert "stop-web" in lines(tmp_path / "events")


def test_the_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    # Named while it is held: a lock that nobody refers to is closed, that is, released.
    code = (
        "import sys, time; from pathlib import Path; from core.run import RunLock; lock = RunLock(Path(sys.argv[1])); "
        "lock.acquire(url='http://x/'); print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, path], cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning) as caught:
            RunLock(path).acquire()
        assert caught.value.holder == {"pid": holder.pid, "url": "http://x/"}
    finally:
        holder.kill()
        holder.communicate()
    mine = RunLock(path)
    mine.acquire()
    mine.release()


# The launcher's preflight


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def settings_for(server: socket.socket, **others: str) -> Settings:
    return read_settings(host="127.0.0.1", port=server.getsockname()[1], mode="embedded", **others)


def test_a_taken_port_is_named(taken: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PORT_WAIT_SECONDS", 0.1)
    settings = settings_for(taken)
    with pytest.raises(PreflightError) as caught:
        run.check_port(settings)
    assert f"Cổng {settings.port} " in str(caught.value)
    assert f"PORT={settings.port + 1} make run" in str(caught.value)
    taken.close()
    run.check_port(settings)


def test_demo_accounts_stay_on_this_machine() -> None:
    with pytest.raises(PreflightError, match=r"HOST=0\.0\.0\.0.*MODE=production"):
        run.check_host(read_settings(host="0.0.0.0", mode="embedded"))
    run.check_host(read_settings(host="127.0.0.1", mode="embedded"))


def test_a_file_in_the_place_of_var_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(PreflightError, match="VAR_DIR="):
        run.check_var(tmp_path / "var")
    run.check_var(tmp_path / "made" / "var")
    assert list((tmp_path / "made" / "var").iterdir()) == []


def test_a_nearly_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 199 * 2**20))
    with pytest.raises(PreflightError, match="199 MB"):
        run.check_disk(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 0, 201 * 2**20))
    run.check_disk(tmp_path)


def test_refusals_are_sentences_with_exit_code_2(tmp_path: Path) -> None:
    def attempt(**environment: str) -> subprocess.CompletedProcess[str]:
        known = {key: value for key, value in os.environ.items() if key not in ("MODE", "HOST", "PORT")}
        return subprocess.run(
            [sys.executable, "-m", "core.run"],
            env={**known, "VAR_DIR": str(tmp_path / "var"), **environment},
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    for done in (
        attempt(PORT="x"),
        attempt(HOST="0.0.0.0"),
        attempt(MODE="production", SECRET_KEY="short"),
    ):
        assert done.returncode == 2
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert len(done.stderr) > 40


def test_the_probe_waits_for_200_without_waiting_itself(taken: socket.socket) -> None:
    probe = HttpProbe(settings_for(taken))
    answers = [b"HTTP/1.1 503 Service Unavailable\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n\r\n"]
    seen = []
    for answer in answers:
        assert not probe(), "nobody has answered yet"
        connection, _ = taken.accept()
        assert connection.recv(1000).startswith(b"GET /livez HTTP/1.1\r\n")
        assert not probe()
        connection.sendall(answer)
        connection.close()
        time.sleep(0.02)
        seen.append(probe())
    assert seen == [False, False, True]
    taken.close()
    assert not probe()


def test_the_banner_shows_the_demo_accounts_only_where_they_exist(tmp_path: Path) -> None:
    settings = read_settings(mode="embedded", var_dir=tmp_path, host="127.0.0.1", port=8123)
    assert "http://127.0.0.1:8123/" in run.banner(settings, 1.0)
    (tmp_path / "demo.json").write_text(
        '{"url": "x", "accounts": [{"role": "organiser", "login": "btc", "password": "pw-1", "totp_secret": "ABC"}]}'
    )
    text = run.banner(settings, 1.0)
    assert all(part in text for part in ("Ban Tổ chức", "btc", "pw-1", "TOTP ABC"))
    assert "pw-1" not in run.banner(settings.model_copy(update={"mode": "production"}), 1.0)
    (tmp_path / "demo.json").write_text("{")
    assert run.demo_accounts(tmp_path / "demo.json") == []
