"""SCIM: what it says of a user in the form for comparing, predecessors, members' versions, providers' requests."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from roster.normal_form import folded

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")
BATCH = 5000
_READ = sa.text("""
    SELECT organization_id, id, given_name, family_name, display_name, title, department, user_name,
           (SELECT jsonb_agg(jsonb_build_object('value', value, 'type', type, 'primary', "primary") ORDER BY position)
              FROM user_email WHERE organization_id = "user".organization_id AND user_id = "user".id) AS emails
      FROM "user" WHERE id > :after ORDER BY id LIMIT :batch
""")
_WRITE = sa.text("""
    UPDATE "user" SET profile_key = :profile_key WHERE organization_id = :organization_id AND id = :id
""").bindparams(sa.bindparam("profile_key", type_=postgresql.JSONB))


def upgrade() -> None:
    op.add_column("user", sa.Column("predecessor_id", sa.Uuid(), nullable=True))
    op.add_column("user", sa.Column("profile_key", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("user_email", sa.Column("display", sa.String(length=255), nullable=True))
    op.add_column("group", sa.Column("member_version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("group", sa.Column("members_changed_at", sa.DateTime(timezone=True), nullable=True))
    _fill_profile_keys(op.get_bind())
    op.alter_column("user", "profile_key", nullable=False)
    op.create_index(
        "ix_user_suspended",
        "user",
        ["organization_id", "id"],
        postgresql_where=sa.text("NOT active AND deleted_at IS NULL"),
    )
    op.create_index("ix_user_external_id", "user", ["organization_id", "external_id"])  # of the deleted, too
    op.create_index("ix_group_external_id", "group", ["organization_id", "external_id"], postgresql_where=LIVE)
    _create_requests()


def _create_requests() -> None:
    op.create_table(
        "provider_request",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_provider_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=200), nullable=True),
        sa.Column("sent", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("answered", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"],
            ["identity_provider.organization_id", "identity_provider.id"],
            name=op.f("fk_provider_request_identity_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_provider_request")),
    )
    columns = ["organization_id", "identity_provider_id", "id"]
    op.create_index("ix_provider_request_provider", "provider_request", columns)
    op.create_index(
        "ix_provider_request_failed", "provider_request", columns, postgresql_where=sa.text("status >= 400")
    )


def downgrade() -> None:
    op.drop_table("provider_request")
    for table in ("group", "user"):
        op.drop_index(f"ix_{table}_external_id", table_name=table)
    op.drop_index("ix_user_suspended", table_name="user")
    op.drop_column("group", "members_changed_at")
    op.drop_column("group", "member_version")
    op.drop_column("user_email", "display")
    op.drop_column("user", "profile_key")
    op.drop_column("user", "predecessor_id")


def _fill_profile_keys(connection: sa.Connection) -> None:
    """Until now nobody had a profile: what is folded are names, title, department and addresses."""
    after = "00000000-0000-0000-0000-000000000000"
    while rows := connection.execute(_READ, {"after": after, "batch": BATCH}).mappings().all():
        connection.execute(_WRITE, [_profile_key(row) for row in rows])
        after = rows[-1]["id"]


def _profile_key(row: Mapping[Any, Any]) -> dict[str, Any]:
    follows = " ".join(name for name in (row["given_name"], row["family_name"]) if name) or row["user_name"]
    profile = {
        "name": {"givenName": row["given_name"], "familyName": row["family_name"]},
        "displayName": row["display_name"] if row["display_name"] != follows[:255].rstrip() else None,
        "title": row["title"],
        "emails": row["emails"],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": row["department"]},
    }
    return {"organization_id": row["organization_id"], "id": row["id"], "profile_key": folded(profile)}
