"""A program that talks to the JSON API, with a token of its own."""

import json
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from tests import factories

V1 = "/api/v1"
USERS, GROUPS, EVENTS, TOKENS = (f"{V1}/{name}" for name in ("users", "groups", "events", "tokens"))
ORGANIZATIONS = f"{V1}/organizations"
NEVER_TOLD = ("psycopg2", "sqlalchemy", "SELECT", "Traceback", "roster/")


class Api:
    """A client of one organization (a new one if none is given)."""

    def __init__(self, app: Flask, *scopes: str, organization_id: UUID | None = None) -> None:
        with app.app_context():
            self.organization_id = organization_id or factories.organization().id
            self.token = factories.token(self.organization_id, *scopes)
        self.client = app.test_client()

    def send(self, method: str, path: str = "", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        if "json" in options:  # by Python's own writer, which also writes what nobody should
            options |= {"data": json.dumps(options.pop("json")), "content_type": "application/json"}
        url = path if path.startswith("/") else f"{USERS}/{path}".rstrip("/")
        return self.client.open(url, method=method, headers=headers, **options)

    def get(self, path: str = "", **options: Any) -> TestResponse:
        return self.send("GET", path, **options)

    def post(self, path: str = "", **options: Any) -> TestResponse:
        return self.send("POST", path, **options)

    def patch(self, path: str = "", **options: Any) -> TestResponse:
        return self.send("PATCH", path, **options)

    def delete(self, path: str = "", **options: Any) -> TestResponse:
        return self.send("DELETE", path, **options)

    def new(self, user_name: str = "ada", **values: Any) -> dict[str, Any]:
        """Create a user, and return them as JSON."""
        response = self.post(json={"user_name": user_name} | values)
        assert response.status_code == 201, response.text
        return dict(response.get_json())

    def new_group(self, display_name: str = "staff", **values: Any) -> str:
        """Create a group, and return its address."""
        response = self.post(GROUPS, json={"display_name": display_name} | values)
        assert response.status_code == 201, response.text
        return f"{GROUPS}/{response.get_json()['id']}"

    def pages(self, path: str = "", **query: Any) -> list[list[dict[str, Any]]]:
        """Walk over all pages of a list."""
        pages, after = [], None
        while True:
            response = self.get(path, query_string=query | ({"after": after} if after else {}))
            assert response.status_code == 200, response.text
            pages.append(response.get_json()["items"])
            if (after := response.get_json()["next"]) is None:
                return pages


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["user_name"] for item in items]


def demand_problem(response: TestResponse, status: int, code: str, *fields: str) -> dict[str, Any]:
    """Demand a failure in this door's voice (RFC 9457), which names the fields and tells nothing of our insides."""
    assert response.status_code == status, response.text[:500]
    problem = demand_voice(response)
    assert problem["code"] == code
    assert sorted(error["field"] for error in problem["errors"]) == sorted(fields)
    return problem


def demand_voice(response: TestResponse) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    assert not [word for word in NEVER_TOLD if word in response.text]
    problem = dict(response.get_json())
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id", "errors"}
    assert problem["status"] == response.status_code
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert problem["detail"]
    return problem
