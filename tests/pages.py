"""An administrator who uses the pages: follows redirects, and takes the CSRF token from the page, as a browser does."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pyotp
from flask import Flask
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.pool import NullPool
from werkzeug.test import TestResponse

from roster import services
from roster.models import User
from roster.services.groups import Members
from tests import factories
from tests.factories import NOW

PASSWORD = "correct horse battery"
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

    def of(self, path: str) -> str:
        """The URL of another page of the organization."""
        return f"/admin/{self.slug}/{path}"

    def grow_old(self) -> None:
        """Let an hour pass since it was shown who sits here."""
        with create_engine(self.app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool).begin() as connection:
            connection.execute(text("UPDATE administrator_session SET confirmed_at = now() - interval '1 hour'"))

    def turn_codes_on(self, totp_secret: str = "J" * 32) -> list[str]:
        """Turn two-step sign-in on; return the recovery codes."""
        at = datetime.now(UTC) - timedelta(minutes=5)
        with self.app.app_context():
            found = services.administrators.search()
            who = next(one.id for one in found if one.email == self.email)
            actor = factories.actor(self.organization_id)
            return services.sign_ins.enable_codes(actor, who, totp_secret, pyotp.TOTP(totp_secret).at(at), at=at)

    def group(self, name: str = "Pilots", *members: UUID) -> UUID:
        with self.app.app_context():
            actor = factories.actor(self.organization_id)
            group_id = services.groups.create(actor, {"display_name": name}, at=NOW).id
            if members:
                services.groups.add_members(actor, group_id, Members(members), at=NOW)
            return group_id

    def members(self, group_id: UUID) -> list[str]:
        with self.app.app_context():
            return [row.display_name for row in services.groups.members(self.organization_id, group_id)]

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
