"""The product as devices meet it: an application that can be restarted, on a database whose COMMIT can fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app import create_app
from contest.boards import queries as boards
from contest.people.models import Person
from contest.results import queries as results
from contest.rounds import queries as rounds
from core import limits
from core.db import AT_ONCE, db
from core.extensions import dispose_database
from tests.wire import session_cookie
from tests.world import World


@dataclass(frozen=True)
class Request:
    """What a device sends: perhaps more than once, perhaps late. ``attempt`` is empty when it enters."""

    device: int
    kind: str
    attempt: str
    body: dict[str, Any]


class Server:
    """Answers requests; every restart is a new application that remembers nothing."""

    def __init__(self, world: World, people: list[Person]) -> None:
        self.world = world
        self._first = world.app
        self._cookies = [self._sign_in(person) for person in people]

    def _sign_in(self, person: Person) -> tuple[str, str]:
        client = self.world.client(person)
        cookie = session_cookie(client)
        assert cookie is not None
        return cookie, client.environ_base["HTTP_X_CSRFTOKEN"]

    def send(self, person: int, method: str, path: str, body: dict[str, Any] | None = None) -> TestResponse:
        """A request of this person's browser; a 500 is never an answer."""
        cookie, token = self._cookies[person]
        client = self.world.app.test_client()
        client.set_cookie("contest", cookie)
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers={"X-CSRFToken": token})
        assert answer.status_code != 500, answer.text
        return answer

    def restart(self) -> None:
        """Another process takes over: same database, nothing in memory."""
        old, self.world.app = self.world.app, create_app(self.world.app.config["SETTINGS"])
        if old is not self._first:
            dispose_database(old)
        rounds.pool.cache_clear()
        for forget in (boards.forget, results.forget, limits.forget):
            forget()

    def stop(self) -> None:
        """Back to the application that the fixtures know."""
        if self.world.app is not self._first:
            dispose_database(self.world.app)
            self.world.app = self._first

    @contextmanager
    def commits(self, how: str) -> Iterator[None]:
        """``lost``: the database is gone before it commits. ``unanswered``: it commits, and its answer is lost."""
        with self.world.inside():
            dialect, at_once = db.engines[None].dialect, db.engines[AT_ONCE]
        commit = dialect.do_commit

        def fail(connection: Any) -> None:
            if how == "unanswered":
                commit(connection)
            raise OperationalError("COMMIT", None, ConnectionError("the database does not answer"))

        def gone(*_: Any) -> None:
            raise OperationalError("UPDATE", None, ConnectionError("the database does not answer"))

        # What commits by itself is lost before it runs, or runs and its answer is lost.
        moment = "before_cursor_execute" if how == "lost" else "after_cursor_execute"
        if how != "well":
            dialect.do_commit = fail  # type: ignore[method-assign]
            sa.event.listen(at_once, moment, gone)
        try:
            yield
        finally:
            dialect.__dict__.pop("do_commit", None)
            if how != "well":
                sa.event.remove(at_once, moment, gone)
