"""${message}

Deploy order: expand first (old code must run on the new schema), contract in a later release.
No statement may hold a lock for long: large tables get a batch job, not an UPDATE here.
On SQLite, batch mode re-creates a table and drops its triggers: create them again.
"""

import sqlalchemy as sa
from alembic import op

import core.db
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Apply."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Take back."""
    ${downgrades if downgrades else "pass"}
