"""What a provider can do with users. `views` makes routes of it, `bulk` operations."""

from typing import Any

from roster.blueprints.bearer import access, now
from roster.blueprints.scim.access import actor, id_in, provider
from roster.blueprints.scim.answers import Resource
from roster.blueprints.scim.lists import Page, Question
from roster.blueprints.scim.shapes import Tags, of_user, of_users
from roster.errors import USER_NOT_FOUND
from roster.scim import document
from roster.scim.attributes import USER
from roster.scim.patch import operations
from roster.scim.projection import Projection
from roster.services.provisioning import users

TYPE, RELATED = USER, "groups"


def search(question: Question) -> Page:
    """Return a page of users."""
    found = users.search(access().organization_id, question.query(USER, RELATED))
    return question.page(found, of_users(found.rows, question.show(USER)))


def get(user_id: str, show: Projection) -> Resource:
    """Return one user."""
    who = id_in(user_id, USER_NOT_FOUND)
    return of_user(users.get(access().organization_id, who, groups=show.wants(RELATED)), show)


def create(body: Any, show: Projection) -> Resource:
    """Create a user, or hire one again."""
    given = document.read(USER, body, strict=provider().strict)
    return of_user(users.create(actor(), provider(), given, at=now()), show)


def replace(user_id: str, body: Any, show: Projection, expected: Tags) -> Resource:
    """Make a user what the body says."""
    who, given = id_in(user_id, USER_NOT_FOUND), document.read(USER, body, strict=provider().strict)
    return of_user(users.replace(actor(), provider(), who, given, at=now(), expected_version=expected), show)


def patch(user_id: str, body: Any, show: Projection, expected: Tags) -> Resource:
    """Do to a user what the body says, all of it or nothing."""
    who, given = id_in(user_id, USER_NOT_FOUND), operations(body, USER, strict=provider().strict)
    return of_user(users.patch(actor(), provider(), who, given, at=now(), expected_version=expected), show)


def remove(user_id: str, expected: Tags) -> None:
    """Delete a user."""
    users.remove(actor(), id_in(user_id, USER_NOT_FOUND), at=now(), expected_version=expected)
