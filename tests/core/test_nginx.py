"""``deploy/nginx.conf`` in Debian's nginx: what is refused first, what never, what is stored, who is kept out."""

import base64
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app import create_app
from contest.boards import service as boards
from core import clock
from core.extensions import dispose_database
from core.settings import Settings
from tests.proxy import DEPLOY, Proxy, needs_nginx, nginx
from tests.servers import free_port
from tests.world import PASSWORD, World

ROOT = DEPLOY.parent
PEOPLE = 14
BOARD = "/rounds/abcdabcdabcdabcd/board"


# ---- in front of gunicorn and the product


@dataclass
class Sitter:
    """Somebody who sits: their cookie, token and attempt."""

    headers: dict[str, str]
    attempt: str

    def save(self, proxy: Proxy, seq: int, *, wait: float = 30) -> int:
        """One save; gives its status."""
        body = json.dumps({"epoch": 1, "seq": seq, "answers": {str(slot): [0] for slot in range(1, 5)}})
        return proxy.call(
            "PUT", f"/api/v1/attempts/{self.attempt}/answers", body=body, headers=self.headers, wait=wait
        ).status


@dataclass
class Site:
    """A running product behind nginx."""

    proxy: Proxy
    worker: int
    round_id: str
    logins: list[str] = field(default_factory=list)

    def sit(self, login: str) -> Sitter:
        """Sign in and start, through the proxy."""
        headers = self.sign_in(login)
        started = self.proxy.call("POST", f"/api/v1/rounds/{self.round_id}/attempts", body="{}", headers=headers)
        assert started.status == 201, started.text
        return Sitter(headers, json.loads(started.text)["attempt"])

    def sign_in(self, login: str) -> dict[str, str]:
        """Cookie and token of a session."""
        plain = {"Content-Type": "application/json"}
        answer = self.proxy.call(
            "POST", "/api/v1/session", body=json.dumps({"login": login, "password": PASSWORD}), headers=plain
        )
        assert answer.status == 200, answer.text
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        assert cookie.startswith("__Host-contest=")
        return {**plain, "Cookie": cookie, "X-CSRFToken": json.loads(answer.text)["csrf_token"]}

    @contextmanager
    def stuck(self) -> Iterator[None]:
        """The application answers nobody meanwhile."""
        os.kill(self.worker, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.worker, signal.SIGCONT)


@pytest.fixture(scope="module")
def product(
    sqlite_template: Path, redis_server: tuple[str, int], var: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """gunicorn as deployed with one worker, nginx in front, a round with a board, people."""
    needs_nginx()
    database, port = tmp_path_factory.mktemp("site") / "contest.db", free_port()
    shutil.copy(sqlite_template, database)
    settings = Settings(
        database_url=f"sqlite:///{database}", redis_url=redis_server[0], secret_key="k" * 40, var_dir=var
    )
    app = create_app(settings)
    world = World(app)
    world.now = datetime.now(UTC)
    round_id = world.round()
    with world.inside():
        boards.pass_over_all(now=world.now)  # as a worker does
    logins = [world.person().login for _ in range(PEOPLE)]
    clock.set_source(None)
    dispose_database(app)
    environment = {
        **os.environ,
        "MODE": "embedded",
        "PORT": str(port),
        "TLS": "1",
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": redis_server[0],
        "SECRET_KEY": settings.secret_key,
        "VAR_DIR": str(var),
        "WEB_WORKERS": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    master = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        _answers(f"http://127.0.0.1:{port}/livez")
        worker = int(Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()[0])
        with nginx([port]) as proxy:
            yield Site(proxy, worker, round_id, logins)
    finally:
        master.terminate()
        master.wait(30)


def _answers(address: str) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - our own loopback address
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def _until_refused(proxy: Proxy, path: str) -> None:
    limit = time.monotonic() + 20
    while proxy.hangs("GET", path):
        assert time.monotonic() < limit, path


def test_boards_go_first_then_starts_then_pages_and_saves_never(product: Site) -> None:
    proxy, round_id = product.proxy, product.round_id
    board, agencies = f"/api/v1/rounds/{round_id}/board", f"/rounds/{round_id}/board/agencies"
    newcomer = product.sign_in(product.logins[-1])
    sitters = [product.sit(login) for login in product.logins[:-1]]
    start = {"body": "{}", "headers": newcomer}
    shown = proxy.call("GET", board)
    assert (shown.status, "Set-Cookie" in shown.headers) == (200, False)

    with ThreadPoolExecutor(PEOPLE) as pool, product.stuck():
        saves = [pool.submit(sitter.save, proxy, 1) for sitter in sitters[:4]]
        _until_refused(proxy, agencies)
        refused = proxy.call("GET", agencies)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "15")
        assert "Hệ thống đang bận" in refused.text
        kept = proxy.call("GET", board, headers={"Cookie": newcomer["Cookie"]})
        assert (kept.status, kept.text) == (200, shown.text)  # as it last was
        assert proxy.call("GET", f"{board}/me", headers=newcomer).status == 503
        assert proxy.hangs("POST", f"/api/v1/rounds/{round_id}/attempts", **start)

        saves += [pool.submit(sitter.save, proxy, 1) for sitter in sitters[4:8]]
        limit = time.monotonic() + 20
        while proxy.hangs("POST", f"/api/v1/rounds/{round_id}/attempts", **start):
            assert time.monotonic() < limit
        refused = proxy.call("POST", f"/api/v1/rounds/{round_id}/attempts", **start)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert json.loads(refused.text)["code"] == "unavailable"
        assert proxy.hangs("GET", "/")

        saves += [pool.submit(sitter.save, proxy, 1) for sitter in sitters[8:12]]
        _until_refused(proxy, "/")
        page = proxy.call("GET", "/")
        assert (page.status, page.headers["Retry-After"], page.headers["Refresh"]) == (503, "15", "15")
        assert proxy.call("POST", "/sign-out").headers["Refresh"] is None
        assert proxy.hangs(
            "GET", f"/attempts/{sitters[0].attempt}", headers=sitters[0].headers
        )  # the paper goes through

        saves += [pool.submit(sitter.save, proxy, 1) for sitter in sitters[12:]]
        assert not any(save.done() for save in saves)
        os.kill(product.worker, signal.SIGCONT)
        assert [save.result(30) for save in saves] == [200] * len(sitters)
    assert proxy.call("GET", agencies).status == 200


def test_what_sets_a_cookie_or_knows_its_reader_is_not_stored(product: Site) -> None:
    proxy = product.proxy
    first = proxy.call("GET", "/?lang=en", headers={"Accept": "text/html"})
    assert "lang=en" in first.headers["Set-Cookie"]
    headers = product.sign_in(product.logins[0])
    mine = proxy.call("GET", "/", headers=headers)
    assert "private" in mine.headers["Cache-Control"]
    assert "Đăng xuất" in mine.text
    assert "Đăng xuất" not in proxy.call("GET", "/").text
    public = proxy.call("GET", f"/rounds/{product.round_id}/waiting", headers=headers)
    assert (public.status, "Set-Cookie" in public.headers) == (200, False)
    assert "Strict-Transport-Security" in public.headers


def test_what_is_not_public_is_unknown_from_outside(product: Site) -> None:
    assert product.proxy.call("GET", "/readyz").status == 200
    for path in ("/readyz", "/metrics"):
        answer = product.proxy.call("GET", path, source="127.0.0.2")
        assert answer.status == 404, path
    assert product.proxy.call("GET", "/livez", source="127.0.0.2").status == 200
    assert product.proxy.call("GET", "/busy/html").status == 404


# ---- in front of an upstream that counts


class Counting(ThreadingHTTPServer):
    """Counts the requests that reach it and answers what its table says for a path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, str, int]] = []
        self.cookies: list[str | None] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.breaks = False


class _Handler(BaseHTTPRequestHandler):
    server: Counting
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, len(body)))
        self.server.cookies.append(self.headers.get("Cookie"))
        if self.server.breaks:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        status, headers = self.server.answers.get(self.path, (200, {}))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "2"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:
        """Quietly."""


@contextmanager
def counting() -> Iterator[Counting]:
    server = Counting()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def upstream() -> Iterator[tuple[Counting, Proxy]]:
    """One counting upstream behind nginx."""
    needs_nginx()
    with counting() as server, nginx([server.server_address[1]]) as proxy:
        yield server, proxy


PUBLIC = {"Cache-Control": "public, max-age=60"}


def test_public_answers_are_stored_unless_they_set_a_cookie(upstream: tuple[Counting, Proxy]) -> None:
    server, proxy = upstream
    server.answers[BOARD] = (200, PUBLIC)
    server.answers[f"{BOARD}/agencies"] = (200, {**PUBLIC, "Set-Cookie": "contest=of-somebody"})
    server.answers["/rules"] = (200, {"Cache-Control": "private, no-store"})
    for _ in range(3):
        for path in (BOARD, f"{BOARD}/agencies", "/rules"):
            assert proxy.call("GET", path, headers={"Cookie": "contest=" + "a" * 40}).status == 200
    assert [path for _, path, _ in server.seen].count(BOARD) == 1
    assert [path for _, path, _ in server.seen].count(f"{BOARD}/agencies") == 3
    assert [path for _, path, _ in server.seen].count("/rules") == 3
    assert set(server.cookies) == {None}  # what is the same for everybody is asked for by nobody


def test_a_busy_application_leaves_the_last_board(upstream: tuple[Counting, Proxy]) -> None:
    server, proxy = upstream
    server.answers[BOARD] = (200, {"Cache-Control": "public, max-age=1"})
    assert proxy.call("GET", BOARD).status == 200
    server.answers[BOARD] = (503, {"Retry-After": "15"})
    time.sleep(1.2)
    assert {proxy.call("GET", BOARD).status for _ in range(3)} == {200}
    assert proxy.call("GET", f"{BOARD}?lang=en").status == 200
    server.answers[f"{BOARD}/agencies"] = (503, {"Retry-After": "15"})
    assert proxy.call("GET", f"{BOARD}/agencies").headers["Retry-After"] == "15"


def test_a_busy_application_leaves_pages_to_nginx_and_calls_to_itself(upstream: tuple[Counting, Proxy]) -> None:
    server, proxy = upstream
    for status in (502, 503, 504):
        server.answers["/account"] = server.answers["/api/v1/session"] = (status, {})
        page = proxy.call("GET", "/account")
        assert (page.status, page.headers["Refresh"]) == (503, "15")
        assert "no-store" in page.headers["Cache-Control"]
        assert "Hệ thống đang bận" in page.text
        assert proxy.call("GET", "/api/v1/session").text == "ok"
    server.answers["/account"] = (500, {})
    assert proxy.call("GET", "/account").text == "ok"  # the application's own words about a failure


def test_a_post_is_sent_once(upstream: tuple[Counting, Proxy]) -> None:
    with counting() as first, counting() as second, nginx([s.server_address[1] for s in (first, second)]) as proxy:
        first.breaks = second.breaks = True
        for path in ("/api/v1/attempts/abcdabcdabcdabcd/submission", "/api/v1/rounds/abcdabcdabcdabcd/attempts"):
            answer = proxy.call("POST", path, body="{}")
            assert (answer.status, json.loads(answer.text)["code"]) == (503, "unavailable")
            assert [seen[1] for seen in first.seen + second.seen].count(path) == 1


def test_bodies_have_their_sizes(upstream: tuple[Counting, Proxy]) -> None:
    server, proxy = upstream
    small, large = b"x" * 100_000, b"x" * 200_000
    assert proxy.call("PUT", "/api/v1/attempts/abcdabcdabcdabcd/answers", body=small).status == 200
    assert proxy.call("PUT", "/api/v1/attempts/abcdabcdabcdabcd/answers", body=large).status == 413
    assert proxy.call("POST", "/organiser/imports", body=b"x" * 20_000_000).status == 200
    assert [size for _, _, size in server.seen] == [100_000, 20_000_000]


def test_a_flood_is_told_apart_by_its_session(upstream: tuple[Counting, Proxy]) -> None:
    _, proxy = upstream
    flood, colleague = ({"Cookie": f"lang=vi; __Host-contest={name * 40}"} for name in "ab")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: proxy.call("GET", "/account", headers=flood).status, range(300)))
    assert {200, 503} == set(answers)
    assert proxy.call("GET", "/account", headers=colleague).status == 200  # the same address


def test_the_busy_page_may_show_itself() -> None:
    page = (DEPLOY / "nginx" / "busy.html").read_text("utf-8")
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert len(styles) == 1
    assert f"'sha256-{digest}'" in (DEPLOY / "nginx.conf").read_text("utf-8")
    assert "<script" not in page
    assert "style=" not in page
