"""An administrator who uses the pages: follows redirects, and takes the CSRF token from the page, as a browser does."""

import re
from contextlib import contextmanager
from html import unescape
from typing import Any
from unittest.mock import patch
from uuid import UUID

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from roster import services
from roster.models import User
from tests import factories
from tests.factories import NOW

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""A password kept like this takes a millisecond to check, not a third of a second, twice in every test."""
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Pages:
    """A signed-in administrator, looking at one organization (a new one if none is given)."""

    def __init__(self, app: Flask, role: str = "owner", *, slug: str | None = None, confined: bool = False) -> None:
        self.app = app
        self.client = app.test_client()
        with app.app_context():
            found = services.organizations.get_by_slug(slug) if slug else factories.organization()
            self.organization_id, self.slug = found.id, found.slug
            self.email = f"{role}@{self.slug}.test"
            home = found.id if confined else None
            with patch.object(services.administrators, "HASHER", QUICK):
                services.administrators.create(self.email, PASSWORD, role, at=NOW, organization_id=home)
        assert self.sign_in().status_code == 200

    def sign_in(self, password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.post("/admin/login", page="/admin/login", email=self.email, password=password, **fields)

    def get(self, path: str = "", **options: Any) -> TestResponse:
        return self.client.get(self.url(path), **{"follow_redirects": True} | options)

    def post(self, path: str = "", *, page: str = "", **fields: Any) -> TestResponse:
        token = csrf_token(self.get(page))
        return self.client.post(self.url(path), data={"csrf_token": token} | fields, follow_redirects=True)

    def url(self, path: str) -> str:
        """Paths are of the organization's people, unless they begin with a slash."""
        slash = "/" if path[:1] not in {"", "?"} else ""
        return path if path.startswith("/") else f"/admin/{self.slug}/users{slash}{path}"

    def add(self, user_name: str = "ada", **values: Any) -> User:
        with self.app.app_context():
            return factories.user(self.organization_id, user_name, **values)

    def read(self, user_id: UUID) -> User:
        with self.app.app_context():
            return services.users.get_with_deleted(self.organization_id, user_id)


def csrf_token(response: TestResponse) -> str:
    found = TOKEN.search(response.text)
    assert found is not None, response.text
    return unescape(found[1])


def words(response: TestResponse) -> str:
    """What a reader sees of the page, in one line."""
    body = re.sub(r"(?s)<head>.*?</head>|</?bdi[^>]*>", "", response.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@contextmanager
def statements(engine: Engine) -> Any:
    """The SQL that reaches the server meanwhile."""
    seen: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
