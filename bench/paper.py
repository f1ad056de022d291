"""``python -m bench.paper``: the taking page on a slow phone, over TLS, in a real browser.

400 ms to the first byte of every answer, 400 kbit/s, a processor four times slower: Chromium's own throttling.
Measured: first paint, usable (the script stands and has taken the first answer), acknowledged (the server has committed
it), and the same for a repeated visit. Needs Chromium, nginx (in front, for TLS and HTTP/2; nothing else is set) and
openssl.
"""

import argparse
import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

from core.settings import read_settings

ROOT = Path(__file__).resolve().parent.parent
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
CPU = 4
LIMITS_MS = {"first paint": 2500, "usable": 5000, "first paint again": 1000}
START_SECONDS = 120
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{safe} ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key};
    location / {{
      proxy_pass http://127.0.0.1:{plain}; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""
WATCH = """
  window.times = {};
  (function look() {
    const now = performance.now();
    const html = document.documentElement;
    const seen = (name, at) => { if (!(name in times)) times[name] = at; };
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    if (paint) seen("paint", paint.startTime);
    if (html && html.classList.contains("enhanced")) {
      const choices = document.querySelectorAll(".question:not([hidden]) .option input");
      if (!("enhanced" in times)) Array.from(choices).find((choice) => !choice.checked).click();
      seen("enhanced", now);
      if (/^\\D*[1-9]/.test(document.getElementById("answered").textContent)) seen("usable", now);
      if (document.getElementById("saved").dataset.state === "saved-at") seen("acknowledged", now);
    }
    setTimeout(look, 10);
  })();
"""


def main() -> None:
    """Measure and report; ends with 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with (
        tempfile.TemporaryDirectory(prefix="contest-bench-paper-") as folder,
        _product(Path(folder)) as (url, pin),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            # Pinned, not ignored: Chromium keeps nothing in its cache that came with a bad certificate.
            args=["--no-sandbox", "--disable-gpu", f"--ignore-certificate-errors-spki-list={pin}"],
        )
        path, cookies = _enter(browser, url)
        visits = [_visit(browser, url + path, cookies) for _ in range(rounds)]
        browser.close()
    sys.exit(_report(visits))


def _report(visits: list[dict[str, float]]) -> int:
    medians = {name: statistics.median(visit[name] for visit in visits) for name in visits[0]}
    print(f"{'taking page, ' + str(len(visits)) + ' visits':24} {'median':>9} {'worst':>9} {'limit':>9}")
    for name, median in medians.items():
        limit = LIMITS_MS.get(name)
        unit = "KB" if name.startswith("bytes") else "ms"
        shown, worst = (value / (1024 if unit == "KB" else 1) for value in (median, max(v[name] for v in visits)))
        print(f"{name:24} {shown:6.0f} {unit} {worst:6.0f} {unit} {str(limit) + ' ms' if limit else '':>9}")
    file = read_settings().var_dir / "bench" / "paper.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"median": medians, "visits": visits, "limits_ms": LIMITS_MS}, indent=2), "utf-8")
    print(file)
    return int(any(medians[name] > limit for name, limit in LIMITS_MS.items()))


def _visit(browser: Browser, address: str, cookies: list[Any]) -> dict[str, float]:
    context = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    context.add_cookies(cookies)
    context.add_init_script(WATCH)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    sizes = _throttled(wire)
    found: dict[str, float] = {}
    for suffix in ("", " again"):
        sizes.clear()
        page.goto(address, wait_until="commit")
        times: dict[str, float] = {}
        until = time.monotonic() + 30
        while "acknowledged" not in times and time.monotonic() < until:
            page.wait_for_timeout(200)
            times = page.evaluate("times")
        found["first paint" + suffix] = times["paint"]
        found["usable" + suffix] = times["usable"]
        found["acknowledged" + suffix] = times["acknowledged"]
        found["bytes" + suffix] = sum(sizes)
        page.goto("about:blank")
    context.close()
    return found


def _throttled(wire: CDPSession) -> list[float]:
    sizes: list[float] = []
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    return sizes


def _enter(browser: Browser, url: str) -> tuple[str, list[Any]]:
    """A new person in the open round of the demo; the paper's path and the cookies of the session."""
    context = browser.new_context(base_url=url, locale="vi-VN")
    page = context.new_page()
    page.goto("/register")
    page.get_by_label("Họ và tên").fill("Người Đo")
    for name, text in (("login", "nguoido1"), ("password", "sen-ho-tay-1010-nam")):
        page.locator(f'input[name="{name}"]').fill(text)
    page.locator('input[name="agency"]').press_sequentially("so noi")
    page.get_by_role("option", name="Sở Nội vụ").first.click()
    page.locator('input[name="consent"]').check()
    page.get_by_role("button", name="Đăng ký").click()
    page.get_by_role("button", name="Vào thi").click()
    page.wait_for_url("**/attempts/**")
    path, cookies = page.url.removeprefix(url), context.cookies()
    context.close()
    return path, cookies


@contextmanager
def _product(folder: Path) -> Iterator[tuple[str, str]]:
    """The demo as ``make run`` starts it, and a second web server on its data that speaks TLS; its address and pin."""
    key, certificate, pin = _certificate(folder)
    plain, safe = _free_port(), _free_port()
    environment = {**os.environ, "VAR_DIR": str(folder / "var"), "PORT": str(plain), "TLS": "1", "MODE": "embedded"}
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "HOST"):
        environment.pop(name, None)
    out = (folder / "log").open("ab")
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, plain=plain, safe=safe, key=key, certificate=certificate))
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(
            subprocess.Popen([sys.executable, "-m", "core.run"], cwd=ROOT, env=environment, stdout=out, stderr=out)
        )
        _wait(f"http://127.0.0.1:{plain}/board")
        nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if nginx is None:
            raise SystemExit("bench.paper: no nginx on this machine")
        started.append(subprocess.Popen([nginx, "-c", str(configuration)], stdout=out, stderr=out))
        _wait_port(safe)
        yield f"https://127.0.0.1:{safe}", pin
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGINT)
            process.wait(40)
        out.close()


def _certificate(folder: Path) -> tuple[Path, Path, str]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    kind = "-x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
    name = "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    make = ["openssl", "req", *kind.split(), *name.split()]
    subprocess.run([*make, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    public = subprocess.run(
        ["openssl", "pkey", "-in", str(key), "-pubout", "-outform", "der"], check=True, capture_output=True
    )
    return key, certificate, base64.b64encode(hashlib.sha256(public.stdout).digest()).decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(address: str) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own loopback address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


def _wait_port(port: int) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"port {port}")


if __name__ == "__main__":
    main()
