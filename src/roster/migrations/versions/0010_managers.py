"""Who reports to whom: found by an index when a manager is purged, not by reading everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_user_manager",
        "user",
        ["organization_id", "manager_id"],
        postgresql_where=sa.text("manager_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_user_manager", table_name="user")
