"""The breaker and the limits, on a real server of their own that is stopped, killed and filled."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
import redis

from core import limits
from core.errors import TooManyRequests
from core.redis import FAILURES_TO_OPEN, OPEN_SECONDS, RedisAway, RedisGate, gate
from tests import servers


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    """(URL, process id) of a Redis that this test may maltreat."""
    with servers.redis() as running:
        yield running


@pytest.fixture
def own_gate(server: tuple[str, int]) -> RedisGate:
    made = RedisGate()
    made.connect(server[0])
    return made


def _away(guest: RedisGate) -> float:
    """Seconds until the gate says that Redis is away."""
    start = time.monotonic()
    with pytest.raises(RedisAway):
        guest.call(lambda client: client.ping())
    return time.monotonic() - start


def test_an_unconnected_gate_is_away() -> None:
    assert _away(RedisGate()) < 0.05


def test_a_stopped_server_costs_three_short_waits_and_comes_back(server: tuple[str, int], own_gate: RedisGate) -> None:
    assert own_gate.call(lambda client: client.ping())
    os.kill(server[1], signal.SIGSTOP)
    try:
        waits = [_away(own_gate) for _ in range(FAILURES_TO_OPEN)]
        opened = time.monotonic()
        assert all(wait < 0.6 for wait in waits)
        # From here on the breaker answers, not the time-out.
        assert sum(_away(own_gate) for _ in range(50)) < 0.2
    finally:
        os.kill(server[1], signal.SIGCONT)
    assert _away(own_gate) < 0.05  # the server is back, but the breaker does not know yet
    time.sleep(max(0.0, opened + OPEN_SECONDS + 0.1 - time.monotonic()))
    assert own_gate.call(lambda client: client.ping())


def test_a_success_forgets_earlier_failures(server: tuple[str, int], own_gate: RedisGate) -> None:
    def fail(client: redis.Redis) -> None:
        raise redis.TimeoutError

    for _ in range(3):
        for _ in range(FAILURES_TO_OPEN - 1):
            with pytest.raises(RedisAway):
                own_gate.call(fail)
        assert own_gate.call(lambda client: client.ping())


def test_a_mistake_in_our_own_command_is_not_hidden(own_gate: RedisGate) -> None:
    own_gate.call(lambda client: client.set("a", "text"))
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(redis.ResponseError):
            own_gate.call(lambda client: client.incr("a"))
    assert own_gate.call(lambda client: client.ping())


@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_a_server_that_cannot_write_is_away(trouble: str, own_gate: RedisGate) -> None:
    if trouble == "full":
        own_gate.call(lambda client: client.config_set("maxmemory", "1"))
    else:
        own_gate.call(lambda client: client.replicaof("127.0.0.1", str(servers.free_port())))
    with pytest.raises(RedisAway):
        own_gate.call(lambda client: client.set("a", "1"))


@pytest.fixture(params=["redis", "alone"])
def counting(request: pytest.FixtureRequest, server: tuple[str, int]) -> Iterator[None]:
    """The process's gate on this test's server, or on none at all."""
    limits.forget()
    gate.connect(server[0] if request.param == "redis" else f"redis://127.0.0.1:{servers.free_port()}/0")
    yield
    limits.forget()
    gate.connect(f"redis://127.0.0.1:{servers.free_port()}/0")


def _count(subject: str, *, name: str = "sign-in", window: int = 60) -> None:
    limits.count(name=name, subject=subject, limit=3, window_seconds=window)


@pytest.mark.usefixtures("counting")
def test_a_limit_goes_by_subject_and_name() -> None:
    for _ in range(3):
        _count("0912345678")
    with pytest.raises(TooManyRequests) as refused:
        _count("0912345678")
    assert refused.value.status == 429
    assert 55 <= refused.value.retry_after <= 60
    assert refused.value.params == {"seconds": refused.value.retry_after}
    _count("0912345679")
    _count("0912345678", name="register")


@pytest.mark.usefixtures("counting")
def test_a_window_ends_however_often_one_tries() -> None:
    start = time.monotonic()
    for _ in range(3):
        _count("an", window=1)
    while time.monotonic() < start + 0.8:
        with pytest.raises(TooManyRequests):
            _count("an", window=1)
        time.sleep(0.1)
    time.sleep(0.4)
    _count("an", window=1)


def test_limits_survive_a_server_that_dies_between_two_tries(server: tuple[str, int]) -> None:
    limits.forget()
    gate.connect(server[0])
    for _ in range(3):
        _count("binh")
    os.kill(server[1], signal.SIGKILL)
    for _ in range(3):
        _count("binh")  # counted alone from here, from zero: late, but never an error
    with pytest.raises(TooManyRequests):
        _count("binh")
    limits.forget()


def test_a_full_server_counts_nothing_so_the_process_does(server: tuple[str, int]) -> None:
    limits.forget()
    gate.connect(server[0])
    _count("chi")
    gate.call(lambda client: client.config_set("maxmemory", "1"))
    for _ in range(3):
        _count("chi")
    with pytest.raises(TooManyRequests):
        _count("chi")
    limits.forget()
