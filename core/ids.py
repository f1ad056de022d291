"""Random identifiers: unguessable, not time-ordered, easy to read aloud."""

import base64
import secrets

# Crockford's base 32: no I, L, O, U, so that a code survives a telephone.
_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def public_id() -> str:
    """An id for URLs: 16 characters, 80 random bits, lower case."""
    return _sixteen().lower()


def receipt_code() -> str:
    """A receipt's code (mã bài thi), ``XXXX-XXXX-XXXX``: 60 random bits."""
    raw = _sixteen()
    return f"{raw[:4]}-{raw[4:8]}-{raw[8:12]}"


def _sixteen() -> str:
    return base64.b32encode(secrets.token_bytes(10)).translate(_CROCKFORD).decode()
