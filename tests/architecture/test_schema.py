"""The schema's rules (DESIGN §4): fit for one machine, and for many by `organization_id`."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    CheckConstraint,
    Constraint,
    Engine,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from roster.models import Base

TABLES = list(Base.metadata.tables.values())
OF_EVERYBODY = {
    *("organization", "administrator", "administrator_session", "administrator_event", "invitation", "recovery_code"),
}
OF_ONE_OR_ALL = {"administrator", "invitation"}
BY_WAY_OF_OTHERS = {"user_email", "membership", "nesting", "idempotent_request", "provider_request"} | {
    *("operation_left_out", "import_line"),
}
"""Tables that reach their organization through what they belong to."""
OF_ORGANIZATIONS = [table for table in TABLES if table.name not in OF_EVERYBODY]
INVERTED = {"ix_user_words", "ix_group_words", "ix_user_attributes"}
"""GIN holds no uuid without an extension. Words begin with digits of the organization's id; statements name it, too."""
SELDOM_DELETED = {"organization", "identity_provider"}
"""An organization when nothing is left in it, and an identity provider with its organization."""
PREFIXES = {PrimaryKeyConstraint: "pk_", ForeignKeyConstraint: "fk_", CheckConstraint: "ck_", UniqueConstraint: "uq_"}


def constraints() -> Iterator[tuple[Table, Constraint]]:
    for table in TABLES:
        for constraint in table.constraints:
            yield table, constraint


def named(table: Table) -> str:
    return table.name


@pytest.mark.parametrize("table", OF_ORGANIZATIONS, ids=named)
def test_the_organization_comes_first_in_every_key(table: Table) -> None:
    assert not table.c.organization_id.nullable
    assert next(iter(table.primary_key.columns)).name == "organization_id"
    for index in table.indexes:
        is_inverted = str(index.name) in INVERTED
        assert is_inverted or next(iter(index.columns)).name == "organization_id", index.name
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            assert next(iter(constraint.columns)).name == "organization_id"


@pytest.mark.parametrize("table", OF_ORGANIZATIONS, ids=named)
def test_no_reference_leaves_the_organization(table: Table) -> None:
    references = table.foreign_key_constraints

    assert [r for r in references if r.referred_table.name == "organization"] or table.name in BY_WAY_OF_OTHERS
    for reference in references:
        if reference.referred_table.name != "organization":
            pairs = [(element.parent.name, element.column.name) for element in reference.elements]
            assert pairs[0] == ("organization_id", "organization_id"), reference.name


def test_every_table_that_is_not_an_organizations_is_known() -> None:
    assert {table.name for table in TABLES if "organization_id" not in table.c} == OF_EVERYBODY - OF_ONE_OR_ALL
    assert all(Base.metadata.tables[name].c.organization_id.nullable for name in OF_ONE_OR_ALL)


def test_every_constraint_has_a_name_that_code_can_match_on() -> None:
    for table, constraint in constraints():
        assert str(constraint.name).startswith(PREFIXES[type(constraint)] + table.name), constraint
    for table in TABLES:
        for index in table.indexes:
            assert str(index.name).startswith(f"{'uq' if index.unique else 'ix'}_{table.name}"), index.name


def test_no_name_is_the_beginning_of_another_unique_one() -> None:
    unique = [str(index.name) for table in TABLES for index in table.indexes if index.unique]

    assert not [(one, other) for one in unique for other in unique if one != other and other.startswith(one)]


def test_nothing_is_deferrable_or_excluding() -> None:
    for _, constraint in constraints():
        assert not constraint.deferrable
        assert not constraint.initially
        assert type(constraint) in PREFIXES


def test_ids_are_not_counted_by_the_database() -> None:
    assert not [column for table in TABLES for column in table.c if column.identity or column.autoincrement is True]


@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
def test_the_migrations_make_exactly_the_schema_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        options = {"compare_server_default": True, "compare_type": True, "include_name": _is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def _is_ours(name: str | None, kind: str, _: Any) -> bool:
    """Tests of the data layer have tables of their own, which may still be there."""
    return kind != "table" or not str(name).startswith("room_")


def test_partial_indexes_are_where_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        query = text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        found = dict(connection.execute(query).all())

    for index in indexes():
        where = index.dialect_options["postgresql"]["where"]
        assert (" WHERE " in found[str(index.name)]) == (where is not None), index.name


def test_the_database_has_no_triggers_sequences_or_extensions_of_ours(engine: Engine) -> None:
    with engine.connect() as connection:

        def names(query: str) -> list[Any]:
            return list(connection.scalars(text(query)))

        assert names("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == []
        assert names("SELECT relname FROM pg_class WHERE relkind = 'S'") == []
        assert names("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'") == []


@pytest.mark.parametrize("table", OF_ORGANIZATIONS, ids=named)
def test_what_refers_to_a_row_is_found_by_an_index_when_that_is_deleted(table: Table) -> None:
    """Else PostgreSQL reads the whole table for each row that goes: for 100,000 of them, for hours."""
    for reference in table.foreign_key_constraints:
        if reference.referred_table.name not in SELDOM_DELETED:
            columns = [column.name for column in reference.columns]
            assert any(begins[: len(columns)] == columns for begins in found_by(table)), reference.name


def found_by(table: Table) -> Iterator[list[str]]:
    """The columns of each key and index that knows every row, or every row in which the last of these is not null."""
    yield [column.name for column in table.primary_key.columns]
    for index in table.indexes:
        columns = [column.name for column in index.columns]
        where = index.dialect_options["postgresql"]["where"]
        if where is None or str(where) == f"{columns[-1]} IS NOT NULL":
            yield columns


def indexes() -> Iterator[Index]:
    for table in TABLES:
        yield from table.indexes
