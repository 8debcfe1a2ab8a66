"""How many statements a request of a provider costs; its token is known, and checked along with the first of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from roster.scim.attributes import USER_URN
from tests.provider import Provider


@pytest.fixture
def provider(app: Flask) -> Provider:
    provider = Provider(app)
    for _ in range(2):
        provider.get("/Users")  # from now on the token is known, and that it was used
    return provider


@pytest.fixture
def asked(engine: Engine) -> Iterator[list[str]]:
    """The statements that were asked."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def cost(asked: list[str], provider: Provider, path: str) -> int:
    asked.clear()
    response = provider.get(path)
    assert response.status_code == 200, response.text
    return len(asked)


def test_to_read_one_costs_one_statement(provider: Provider, asked: list[str]) -> None:
    boss = provider.new("boss")
    user = provider.new("ada", emails=[{"value": "a@example.test"}])
    group = provider.new_group("Staff", user["id"], boss["id"])

    assert cost(asked, provider, f"/Users/{user['id']}") == 1
    assert cost(asked, provider, f"/Groups/{group['id']}") == 1


def test_a_list_costs_the_same_however_long_it_is(provider: Provider, asked: list[str]) -> None:
    costs = []
    for number in range(30):
        user = provider.new(f"user{number}", emails=[{"value": f"{number}@example.test"}])
        provider.new_group(f"Group{number}", user["id"])
        if number in {0, 29}:
            costs += [cost(asked, provider, "/Users"), cost(asked, provider, "/Groups")]

    assert costs == [1, 1, 1, 1]
    assert cost(asked, provider, "/Users?count=10") == 1, "a page that is full tells how many there are"
    assert cost(asked, provider, "/Users?count=10&startIndex=25") == 1, "the last page: how many there are follows"
    assert cost(asked, provider, '/Users?filter=userName eq "user7"') == 1


def test_members_that_are_not_asked_for_are_not_read(provider: Provider, asked: list[str]) -> None:
    group = provider.new_group("Staff", provider.new()["id"])

    for path in (f"/Groups/{group['id']}", "/Groups"):
        cost(asked, provider, f"{path}?excludedAttributes=members")
        assert not [statement for statement in asked if "membership" in statement or "nesting" in statement]
    cost(asked, provider, f"/Users/{provider.new('bob')['id']}?attributes=userName")
    assert "membership" not in asked[-1]


def test_what_describes_the_server_costs_none(provider: Provider, asked: list[str]) -> None:
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"):
        assert cost(asked, provider, path) == 0


def test_a_user_is_written_with_the_event_in_one_statement(provider: Provider, asked: list[str]) -> None:
    def spent(work: Callable[[], Any]) -> int:
        asked.clear()
        work()
        return len(asked)

    emails = [{"value": "a@example.test"}]
    created = spent(lambda: provider.new("ada", externalId="1", emails=emails))
    path = f"/Users/{provider.get('/Users').get_json()['Resources'][0]['id']}"
    body = {"schemas": [USER_URN], "userName": "ada", "emails": [{"value": "b@example.test"}]}
    replaced = spent(lambda: provider.put(path, json=body))
    patched = spent(lambda: provider.patch(path, {"op": "replace", "path": "title", "value": "Dr"}))
    deleted = spent(lambda: provider.delete(path))

    assert created == 3, "whom the provider calls so, the user, and who they are now"
    assert (replaced, patched) == (4, 3), "addresses are one statement more"
    assert deleted == 1
