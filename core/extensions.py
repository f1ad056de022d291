"""Flask extensions, set up once by ``create_app``."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate

from core.db import AT_ONCE, db, engine_options, prepare_sqlite
from core.web.sessions import Csrf

MIGRATIONS = Path(__file__).parent.parent / "migrations"

babel = Babel()
csrf = Csrf()
login_manager = LoginManager()
migrate = Migrate()


def init_database(app: Flask, url: str) -> None:
    """Set up the engines of ``core.db`` for ``url`` (SQLite file or PostgreSQL)."""
    options = engine_options(url)
    read_options: dict[str, Any] = {"url": url, **options}
    if not url.startswith("sqlite"):
        # Each statement by itself, as READ COMMITTED sees it anyway: a page waits for no BEGIN and no ROLLBACK.
        limits = options["connect_args"]["options"] + " -c default_transaction_read_only=on"
        read_options["connect_args"] = {**options["connect_args"], "options": limits}
        read_options["isolation_level"] = "AUTOCOMMIT"
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    at_once = {"url": url, **options, "isolation_level": "AUTOCOMMIT"}
    app.config["SQLALCHEMY_BINDS"] = {"read": read_options, AT_ONCE: at_once}
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    with app.app_context():
        if db.engines[None].dialect.name == "sqlite":
            prepare_sqlite(db.engines[None], begin="BEGIN IMMEDIATE")
            prepare_sqlite(db.engines["read"], begin="BEGIN", query_only=True)
            prepare_sqlite(db.engines[AT_ONCE], begin=None)


def dispose_database(app: Flask) -> None:
    """Close all connections (tests, and before a fork)."""
    with app.app_context():
        engines: dict[str | None, sa.Engine] = dict(db.engines)
        for engine in engines.values():
            engine.dispose()
