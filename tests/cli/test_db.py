"""`roster db`: the schema up and down, by one process or by two at once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from roster.migrations import head
from roster.models import Base
from roster.normal_form import words_of
from tests.cli.conftest import Process

BEFORE_WORDS = [
    """
    INSERT INTO organization (id, slug, name, search_key, created_at, updated_at)
    VALUES (:key, 'a', 'A', 'a', now(), now())
    """,
    """
    INSERT INTO "user" (
        organization_id, id, user_name, user_name_key, display_name, display_name_key, family_name, active,
        profile, profile_key, attributes, search_key, version, created_at, updated_at
    )
    SELECT :key, gen_random_uuid(), 'u' || n, 'u' || n, 'Zoë', 'zoe', 'O''Neil', true,
           '{}', '{}', '{}', '', 1, now(), now()
    FROM generate_series(1, 2001) n
    """,
    """
    INSERT INTO user_email (organization_id, user_id, position, value, value_key, "primary")
    SELECT :key, id, 0, user_name || '@x.test', '', true FROM "user"
    """,
    """
    INSERT INTO "group" (
        organization_id, id, display_name, display_name_key, search_key, version, created_at, updated_at
    )
    VALUES (:key, gen_random_uuid(), 'Staff', 'staff', 'staff', 1, now(), now())
    """,
]


def tables(url: str) -> set[str]:
    return set(inspect(create_engine(url, poolclass=NullPool)).get_table_names())


def test_the_schema_goes_up_down_and_up_again(process: Process, empty_database: str) -> None:
    environment = {"DATABASE_URL": empty_database}

    up = [process("db", "upgrade", env=environment) for _ in range(2)]
    full = tables(empty_database)
    down = process("db", "downgrade", "base", env=environment)
    empty = tables(empty_database)
    again = process("db", "upgrade", env=environment)

    assert [result.returncode for result in (*up, down, again)] == [0, 0, 0, 0]
    assert full == set(Base.metadata.tables) | {"alembic_version"}
    assert empty == {"alembic_version"}
    assert tables(empty_database) == full
    assert "Running upgrade" not in up[1].stderr


def test_tokens_that_show_the_same_prefix_are_told_apart_before_it_has_to_be_unique(
    process: Process, empty_database: str
) -> None:
    environment, key = {"DATABASE_URL": empty_database}, "00000000-0000-0000-0000-00000000000"
    columns = "organization_id, id, kind, prefix, sha256, name, scopes, created_at, revoked_at"
    tokens = [f"('{key}1', '{key}{n}', 'api', 'aaaaaaaa', 'x{n}', '', '{{}}', now(), NULL)" for n in (2, 3)]
    tokens.append(f"('{key}1', '{key}0', 'api', 'aaaaaaaa', 'x', '', '{{}}', now(), now())")
    process("db", "upgrade", "0004", env=environment)
    with create_engine(empty_database, poolclass=NullPool).begin() as connection:
        names = "(id, slug, name, created_at, updated_at)"
        connection.execute(text(f"INSERT INTO organization {names} VALUES ('{key}1', 'a', 'Zoë', now(), now())"))  # noqa: S608 - our own words
        connection.execute(text(f"INSERT INTO token ({columns}) VALUES {', '.join(tokens)}"))  # noqa: S608 - our own words

    assert process("db", "upgrade", env=environment).returncode == 0

    with create_engine(empty_database, poolclass=NullPool).connect() as connection:
        prefixes = connection.scalars(text("SELECT prefix FROM token ORDER BY sha256 DESC")).all()
        assert connection.scalar(text("SELECT search_key FROM organization")) == "zoe\na"
    assert prefixes[1] == "aaaaaaaa"
    assert [(len(prefix), prefix[0]) for prefix in prefixes] == [(8, "x"), (8, "a"), (8, "x")]


def test_who_was_there_before_words_were_is_found_by_them_and_back_again(process: Process, empty_database: str) -> None:
    environment = {"DATABASE_URL": empty_database}
    process("db", "upgrade", "0007", env=environment)
    engine = create_engine(empty_database, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in BEFORE_WORDS:
            connection.execute(text(statement), {"key": UUID(int=1)})

    assert process("db", "upgrade", env=environment).returncode == 0
    with engine.connect() as connection:
        users = dict(connection.execute(text('SELECT user_name, words FROM "user"')).all())
        assert users == {name: words_of(UUID(int=1), [name, "Zoë", "O'Neil", f"{name}@x.test"]) for name in users}
        assert (len(users), connection.scalar(text('SELECT words FROM "group"'))) == (2001, "'000001staff'")

    assert process("db", "downgrade", "0007", env=environment).returncode == 0
    with engine.connect() as connection:
        statement = text("SELECT search_key FROM \"user\" WHERE user_name = 'u1'")
        assert connection.scalar(statement).split() == ["u1", "zoe", "o'neil", "u1@x.test"]


def test_two_processes_that_start_at_once_do_not_race(process: Process, empty_database: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(process, "db", "upgrade", env={"DATABASE_URL": empty_database}) for _ in range(2)]

    results = [run.result() for run in runs]
    assert [result.returncode for result in results] == [0, 0], [result.stderr for result in results]
    assert sum("Running upgrade" in result.stderr for result in results) == 1
    with create_engine(empty_database, poolclass=NullPool).connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == head()


@pytest.mark.parametrize(
    "arguments",
    [
        ["organizations", "create", "acme"],
        ["organizations", "list"],
        ["administrators", "create", "a@b.test", "--password-stdin"],
        ["tokens", "list", "--organization", "acme"],
        ["users", "export", "--organization", "acme"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_command_on_a_database_without_a_schema_says_what_to_do(
    process: Process, empty_database: str, arguments: list[str]
) -> None:
    result = process(*arguments, env={"DATABASE_URL": empty_database}, input="password 1\n")

    sentence = "Error: The database's schema is not the one this code is for: run roster db upgrade.\n"
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.endswith(sentence)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [["organizations", "list"], ["db", "upgrade"], ["doctor"]])
def test_a_command_without_a_database_says_so(process: Process, arguments: list[str]) -> None:
    result = process(*arguments, env={"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"})

    assert result.returncode == 1
    assert result.stderr.endswith("Error: The database can't be reached just now; try again shortly.\n")
    assert "Traceback" not in result.stderr
