"""What an act may cost at least: a Flask view with one statement and its COMMIT, and nothing of the product.

Served by gunicorn with the product's own configuration, on an engine with the product's own options.
"""

import sqlalchemy as sa
from flask import Flask, Response, jsonify, request

from core.db import Json, engine_options, prepare_sqlite
from core.settings import load_settings

metadata = sa.MetaData()
sheets = sa.Table(
    "sheet",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("answers", Json),
    sa.Column("seq", sa.Integer, nullable=False),
)


def engine(url: str) -> sa.Engine:
    """A writing engine like the product's."""
    made = sa.create_engine(url, **engine_options(url))
    if made.dialect.name == "sqlite":
        prepare_sqlite(made, begin="BEGIN IMMEDIATE")
    return made


def prepare(url: str, rows: int) -> None:
    """Make the table, with ``rows`` sheets to be updated."""
    made = engine(url)
    metadata.create_all(made)
    with made.begin() as connection:
        connection.execute(sa.insert(sheets), [{"answers": {}, "seq": 0}] * rows)
    made.dispose()


def create_app() -> Flask:
    """The floors as views."""
    app = Flask(__name__, static_folder=None)
    writing = engine(load_settings().database_url)

    @app.get("/livez")
    def empty() -> Response:
        return Response("ok", mimetype="text/plain")

    @app.put("/sheets/<int:sheet_id>")
    def update(sheet_id: int) -> Response:
        body = request.get_json()
        change = sa.update(sheets).where(sheets.c.id == sheet_id).values(answers=body["answers"], seq=body["seq"])
        with writing.begin() as connection:
            connection.execute(change)
        return jsonify(seq=body["seq"])

    @app.post("/sheets")
    def insert() -> Response:
        body = request.get_json()
        with writing.begin() as connection:
            made = connection.execute(sa.insert(sheets).values(answers=body, seq=0))
        return jsonify(id=made.inserted_primary_key[0])

    return app
