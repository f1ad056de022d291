"""A real nginx with ``deploy/nginx.conf`` for the tests; only addresses, files and thresholds are replaced."""

import contextlib
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.servers import free_port

DEPLOY = Path(__file__).parent.parent / "deploy"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
THRESHOLDS = {"200": "4", "400": "8", "800": "12"}
"""Few enough for a test; the order is what counts."""


def needs_nginx() -> None:
    """Skip loudly where there is no nginx."""
    if NGINX is None or OPENSSL is None:
        pytest.skip("NGINX NOT TESTED: no nginx or no openssl on this machine")


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Proxy:
    """A running nginx; speaks TLS on loopback."""

    port: int
    folder: Path
    context: ssl.SSLContext = field(default_factory=ssl._create_unverified_context)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: str | bytes | None = None,
        headers: dict[str, str] | None = None,
        wait: float = 20,
        source: str = "127.0.0.1",
    ) -> Answer:
        """One request on a connection of its own; raises :class:`TimeoutError` after ``wait`` seconds."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=wait, context=self.context, source_address=(source, 0)
        )
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def hangs(self, method: str, path: str, **how: object) -> bool:
        """Whether the request went through to an application that does not answer."""
        try:
            self.call(method, path, wait=0.4, **how)  # type: ignore[arg-type]
        except TimeoutError:
            return True
        return False


def site(folder: Path, *, port: int, upstreams: list[int]) -> str:
    """The site as shipped, at other addresses; every replacement must find its place."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    servers = "\n".join(f"    server 127.0.0.1:{upstream} max_fails=0;" for upstream in upstreams)
    for pattern, new in (
        (r"    server 127\.0\.0\.1:8000 max_fails=0;", servers),
        (r"127\.0\.0\.1:8000 down", f"127.0.0.1:{upstreams[0]} down"),
        (r"listen 80;", f"listen 127.0.0.1:{free_port()};"),
        (r"listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        (r"    listen \[::\]:.*\n", ""),
        (r"/etc/nginx/contest/busy\.html", str(DEPLOY / "nginx" / "busy.html")),
        (r"/etc/nginx/contest", str(folder)),
        (r"/var/cache/nginx/contest", str(folder / "cache")),
        (r"(?<=limit_conn under_way )(200|400|800)", lambda found: THRESHOLDS[found[1]]),
    ):
        text, times = re.subn(pattern, new, text)  # type: ignore[call-overload]
        assert times, pattern
    return text


@contextmanager
def nginx(upstreams: list[int]) -> Iterator[Proxy]:
    """Start it in front of these ports; needs no rights and leaves nothing."""
    assert NGINX is not None
    assert OPENSSL is not None
    folder, port = Path(tempfile.mkdtemp(prefix="contest-nginx-")), free_port()
    key = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem", "-subj", "/CN=localhost", "-days", "2"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([OPENSSL, "req", "-x509", *kind, *map(str, key)], check=True, capture_output=True)
    (folder / "contest.conf").write_text(site(folder, port=port, upstreams=upstreams), "utf-8")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; user root; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log warn;\n"
        f"events {{ worker_connections 512; }}\n"
        f"http {{\naccess_log off;\n{temporary}include {folder}/contest.conf;\n}}\n",
        "utf-8",
    )
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr + (folder / "error.log").read_text()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield Proxy(port, folder)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int) -> None:
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError("nginx did not start")
