"""An identity provider that provisions over SCIM, with a token of its own."""

import json
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from roster.scim.attributes import ERROR_URN, GROUP_URN, PATCH_URN, USER_URN
from tests import factories
from tests.api import NEVER_TOLD

V2 = "/scim/v2"
USERS, GROUPS = f"{V2}/Users", f"{V2}/Groups"
SCIM_JSON = "application/scim+json"


class Provider:
    """A client of one organization (a new one if none is given)."""

    def __init__(self, app: Flask, name: str = "Okta", *, organization_id: UUID | None = None) -> None:
        with app.app_context():
            self.organization_id = organization_id or factories.organization().id
            self.token = factories.token(self.organization_id, kind="scim", scopes=(), provider=name)
        self.client = app.test_client()

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request; `json` by Python's own writer, which also writes what nobody should."""
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        if "json" in options:
            options |= {"data": json.dumps(options.pop("json"))}
            options.setdefault("content_type", SCIM_JSON)
        url = path if path.startswith("/scim") else f"{V2}{path}"
        return self.client.open(url, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.send("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.send("POST", path, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self.send("PUT", path, **options)

    def patch(self, path: str, *operations: dict[str, Any], **options: Any) -> TestResponse:
        """Send these operations, in one request."""
        return self.send("PATCH", path, json={"schemas": [PATCH_URN], "Operations": operations}, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.send("DELETE", path, **options)

    def new(self, user_name: str = "ada@example.test", **values: Any) -> dict[str, Any]:
        """Create a user, and return them."""
        response = self.post("/Users", json={"schemas": [USER_URN], "userName": user_name} | values)
        assert response.status_code == 201, response.text
        return dict(response.get_json())

    def new_group(self, display_name: str = "Staff", *members: str, **values: Any) -> dict[str, Any]:
        """Create a group with these members, and return it."""
        body = {"schemas": [GROUP_URN], "displayName": display_name, "members": [{"value": one} for one in members]}
        response = self.post("/Groups", json=body | values)
        assert response.status_code == 201, response.text
        return dict(response.get_json())

    def found(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return what a list finds."""
        response = self.get(path, query_string=query)
        assert response.status_code == 200, response.text
        return list(response.get_json()["Resources"])


def demand_error(response: TestResponse, status: int, scim_type: str | None = None) -> str:
    """Demand a failure as SCIM says it (RFC 7644 §3.12) that tells nothing of our insides; return its sentence."""
    assert response.status_code == status, response.text[:500]
    assert response.content_type == SCIM_JSON
    assert not [word for word in NEVER_TOLD if word in response.text]
    error = dict(response.get_json())
    assert error["schemas"] == [ERROR_URN]
    assert error["status"] == str(status)
    assert error.get("scimType") == scim_type, error
    assert error["detail"]
    assert set(error) <= {"schemas", "status", "scimType", "detail"}
    return str(error["detail"])
