"""Password hashes: argon2id, 19 MiB, t=2, p=1 (OWASP), with a cap on parallel hashing.

The cap keeps a burst of sign-ins from taking the memory and the processors away from
those who are sitting: past it a sign-in waits, then is asked to come again.
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Unavailable
from core.i18n import N_

PARALLEL = 2
WAIT_SECONDS = 5.0

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_places = threading.BoundedSemaphore(PARALLEL)
# Checked when the login is unknown, so that both answers take the same time.
_NOBODY = _hasher.hash("no such person")


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise Unavailable(
            N_("Đang có nhiều người đăng nhập cùng lúc. Đề nghị thử lại sau vài giây."),
            retry_after=3,
        )
    try:
        yield
    finally:
        _places.release()


def hashed(password: str) -> str:
    """The hash to store."""
    with _place():
        return _hasher.hash(_composed(password))


def matches(password: str, stored: str | None) -> bool:
    """Whether ``password`` belongs to ``stored``; takes as long for ``None``."""
    with _place():
        try:
            return _hasher.verify(stored or _NOBODY, _composed(password)) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


def _composed(password: str) -> str:
    # Keyboards write accents composed or not; to the person it is one password (NIST SP 800-63B).
    return unicodedata.normalize("NFKC", password)
