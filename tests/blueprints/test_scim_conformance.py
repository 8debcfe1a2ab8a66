"""What others' tools say of this door: a checker, a client and the models of the scim2 family, over real HTTP."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    BulkResponse,
    Context,
    EnterpriseUser,
    Error,
    Group,
    ListResponse,
    NotFoundException,
    PatchOp,
    PatchOperation,
    ResourceType,
    Schema,
    SearchRequest,
    ServiceProviderConfig,
    User,
)
from scim2_tester import Status, check_server
from werkzeug.serving import make_server

from tests.blueprints.test_scim_users import FULL
from tests.provider import V2, Provider

Person = User[EnterpriseUser]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """A server on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{V2}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(app: Flask, address: str) -> Iterator[SyncSCIMClient]:
    headers = {"Authorization": f"Bearer {Provider(app).token}"}
    with Client(base_url=address, headers=headers) as http:
        yield SyncSCIMClient(http)


def test_the_checker_finds_no_fault(client: SyncSCIMClient) -> None:
    results = check_server(client)

    faults = [
        f"{result.status.name} {result.title}: {result.reason}"
        for result in results
        if result.status in {Status.ERROR, Status.CRITICAL}
    ]
    assert not faults, "\n".join(faults)
    assert len(results) >= 100


def test_a_client_provisions_a_life(client: SyncSCIMClient) -> None:
    client.discover()
    person = client.get_resource_model("User")
    group = client.get_resource_model("Group")

    ada = client.create(person(user_name="ada@example.test", active=True))
    staff = client.create(group(display_name="Staff", members=[{"value": ada.id}]))
    operation = PatchOperation(op="replace", path="title", value="Countess")
    client.modify(person, ada.id, PatchOp[person](operations=[operation]))
    read = client.query(person, ada.id)
    read.nick_name = "Ada"
    replaced = client.replace(read)
    found = client.query(person, {"filter": 'userName eq "ADA@example.test"'})
    everything = client.search(SearchRequest(count=10))

    assert (read.title, replaced.nick_name) == ("Countess", "Ada")
    assert [group.display for group in read.groups] == ["Staff"]
    assert [user.id for user in found.resources] == [ada.id]
    assert {resource.id for resource in everything.resources} == {ada.id, staff.id}
    client.delete(person, ada.id)
    with pytest.raises(NotFoundException):
        client.query(person, ada.id)


@pytest.fixture
def provider(app: Flask) -> Provider:
    return Provider(app)


def test_what_is_written_fast_is_what_the_models_read(provider: Provider) -> None:
    boss = provider.new("boss", displayName="The Boss")
    emails = [{"value": "ada@example.com", "type": "work", "primary": True}]  # the models refuse names under .test
    enterprise = FULL[EnterpriseUser.__schema__] | {"manager": {"value": boss["id"]}}
    created = provider.post("/Users", json=FULL | {EnterpriseUser.__schema__: enterprise, "emails": emails})
    user_id = created.get_json()["id"]
    group = provider.new_group("Staff", user_id)
    search = {"schemas": [SearchRequest.__schema__]}
    bulk: dict[str, Any] = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            {"method": "DELETE", "path": "/Users/nobody"},
            {"method": "DELETE", "path": f"/Users/{user_id}"},
        ],
    }

    for model, context, response in (
        (Person, Context.RESOURCE_CREATION_RESPONSE, created),
        (Person, Context.RESOURCE_QUERY_RESPONSE, provider.get(f"/Users/{user_id}")),
        (
            Person,
            Context.RESOURCE_REPLACEMENT_RESPONSE,
            provider.put(f"/Users/{user_id}", json=FULL | {"emails": emails}),
        ),
        (Group, Context.RESOURCE_QUERY_RESPONSE, provider.get(f"/Groups/{group['id']}")),
        (ListResponse[Person], Context.RESOURCE_QUERY_RESPONSE, provider.get("/Users")),
        (ListResponse[Person], Context.RESOURCE_QUERY_RESPONSE, provider.get("/Users?cursor=&count=1")),
        (ListResponse[Group], Context.RESOURCE_QUERY_RESPONSE, provider.get("/Groups?count=0")),
        (ListResponse[Person | Group], Context.SEARCH_RESPONSE, provider.post("/.search", json=search)),
        (ListResponse[Schema], Context.RESOURCE_QUERY_RESPONSE, provider.get("/Schemas")),
        (ListResponse[ResourceType], Context.RESOURCE_QUERY_RESPONSE, provider.get("/ResourceTypes")),
        (ServiceProviderConfig, Context.RESOURCE_QUERY_RESPONSE, provider.get("/ServiceProviderConfig")),
        (BulkResponse[Person], Context.DEFAULT, provider.post("/Bulk", json=bulk)),
        (Error, Context.DEFAULT, provider.get("/Users/nobody")),
    ):
        read = model.model_validate(response.get_json(), scim_ctx=context)
        again = read.model_dump(scim_ctx=context)
        assert known(again) == known(response.get_json()), model


def known(value: Any) -> Any:
    """A value without what means the same where it is missing: null, empty lists, and `primary: false`."""
    if isinstance(value, dict):
        parts = {name: known(part) for name, part in value.items() if (name, part) != ("primary", False)}
        return {name: part for name, part in parts.items() if part not in (None, [], {})}
    return [known(part) for part in value] if isinstance(value, list) else value
