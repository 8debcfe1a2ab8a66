"""Organizations: create and find."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask

from roster import services
from roster.errors import AppException
from tests import factories
from tests.factories import NOW


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_an_organization_is_found_by_its_id_and_by_its_slug() -> None:
    created = services.organizations.create("acme", "Acme", at=NOW)

    for found in (services.organizations.get(created.id), services.organizations.get_by_slug("acme")):
        assert (found.id, found.slug, found.name, found.created_at) == (created.id, "acme", "Acme", NOW)
    [event] = services.users.history(created.id, created.id)
    assert (event.action, event.changes) == ("organization.created", {"slug": [None, "acme"], "name": [None, "Acme"]})


def test_all_are_listed_by_name() -> None:
    for slug, name in [("a", "Zebra"), ("b", "Acme"), ("c", "Middle")]:
        services.organizations.create(slug, name, at=NOW)

    assert [organization.slug for organization in services.organizations.search()] == ["b", "c", "a"]


def test_a_slug_belongs_to_one() -> None:
    factories.organization("acme")

    with pytest.raises(AppException) as caught:
        factories.organization("acme")

    assert caught.value.error.code == "organization_slug_taken"


def test_who_is_not_there_is_not_found() -> None:
    with pytest.raises(AppException, match="No such organization"):
        services.organizations.get(uuid4())
    with pytest.raises(AppException, match="There is no organization 'nowhere'"):
        services.organizations.get_by_slug("nowhere")
