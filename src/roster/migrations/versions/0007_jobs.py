"""Jobs, and the lines of imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("options", JSONB(), nullable=False),
        sa.Column("actor_kind", sa.String(20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_label", sa.String(320), nullable=False),
        sa.Column("door", sa.String(20), nullable=False),
        sa.Column("request_id", sa.String(200), nullable=True),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("report", JSONB(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_job_organization"),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_job"),
    )
    op.create_index(
        "ix_job_unfinished",
        "job",
        ["organization_id", "id"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_index("ix_job_finished_at", "job", ["organization_id", "finished_at"])
    op.create_table(
        "import_line",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("user_name_key", sa.Text(), nullable=True),
        sa.Column("cells", sa.JSON(), nullable=True),
        sa.Column("given", sa.JSON(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "job_id"],
            ["job.organization_id", "job.id"],
            name="fk_import_line_job",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "job_id", "number", name="pk_import_line"),
    )
    op.create_index(
        "ix_import_line_fault",
        "import_line",
        ["organization_id", "job_id", "number"],
        postgresql_where=sa.text("fault IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("import_line")
    op.drop_table("job")
