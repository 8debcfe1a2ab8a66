"""What a provider can do with groups. `views` makes routes of it, `bulk` operations."""

from typing import Any

from roster.blueprints.bearer import access, now
from roster.blueprints.scim.access import actor, id_in, provider
from roster.blueprints.scim.answers import Resource
from roster.blueprints.scim.lists import Page, Question
from roster.blueprints.scim.shapes import Tags, of_group, of_groups
from roster.errors import GROUP_NOT_FOUND
from roster.scim import document
from roster.scim.attributes import GROUP
from roster.scim.patch import operations
from roster.scim.projection import Projection
from roster.services.provisioning import groups

TYPE, RELATED = GROUP, "members"


def search(question: Question) -> Page:
    """Return a page of groups."""
    found = groups.search(access().organization_id, question.query(GROUP, RELATED))
    return question.page(found, of_groups(found.rows, question.show(GROUP)))


def get(group_id: str, show: Projection) -> Resource:
    """Return one group."""
    which = id_in(group_id, GROUP_NOT_FOUND)
    return of_group(groups.get(access().organization_id, which, members=show.wants(RELATED)), show)


def create(body: Any, show: Projection) -> Resource:
    """Create a group, with its members."""
    given, members = document.read(GROUP, body, strict=provider().strict), show.wants(RELATED)
    return of_group(groups.create(actor(), provider(), given, at=now(), members=members), show)


def replace(group_id: str, body: Any, show: Projection, expected: Tags) -> Resource:
    """Make a group what the body says."""
    which, members = id_in(group_id, GROUP_NOT_FOUND), show.wants(RELATED)
    given = document.read(GROUP, body, strict=provider().strict)
    return of_group(
        groups.replace(actor(), provider(), which, given, at=now(), expected_version=expected, members=members), show
    )


def patch(group_id: str, body: Any, show: Projection, expected: Tags) -> Resource:
    """Do to a group what the body says, all of it or nothing."""
    which, members = id_in(group_id, GROUP_NOT_FOUND), show.wants(RELATED)
    given = operations(body, GROUP, strict=provider().strict)
    return of_group(
        groups.patch(actor(), provider(), which, given, at=now(), expected_version=expected, members=members), show
    )


def remove(group_id: str, expected: Tags) -> None:
    """Delete a group."""
    groups.remove(actor(), id_in(group_id, GROUP_NOT_FOUND), at=now(), expected_version=expected)
