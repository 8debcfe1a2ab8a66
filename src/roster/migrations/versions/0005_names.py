"""Names: organizations are searched, groups sorted as people are, and a prefix names one token."""

import sqlalchemy as sa
from alembic import op

from roster.normal_form import search_key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Of tokens that show the same prefix, one keeps it, a good one first; the others get one that no secret begins with.
_TELL_APART = """
    WITH numbered AS (
        SELECT organization_id, id,
               row_number() OVER (PARTITION BY organization_id, prefix ORDER BY revoked_at DESC NULLS FIRST, id) AS n
        FROM token
    )
    UPDATE token SET prefix = 'x' || right(token.id::text, 7) FROM numbered
    WHERE n > 1 AND token.organization_id = numbered.organization_id AND token.id = numbered.id
"""


def upgrade() -> None:
    op.add_column("organization", sa.Column("search_key", sa.Text(), nullable=True))
    _fill_search_keys(op.get_bind())
    op.alter_column("organization", "search_key", nullable=False)
    op.create_index(
        "ix_organization_search_key_live",
        "organization",
        ["search_key", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_group_name", "group", ["organization_id", sa.text("split_part(search_key, chr(10), 1)"), "id"])
    op.execute(_TELL_APART)
    op.create_index("uq_token_prefix", "token", ["organization_id", "prefix"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_token_prefix", table_name="token")
    op.drop_index("ix_group_name", table_name="group")
    op.drop_index("ix_organization_search_key_live", table_name="organization")
    op.drop_column("organization", "search_key")


def _fill_search_keys(connection: sa.Connection) -> None:
    write = sa.text("UPDATE organization SET search_key = :search_key WHERE id = :id")
    for row in connection.execute(sa.text("SELECT id, name, slug FROM organization")).all():
        connection.execute(write, {"id": row.id, "search_key": search_key(f"{row.name}\n{row.slug}")})
