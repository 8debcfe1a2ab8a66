"""People in organizations: the first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from roster.models.event import Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'", name=op.f("ck_organization_slug_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_index("uq_organization_slug", "organization", ["slug"], unique=True)
    op.create_table(
        "administrator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'auditor')", name=op.f("ck_administrator_role")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_administrator_organization")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administrator")),
    )
    op.create_index("uq_administrator_email_key", "administrator", ["email_key"], unique=True)
    op.create_table(
        "event",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_label", sa.String(length=255), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_label", sa.String(length=320), nullable=False),
        sa.Column("door", sa.String(length=20), nullable=False),
        sa.Column("request_id", sa.String(length=200), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tx", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_event_organization")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_subject", "event", ["organization_id", "subject_id", "id"], unique=False)
    op.create_table(
        "identity_provider",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("dialect", sa.String(length=255), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_identity_provider_organization")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_identity_provider")),
    )
    op.create_index("uq_identity_provider_name", "identity_provider", ["organization_id", "name_key"], unique=True)
    op.create_table(
        "administrator_session",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("administrator_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["administrator_id"],
            ["administrator.id"],
            name=op.f("fk_administrator_session_administrator"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_administrator_session")),
    )
    op.create_index(
        op.f("ix_administrator_session_administrator_id"), "administrator_session", ["administrator_id"], unique=False
    )
    op.create_table(
        "token",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.String(length=50)), nullable=False),
        sa.Column("identity_provider_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'scim') = (identity_provider_id IS NOT NULL)", name=op.f("ck_token_provider")),
        sa.CheckConstraint("kind IN ('api', 'scim')", name=op.f("ck_token_kind")),
        sa.ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"],
            ["identity_provider.organization_id", "identity_provider.id"],
            name=op.f("fk_token_identity_provider"),
        ),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_token_organization")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_token")),
    )
    op.create_index("uq_token_sha256", "token", ["organization_id", "sha256"], unique=True)
    op.create_table(
        "user",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.String(length=255), nullable=False),
        sa.Column("user_name_key", sa.Text(), nullable=False),
        sa.Column("display_name", sa.String(length=255), nullable=False),
        sa.Column("display_name_key", sa.Text(), nullable=False),
        sa.Column("given_name", sa.String(length=255), nullable=True),
        sa.Column("family_name", sa.String(length=255), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=True),
        sa.Column("department", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("identity_provider_id", sa.Uuid(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purge_after", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("ck_user_version")),
        sa.ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"],
            ["identity_provider.organization_id", "identity_provider.id"],
            name=op.f("fk_user_identity_provider"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "manager_id"], ["user.organization_id", "user.id"], name="fk_user_manager"
        ),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_user_organization")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_user")),
    )
    op.create_index("ix_user_created_at", "user", ["organization_id", "created_at", "id"], unique=False)
    op.create_index("ix_user_display_name_key", "user", ["organization_id", "display_name_key", "id"], unique=False)
    op.create_index("ix_user_updated_at", "user", ["organization_id", "updated_at", "id"], unique=False)
    op.create_index(
        "uq_user_external_id_live",
        "user",
        ["organization_id", "identity_provider_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_user_user_name_live",
        "user",
        ["organization_id", "user_name_key"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "user_email",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("value_key", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=50), nullable=True),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name=op.f("fk_user_email_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "user_id", "position", name=op.f("pk_user_email")),
    )
    op.create_index("ix_user_email_value", "user_email", ["organization_id", "value_key"], unique=False)
    op.create_index(
        "uq_user_email_primary",
        "user_email",
        ["organization_id", "user_id"],
        unique=True,
        postgresql_where=sa.text('"primary"'),
    )


def downgrade() -> None:
    op.drop_index("uq_user_email_primary", table_name="user_email", postgresql_where=sa.text('"primary"'))
    op.drop_index("ix_user_email_value", table_name="user_email")
    op.drop_table("user_email")
    op.drop_index("uq_user_user_name_live", table_name="user", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("uq_user_external_id_live", table_name="user", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("ix_user_updated_at", table_name="user")
    op.drop_index("ix_user_display_name_key", table_name="user")
    op.drop_index("ix_user_created_at", table_name="user")
    op.drop_table("user")
    op.drop_index("uq_token_sha256", table_name="token")
    op.drop_table("token")
    op.drop_index(op.f("ix_administrator_session_administrator_id"), table_name="administrator_session")
    op.drop_table("administrator_session")
    op.drop_index("uq_identity_provider_name", table_name="identity_provider")
    op.drop_table("identity_provider")
    op.drop_index("ix_event_subject", table_name="event")
    op.drop_table("event")
    op.drop_index("uq_administrator_email_key", table_name="administrator")
    op.drop_table("administrator")
    op.drop_index("uq_organization_slug", table_name="organization")
    op.drop_table("organization")
