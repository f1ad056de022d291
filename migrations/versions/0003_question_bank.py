"""question bank

Banks with owners, versions with review, citations of legal documents with validity, imports, jobs.
The bank of 0001 held a few hundred starter questions: its rows are carried over in memory.
"""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.db
from core.ids import public_id
from core.text import fold

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OLD = ("question_version", "question", "topic", "legal_document")
WRITTEN_ONCE = ("review_entry", "media_file", "situation_version")
CONTENT = ("question_id", "number", "kind", "difficulty", "stem", "choices", "keys", "shuffle", "explanation",
           "situation_id", "sha256", "author_id", "editors")
ROLES = "role IN ('organiser', 'contact', 'author', 'reviewer')"
BACK = "(OLD.state = 'approved' AND NEW.state <> 'approved') OR (OLD.state = 'sample' AND NEW.state NOT IN ('sample', 'approved'))"
CITED = ("version_id", "position", "cited_as", "article")
FIXED = "(SELECT state FROM question_version WHERE id = OLD.version_id) <> 'draft'"
SCOPE = "role IN ('author', 'reviewer') OR (role = 'contact') = (agency_id IS NOT NULL)"


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    old = {
        table: [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY id")).mappings()]
        for table in OLD
    }
    for table in OLD:
        op.drop_table(table)
    _tables()
    _carry_over(connection, old)
    with op.batch_alter_table("role_grant") as batch:
        batch.drop_constraint("role", type_="check")
        batch.drop_constraint("scope", type_="check")
        batch.create_check_constraint("role", ROLES)
        batch.create_check_constraint("scope", SCOPE)
    # A double click could give an organiser's role twice.
    op.execute(
        "DELETE FROM role_grant WHERE agency_id IS NULL AND id NOT IN "
        "(SELECT min(id) FROM role_grant WHERE agency_id IS NULL GROUP BY person_id, role)"
    )
    whole = sa.text("agency_id IS NULL")
    op.create_index(
        "uq_role_grant_without_agency", "role_grant", ["person_id", "role"], unique=True,
        sqlite_where=whole, postgresql_where=whole,
    )
    _guards(connection.dialect.name)


def downgrade() -> None:
    """Refused: versions, reviews and citations have no place in the older tables."""
    raise RuntimeError("restore a backup that was made before migration 0003")


def _carry_over(connection: sa.Connection, old: dict) -> None:
    now = datetime.now(UTC)
    tables = sa.MetaData()
    tables.reflect(connection)

    def put(name: str, rows: list[dict]) -> None:
        table = tables.tables[name]
        moments = {c.name for c in table.columns if isinstance(c.type, sa.DateTime)}
        naive = connection.dialect.name == "sqlite"
        values = [
            {k: v.replace(tzinfo=None) if naive and k in moments and v is not None else v for k, v in row.items()}
            for row in rows
        ]
        if values:
            connection.execute(sa.insert(table), values)
        if connection.dialect.name == "postgresql":
            connection.execute(
                sa.text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name} HAVING max(id) > 0")
            )

    created = min((_moment(row["created_at"]) for row in old["question_version"]), default=now)
    if old["question"]:
        put("bank", [{"id": 1, "public_id": public_id(), "name": "Ngân hàng câu hỏi của tỉnh", "owner_id": 0,
                      "created_at": created}])
    put("topic", [{**row, "parent_id": None} for row in old["topic"]])
    put("legal_document", [
        {"id": row["id"], "public_id": public_id(), "title": row["title"], "number": "", "kind": "", "issuer": "",
         "subject": "", "recorded_at": created} for row in old["legal_document"]])
    names = {fold(row["title"]): row for row in old["legal_document"]}
    put("legal_name", [
        {"id": row["id"], "document_id": row["id"], "text": row["title"], "folded": folded}
        for folded, row in names.items()])
    newest: dict[int, dict] = {}
    for row in old["question_version"]:
        if row["number"] >= newest.get(row["question_id"], row)["number"]:
            newest[row["question_id"]] = row
    questions = {row["id"]: row for row in old["question"]}
    put("question", [
        {"id": row["id"], "public_id": public_id(), "bank_id": 1, "code": row["code"], "topic_id": row["topic_id"],
         "status": "retired" if row["state"] == "retired" else "active", "tags": [], "source": "",
         "search": " ".join(map(fold, (row["code"], newest[row["id"]]["stem"],
                                       *_list(newest[row["id"]]["choices"])))),
         "keys_public": row["state"] == "sample", "created_at": created}
        for row in old["question"] if row["id"] in newest])
    put("question_version", [_version(row, questions[row["question_id"]], newest) for row in old["question_version"]])
    titles = {row["id"]: row["title"] for row in old["legal_document"]}
    put("version_citation", [
        {"version_id": row["id"], "position": 0, "document_id": row["document_id"],
         "cited_as": titles[row["document_id"]],
         "article": row["article"]} for row in old["question_version"]])


def _version(row: dict, question: dict, newest: dict) -> dict:
    is_newest = newest[row["question_id"]] is row
    content = json.dumps([row["stem"], _list(row["choices"]), _list(row["keys"]), row["explanation"]],
                         ensure_ascii=False)
    return {
        "id": row["id"], "question_id": row["question_id"], "number": row["number"],
        "state": "sample" if question["state"] == "sample" else "approved",
        "newest": is_newest, "drawn": is_newest, "kind": row["kind"], "difficulty": row["difficulty"],
        "stem": row["stem"], "choices": _list(row["choices"]), "keys": _list(row["keys"]), "shuffle": True,
        "explanation": row["explanation"], "situation_id": None,
        "sha256": hashlib.sha256(content.encode()).hexdigest(), "author_id": None, "author_name": "",
        "editors": [],
        "created_at": _moment(row["created_at"]), "settled_at": _moment(row["created_at"]),
    }


def _list(value: object) -> list:
    return json.loads(value) if isinstance(value, str) else value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _guards(dialect: str) -> None:
    """The last guard: what is written once, and what was handed over for review, does not change."""
    if dialect == "postgresql":
        for table in WRITTEN_ONCE:
            op.execute(
                f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in CONTENT)
        op.execute(
            "CREATE TRIGGER question_version_fixed BEFORE UPDATE ON question_version FOR EACH ROW "
            f"WHEN ((OLD.state <> 'draft' AND ({changed})) OR {BACK}) EXECUTE FUNCTION refuse_change()"
        )
        # A trigger's condition cannot look into another table here; a merged document may be re-pointed.
        cited = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in CITED)
        op.execute(
            "CREATE FUNCTION refuse_fixed_citation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {FIXED} AND (TG_OP = 'DELETE' OR {cited}) "
            "THEN RAISE EXCEPTION 'version_citation is fixed with its version'; END IF; "
            "RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$"
        )
        op.execute(
            "CREATE TRIGGER version_citation_fixed BEFORE UPDATE OR DELETE ON version_citation "
            "FOR EACH ROW EXECUTE FUNCTION refuse_fixed_citation()"
        )
        op.execute(
            "CREATE TRIGGER question_version_kept BEFORE DELETE ON question_version FOR EACH ROW "
            "WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse_change()"
        )
        return
    for table in WRITTEN_ONCE:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
            )
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in CONTENT)
    op.execute(
        "CREATE TRIGGER question_version_fixed BEFORE UPDATE ON question_version "
        f"WHEN (OLD.state <> 'draft' AND ({changed})) OR {BACK} "
        "BEGIN SELECT RAISE(ABORT, 'question_version is fixed once it was handed over'); END"
    )
    op.execute(
        "CREATE TRIGGER question_version_kept BEFORE DELETE ON question_version WHEN OLD.state <> 'draft' "
        "BEGIN SELECT RAISE(ABORT, 'question_version is kept once it was handed over'); END"
    )
    cited = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in CITED)
    for act, when in (("UPDATE", f"{FIXED} AND ({cited})"), ("DELETE", FIXED)):
        op.execute(
            f"CREATE TRIGGER version_citation_no_{act.lower()} BEFORE {act} ON version_citation WHEN {when} "
            "BEGIN SELECT RAISE(ABORT, 'version_citation is fixed with its version'); END"
        )


def _tables() -> None:
    op.create_table('bank',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('created_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_bank_owner_id_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_bank_public_id'))
    )
    with op.batch_alter_table('bank', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_owner_id'), ['owner_id'], unique=False)

    op.create_table('import_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('bank_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('format', sa.String(length=12), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('job_id', sa.String(length=16), nullable=False),
    sa.Column('counts', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('problems', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('notes', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('duplicates', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('refusal', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('person_name', sa.String(length=120), nullable=False),
    sa.Column('created_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('done_at', core.db.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('reading', 'ready', 'refused', 'writing', 'done', 'discarded')", name=op.f('ck_import_file_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_file')),
    sa.UniqueConstraint('public_id', name=op.f('uq_import_file_public_id'))
    )
    with op.batch_alter_table('import_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_file_bank_id'), ['bank_id'], unique=False)

    op.create_table('import_part',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("kind IN ('content', 'found', 'situations')", name=op.f('ck_import_part_kind')),
    sa.ForeignKeyConstraint(['file_id'], ['import_file.id'], name=op.f('fk_import_part_file_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_part')),
    sa.UniqueConstraint('file_id', 'kind', 'number', name=op.f('uq_import_part_file_id_kind_number'))
    )
    op.create_table('round_analysis',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('data', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('computed_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_round_analysis_round_id')),
    sa.PrimaryKeyConstraint('round_id', name=op.f('pk_round_analysis'))
    )
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('params', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('cursor', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('result', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('lease_until', core.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('person_name', sa.String(length=120), nullable=False),
    sa.Column('created_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', core.db.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f('ck_job_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('public_id', name=op.f('uq_job_public_id'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_state'), ['state'], unique=False)

    op.create_table('legal_document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('issuer', sa.String(length=200), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('effective_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_document')),
    sa.UniqueConstraint('public_id', name=op.f('uq_legal_document_public_id')),
    sa.UniqueConstraint('title', name=op.f('uq_legal_document_title')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('legal_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_legal_document_number'), ['number'], unique=False)

    op.create_table('media_file',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('type', sa.String(length=60), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_media_file'))
    )
    op.create_table('topic',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['topic.id'], name=op.f('fk_topic_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topic')),
    sa.UniqueConstraint('code', name=op.f('uq_topic_code'))
    )
    with op.batch_alter_table('topic', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_topic_parent_id'), ['parent_id'], unique=False)

    op.create_table('bank_share',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('bank_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('shared_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], name=op.f('fk_bank_share_bank_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_share')),
    sa.UniqueConstraint('bank_id', 'owner_id', name=op.f('uq_bank_share_bank_id_owner_id'))
    )
    op.create_table('legal_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('on', sa.Date(), nullable=True),
    sa.Column('articles', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('recorded_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('amends', 'replaces')", name=op.f('ck_legal_change_kind')),
    sa.CheckConstraint('document_id <> by_id', name=op.f('ck_legal_change_other')),
    sa.ForeignKeyConstraint(['by_id'], ['legal_document.id'], name=op.f('fk_legal_change_by_id')),
    sa.ForeignKeyConstraint(['document_id'], ['legal_document.id'], name=op.f('fk_legal_change_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_change')),
    sa.UniqueConstraint('document_id', 'by_id', 'kind', name=op.f('uq_legal_change_document_id_by_id_kind')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('legal_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_legal_change_by_id'), ['by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_legal_change_document_id'), ['document_id'], unique=False)

    op.create_table('legal_name',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('folded', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['legal_document.id'], name=op.f('fk_legal_name_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_name')),
    sa.UniqueConstraint('folded', name=op.f('uq_legal_name_folded'))
    )
    with op.batch_alter_table('legal_name', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_legal_name_document_id'), ['document_id'], unique=False)

    op.create_table('question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('bank_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('tags', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('search', sa.Text(), nullable=False),
    sa.Column('keys_public', sa.Boolean(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=True),
    sa.Column('created_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('active', 'quarantined', 'retired')", name=op.f('ck_question_status')),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], name=op.f('fk_question_bank_id')),
    sa.ForeignKeyConstraint(['import_id'], ['import_file.id'], name=op.f('fk_question_import_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topic.id'], name=op.f('fk_question_topic_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    sa.UniqueConstraint('bank_id', 'code', name=op.f('uq_question_bank_id_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_question_public_id'))
    )
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_import_id'), ['import_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_topic_id'), ['topic_id'], unique=False)

    op.create_table('situation_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('bank_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('media', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['bank_id'], ['bank.id'], name=op.f('fk_situation_version_bank_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_situation_version')),
    sa.UniqueConstraint('bank_id', 'code', 'number', name=op.f('uq_situation_version_bank_id_code_number'))
    )
    op.create_table('question_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('newest', sa.Boolean(), nullable=False),
    sa.Column('drawn', sa.Boolean(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('difficulty', sa.Integer(), nullable=False),
    sa.Column('stem', sa.Text(), nullable=False),
    sa.Column('choices', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('keys', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('shuffle', sa.Boolean(), nullable=False),
    sa.Column('explanation', sa.Text(), nullable=False),
    sa.Column('situation_id', sa.Integer(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('author_name', sa.String(length=120), nullable=False),
    sa.Column('editors', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('created_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', core.db.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state IN ('approved', 'sample')) = (settled_at IS NOT NULL)", name=op.f('ck_question_version_settled')),
    sa.CheckConstraint("NOT drawn OR state IN ('approved', 'sample')", name=op.f('ck_question_version_drawn')),
    sa.CheckConstraint("kind IN ('single', 'multiple', 'true-false')", name=op.f('ck_question_version_kind')),
    sa.CheckConstraint("state IN ('draft', 'in_review', 'approved', 'sample')", name=op.f('ck_question_version_state')),
    sa.CheckConstraint('difficulty BETWEEN 1 AND 3', name=op.f('ck_question_version_difficulty')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_version_question_id')),
    sa.ForeignKeyConstraint(['situation_id'], ['situation_version.id'], name=op.f('fk_question_version_situation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_version')),
    sa.UniqueConstraint('question_id', 'number', name=op.f('uq_question_version_question_id_number'))
    )
    with op.batch_alter_table('question_version', schema=None) as batch_op:
        batch_op.create_index('ix_question_version_drawn', ['question_id'], unique=True, sqlite_where=sa.text('drawn'), postgresql_where=sa.text('drawn'))
        batch_op.create_index('ix_question_version_newest', ['question_id'], unique=True, sqlite_where=sa.text('newest'), postgresql_where=sa.text('newest'))
        batch_op.create_index(batch_op.f('ix_question_version_situation_id'), ['situation_id'], unique=False)

    op.create_table('item_statistic',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.String(length=16), nullable=False),
    sa.Column('round_title', sa.String(length=200), nullable=False),
    sa.Column('data', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('computed_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_item_statistic_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_statistic')),
    sa.UniqueConstraint('version_id', 'round_id', name=op.f('uq_item_statistic_version_id_round_id'))
    )
    op.create_table('key_exposure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('person_name', sa.String(length=120), nullable=False),
    sa.Column('how', sa.String(length=10), nullable=False),
    sa.Column('first_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.CheckConstraint("how IN ('seen', 'printed', 'exported')", name=op.f('ck_key_exposure_how')),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_key_exposure_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_exposure')),
    sa.UniqueConstraint('version_id', 'person_id', 'how', name=op.f('uq_key_exposure_version_id_person_id_how'))
    )
    with op.batch_alter_table('key_exposure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_key_exposure_person_id'), ['person_id'], unique=False)

    op.create_table('quarantine',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('cause', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=12), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('since', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', core.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lifted_by', sa.String(length=120), nullable=False),
    sa.CheckConstraint("reason IN ('amended', 'replaced', 'expired')", name=op.f('ck_quarantine_reason')),
    sa.ForeignKeyConstraint(['document_id'], ['legal_document.id'], name=op.f('fk_quarantine_document_id')),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_quarantine_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarantine')),
    sa.UniqueConstraint('version_id', 'cause', name=op.f('uq_quarantine_version_id_cause'))
    )
    op.create_table('review_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('person_name', sa.String(length=120), nullable=False),
    sa.Column('act', sa.String(length=12), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('at', core.db.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("act IN ('submitted', 'comment', 'approved', 'returned', 'withdrawn', 'retired', 'restored', 'quarantined')", name=op.f('ck_review_entry_act')),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_review_entry_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_entry'))
    )
    with op.batch_alter_table('review_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_entry_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_review_entry_version_id'), ['version_id'], unique=False)

    op.create_table('version_citation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('cited_as', sa.String(length=300), nullable=False),
    sa.Column('article', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['legal_document.id'], name=op.f('fk_version_citation_document_id')),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_version_citation_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_version_citation')),
    sa.UniqueConstraint('version_id', 'position', name=op.f('uq_version_citation_version_id_position'))
    )
    with op.batch_alter_table('version_citation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_version_citation_document_id'), ['document_id'], unique=False)
