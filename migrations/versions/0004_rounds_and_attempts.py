"""rounds and attempts

Rules with groups, predictions and prizes; windows with exceptions; pauses and extra time; papers
that anybody can draw again; amendments that are written once.
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = core.db.UtcDateTime(timezone=True)
FINISHED = (
    "(state = 'in_progress') = (finished_at IS NULL) AND (finished_at IS NULL) = (code IS NULL)"
    " AND (finished_at IS NULL) = (points IS NULL) AND (finished_at IS NULL) = (elapsed_ms IS NULL)"
    " AND (finished_at IS NULL) = (marked_revision IS NULL) AND (finished_at IS NULL OR paused_at IS NULL)"
)
GOING_ON = sa.text("state = 'in_progress' AND paused_at IS NULL")
WAITING = sa.text("decided_at IS NULL")


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    op.add_column("contest", sa.Column("rules", JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("birth_date", sa.Date(), nullable=True))
        batch.add_column(sa.Column("assurance", sa.String(10), nullable=False, server_default="self"))
        batch.create_check_constraint("assurance", "assurance IN ('self', 'roster', 'identity')")
    _rounds(connection)
    _pools(connection)
    _attempts(connection)
    op.create_index("ix_attempt_due", "attempt", ["deadline"], sqlite_where=GOING_ON, postgresql_where=GOING_ON)
    for table in ("standing", "standing_change"):
        op.add_column(table, sa.Column("group_code", sa.String(20), nullable=False, server_default=""))
    op.add_column("late_sheet", sa.Column("prediction", sa.Integer(), nullable=True))
    _tables()


def downgrade() -> None:
    """Refused: groups, predictions and amendments have no place in the older tables."""
    raise RuntimeError("restore a backup that was made before migration 0004")


def _rounds(connection: sa.Connection) -> None:
    for column in (
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("exceptions", JSON, nullable=False, server_default="{}"),
        sa.Column("moves", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("round", column)
    connection.execute(sa.text("UPDATE round SET ends_at = closes_at"))
    with op.batch_alter_table("round") as batch:
        batch.alter_column("ends_at", existing_type=MOMENT, nullable=False)
        batch.drop_constraint("window", type_="check")
        batch.create_check_constraint("window", "opens_at < closes_at AND closes_at <= ends_at")


def _pools(connection: sa.Connection) -> None:
    _unguard(connection, "pool_revision")
    op.add_column("pool_revision", sa.Column("blueprints", JSON, nullable=False, server_default="{}"))
    # Empty: committed to in the older way, without a public plan.
    op.add_column("pool_revision", sa.Column("salt", sa.String(64), nullable=False, server_default=""))
    for pk, rules in connection.execute(sa.text("SELECT id, rules FROM round")).all():
        plain = json.loads(rules) if isinstance(rules, str) else rules
        connection.execute(
            sa.text("UPDATE pool_revision SET blueprints = :b WHERE round_id = :r").bindparams(
                sa.bindparam("b", {"": plain["blueprint"]}, type_=JSON), r=pk
            )
        )
    with op.batch_alter_table("pool_revision") as batch:
        batch.alter_column("blueprints", existing_type=JSON, server_default=None)
        batch.alter_column("salt", existing_type=sa.String(64), server_default=None)
    _guard(connection, "pool_revision")


def _attempts(connection: sa.Connection) -> None:
    for column in (
        sa.Column("group_code", sa.String(20), nullable=False, server_default=""),
        sa.Column("assurance", sa.String(10), nullable=False, server_default="self"),
        sa.Column("predicts", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("prediction", sa.Integer(), nullable=True),
        sa.Column("marked_revision", sa.Integer(), nullable=True),
        sa.Column("drawn_for", sa.String(16), nullable=True),
        sa.Column("allowance_ms", sa.Integer(), nullable=True),
        sa.Column("paused_ms", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("paused_at", MOMENT, nullable=True),
    ):
        op.add_column("attempt", column)
    connection.execute(sa.text("UPDATE attempt SET drawn_for = CAST(person_id AS VARCHAR(16))"))
    connection.execute(sa.text("UPDATE attempt SET marked_revision = revision WHERE finished_at IS NOT NULL"))
    for pk, rules in connection.execute(sa.text("SELECT id, rules FROM round")).all():
        minutes = (json.loads(rules) if isinstance(rules, str) else rules)["minutes"]
        connection.execute(
            sa.text("UPDATE attempt SET allowance_ms = :ms WHERE round_id = :r").bindparams(ms=minutes * 60_000, r=pk)
        )
    op.drop_index("ix_attempt_due", table_name="attempt")
    with op.batch_alter_table("attempt") as batch:
        batch.alter_column("drawn_for", existing_type=sa.String(16), nullable=False)
        batch.alter_column("allowance_ms", existing_type=sa.Integer(), nullable=False)
        for name, text in (
            ("state", "state IN ('in_progress', 'submitted', 'expired', 'voided')"),
            ("result", "elapsed_ms >= 0 AND points >= 0 AND prediction >= 0"),
            ("finished", FINISHED),
        ):
            batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, text)
        batch.create_check_constraint("time", "allowance_ms > 0 AND paused_ms >= 0")
        batch.create_index("ix_attempt_marked", ["round_id", "marked_revision"])


def _guard(connection: sa.Connection, table: str) -> None:
    if connection.dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
        )


def _unguard(connection: sa.Connection, table: str) -> None:
    if connection.dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER {table}_written_once ON {table}")
        return
    for act in ("update", "delete"):
        op.execute(f"DROP TRIGGER {table}_no_{act}")


def _tables() -> None:
    person = ("person.id",)
    op.create_table(
        "amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('rules', 'window', 'pause', 'resume', 'keys', 'incident')", name=op.f("ck_amendment_kind")
        ),
        sa.ForeignKeyConstraint(["by_id"], person, name=op.f("fk_amendment_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_amendment_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_amendment_round_id_number")),
    )
    _guard(op.get_bind(), "amendment")
    op.create_table(
        "entry",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("extra_minutes", sa.Integer(), nullable=False),
        sa.Column("extra_attempts", sa.Integer(), nullable=False),
        sa.Column("qualified", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "extra_minutes BETWEEN 0 AND 180 AND extra_attempts BETWEEN 0 AND 100", name=op.f("ck_entry_extra")
        ),
        sa.ForeignKeyConstraint(["person_id"], person, name=op.f("fk_entry_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_entry_round_id")),
        sa.PrimaryKeyConstraint("round_id", "person_id", name=op.f("pk_entry")),
    )
    op.create_table(
        "exclusion",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name=op.f("fk_exclusion_contest_id")),
        sa.ForeignKeyConstraint(["person_id"], person, name=op.f("fk_exclusion_person_id")),
        sa.PrimaryKeyConstraint("contest_id", "person_id", name=op.f("pk_exclusion")),
    )
    op.create_table(
        "key_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("keys", JSON, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR proposed_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_key_change_two")
        ),
        sa.ForeignKeyConstraint(["decided_by"], person, name=op.f("fk_key_change_decided_by")),
        sa.ForeignKeyConstraint(["proposed_by"], person, name=op.f("fk_key_change_proposed_by")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_key_change_round_id")),
        sa.ForeignKeyConstraint(["version_id"], ["question_version.id"], name=op.f("fk_key_change_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_change")),
        sa.UniqueConstraint("public_id", name=op.f("uq_key_change_public_id")),
    )
    op.create_index("ix_key_change_round_id", "key_change", ["round_id"])
    op.create_index(
        "uq_key_change_waiting", "key_change", ["round_id", "version_id"], unique=True,
        sqlite_where=WAITING, postgresql_where=WAITING,
    )  # fmt: skip
