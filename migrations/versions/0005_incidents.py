"""incidents

Starts that were refused, incidents with what two people decided, and what was done for whom.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = core.db.UtcDateTime(timezone=True)
OF_PERSON = sa.text("attempt_id IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "refused_start",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("agency_path", sa.String(200), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.CheckConstraint("code IN ('paused', 'waiting', 'busy', 'error')", name=op.f("ck_refused_start_code")),
        sa.CheckConstraint("first_at <= last_at AND times >= 1", name=op.f("ck_refused_start_times")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_refused_start_agency_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_refused_start_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_refused_start_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_start")),
        sa.UniqueConstraint(
            "round_id", "person_id", "code", "hour", name=op.f("uq_refused_start_round_id_person_id_code_hour")
        ),
    )
    _incident()
    _effects()


def downgrade() -> None:
    """Refused: what two people decided must not be forgotten."""
    raise RuntimeError("restore a backup that was made before migration 0005")


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("agencies", JSON, nullable=False),
        sa.Column("description", sa.String(2000), nullable=False),
        sa.Column("measures", JSON, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("reported_by", sa.Integer(), nullable=True),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("refusal", sa.String(300), nullable=False),
        sa.Column("job_id", sa.String(16), nullable=True),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_incident_window")),
        sa.CheckConstraint(
            "state IN ('draft', 'proposed', 'approved', 'applied', 'rejected')", name=op.f("ck_incident_state")
        ),
        sa.CheckConstraint("kind IN ('connection', 'software', 'power', 'other')", name=op.f("ck_incident_kind")),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'applied')"
            " OR (proposed_by IS NOT NULL AND decided_by IS NOT NULL AND decided_by <> proposed_by)",
            name=op.f("ck_incident_two"),
        ),
        sa.CheckConstraint("(state = 'applied') = (applied_at IS NOT NULL)", name=op.f("ck_incident_applied")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_incident_decided_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_incident_proposed_by")),
        sa.ForeignKeyConstraint(["reported_by"], ["person.id"], name=op.f("fk_incident_reported_by")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_incident_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("public_id", name=op.f("uq_incident_public_id")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_incident_round_id_number")),
    )


def _effects() -> None:
    op.create_table(
        "incident_effect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("how", sa.String(10), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("applied_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "what IN ('touched', 'time', 'attempts', 'void', 'late')", name=op.f("ck_incident_effect_what")
        ),
        sa.CheckConstraint("(what = 'touched') = (how <> '')", name=op.f("ck_incident_effect_how")),
        sa.CheckConstraint(
            "(attempt_id IS NULL) = (what IN ('touched', 'attempts'))", name=op.f("ck_incident_effect_of")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_incident_effect_agency_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_incident_effect_attempt_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_effect_incident_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_incident_effect_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_effect")),
        sa.UniqueConstraint(
            "incident_id", "attempt_id", "what", name=op.f("uq_incident_effect_incident_id_attempt_id_what")
        ),
    )
    op.create_index("ix_incident_effect_person_id", "incident_effect", ["person_id"])
    op.create_index(
        "uq_incident_effect_of_person", "incident_effect", ["incident_id", "person_id", "what"], unique=True,
        sqlite_where=OF_PERSON, postgresql_where=OF_PERSON,
    )  # fmt: skip
