"""What was done to many at once, and whom it left out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operation",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_label", sa.String(320), nullable=False),
        sa.Column("door", sa.String(20), nullable=False),
        sa.Column("about", JSONB(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False, server_default="0") for name in COUNTS),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_operation_organization"),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_operation"),
    )
    op.create_table(
        "operation_left_out",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(50), nullable=False),
        sa.Column("by", sa.String(320), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "operation_id"],
            ["operation.organization_id", "operation.id"],
            name="fk_operation_left_out_operation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "operation_id", "position", name="pk_operation_left_out"),
    )


def downgrade() -> None:
    op.drop_table("operation_left_out")
    op.drop_table("operation")


COUNTS = ("done", "unchanged", "skipped")
