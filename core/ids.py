"""Random identifiers: unguessable, not time-ordered, easy to read aloud."""

import secrets

# Crockford's base 32: no I, L, O, U, so that a code survives a telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def public_id() -> str:
    """An id for URLs: 16 characters, 80 random bits, lower case."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16)).lower()


def receipt_code() -> str:
    """A receipt's code (mã bài thi), ``XXXX-XXXX-XXXX``: 60 random bits."""
    raw = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"{raw[:4]}-{raw[4:8]}-{raw[8:]}"
