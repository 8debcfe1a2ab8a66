"""Filters without their texts."""

import pytest
from flask import Flask
from sqlalchemy import Connection

from roster.database import core_of, registry
from roster.repositories import core
from roster.scim.attributes import USER
from roster.scim.grammar import Filter, parse_filter, resolve, shape_of
from tests import factories
from tests.scim.directory import told


def found(text: str) -> Filter:
    return resolve(parse_filter(text), USER)


@pytest.mark.parametrize(
    ("one", "other", "texts"),
    [
        ('userName eq "ada"', 'USERNAME eq "eve"', ["eve"]),
        ('externalId eq "1" and active eq true', 'externalId eq "2" and active eq true', ["2"]),
        ('emails[type eq "work" and value eq "a"]', 'emails[type eq "home" and value eq "b"]', ["home", "b"]),
        ('not (id eq "1") or title pr', 'not (id eq "no-uuid") or title pr', ["no-uuid"]),
    ],
)
def test_what_differs_only_in_its_texts_has_one_shape(one: str, other: str, texts: list[str]) -> None:
    shape, taken_out = shape_of(found(other))

    assert shape == shape_of(found(one))[0]
    assert list(taken_out.values()) == texts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('userName eq "ada"', 'displayName eq "ada"'),
        ('userName sw "ada"', 'userName sw "eve"'),
        ("active eq true", "active eq false"),
        ('title eq "a" or title eq "b"', 'title eq "a" and title eq "b"'),
    ],
)
def test_what_differs_in_more_has_not(one: str, other: str) -> None:
    assert shape_of(found(one))[0] != shape_of(found(other))[0]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('userName eq "ADA"', ["ada"]),
        ('userName eq "eve"', ["eve"]),
        ('userName eq "ada" or userName eq "eve"', ["ada", "eve"]),
        ('id eq "no-uuid"', []),
        ('not (id eq "no-uuid")', ["ada", "eve"]),
        ('meta.resourceType eq "User"', ["ada", "eve"]),
        ('meta.resourceType eq "user"', []),
        ('schemas eq "urn:other"', []),
    ],
)
def test_texts_are_compared_as_they_would_be_in_the_filter(app: Flask, condition: str, expected: list[str]) -> None:
    with app.app_context():
        organization_id = factories.organization().id
        for name in ("ada", "eve"):
            factories.user(organization_id, name)
        connection: Connection = core_of(registry())

        page = core.provisioned_users.page(connection, organization_id, found(condition), limit=9)

        assert [told(row)["userName"] for row in page.rows] == expected
        assert core.provisioned_users.count(connection, organization_id, found(condition)) == len(expected)
