"""What this server tells of itself, to anybody."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roster.scim.attributes import ENTERPRISE_URN, GROUP_URN, LIST_URN, USER_URN
from tests.provider import SCIM_JSON, V2, Provider, demand_error

DISCOVERY = ("/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", f"/Schemas/{USER_URN}")


@pytest.mark.parametrize("path", DISCOVERY)
def test_anybody_may_ask_with_a_token_or_without(app: Flask, client: FlaskClient, path: str) -> None:
    alone, known = client.get(V2 + path), Provider(app).get(path)
    stranger = client.get(V2 + path, headers={"Authorization": "Bearer nonsense"})

    assert alone.status_code == 200
    assert alone.content_type == SCIM_JSON
    assert alone.data == known.data == stranger.data


@pytest.mark.parametrize("path", DISCOVERY)
def test_there_is_nothing_to_change_or_to_filter(client: FlaskClient, path: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        response = client.open(V2 + path, method=method, json={})
        demand_error(response, 405)
        assert "GET" in response.headers["Allow"]
    demand_error(client.get(V2 + path, query_string={"filter": 'name eq "User"'}), 403)


def test_the_configuration_says_what_works(client: FlaskClient) -> None:
    config = client.get(f"{V2}/ServiceProviderConfig").get_json()

    for name in ("patch", "bulk", "filter", "sort", "etag"):
        assert config[name]["supported"] is True
    assert config["changePassword"]["supported"] is False
    assert config["bulk"]["maxOperations"] == 1000
    assert config["bulk"]["maxPayloadSize"] == 1_048_576
    assert config["filter"]["maxResults"] == config["pagination"]["maxPageSize"] == 1000
    assert config["pagination"]["cursor"] is config["pagination"]["index"] is True
    assert [scheme["type"] for scheme in config["authenticationSchemes"]] == ["oauthbearertoken"]
    assert config["meta"]["location"] == f"http://localhost{V2}/ServiceProviderConfig"


def test_resource_types_name_their_endpoint_and_schemas(client: FlaskClient) -> None:
    found = client.get(f"{V2}/ResourceTypes").get_json()

    assert (found["schemas"], found["totalResults"]) == ([LIST_URN], 2)
    user, group = found["Resources"]
    assert (user["id"], user["endpoint"], user["schema"]) == ("User", "/Users", USER_URN)
    assert user["schemaExtensions"] == [{"schema": ENTERPRISE_URN, "required": False}]
    assert (group["id"], group["endpoint"], group["schema"]) == ("Group", "/Groups", GROUP_URN)
    assert client.get(f"{V2}/ResourceTypes/Group").get_json() == group


def test_schemas_describe_every_attribute(client: FlaskClient) -> None:
    found = client.get(f"{V2}/Schemas").get_json()["Resources"]

    assert [schema["id"] for schema in found] == [USER_URN, ENTERPRISE_URN, GROUP_URN]
    for schema in found:
        assert client.get(f"{V2}/Schemas/{schema['id'].upper()}").get_json() == schema
    attributes = {attribute["name"]: attribute for attribute in found[0]["attributes"]}
    assert attributes["userName"] | {"description": ""} == {
        "name": "userName",
        "type": "string",
        "multiValued": False,
        "description": "",
        "required": True,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "server",
    }
    assert attributes["password"]["returned"] == "never"
    assert {sub["name"] for sub in attributes["emails"]["subAttributes"]} == {"value", "display", "type", "primary"}


@pytest.mark.parametrize("path", ["/Schemas/urn:x", "/ResourceTypes/Device", "/ResourceTypes/user"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    demand_error(client.get(V2 + path), 404)
