"""Administrators: second factor, lockout, invitations, sessions that can be ended; requests that are done once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "administrator_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("subject_label", sa.String(length=320), nullable=False),
        sa.Column("actor_label", sa.String(length=320), nullable=False),
        sa.Column("door", sa.String(length=20), nullable=False),
        sa.Column("request_id", sa.String(length=200), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administrator_event")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("invited_by", sa.String(length=320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'admin', 'auditor')", name=op.f("ck_invitation_role")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_invitation_organization")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("sha256", name=op.f("uq_invitation_sha256")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("administrator_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["administrator_id"], ["administrator.id"], name=op.f("fk_recovery_code_administrator"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("administrator_id", "sha256", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "idempotent_request",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "token_id"],
            ["token.organization_id", "token.id"],
            name=op.f("fk_idempotent_request_token"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "token_id", "key", name=op.f("pk_idempotent_request")),
    )
    op.create_index(
        "ix_idempotent_request_created_at", "idempotent_request", ["organization_id", "created_at"], unique=False
    )
    op.add_column("administrator", sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("administrator", sa.Column("totp_secret", sa.String(length=64), nullable=True))
    op.add_column("administrator", sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("administrator", sa.Column("totp_step", sa.Integer(), nullable=True))
    op.add_column("administrator", sa.Column("failed_count", sa.Integer(), server_default="0", nullable=False))
    op.add_column("administrator", sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("DELETE FROM administrator_session")  # who is signed in signs in again
    op.add_column("administrator_session", sa.Column("id", sa.Uuid(), nullable=False))
    op.add_column("administrator_session", sa.Column("user_agent", sa.String(length=255), nullable=False))
    op.add_column("administrator_session", sa.Column("address", sa.String(length=255), nullable=False))
    op.add_column("administrator_session", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False))
    op.create_unique_constraint(op.f("uq_administrator_session_id"), "administrator_session", ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_administrator_session_id"), "administrator_session", type_="unique")
    op.drop_column("administrator_session", "confirmed_at")
    op.drop_column("administrator_session", "address")
    op.drop_column("administrator_session", "user_agent")
    op.drop_column("administrator_session", "id")
    op.drop_column("administrator", "locked_until")
    op.drop_column("administrator", "failed_count")
    op.drop_column("administrator", "totp_step")
    op.drop_column("administrator", "totp_since")
    op.drop_column("administrator", "totp_secret")
    op.drop_column("administrator", "disabled_at")
    op.drop_index("ix_idempotent_request_created_at", table_name="idempotent_request")
    op.drop_table("idempotent_request")
    op.drop_table("recovery_code")
    op.drop_table("invitation")
    op.drop_table("administrator_event")
