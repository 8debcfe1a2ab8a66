"""What is asked all the time reads few rows among 100,000 people, by the index that is there for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from roster.models import Base, User
from roster.normal_form import words_of
from roster.repositories import core
from roster.repositories.core.listing import Asked
from roster.scim.attributes import USER
from roster.scim.grammar import parse_filter, resolve
from tests.factories import NOW

ORGANIZATION = UUID("00000000-0000-7000-8000-0000000c0ffe")
EVERYBODY = UUID("00000001-0000-7000-8000-000000000000")
SOMEBODY, BUSY = (UUID(f"{number:08x}-0000-7000-8000-000000000000") for number in (60_000, 7))
SEED = Path(__file__).with_name("large.sql")
LARGE = {"user", "user_email", "group", "membership", "event", "token"}
SORTED = {
    "user_name": "uq_user_user_name_live",
    "display_name": "ix_user_display_name_key",
    "created_at": "ix_user_created_at",
    "updated_at": "ix_user_updated_at",
}
ROWS = 9000
"""What the dearest of these may touch; most touch a page's."""


@pytest.fixture(scope="module")
def connection(server_url: str) -> Iterator[Connection]:
    """A database of its own: so many rows would slow down whoever comes after."""
    with new_database(server_url) as engine:
        with engine.begin() as connection:
            seed(connection)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            yield connection


@contextmanager
def new_database(server_url: str) -> Iterator[Engine]:
    """A database in which there is nobody yet."""
    name = f"roster_plans_{uuid4().hex[:12]}"
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as outside:
        outside.execute(text(f'CREATE DATABASE "{name}"'))
    engine = create_engine(make_url(server_url).set(database=name), poolclass=NullPool)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    yield engine
    with admin.connect() as outside:
        outside.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def seed(connection: Connection, *, statements: int | None = None) -> None:
    for statement in SEED.read_text().split(";\n")[:statements]:
        bound = {"organization": ORGANIZATION, "mark": ORGANIZATION.hex[-6:]}
        asked = text(statement)
        names = asked.compile().params
        connection.execute(asked, {key: value for key, value in bound.items() if key in names})


class Plan:
    """The steps of what was asked that PostgreSQL took, and what they cost."""

    def __init__(self, connection: Connection, ask: Callable[[Connection], Any]) -> None:
        self.nodes: list[dict[str, Any]] = []
        for statement, parameters in asked_by(connection, ask):
            explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            self.nodes += _taken(explained.scalar()[0]["Plan"])

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    @property
    def whole(self) -> set[str]:
        """Tables that were read from end to end."""
        return {node["Relation Name"] for node in self.nodes if node["Node Type"] == "Seq Scan"} & LARGE

    @property
    def rows(self) -> int:
        """How many rows were looked at, those that did not fit included."""
        scans = [node for node in self.nodes if node.get("Relation Name") in LARGE]
        return round(sum(n["Actual Loops"] * (n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) for n in scans))


def asked_by(connection: Connection, ask: Callable[[Connection], Any]) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    ask(connection)
    event.remove(connection, "before_cursor_execute", note)
    return asked


def _taken(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node["Actual Loops"]:
        yield node
        for inner in node.get("Plans", []):
            yield from _taken(inner)


def listed(*words: str, **options: Any) -> Callable[[Connection], Any]:
    return lambda connection: core.user_documents.page(connection, ORGANIZATION, asked=Asked(*words), **options)


def found(condition: str) -> Any:
    return resolve(parse_filter(condition), USER)


def test_people_are_seeded_as_they_are_written(connection: Connection) -> None:
    known = {"organization_id": ORGANIZATION, "id": SOMEBODY}
    statement = text('SELECT * FROM "user" WHERE organization_id = :organization_id AND id = :id')
    somebody = connection.execute(statement, known).one()

    names = (somebody.user_name, somebody.display_name, somebody.given_name, somebody.family_name)
    assert somebody.words == words_of(ORGANIZATION, [*names, f"{somebody.user_name}@example.org"])


@pytest.mark.parametrize("sort", [f"{way}{name}" for name in SORTED for way in ("", "-")])
def test_a_page_is_read_in_its_order_however_deep_it_lies(connection: Connection, sort: str) -> None:
    order = core.users.LISTING.order(sort)
    statement = text(f'SELECT id, {order.column.key} AS sort_value FROM "user" WHERE id = :id')  # noqa: S608
    deep = order.cursor(connection.execute(statement, {"id": SOMEBODY}).one())

    for plan in (Plan(connection, listed(sort=sort)), Plan(connection, listed(sort=sort, after=deep))):
        assert plan.indexes == {SORTED[sort.removeprefix("-")], "pk_user_email"}
        assert (plan.whole, plan.rows < 250) == (set(), True), plan.rows


@pytest.mark.parametrize("page", [core.users.page, core.user_documents.page], ids=["rows", "documents"])
@pytest.mark.parametrize("q", ["g77.f7790.", "f7790.87077", "87077@exam", "g77 87077", "zzzz", "zzzz example.org"])
def test_a_rare_word_is_looked_up(connection: Connection, page: Any, q: str) -> None:
    plan = Plan(connection, lambda connection: page(connection, ORGANIZATION, asked=Asked(q), sort="user_name"))

    assert "ix_user_words" in plan.indexes
    assert (plan.whole, plan.rows < 3000) == (set(), True), plan.rows


@pytest.mark.parametrize("sort", SORTED)
@pytest.mark.parametrize("q", ["example.org", "g", "1", "org g"])
def test_a_word_that_many_have_is_met_on_the_way(connection: Connection, q: str, sort: str) -> None:
    plan = Plan(connection, listed(q, sort=sort))

    assert SORTED[sort] in plan.indexes
    assert "ix_user_words" not in plan.indexes
    assert (plan.whole, plan.rows < ROWS) == (set(), True), plan.rows


@pytest.mark.parametrize("status", ["suspended", "deleted"])
def test_few_of_a_status_are_found_and_counted_by_an_index(connection: Connection, status: str) -> None:
    asked = Asked(status=status)

    for plan in (
        Plan(connection, lambda connection: core.users.count(connection, ORGANIZATION, asked=asked)),
        Plan(connection, lambda connection: core.users.page(connection, ORGANIZATION, asked=asked)),
    ):
        assert f"ix_user_{status}" in plan.indexes
        assert (plan.whole, plan.rows < 1000) == (set(), True)


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ('user_name eq "G77.f7790.87077"', "uq_user_user_name_live"),
        ('user_name sw "G77.f7790."', "uq_user_user_name_live"),
        ('external_id eq "x77"', "ix_user_external_id"),
        ('email eq "G77.f7790.87077@example.org"', "ix_user_email_value"),
        ('department eq "D7"', "ix_user_department"),
        ('department eq "nowhere"', "ix_user_department"),
        ('display_name eq "G77 F7790"', "ix_user_display_name_key"),
        (f'id eq "{SOMEBODY}"', "pk_user"),
        ('created_at lt "2026-01-01T00:10:00Z"', "ix_user_created_at"),
        ('groups eq "00000007-0000-7000-8000-000000000000"', "pk_membership"),
        ("active eq false", "ix_user_suspended"),
        ('attributes.badge eq "777"', "ix_user_attributes"),
    ],
)
def test_a_filter_is_answered_by_an_index(connection: Connection, condition: str, index: str) -> None:
    plan = Plan(connection, listed("", "live", condition, sort="created_at"))

    assert index in plan.indexes
    assert (plan.whole, plan.rows < 2000) == (set(), True), plan.rows


def test_a_count_ends_where_nobody_counts_on(connection: Connection) -> None:
    plan = Plan(connection, lambda connection: core.users.count(connection, ORGANIZATION))

    assert plan.whole == set()
    assert plan.rows <= 2 * (core.listing.MOST_COUNTED + 1)
    assert core.users.count(connection, ORGANIZATION) == core.listing.MOST_COUNTED + 1
    assert core.users.count(connection, ORGANIZATION, asked=Asked("g77")) > 0


READS: dict[str, tuple[Callable[[Connection], Any], set[str], int]] = {
    "one user": (lambda c: core.user_documents.by_id(c, ORGANIZATION, SOMEBODY), {"pk_user", "pk_user_email"}, 2),
    "a token": (
        lambda c: core.tokens.find_valid(c, ORGANIZATION, sha256(b"g77.f77.77").digest(), at=NOW, noted_since=NOW),
        {"uq_token_sha256"},
        3,
    ),
    "the feed of events": (
        lambda c: core.events.feed(c, ORGANIZATION, after=f"60.{SOMEBODY.hex}", limit=50),
        {"ix_event_tx"},
        60,
    ),
    "events of one who is busy": (
        lambda c: core.events.of_subject(c, ORGANIZATION, BUSY, limit=50),
        {"ix_event_subject"},
        200,
    ),
    "members of a large group": (
        lambda c: core.memberships.page(c, ORGANIZATION, EVERYBODY, after=None, limit=50),
        {"pk_membership", "pk_user"},
        400,
    ),
    "members of a large group further on": (
        lambda c: core.memberships.page(c, ORGANIZATION, EVERYBODY, after=UUID(int=40_000 << 96), limit=50),
        {"pk_membership", "pk_user"},
        400,
    ),
    "groups by a word": (
        lambda c: core.groups.page(c, ORGANIZATION, asked=Asked("4711"), sort="display_name"),
        {"ix_group_words", "pk_group"},
        ROWS,
    ),
    "groups by name": (lambda c: core.groups.page(c, ORGANIZATION, sort="display_name"), {"ix_group_name"}, 60),
    "SCIM userName eq": (
        lambda c: core.provisioned_users.page(c, ORGANIZATION, found('userName eq "G77.f7790.87077"'), limit=100),
        {"uq_user_user_name_live"},
        20,
    ),
    "SCIM, a page": (
        lambda c: core.provisioned_users.page(c, ORGANIZATION, None, limit=100, after="", groups=False),
        {"pk_user", "pk_user_email"},
        2000,
    ),
}


@pytest.mark.parametrize("name", READS)
def test_what_is_asked_all_the_time_is_found_by_an_index(connection: Connection, name: str) -> None:
    ask, indexes, rows = READS[name]

    plan = Plan(connection, ask)

    assert indexes <= plan.indexes
    assert (plan.whole, plan.rows <= rows) == (set(), True), plan.rows


def test_a_purge_reads_nobody_but_those_it_ends(connection: Connection) -> None:
    connection.execute(text("BEGIN"))
    connection.execute(text('UPDATE "user" SET purge_after = :at WHERE deleted_at IS NOT NULL'), {"at": NOW})
    plan = Plan(connection, lambda connection: core.purge.users(connection, ORGANIZATION, at=NOW, limit=50))
    connection.execute(text("ROLLBACK"))

    assert {"ix_user_deleted", "ix_user_manager", "pk_user"} <= plan.indexes
    assert (plan.whole, plan.rows < 500) == (set(), True), plan.rows


def test_ids_are_walked_over_in_batches(connection: Connection) -> None:
    asked = Asked(filter='department eq "D7"')

    first = core.users.ids(connection, ORGANIZATION, asked, after=None, limit=60)
    rest = core.users.ids(connection, ORGANIZATION, asked, after=first[-1], limit=60)

    assert [len(first), len(rest), len({*first, *rest})] == [60, 40, 100]
    assert [*first, *rest] == sorted([*first, *rest])


def test_many_values_of_one_attribute_are_looked_up_at_once(connection: Connection) -> None:
    nowhere = " or ".join(f'groups eq "{uuid4()}"' for _ in range(70))

    plan = Plan(connection, listed("", "live", nowhere))

    assert (plan.whole, plan.rows) == (set(), 0)
    assert plan.indexes <= {"pk_group", "pk_membership", "pk_nesting", "ix_nesting_child", "pk_user", "pk_user_email"}


def test_an_import_looks_its_names_up_though_the_statistics_know_nobody_there(connection: Connection) -> None:
    organization_id = uuid4()
    copied = [f'"{column.name}"' for column in User.__table__.columns if column.name != "organization_id"]
    names = ", ".join(copied)
    with connection.engine.connect() as importing, importing.begin() as unfinished:
        importing.execute(
            text(
                "INSERT INTO organization (id, slug, name, search_key, created_at, updated_at)"
                " VALUES (:id, 'new', 'New', 'new', now(), now())"
            ),
            {"id": organization_id},
        )
        importing.exec_driver_sql(
            f'INSERT INTO "user" (organization_id, {names}) SELECT %s, {names} FROM "user" LIMIT 20000',  # noqa: S608 - our own words
            (str(organization_id),),
        )

        plan = Plan(
            importing, lambda c: core.users.by_user_name_keys(c, organization_id, [f"new{n}" for n in range(50)])
        )
        unfinished.rollback()

    assert (plan.indexes, plan.rows) == ({"uq_user_user_name_live"}, 0)


def test_an_import_into_a_new_database_looks_its_names_up(server_url: str) -> None:
    with new_database(server_url) as engine, engine.connect() as importing, importing.begin():
        seed(importing, statements=3)  # an organization, and people in it

        looked = asked_by(importing, core.user_imports.analyze)
        again = asked_by(importing, core.user_imports.analyze)
        plan = Plan(importing, lambda c: core.users.by_user_name_keys(c, ORGANIZATION, [f"new{n}" for n in range(50)]))

    assert (len(looked), len(again)) == (2, 1)
    assert (plan.indexes, plan.rows) == ({"uq_user_user_name_live"}, 0)
