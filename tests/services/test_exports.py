"""Exports: a stream of everybody, as they were at one moment."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import orjson
import pytest
from flask import Flask
from sqlalchemy import Engine

from roster import services
from tests import factories
from tests.factories import NOW


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


def test_everybody_comes_once_by_name(organization_id: UUID) -> None:
    for name in ("b", "A", "c"):
        factories.user(organization_id, name, email=f"{name}@x")
    factories.user(factories.organization().id, "stranger")

    rows = [orjson.loads(line) for text in services.exports.documents(organization_id) for line in text.splitlines()]

    assert [(row["user_name"], row["email"]) for row in rows] == [("A", "A@x"), ("b", "b@x"), ("c", "c@x")]


def test_a_stream_shows_one_moment_whatever_is_written_meanwhile(organization_id: UUID, engine: Engine) -> None:
    for number in range(2500):
        if number % 100 == 0:
            factories.user(organization_id, f"user{number:04}")
    stream = services.exports.table(organization_id)
    assert (next(stream), next(stream)) == ((), [])

    factories.user(organization_id, "zz-new")
    seen = [row[0] for rows in stream for row in rows]

    assert seen == [f"user{number:04}" for number in range(0, 2500, 100)]
    assert engine.pool.checkedout() <= 1  # type: ignore[attr-defined]


def test_documents_show_one_moment_however_many_texts_they_come_in(
    organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        services.exports.core.user_documents, "stream", partial(services.exports.core.user_documents.stream, batch=2)
    )
    for name in ("b", "A", "d", "c", "é"):
        factories.user(organization_id, name, attributes={"large": 1e300 if name == "d" else 1})
    stream = services.exports.documents(organization_id)
    texts = [next(stream)]

    factories.user(organization_id, "zz-new")
    texts += stream

    people = [orjson.loads(line) for text in texts for line in text.splitlines()]
    assert [person["user_name"] for person in people] == ["A", "b", "c", "d", "é"]
    assert [len(text.splitlines()) for text in texts] == [2, 2, 1]
    assert people[3]["attributes"] == {"large": 1e300}
    assert b"1e+300" in texts[1]


def test_a_stream_that_nobody_reads_to_its_end_gives_its_connection_back(app: Flask, engine: Engine) -> None:
    with app.app_context():
        organization_id = factories.organization().id
        for name in "abc":
            factories.user(organization_id, name)
        stream = services.exports.documents(organization_id)
        next(stream)
        stream.close()  # type: ignore[attr-defined]

    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_attribute_names_are_those_of_live_users(organization_id: UUID) -> None:
    factories.user(organization_id, "a", attributes={"b": 1, "a": None})
    factories.user(organization_id, "b", attributes={"c": {"inner": 1}})
    gone = factories.user(organization_id, "c", attributes={"gone": 1})
    services.users.remove(factories.actor(organization_id), gone.id, at=NOW)

    _, names, *_ = services.exports.table(organization_id)
    assert names == ["a", "b", "c"]
