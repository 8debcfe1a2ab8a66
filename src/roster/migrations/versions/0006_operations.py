"""Operations: what many events have in common; and what each administrator prefers to see."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("operation_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_event_operation",
        "event",
        ["organization_id", "operation_id", "id"],
        postgresql_where=sa.text("operation_id IS NOT NULL"),
    )
    op.add_column("administrator", sa.Column("preferences", JSONB(), nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    op.drop_column("administrator", "preferences")
    op.drop_index("ix_event_operation", table_name="event")
    op.drop_column("event", "operation_id")
