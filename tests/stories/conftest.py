"""The whole product as ``make run`` starts it, and a real browser in front of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.servers import free_port

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"width": 360, "height": 740}


@dataclass(frozen=True)
class Product:
    """A running product: its address, its demo sign-ins, its processes."""

    url: str
    var: Path
    pid: int

    def account(self, role: str) -> dict[str, str]:
        """Login and password of a demo role."""
        accounts = json.loads((self.var / "demo.json").read_text("utf-8"))["accounts"]
        return next(account for account in accounts if account["role"] == role)

    def redis_pid(self) -> int:
        """The process id of the embedded Redis."""
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == self.pid and (b"redis-server" in command or b"valkey-server" in command):
                return int(process.name)
        raise LookupError("no embedded Redis under the supervisor")


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Started once for all stories, with fresh data; stopped as Ctrl-C stops it."""
    var, port = tmp_path_factory.mktemp("product"), free_port()
    log = (var / "run.log").open("wb")
    environment = {**os.environ, "VAR_DIR": str(var), "PORT": str(port)}
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MODE", "HOST"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "core.run"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url + "/readyz", process, var / "run.log")
        # /board leads to the open round's board, which stands there once the worker has made its first pass.
        _wait_for(url + "/board", process, var / "run.log")
        yield Product(url, var, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        finally:
            process.kill()
            log.close()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + 120
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own loopback address
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise TimeoutError(log.read_text("utf-8", "replace")[-3000:])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; skips loudly without one."""
    if CHROMIUM is None:
        pytest.skip("BROWSER STORIES NOT TESTED: no chromium on this machine")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def phone(browser: Browser, product: Product) -> Iterator[BrowserContext]:
    """A phone of 360 px that reads Vietnamese; any script error fails the story."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN", base_url=product.url, has_touch=True)
    context.set_default_timeout(10_000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert errors == []


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    """A tab on the phone."""
    return phone.new_page()
