"""Migration 0003 carries the bank of 0002 over, and the starter bank then joins its documents."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from core.access import SYSTEM
from core.db import Json, UtcDateTime, read, transaction
from core.extensions import dispose_database
from core.settings import Settings
from questions.bank.content import item_of
from questions.bank.models import Bank, Question, QuestionVersion, Topic, VersionCitation
from questions.bank.service import edit
from questions.imports import starter
from questions.law import queries as law
from tests.world import MONDAY

LONG = "Nghị định 63/2010/NĐ-CP ngày 08/6/2010"
OWN = "Quy chế nội bộ của Sở"
CREATED = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def old_app(
    request: pytest.FixtureRequest, tmp_path: Path, var: Path, redis_server: tuple[str, int]
) -> Iterator[Flask]:
    """An application on an empty database at revision 0002."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS upgraded_contest WITH (FORCE)")
            connection.execute("CREATE DATABASE upgraded_contest")
        url = server.rsplit("/", 1)[0] + "/upgraded_contest"
    app = create_app(Settings(database_url=url, redis_url=redis_server[0], secret_key="k" * 40, var_dir=var))
    with app.app_context():
        flask_migrate.upgrade(revision="0002")
    yield app
    dispose_database(app)


def _fill() -> None:
    """A sample with two wordings and a retired question, as 0002 stored them."""
    with transaction() as session:
        for statement in (
            "INSERT INTO topic (id, code, name) VALUES (1, 'kiem-soat', 'Kiểm soát thủ tục hành chính')",
            f"INSERT INTO legal_document (id, title) VALUES (3, '{LONG}'), (4, '{OWN}')",
            "INSERT INTO question (id, code, topic_id, state)"
            " VALUES (5, 'cu-01', 1, 'sample'), (9, 'cu-02', 1, 'retired')",
        ):
            session.execute(sa.text(statement))
        row = sa.text(
            "INSERT INTO question_version (id, question_id, number, kind, difficulty, stem, choices, keys, explanation,"
            " document_id, article, created_at) VALUES (:id, :question, :number, 'single', 2, :stem, :choices, :keys,"
            " 'Vì vậy.', :document, 'Điều 8', :at)"
        ).bindparams(
            sa.bindparam("choices", ["Cơ quan tiếp nhận", "Người nộp", "Báo địa phương"], type_=Json),
            sa.bindparam("keys", type_=Json),
            sa.bindparam("at", CREATED, type_=UtcDateTime),
        )
        for version, question, number, key, document in ((11, 5, 1, 0, 3), (14, 5, 2, 2, 3), (15, 9, 1, 1, 4)):
            values = {
                "id": version, "question": question, "number": number, "stem": f"Câu {question} bản {number}?",
                "keys": [key], "document": document,
            }  # fmt: skip
            session.execute(row, values)


def test_questions_and_what_they_rest_on_are_carried_over(old_app: Flask) -> None:
    with old_app.app_context():
        _fill()
        flask_migrate.upgrade()
    with old_app.app_context():
        versions = {v.id: v for v in read().scalars(sa.select(QuestionVersion))}
        assert {
            pk: (v.question_id, v.number, v.state, v.newest, v.drawn, v.keys, v.choices[0])
            for pk, v in versions.items()
        } == {
            11: (5, 1, "sample", False, False, [0], "Cơ quan tiếp nhận"),
            14: (5, 2, "sample", True, True, [2], "Cơ quan tiếp nhận"),
            15: (9, 1, "approved", True, True, [1], "Cơ quan tiếp nhận"),
        }
        questions = {q.id: (q.code, q.status, q.keys_public) for q in read().scalars(sa.select(Question))}
        assert questions == {5: ("cu-01", "active", True), 9: ("cu-02", "retired", False)}

        # A wording that is saved as it was gets no successor, though 0002 hashed it another way.
        kept = item_of(versions[14]), versions[14].sha256, versions[14].question.public_id
        edit(actor=SYSTEM, now=MONDAY, question_id=kept[2], item=kept[0], based_on=kept[1])
        assert sorted(read().scalars(sa.select(QuestionVersion.id))) == [11, 14, 15]

        done = starter.bring_in(actor=SYSTEM, now=MONDAY)
        assert done.added > 100
        # The old long name and the register's document are one now; what was written stays written.
        document = law.by_name("Nghị định 63/2010/NĐ-CP")
        assert document is not None
        assert document.id == 3
        assert law.by_name(LONG) is document
        rows = read().execute(
            sa.select(VersionCitation.version_id, VersionCitation.document_id, VersionCitation.cited_as,
                      VersionCitation.article).where(VersionCitation.version_id.in_([11, 14, 15]))
        )  # fmt: skip
        own = law.by_name(OWN)
        assert own is not None
        assert sorted(map(tuple, rows)) == [
            (11, 3, LONG, "Điều 8"), (14, 3, LONG, "Điều 8"), (15, own.id, OWN, "Điều 8"),
        ]  # fmt: skip
        # Ids go on behind the old ones.
        assert min(read().scalars(sa.select(QuestionVersion.id).where(QuestionVersion.id.not_in([11, 14, 15])))) > 15
        again = starter.bring_in(actor=SYSTEM, now=MONDAY)
        assert (again.added, again.quarantined) == (0, 0)


def test_a_role_that_was_given_twice_is_held_once(old_app: Flask) -> None:
    with old_app.app_context():
        with transaction() as session:
            insert = sa.text(
                "INSERT INTO person (id, login, full_name, name_key, password_hash, session_version, is_sample,"
                " created_at) VALUES (7, 'bantochuc', 'Lê Thị Ban', 'ban', '', 1, false, :at)"
            ).bindparams(sa.bindparam("at", CREATED, type_=UtcDateTime))
            session.execute(insert)
            for _ in range(2):
                session.execute(sa.text("INSERT INTO role_grant (person_id, role) VALUES (7, 'organiser')"))
        flask_migrate.upgrade()
    with old_app.app_context():
        assert read().execute(sa.text("SELECT person_id, role FROM role_grant")).all() == [(7, "organiser")]


def test_topics_and_documents_without_a_question_are_carried_over(old_app: Flask) -> None:
    with old_app.app_context():
        with transaction() as session:
            session.execute(sa.text("INSERT INTO topic (id, code, name) VALUES (7, 'rieng', 'Chủ đề riêng')"))
            session.execute(sa.text("INSERT INTO legal_document (id, title) VALUES (8, :own)"), {"own": OWN})
        flask_migrate.upgrade()
    with old_app.app_context():
        assert [(topic.id, topic.code) for topic in read().scalars(sa.select(Topic))] == [(7, "rieng")]
        own = law.by_name(OWN)
        assert own is not None
        assert own.id == 8
        assert read().scalar(sa.select(sa.func.count()).select_from(Bank)) == 0
        assert starter.bring_in(actor=SYSTEM, now=MONDAY).added > 100
