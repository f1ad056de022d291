"""Who is asking. The person's id comes from the signed session; the person is loaded when needed.

The people room registers the resolver, so that core knows nothing of accounts.
"""

from collections.abc import Callable

from flask import session
from flask_login import UserMixin, current_user, login_user, logout_user

from core.access import Actor, Permission, require
from core.errors import Unauthenticated
from core.extensions import login_manager
from core.i18n import N_

Resolver = Callable[[int, int], Actor | None]
_resolvers: list[Resolver] = []
Unfinished = Callable[[int], str | None]
_unfinished: list[Unfinished] = []


class SessionUser(UserMixin):
    """Flask-Login's user: the actor and the session's id, ``<person id>:<version>``."""

    def __init__(self, actor: Actor, session_id: str) -> None:
        """The actor under the session's id."""
        self.actor = actor
        self.id = session_id


def register_resolver(resolver: Resolver) -> None:
    """Say how (person id, session version) becomes an actor; ``None`` ends the session."""
    _resolvers[:] = [resolver]


def register_unfinished(find: Unfinished) -> None:
    """Say where a person goes on with something whose time runs; signing out asks first while there is any."""
    _unfinished[:] = [find]


def unfinished() -> str | None:
    """The address at which the viewer goes on with what they have begun and whose time runs."""
    actor = viewer()
    return _unfinished[0](actor.person_id) if actor and actor.person_id else None


@login_manager.user_loader
def _load(session_id: str) -> SessionUser | None:
    parts = _parts(session_id)
    actor = _resolvers[0](*parts) if parts else None
    return SessionUser(actor, session_id) if actor else None


def viewer() -> Actor | None:
    """The signed-in actor, or ``None``. Loads the person: one statement a request."""
    return current_user.actor if current_user.is_authenticated else None


def require_viewer(permission: Permission | None = None) -> Actor:
    """The signed-in actor, allowed to; raises :class:`Unauthenticated` or ``Forbidden``."""
    actor = viewer()
    if actor is None:
        raise Unauthenticated(N_("Cần đăng nhập để tiếp tục."))
    if permission is not None:
        require(actor, permission)
    return actor


def require_holder(permission: Permission) -> Actor:
    """The signed-in actor who holds ``permission`` somewhere; what is theirs the verbs decide."""
    actor = require_viewer()
    if not actor.holds(permission):
        require(actor, permission)
    return actor


def session_person_id() -> int:
    """The person of the signed session, not loaded: for the exam path only (DESIGN §3)."""
    parts = _parts(str(session.get("_user_id", "")))
    if parts is None:
        raise Unauthenticated(N_("Phiên đăng nhập đã hết. Bài làm vẫn còn trên thiết bị này; đề nghị đăng nhập lại."))
    return parts[0]


def begin_session(person_id: int, version: int) -> None:
    """Sign somebody in: a fresh session, nothing of the old one is kept."""
    actor = _resolvers[0](person_id, version)
    session.clear()
    if actor is not None:
        session.permanent = True
        login_user(SessionUser(actor, f"{person_id}:{version}"))


def end_session() -> None:
    """Sign out."""
    logout_user()
    session.clear()


def _parts(session_id: str) -> tuple[int, int] | None:
    person, _, version = session_id.partition(":")
    return (int(person), int(version)) if person.isdigit() and version.isdigit() else None
