"""Errors that a user can cause, each with the HTTP status and the code of the contract.

``message`` is a Vietnamese sentence (a msgid) that says what happened and what to do;
``params`` fill its ``%(name)s`` places after translation; ``extra`` travels in
``application/problem+json`` (a stored receipt, a sequence number).
"""

from typing import Any, ClassVar


class DomainError(Exception):
    """Base of every expected refusal."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "bad-request"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        extra: dict[str, Any] | None = None,
        **params: object,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.params = params
        self.extra = extra or {}


class Unauthenticated(DomainError):
    """Nobody is signed in, or the session was ended."""

    status = 401
    default_code = "sign-in-required"


class Forbidden(DomainError):
    """Signed in, but not allowed."""

    status = 403
    default_code = "forbidden"


class NotFound(DomainError):
    """Unknown, or not the reader's to know about."""

    status = 404
    default_code = "not-found"


class Conflict(DomainError):
    """The stored state says otherwise."""

    status = 409
    default_code = "conflict"


class Gone(DomainError):
    """Too late."""

    status = 410
    default_code = "late"


class Invalid(DomainError):
    """Understood, but not valid; ``fields`` maps a field to what is wrong with it."""

    status = 422
    default_code = "invalid"

    def __init__(
        self,
        message: str,
        *,
        fields: dict[str, str] | None = None,
        code: str | None = None,
        **params: object,
    ) -> None:
        extra: dict[str, Any] | None = {"fields": fields} if fields else None
        super().__init__(message, code=code, extra=extra, **params)
        self.fields = fields or {}


class TooManyRequests(DomainError):
    """Over a rate limit; ``retry_after`` in whole seconds."""

    status = 429
    default_code = "too-many-requests"

    def __init__(self, message: str, *, retry_after: int, **params: object) -> None:
        super().__init__(message, code=None, extra={"retry_after": retry_after}, **params)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """A part that this act needs is busy or away; ``retry_after`` in whole seconds."""

    status = 503
    default_code = "unavailable"

    def __init__(self, message: str, *, retry_after: int = 2, code: str | None = None, **params: object) -> None:
        super().__init__(message, code=code, extra={"retry_after": retry_after}, **params)
        self.retry_after = retry_after
