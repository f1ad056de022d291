"""The database: a read engine, a write engine, and the only place that commits.

Outside :func:`transaction` every statement goes to the *read* engine, which cannot
write: SQLite ``query_only``, PostgreSQL ``READ ONLY``. Inside it goes to the *write*
engine; on SQLite the transaction begins IMMEDIATE, because ``busy_timeout`` does not
help a reader that wants to become a writer. What needs one statement alone may use
:func:`at_once`, an engine on which every statement commits by itself.

Statements of the exam path are made once, with parameters, at the head of their files and are
executed on the connection: building one a request costs more than the database takes to run it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

AT_ONCE = "at once"
WAIT_SECONDS = 5  # far below the sweep's margin of 30 s


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment; stored in UTC, naive on SQLite, refused when naive."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware datetime -> what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What the database stores -> aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = sa.JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Base of all tables; the naming convention keeps migrations nameable."""

    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json},
    )


class RoutedSession(FlaskSession):
    """Sends statements to the write engine inside a transaction, else to the read engine."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine:
        """The engine for the next statement."""
        return self._db.engines[None if self.info.get("writing") else "read"]


db = SQLAlchemy(model_class=Base, session_options={"class_": RoutedSession, "expire_on_commit": False})


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a write transaction, or join the one that is open; the outermost commits.

    What was read before is forgotten, so that the verb reads again what it decides on.
    """
    session: Session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.rollback()
    session.info["writing"] = True
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


def at_once(statement: sa.UpdateBase | sa.Select[Any], values: dict[str, Any]) -> sa.Row[Any] | None:
    """Run one writing statement that is a transaction of its own; the row that it returns, if any.

    It is committed, as durably as by :func:`transaction`, when this returns; only BEGIN and COMMIT do
    not travel to the database. Inside a transaction it is part of that.
    """
    if db.session.registry.has():
        session: Session = db.session()
        if session.info.get("writing"):
            return session.connection().execute(statement, values).one_or_none()
        session.rollback()  # what was read before is forgotten
    with db.engines[AT_ONCE].connect() as connection:
        return connection.execute(statement, values).one_or_none()


def read() -> Session:
    """The session for reading; inside a transaction it is that transaction's."""
    session: Session = db.session()
    return session


def engine_options(url: str) -> dict[str, Any]:
    """Options of all engines: every wait is bounded by ``WAIT_SECONDS``."""
    text = {"json_serializer": _READABLE.encode, "json_deserializer": msgspec.json.decode}
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": WAIT_SECONDS}, "pool_timeout": WAIT_SECONDS, **text}
    limits = (
        f"-c statement_timeout={WAIT_SECONDS}s -c lock_timeout={WAIT_SECONDS - 1}s"
        " -c idle_in_transaction_session_timeout=30s -c synchronous_commit=on"
    )
    return {
        "connect_args": {"options": limits, "connect_timeout": WAIT_SECONDS},
        "pool_timeout": WAIT_SECONDS,
        "pool_pre_ping": False,
        "pool_recycle": 1800,
        **text,
    }


# Vietnamese as it is, so that stored JSON can be searched as text.
_READABLE = json.JSONEncoder(ensure_ascii=False)


def prepare_sqlite(engine: Engine, *, begin: str | None, query_only: bool = False) -> None:
    """Set the pragmas of each new connection and say BEGIN our way, or never."""

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a receipt survives a power cut
        cursor.execute("PRAGMA foreign_keys=ON")
        if query_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        if begin is None:
            return
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.cursor().execute(begin)
