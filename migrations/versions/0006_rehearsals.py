"""rehearsals

A rehearsal is a contest of its own that may be wiped; everything else that is written once stays so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Each has a round_id; how else would one know that a row belongs to a rehearsal.
OF_ROUNDS = ("pool_revision", "sheet", "standing_change", "amendment")
NEVER_AGAIN = ("contest", "round", "person", "attempt", "sheet")
OF_REHEARSAL = (
    "EXISTS (SELECT 1 FROM round JOIN contest ON contest.id = round.contest_id"
    " WHERE round.id = OLD.round_id AND contest.rehearses_id IS NOT NULL)"
)


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("contest") as batch:
        batch.add_column(sa.Column("rehearses_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_contest_rehearses_id"), "round", ["rehearses_id"], ["id"])
        batch.create_index(op.f("ix_contest_rehearses_id"), ["rehearses_id"])
    op.add_column("person", sa.Column("rehearsal", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "sqlite":
        # What was wiped must not hand its keys to what comes next: processes remember pools and sheets by them.
        for table in NEVER_AGAIN:
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
                pass
        op.execute(
            "CREATE TRIGGER sheet_no_update BEFORE UPDATE ON sheet "
            "BEGIN SELECT RAISE(ABORT, 'sheet is written once'); END"
        )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change_of_round() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' AND {OF_REHEARSAL} THEN RETURN OLD; END IF; "
            "RAISE EXCEPTION '% is written once', TG_TABLE_NAME; END $$"
        )
        for table in OF_ROUNDS:
            op.execute(f"DROP TRIGGER {table}_written_once ON {table}")
            op.execute(
                f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_round()"
            )
        op.execute(
            "CREATE TRIGGER contest_rehearses_fixed BEFORE UPDATE ON contest FOR EACH ROW "
            "WHEN (NEW.rehearses_id IS DISTINCT FROM OLD.rehearses_id) EXECUTE FUNCTION refuse_change()"
        )
        return
    for table in OF_ROUNDS:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT {OF_REHEARSAL} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
        )
    op.execute(
        "CREATE TRIGGER contest_rehearses_fixed BEFORE UPDATE ON contest "
        "WHEN NEW.rehearses_id IS NOT OLD.rehearses_id "
        "BEGIN SELECT RAISE(ABORT, 'a contest is a rehearsal from the beginning or never'); END"
    )


def downgrade() -> None:
    """Refused: a rehearsal would become a contest."""
    raise RuntimeError("restore a backup that was made before migration 0006")
