"""What an identity provider does, in short: bodies as they come over SCIM."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from roster import services
from roster.database import registry
from roster.models import Actor, Provider, User
from roster.scim import document, patch
from roster.scim.attributes import ENTERPRISE_URN, GROUP, GROUP_URN, PATCH_URN, USER, USER_URN
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(minutes=5)
Operations = list[dict[str, Any]]


class Idp:
    """An identity provider of an organization of its own, or of the one that is given."""

    def __init__(self, organization_id: UUID | None = None, name: str = "Okta", **switches: bool) -> None:
        self.organization_id = organization_id or factories.organization().id
        self.provider: Provider = factories.provider(self.organization_id, name, **switches)
        self.actor = Actor(self.organization_id, "provider", name, "scim", id=self.provider.id)

    def user(self, user_name: str = "ada", **attributes: Any) -> User:
        given = self._user(user_name, attributes)
        return self._kept(services.provisioning.users.create(self.actor, self.provider, given, at=NOW))

    def put_user(self, user_id: UUID, user_name: str = "ada", **attributes: Any) -> User:
        given = self._user(user_name, attributes)
        return self._kept(services.provisioning.users.replace(self.actor, self.provider, user_id, given, at=LATER))

    def patch_user(self, user_id: UUID, *operations: dict[str, Any], **options: Any) -> User:
        read = patch.operations(self._patch(operations), USER, strict=self.provider.strict)
        patched = services.provisioning.users.patch(self.actor, self.provider, user_id, read, at=LATER, **options)
        return self._kept(patched)

    def delete_user(self, user_id: UUID, **options: Any) -> None:
        services.provisioning.users.remove(self.actor, user_id, at=LATER, **options)

    def group(self, name: str = "staff", *members: UUID, **attributes: Any) -> Row[Any]:
        return services.provisioning.groups.create(
            self.actor, self.provider, self._group(name, members, attributes), at=NOW
        )

    def put_group(self, group_id: UUID, name: str, *members: UUID, **attributes: Any) -> Row[Any]:
        given = self._group(name, members, attributes)
        return services.provisioning.groups.replace(self.actor, self.provider, group_id, given, at=LATER)

    def patch_group(self, group_id: UUID, *operations: dict[str, Any], **options: Any) -> Row[Any]:
        read = patch.operations(self._patch(operations), GROUP, strict=self.provider.strict)
        return services.provisioning.groups.patch(self.actor, self.provider, group_id, read, at=LATER, **options)

    def told(self, subject_id: UUID) -> list[str]:
        """The actions of the events about somebody or something, the oldest first."""
        events = services.events.of_subject(self.organization_id, subject_id, limit=1000)
        return [event.action for event in reversed(events)]

    def last_change(self, subject_id: UUID) -> dict[str, Any]:
        changes: dict[str, Any] = services.events.of_subject(self.organization_id, subject_id)[0].changes
        return changes

    def _kept(self, row: Row[Any]) -> User:
        """What is kept of a user whom a provider is told of, as it is now and as it stays."""
        user = services.users.get_with_deleted(self.organization_id, UUID(row.id))
        registry().expunge(user)
        return user

    def _user(self, user_name: str, attributes: dict[str, Any]) -> dict[str, Any]:
        schemas = [USER_URN, *([ENTERPRISE_URN] if ENTERPRISE_URN in attributes else [])]
        body = {"schemas": schemas, "userName": user_name, **attributes}
        return document.read(USER, body, strict=self.provider.strict)

    def _group(self, name: str, members: tuple[UUID, ...], attributes: dict[str, Any]) -> dict[str, Any]:
        body = {"schemas": [GROUP_URN], "displayName": name, "members": values(*members), **attributes}
        return document.read(GROUP, body, strict=self.provider.strict)

    def _patch(self, operations: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        return {"schemas": [PATCH_URN], "Operations": list(operations)}


def values(*ids: UUID) -> list[dict[str, str]]:
    return [{"value": str(key)} for key in ids]


def op(kind: str, path: str | None = None, value: Any = None) -> dict[str, Any]:
    """One operation; without a value where that is None."""
    given = {"op": kind, "path": path, "value": value}
    return {name: part for name, part in given.items() if part is not None}


def members_of(group: Row[Any]) -> set[str]:
    return {member["value"] for member in group.members}
