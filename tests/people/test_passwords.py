"""Password hashes: argon2id with the promised cost, and a cap on hashing at once."""

import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest

from contest.people import passwords
from core.errors import Unavailable

GOOD = "hoa-sen-mùa-hè-27"


@pytest.fixture(scope="module")
def stored() -> str:
    return passwords.hashed(GOOD)


def test_the_promised_parameters(stored: str) -> None:
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert len(stored) <= 200
    assert passwords.hashed(GOOD) != stored


def test_only_the_right_password_matches(stored: str) -> None:
    assert passwords.matches(GOOD, stored)
    for wrong in ("", GOOD.upper(), GOOD + " ", GOOD[:-1], "x" * 1000):
        assert not passwords.matches(wrong, stored)


@pytest.mark.parametrize("password", ["no such person", "", GOOD])
def test_nobody_matches_nothing(password: str) -> None:
    assert not passwords.matches(password, None)


@pytest.mark.parametrize("broken", ["x", "!", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_stored_text_that_is_no_hash_matches_nothing(broken: str) -> None:
    assert not passwords.matches(broken, broken)
    assert not passwords.matches("no such person", broken)


def test_an_empty_stored_hash_opens_to_nobody() -> None:
    assert not passwords.matches("no such person", "")


@pytest.mark.parametrize("damaged", ["$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"])
def test_a_damaged_hash_matches_nothing(damaged: str) -> None:
    assert not passwords.matches(GOOD, damaged)


def test_a_password_is_one_however_the_keyboard_writes_accents(stored: str) -> None:
    assert passwords.matches(unicodedata.normalize("NFD", GOOD), stored)


def test_an_unknown_login_takes_as_long_as_a_known_one(stored: str) -> None:
    def seconds(against: str | None) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            passwords.matches("sai mật khẩu", against)
            times.append(time.perf_counter() - start)
        return min(times)

    assert seconds(None) > seconds(stored) / 2


def test_past_the_cap_one_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch, stored: str) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.05)
    inside, leave = threading.Barrier(passwords.PARALLEL + 1), threading.Event()

    def sit() -> None:
        with passwords._place():
            inside.wait(5)
            leave.wait(5)

    with ThreadPoolExecutor(passwords.PARALLEL) as pool:
        sitting = [pool.submit(sit) for _ in range(passwords.PARALLEL)]
        inside.wait(5)
        for act in (lambda: passwords.hashed(GOOD), lambda: passwords.matches(GOOD, stored)):
            with pytest.raises(Unavailable) as refused:
                act()
            assert (refused.value.status, refused.value.retry_after) == (503, 3)
        leave.set()
        for one in sitting:
            one.result()
    assert passwords.matches(GOOD, stored)


def test_refusals_and_errors_give_their_place_back(monkeypatch: pytest.MonkeyPatch, stored: str) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.05)
    for _ in range(passwords.PARALLEL + 1):
        assert not passwords.matches("sai", "no hash")
        assert not passwords.matches("sai", stored)
        with pytest.raises(UnicodeEncodeError):
            passwords.hashed("\ud800")
    assert passwords.matches(GOOD, stored)


def test_a_burst_waits_in_line_and_everybody_gets_in(stored: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: passwords.matches(GOOD, stored), range(16)))
