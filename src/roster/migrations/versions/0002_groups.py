"""Groups, memberships, nesting; events about members and their feed; the life of an organization."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.String(length=255), nullable=False),
        sa.Column("display_name_key", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("identity_provider_id", sa.Uuid(), nullable=True),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purge_after", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("ck_group_version")),
        sa.ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"],
            ["identity_provider.organization_id", "identity_provider.id"],
            name=op.f("fk_group_identity_provider"),
        ),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_group_organization")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_group")),
    )
    op.create_index("ix_group_created_at", "group", ["organization_id", "created_at", "id"], unique=False)
    op.create_index("ix_group_updated_at", "group", ["organization_id", "updated_at", "id"], unique=False)
    op.create_index(
        "uq_group_display_name_live",
        "group",
        ["organization_id", "display_name_key"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_group_external_id_live",
        "group",
        ["organization_id", "identity_provider_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "membership",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "group_id"],
            ["group.organization_id", "group.id"],
            name=op.f("fk_membership_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name=op.f("fk_membership_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "group_id", "user_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_user", "membership", ["organization_id", "user_id", "group_id"], unique=False)
    op.create_table(
        "nesting",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("parent_id <> child_id", name=op.f("ck_nesting_itself")),
        sa.ForeignKeyConstraint(
            ["organization_id", "child_id"],
            ["group.organization_id", "group.id"],
            name="fk_nesting_child",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "parent_id"],
            ["group.organization_id", "group.id"],
            name="fk_nesting_parent",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "parent_id", "child_id", name=op.f("pk_nesting")),
    )
    op.create_index("ix_nesting_child", "nesting", ["organization_id", "child_id", "parent_id"], unique=False)
    op.add_column("event", sa.Column("object_id", sa.Uuid(), nullable=True))
    op.add_column("event", sa.Column("object_label", sa.String(length=255), nullable=True))
    op.create_index(
        "ix_event_object",
        "event",
        ["organization_id", "object_id", "id"],
        unique=False,
        postgresql_where=sa.text("object_id IS NOT NULL"),
    )
    op.create_index("ix_event_tx", "event", ["organization_id", "tx", "id"], unique=False)
    op.add_column("organization", sa.Column("purge_days", sa.Integer(), server_default="30", nullable=False))
    op.add_column(
        "organization", sa.Column("purge_keeps", sa.String(length=10), server_default="labels", nullable=False)
    )
    op.add_column("organization", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("organization", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE organization SET updated_at = created_at")
    op.alter_column("organization", "updated_at", nullable=False)
    op.create_check_constraint(op.f("ck_organization_purge_days"), "organization", "purge_days BETWEEN 1 AND 3650")
    op.create_check_constraint(
        op.f("ck_organization_purge_keeps"), "organization", "purge_keeps IN ('changes', 'labels', 'nothing')"
    )
    op.add_column("organization", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("organization", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("organization", sa.Column("purge_after", sa.DateTime(timezone=True), nullable=True))
    op.drop_index(op.f("uq_organization_slug"), table_name="organization")
    op.create_index(
        "uq_organization_slug_live",
        "organization",
        ["slug"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_organization_slug_live", table_name="organization", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.create_index(op.f("uq_organization_slug"), "organization", ["slug"], unique=True)
    op.drop_constraint(op.f("ck_organization_purge_keeps"), "organization")
    op.drop_constraint(op.f("ck_organization_purge_days"), "organization")
    op.drop_column("organization", "purge_after")
    op.drop_column("organization", "deleted_at")
    op.drop_column("organization", "suspended_at")
    op.drop_column("organization", "updated_at")
    op.drop_column("organization", "version")
    op.drop_column("organization", "purge_keeps")
    op.drop_column("organization", "purge_days")
    op.drop_index("ix_event_tx", table_name="event")
    op.drop_index("ix_event_object", table_name="event", postgresql_where=sa.text("object_id IS NOT NULL"))
    op.drop_column("event", "object_label")
    op.drop_column("event", "object_id")
    op.drop_index("ix_nesting_child", table_name="nesting")
    op.drop_table("nesting")
    op.drop_index("ix_membership_user", table_name="membership")
    op.drop_table("membership")
    op.drop_index("uq_group_external_id_live", table_name="group", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("uq_group_display_name_live", table_name="group", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("ix_group_updated_at", table_name="group")
    op.drop_index("ix_group_created_at", table_name="group")
    op.drop_table("group")
