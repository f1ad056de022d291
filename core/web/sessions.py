"""Flask's signed sessions and Flask-WTF's tokens; what this process found genuine once is not verified again.

Who sits an exam sends the same cookie and token hundreds of times, and checking their signatures was
a third of what the house itself adds to a request.
"""

import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

REMEMBERED = 20_000


class Sessions(SecureCookieSessionInterface):
    """The signer is made once; which cookies it found genuine is remembered, what they say is read anew each time."""

    def __init__(self, app: Flask) -> None:
        serializer = super().get_signing_serializer(app)
        assert serializer is not None  # the settings refuse to do without a key
        self._serializer = serializer
        signer = serializer.make_signer(serializer.salt)
        assert isinstance(signer, TimestampSigner)
        self._genuine = lru_cache(REMEMBERED)(lambda cookie: signer.unsign(cookie, return_timestamp=True))

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """The one of this application."""
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """What a genuine cookie that is not too old says, else an empty session."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        try:
            payload, signed_at = self._genuine(cookie)
            if not timedelta(0) <= datetime.now(UTC) - signed_at <= app.permanent_session_lifetime:
                return self.session_class()
            return self.session_class(self._serializer.load_payload(payload))
        except BadData:
            return self.session_class()


class Csrf(CSRFProtect):
    """Lets a known token of this very session pass; everything else is for Flask-WTF to judge."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Check the request that is being served."""
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        token = request.headers.get("X-CSRFToken")
        own = session.get("csrf_token") if token else None
        if token and own and hmac.compare_digest(_signed(str(current_app.secret_key), token), str(own)):
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions)


@lru_cache(REMEMBERED)
def _signed(key: str, token: str) -> str:
    """What a genuine token names; empty for any other."""
    try:
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").loads(token))
    except BadData:
        return ""
