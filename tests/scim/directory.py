"""Small random directories: as rows in PostgreSQL, and as the resources that SCIM would show of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from hypothesis import strategies as st
from sqlalchemy import Connection, Row, insert

from roster.models import Group, Membership, Nesting, Organization, User, UserEmail
from roster.models.user import default_display_name, derived
from roster.normal_form import name_key
from roster.scim.attributes import ENTERPRISE_URN, GROUP_URN, USER_URN
from roster.scim.document import HERE

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
USERS = [UUID(int=0x019B_0000_0000_7000_8000_0000_0000_0000 + number) for number in range(5)]
GROUPS = [UUID(int=0x019B_1111_0000_7000_8000_0000_0000_0000 + number) for number in range(4)]
WORDS = ["a", "A", "ab", "Ba", "a%", "a_b", "x\\y", "Ä", "ä", "STRASSE", "straße", 'q"q', "b a", "0"]

words = st.sampled_from(WORDS)
maybe = st.none() | words
moments = st.integers(0, 4).map(lambda hours: EPOCH + timedelta(hours=hours))
kinds = st.sampled_from([None, "work", "Work", "home"])
values_of = st.lists(
    st.fixed_dictionaries({"value": words, "type": kinds, "display": maybe, "primary": st.booleans()}), max_size=2
).map(lambda items: [item | {"primary": item["primary"] and index == 0} for index, item in enumerate(items)])
users = st.fixed_dictionaries(
    {
        "user_name": words,
        "chosen": maybe,
        "given_name": maybe,
        "family_name": maybe,
        "title": maybe,
        "department": maybe,
        "active": st.booleans(),
        "external_id": maybe,
        "emails": values_of,
        "phones": values_of,
        "nick_name": maybe,
        "formatted": maybe,
        "employee_number": maybe,
        "manager": st.none() | st.sampled_from([*USERS[:2], "boss"]),
        "created_at": moments,
        "updated_at": moments,
        "version": st.integers(1, 3),
        "deleted": st.sampled_from([False, False, False, True]),
    }
)
groups = st.fixed_dictionaries(
    {
        "display_name": words,
        "external_id": maybe,
        "created_at": moments,
        "updated_at": moments,
        "members_changed_at": st.none() | moments,
        "deleted": st.sampled_from([False, False, False, True]),
    }
)


@dataclass
class Directory:
    """One organization's users and groups; a group is only in groups that come before it, so there is no circle."""

    users: Mapping[UUID, dict[str, Any]]
    groups: Mapping[UUID, dict[str, Any]]
    memberships: Sequence[tuple[UUID, UUID]]
    nestings: Sequence[tuple[UUID, UUID]]
    organization_id: UUID = field(default_factory=uuid4)

    def live(self, key: UUID) -> bool:
        found = self.users.get(key) or self.groups.get(key)
        return found is not None and not found["deleted"]

    def write(self, connection: Connection) -> None:
        """Put it into the tables."""
        own = {"organization_id": self.organization_id}
        slug = self.organization_id.hex
        connection.execute(
            insert(Organization),
            {"id": own["organization_id"], "created_at": EPOCH, "updated_at": EPOCH}
            | dict.fromkeys(("slug", "name", "search_key"), slug),
        )
        emails = [row for key, user in self.users.items() for row in email_rows(key, user)]
        rows = {
            User: [user_row(key, user) | {"manager_id": self.manager_of(user)} for key, user in self.users.items()],
            UserEmail: emails,
            Group: [group_row(key, group) for key, group in self.groups.items()],
            Membership: [{"group_id": g, "user_id": u, "created_at": EPOCH} for g, u in self.memberships],
            Nesting: [{"parent_id": p, "child_id": c, "created_at": EPOCH} for p, c in self.nestings],
        }
        for model, values in rows.items():
            if values:
                connection.execute(insert(model), [own | row for row in values])

    def user_resources(self) -> dict[UUID, dict[str, Any]]:
        return {key: self.user_resource(key, user) for key, user in self.users.items() if self.live(key)}

    def group_resources(self) -> dict[UUID, dict[str, Any]]:
        return {key: self.group_resource(key, group) for key, group in self.groups.items() if self.live(key)}

    def user_resource(self, key: UUID, user: Mapping[str, Any]) -> dict[str, Any]:
        enterprise = given(
            department=user["department"],
            employeeNumber=user["employee_number"],
            manager=given(value=user["manager"] and str(user["manager"]), displayName=self.manager_name(user)),
        )
        return given(
            schemas=[USER_URN, *([ENTERPRISE_URN] if enterprise else [])],
            id=str(key),
            externalId=user["external_id"],
            userName=user["user_name"],
            name=given(givenName=user["given_name"], familyName=user["family_name"], formatted=user["formatted"]),
            displayName=user["chosen"],
            nickName=user["nick_name"],
            title=user["title"],
            active=user["active"],
            emails=user["emails"],
            phoneNumbers=user["phones"],
            groups=self.groups_of(key),
            meta=meta("User", user["created_at"], user["updated_at"], f'W/"{user["version"]}"'),
            **{ENTERPRISE_URN: enterprise},
        )

    def manager_of(self, user: Mapping[str, Any]) -> UUID | None:
        return user["manager"] if user["manager"] in self.users else None

    def manager_name(self, user: Mapping[str, Any]) -> str | None:
        key = self.manager_of(user)
        return shown_name(self.users[key]) if key and self.live(key) else None

    def groups_of(self, key: UUID) -> list[dict[str, Any]]:
        direct = {group for group, user in self.memberships if user == key and self.live(group)}
        found, size = set(direct), -1
        while len(found) != size:
            size = len(found)
            found |= {parent for parent, child in self.nestings if child in found and self.live(parent)}
        return [
            {
                "value": str(group),
                "display": self.groups[group]["display_name"],
                "type": "direct" if group in direct else "indirect",
            }
            for group in found
        ]

    def group_resource(self, key: UUID, group: Mapping[str, Any]) -> dict[str, Any]:
        changed = max(group["updated_at"], group["members_changed_at"] or group["updated_at"])
        return given(
            schemas=[GROUP_URN],
            id=str(key),
            externalId=group["external_id"],
            displayName=group["display_name"],
            members=self.members_of(key),
            meta=meta("Group", group["created_at"], changed, 'W/"1.1"'),
        )

    def members_of(self, key: UUID) -> list[dict[str, Any]]:
        users = [
            {"value": str(user), "display": shown_name(self.users[user]), "type": "User"}
            for group, user in self.memberships
            if group == key and self.live(user)
        ]
        inside = [
            {"value": str(child), "display": self.groups[child]["display_name"], "type": "Group"}
            for parent, child in self.nestings
            if parent == key and self.live(child)
        ]
        return sorted([*users, *inside], key=lambda member: str(member["value"]))


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    people = unique(draw(st.lists(users, max_size=len(USERS))), "user_name")
    sets = unique(draw(st.lists(groups, max_size=len(GROUPS))), "display_name")
    user_ids, group_ids = USERS[: len(people)], GROUPS[: len(sets)]
    pairs = [(group, user) for group in group_ids for user in user_ids]
    nested = [(parent, child) for parent in group_ids for child in group_ids if parent < child]
    return Directory(
        dict(zip(user_ids, people, strict=True)),
        dict(zip(group_ids, sets, strict=True)),
        [pair for pair in pairs if draw(st.booleans())],
        [pair for pair in nested if draw(st.booleans())],
    )


def unique(items: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Those whose name nobody before them has, in the form for comparing."""
    return list({name_key(item[name]): item for item in reversed(items)}.values())[::-1]


def shown_name(user: Mapping[str, Any]) -> str:
    return user["chosen"] or default_display_name(user["given_name"], user["family_name"], user["user_name"])


def user_row(key: UUID, user: Mapping[str, Any]) -> dict[str, Any]:
    same = ("user_name", "given_name", "family_name", "title", "department", "active", "external_id", "version")
    row = {name: user[name] for name in (*same, "created_at", "updated_at")} | {
        "id": key,
        "display_name": shown_name(user),
        "profile": profile(user),
        "attributes": {},
        "deleted_at": EPOCH if user["deleted"] else None,
    }
    return row | derived(row | {"organization_id": key}, user["emails"])


def profile(user: Mapping[str, Any]) -> dict[str, Any]:
    manager = given(value=user["manager"] and str(user["manager"]))
    return given(
        displayName=user["chosen"],
        nickName=user["nick_name"],
        name=given(formatted=user["formatted"]),
        phoneNumbers=[given(**phone) for phone in user["phones"]],
        **{ENTERPRISE_URN: given(employeeNumber=user["employee_number"], manager=manager)},
    )


def email_rows(key: UUID, user: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        email | {"user_id": key, "position": position, "value_key": name_key(email["value"])}
        for position, email in enumerate(user["emails"])
    ]


def group_row(key: UUID, group: Mapping[str, Any]) -> dict[str, Any]:
    row = {name: value for name, value in group.items() if name != "deleted"}
    return row | {
        "id": key,
        "display_name_key": name_key(group["display_name"]),
        **{"search_key": "", "words": ""},
        "version": 1,
        "deleted_at": EPOCH if group["deleted"] else None,
    }


def meta(kind: str, created: datetime, modified: datetime, version: str) -> dict[str, Any]:
    return {
        "resourceType": kind,
        "created": created.isoformat(),
        "lastModified": modified.isoformat(),
        "version": version,
    }


def told(row: Row[Any]) -> dict[str, Any]:
    """What the document of a row says, with `here` for the address of the door."""
    document: dict[str, Any] = orjson.loads(row.document.replace(HERE, "here"))
    return document


def given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [], {})}
