"""Alembic's environment: the application's write engine and the models' metadata."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from core.db import Base, db

config = context.config


def run_offline() -> None:
    """Print the SQL instead of running it."""
    context.configure(url=str(db.engines[None].url), target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Run on the write engine, in one transaction."""
    options = current_app.extensions["migrate"].configure_args
    with db.engines[None].connect() as connection:
        _wait_longer(connection)
        _foreign_keys(connection, "OFF")
        context.configure(connection=connection, target_metadata=Base.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()
            _refuse_orphans(connection)
        _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    # SQLite: a table that is made anew (batch mode) is dropped first, which would count as deleting its rows.
    # Outside SQLAlchemy's transaction, for inside one the pragma does nothing.
    if connection.dialect.name == "sqlite":
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.cursor().execute(f"PRAGMA foreign_keys={state}")


def _refuse_orphans(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise RuntimeError(f"foreign keys without a row: {orphans[:5]}")


def _wait_longer(connection: Connection) -> None:
    # Requests never wait long for SQL; a migration may.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET statement_timeout = '15min'")
        connection.commit()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
