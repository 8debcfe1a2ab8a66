"""What every route of the API demands, and a world in which each can be asked for."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from roster import services
from roster.schemas.files.user_csv import Record
from roster.services.groups import Members
from roster.services.imports import Options
from tests import factories
from tests.factories import NOW

PUBLIC = ""
PEOPLE = [Record(2, "carol", {"user_name": "carol"}), Record(3, "eve", None, "email: Not an e-mail address.", ["eve"])]
"""Of a file that waits to be imported."""


@dataclass(frozen=True)
class Rule:
    """What a route demands, and a request that it takes."""

    scope: str
    body: Any = None
    status: int = 200


V1 = "/api/v1"
USER, GROUP, JOB = f"{V1}/users/<uuid:user_id>", f"{V1}/groups/<uuid:group_id>", f"{V1}/jobs/<uuid:job_id>"
ORGANIZATION, TOKEN = f"{V1}/organizations/<uuid:organization_id>", f"{V1}/tokens/<string(length=8):prefix>"
RULES = {
    ("GET", f"{V1}/openapi.json"): Rule(PUBLIC),
    ("GET", f"{V1}/users"): Rule("users:read"),
    ("POST", f"{V1}/users"): Rule("users:write", {"user_name": "eve"}, 201),
    ("POST", f"{V1}/users/import"): Rule("users:write", "user_name\neve\n"),
    ("GET", f"{V1}/users/export"): Rule("users:read"),
    ("GET", f"{V1}/jobs"): Rule("users:read"),
    ("GET", JOB): Rule("users:read"),
    ("GET", f"{JOB}/refused"): Rule("users:read"),
    ("POST", f"{JOB}/cancel"): Rule("users:write"),
    ("GET", USER): Rule("users:read"),
    ("PATCH", USER): Rule("users:write", {"title": "Dr"}),
    ("DELETE", USER): Rule("users:write", status=204),
    ("POST", f"{USER}/restore"): Rule("users:write"),
    ("POST", f"{USER}/suspend"): Rule("users:write"),
    ("POST", f"{USER}/activate"): Rule("users:write"),
    ("GET", f"{USER}/groups"): Rule("groups:read"),
    ("GET", f"{USER}/events"): Rule("events:read"),
    ("GET", f"{V1}/groups"): Rule("groups:read"),
    ("POST", f"{V1}/groups"): Rule("groups:write", {"display_name": "new"}, 201),
    ("GET", GROUP): Rule("groups:read"),
    ("PATCH", GROUP): Rule("groups:write", {"description": "What it is"}),
    ("DELETE", GROUP): Rule("groups:write", status=204),
    ("POST", f"{GROUP}/restore"): Rule("groups:write"),
    ("GET", f"{GROUP}/groups"): Rule("groups:read"),
    ("GET", f"{GROUP}/events"): Rule("events:read"),
    ("GET", f"{GROUP}/members"): Rule("groups:read"),
    ("POST", f"{GROUP}/members"): Rule("groups:write", {"users": ["$other"]}),
    ("POST", f"{GROUP}/members/remove"): Rule("groups:write", {"users": ["$user_id"]}),
    ("DELETE", f"{GROUP}/members/<uuid:member_id>"): Rule("groups:write", status=204),
    ("GET", f"{V1}/organizations"): Rule("organizations:read"),
    ("POST", f"{V1}/organizations"): Rule("organizations:write", {"slug": "new", "name": "New"}, 201),
    ("GET", ORGANIZATION): Rule("organizations:read"),
    ("PATCH", ORGANIZATION): Rule("organizations:write", {"name": "New"}),
    ("DELETE", ORGANIZATION): Rule("organizations:write", status=204),
    ("POST", f"{ORGANIZATION}/suspend"): Rule("organizations:write"),
    ("GET", f"{V1}/events"): Rule("events:read"),
    ("GET", f"{V1}/tokens"): Rule("tokens:read"),
    ("POST", f"{V1}/tokens"): Rule("tokens:write", {"name": "new", "scopes": ["tokens:write"]}, 201),
    ("POST", f"{TOKEN}/rotate"): Rule("tokens:write", {}, 201),
    ("DELETE", TOKEN): Rule("tokens:write", status=204),
}


def sent(body: Any) -> dict[str, Any]:
    """Return how a test client sends this: text is a file."""
    if body is None:
        return {}
    return {"data": body, "content_type": "text/csv"} if isinstance(body, str) else {"json": body}


@dataclass
class World:
    """An organization with something of everything, and the ids that stand in its routes."""

    organization_id: UUID
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, slug: str) -> "World":
        world = cls(factories.organization(slug).id)
        actor = factories.actor(world.organization_id)
        ada, bob = (factories.user(world.organization_id, name).id for name in ("ada", "bob"))
        group = services.groups.create(actor, {"display_name": "staff"}, at=NOW).id
        services.groups.add_members(actor, group, Members([ada]), at=NOW)
        prefix = factories.token(world.organization_id, "tokens:write").split("_")[2][:8]
        job = services.imports.stage(actor, lambda: PEOPLE, Options("skip"), state="queued", at=NOW).id
        ids = {"job_id": job, "user_id": ada, "other": bob, "member_id": ada, "group_id": group, "prefix": prefix}
        world.ids = {name: str(value) for name, value in ids.items()} | {"organization_id": str(world.organization_id)}
        return world

    def url(self, rule: str) -> str:
        """Return the route's address, with ids of this world."""
        for name, value in self.ids.items():
            rule = rule.replace(f"<uuid:{name}>", value).replace(f"<string(length=8):{name}>", value)
        return rule

    def body(self, method: str, rule: str) -> Any:
        """Return what the route takes, with ids of this world."""
        return self._filled(RULES[method, rule].body)

    def delete_what_is_restored(self, rule: str) -> None:
        actor = factories.actor(self.organization_id)
        if rule == f"{USER}/restore":
            services.users.remove(actor, UUID(self.ids["user_id"]), at=NOW)
        if rule == f"{GROUP}/restore":
            services.groups.remove(actor, UUID(self.ids["group_id"]), at=NOW)

    def _filled(self, body: Any) -> Any:
        if isinstance(body, str):
            return self.ids[body[1:]] if body.startswith("$") else body
        if isinstance(body, list):
            return [self._filled(one) for one in body]
        return {name: self._filled(one) for name, one in body.items()} if isinstance(body, dict) else body
