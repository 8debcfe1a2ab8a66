"""One use case of each public service function, in a small world, for whoever wants to disturb it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
import pyotp
from sqlalchemy import text
from uuid_utils.compat import uuid7

from roster import services
from roster.database import core_of, registry, transaction
from roster.models import Actor, Administrator
from roster.schemas.files.user_csv import Record
from roster.services.events import Search
from roster.services.groups import Members
from roster.services.idempotency import Answer, Key
from roster.services.imports import Line
from roster.services.operations.bulk import Scope
from roster.services.provisioning.query import Query
from roster.services.provisioning.requests import Entry
from tests import factories
from tests.factories import NOW
from tests.services.provisioning import Idp, op, values

Call = Callable[[], Any]

EMAIL, PASSWORD = "owner@example.test", "correct horse battery"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LATER, MUCH_LATER = NOW + timedelta(minutes=5), NOW + timedelta(days=40)


class World:
    """What there is before each use case: an organization, two people and two groups, one of each deleted.

    What else a scenario needs is made when it is asked for the first time.
    """

    twin: UUID
    operation: UUID

    job: Any

    def __init__(self) -> None:
        self.organization = factories.organization("acme")
        self.id = self.organization.id
        self.actor = factories.actor(self.id)
        emails = [{"value": "ada@example.test", "primary": True}]
        self.user = factories.user(self.id, "ada", given_name="Ada", emails=emails)
        self.deleted = factories.user(self.id, "bob")
        self.group, self.deleted_group = self.new_group("staff"), self.new_group("gone")
        services.users.remove(self.actor, self.deleted.id, at=NOW)
        services.groups.remove(self.actor, self.deleted_group.id, at=NOW)

    def new_group(self, name: str) -> Any:
        return services.groups.create(self.actor, {"display_name": name}, at=NOW)

    def put(self, *groups: UUID) -> "World":
        services.groups.add_members(self.actor, self.group.id, Members([self.user.id], groups), at=NOW)
        return self

    def closed(self) -> "World":
        services.organizations.remove(self.actor, at=NOW)
        return self

    def suspended(self) -> "World":
        services.users.suspend(self.actor, self.user.id, at=NOW)
        services.organizations.suspend(self.actor, at=NOW)
        return self

    def coded(self) -> "World":
        services.sign_ins.enable_codes(self.actor, self.owner.id, TOTP, pyotp.TOTP(TOTP).at(NOW), at=NOW)
        return self

    @cached_property
    def token(self) -> str:
        return factories.token(self.id)

    @cached_property
    def key(self) -> Key:
        return Key(self.id, services.tokens.authenticate(self.token, at=NOW).token_id, "key-1")

    @cached_property
    def owner(self) -> Administrator:
        return services.administrators.create(EMAIL, PASSWORD, "owner", at=NOW)

    @cached_property
    def okta(self) -> UUID:
        return services.provisioning.providers.create(self.actor, name="Okta", dialect="okta", at=NOW).id

    @cached_property
    def idp(self) -> Idp:
        """The identity provider, and whom it has: a user, a suspended one, and a group."""
        idp = Idp(self.id)
        self.hers = idp.user("grace", externalId="1", emails=[{"value": "grace@example.test"}]).id
        self.his = idp.user("alan", externalId="2", active=False).id
        self.theirs = idp.group("navy", self.hers).id
        return idp

    @cached_property
    def logged(self) -> UUID:
        """A request of the identity provider."""
        REQUESTS.record(self.id, [entry(self)])
        return REQUESTS.search(self.id, self.okta, REQUESTS.Search())[0].id

    def linked(self) -> "World":
        services.provisioning.links.link_user(self.actor, self.user.id, self.okta, "00u1", at=NOW)
        return self

    @cached_property
    def second(self) -> Administrator:
        assert self.owner
        return services.administrators.create("second@example.test", PASSWORD, "owner", at=NOW)

    @cached_property
    def session(self) -> str:
        assert self.owner
        return services.sign_ins.sign_in(EMAIL, PASSWORD, at=NOW)

    @cached_property
    def invitation(self) -> str:
        return services.administrators.invite(self.actor, "new@example.test", "admin", at=NOW)


def of(prepare: Callable[[World], Any], use: Callable[[World], Any]) -> Callable[[World], Call]:
    """Return a scenario that prepares something, undisturbed, before its use case."""

    def scenario(world: World) -> Call:
        prepare(world)
        return lambda: use(world)

    return scenario


def simple(use: Callable[[World], Any]) -> Callable[[World], Call]:
    return of(lambda _: None, use)


def prefix(world: World) -> str:
    return world.token.split("_")[2][:8]


def entry(world: World) -> Entry:
    return Entry(world.okta, NOW, "POST", "/scim/v2/Users", 409, "Taken.", 7, "r", {"userName": "ada"}, None)


def from_elsewhere(organization_id: UUID, by: int = 10**9) -> None:
    """Make as if the organization's events had been written by a server that had counted so much further."""
    with transaction(registry()) as session:
        core_of(session).execute(
            text("UPDATE event SET tx = (tx::text::bigint + :by)::text::xid8 WHERE organization_id = :organization_id"),
            {"by": by, "organization_id": organization_id},
        )


def _import(world: World) -> Any:
    lines = [
        Line(2, {"user_name": "ada", "email": "ada@elsewhere.test", "title": "Countess"}),
        Line(3, {"user_name": "carol", "email": "carol@example.test"}),
        Line(4, {"user_name": "dave"}),
    ]
    return services.imports.users(world.actor, lines, on_error="skip", at=LATER)


def _file() -> list[Record]:
    """A good line, one that says so again, and a bad one."""
    carol = {"user_name": "carol", "email": "carol@example.test"}
    ada = {"user_name": "ada", "email": "ada@elsewhere.test", "title": "Countess"}
    bad = Record(4, "eve", None, "email: Not an e-mail address.", ["eve"])
    return [Record(2, "ada", ada), Record(3, "carol", carol), bad, Record(5, "carol", carol)]


def _staged(world: World, state: Any = "queued", **options: Any) -> Any:
    given = IMPORTS.Options(**{"on_error": "skip"} | options)
    world.job = IMPORTS.stage(world.actor, _file, given, state=state, at=NOW)
    return world.job


def _step(world: World) -> Any:
    return IMPORTS.step(world.id, world.job.id, 1, clock=lambda: LATER)


def _once(world: World) -> Answer:
    """A use case that calls two others, which join it."""

    def work() -> Answer:
        user = services.users.create(world.actor, {"user_name": "eve"}, at=LATER)
        services.groups.add_members(world.actor, world.group.id, Members([user.id]), at=LATER)
        return Answer(201, {"ETag": '"1"'}, b"eve")

    return services.idempotency.once(world.key, b"f" * 32, work, at=LATER)


def _sign_in(world: World) -> str:
    code = pyotp.TOTP(TOTP).at(MUCH_LATER)
    return services.sign_ins.sign_in(EMAIL, PASSWORD, code=code, at=MUCH_LATER)


def _purge_organization(world: World) -> bool:
    return services.purge.organization(world.id, at=MUCH_LATER)


IMPORTS, JOBS = services.imports, services.jobs
ADMINISTRATORS, SIGN_INS, GROUPS = services.administrators, services.sign_ins, services.groups
ORGANIZATIONS, TOKENS, USERS = services.organizations, services.tokens, services.users
PROVIDERS, REQUESTS = services.provisioning.providers, services.provisioning.requests
HEALTH, LINKS = services.provisioning.health, services.provisioning.links
BULK, UNDO, LOG = services.operations.bulk, services.operations.undo, services.operations.log
MANY = services.operations.groups
MERGING, OFFBOARDING = services.operations.merging, services.operations.offboarding


def _named(row: Any) -> str:
    """The user name in a document; its id is another each time."""
    return str(orjson.loads(row.json)["user_name"])


def _operator(world: World) -> Actor:
    return replace(world.actor, operation_id=uuid7())


def _suspend(world: World) -> Any:
    """Suspend everybody but one who is there no more, and one who never was."""
    world.put()
    ids = (world.user.id, world.deleted.id, uuid7())
    return BULK.run(_operator(world), "suspend", Scope(ids), at=LATER, reason="Strike")


def _operated(world: World) -> None:
    world.operation = _suspend(world).id


def _twins(world: World) -> None:
    world.put()
    twin = factories.user(world.id, "ada2", title="Dr", email="ada2@example.test", attributes={"badge": 7})
    other = world.new_group("pilots")
    services.groups.add_members(world.actor, other.id, Members([twin.id]), at=NOW)
    world.twin = twin.id


def _merged(world: World) -> None:
    _twins(world)
    world.operation = MERGING.merge(_operator(world), world.user.id, world.twin, {"emails": "both"}, at=LATER).id


SCENARIOS: dict[str, Callable[[World], Call]] = {
    "imports.stage": simple(lambda w: _staged(w, "running").report),
    "imports.map_columns": of(
        lambda w: _staged(w, "staged"),
        lambda w: (
            IMPORTS.map_columns(
                w.actor,
                w.job.id,
                lambda number, _: Record(number, f"u{number}", {"user_name": f"u{number % 2}"}),
                IMPORTS.Options("skip"),
                at=LATER,
            ).report
        ),
    ),
    "imports.start": of(lambda w: _staged(w, "staged"), lambda w: IMPORTS.start(w.actor, w.job.id).state),
    "imports.preview": of(_staged, lambda w: IMPORTS.preview(w.id, w.job.id)),
    "imports.step": of(lambda w: _staged(w, "running"), lambda w: _step(w).report),
    "jobs.get": of(_staged, lambda w: JOBS.get(w.id, w.job.id)),
    "jobs.recent": of(_staged, lambda w: JOBS.recent(w.id)),
    "jobs.cancel": of(_staged, lambda w: JOBS.cancel(w.actor, w.job.id, at=LATER)),
    "jobs.waiting": of(_staged, lambda _: JOBS.waiting(at=LATER)),
    "jobs.claim": of(_staged, lambda w: JOBS.claim(w.id, at=LATER)),
    "jobs.release": of(lambda w: _staged(w, "running"), lambda w: JOBS.release(w.id, w.job.id, 1)),
    "jobs.fail": of(lambda w: _staged(w, "running"), lambda w: JOBS.fail(w.id, w.job.id, 1, at=LATER)),
    "jobs.purge": of(lambda w: JOBS.cancel(w.actor, _staged(w).id, at=NOW), lambda w: JOBS.purge(w.id, at=MUCH_LATER)),
    "preferences.get": of(lambda w: w.owner, lambda w: services.preferences.get(w.owner.id)),
    "preferences.prefer": of(lambda w: w.owner, lambda w: services.preferences.prefer(w.owner.id, language="de")),
    "administrators.accept": of(
        lambda w: w.invitation, lambda w: ADMINISTRATORS.accept(w.invitation, PASSWORD, at=LATER)
    ),
    "administrators.any_exist": of(lambda w: w.owner, lambda _: ADMINISTRATORS.any_exist()),
    "administrators.change_role": of(
        lambda w: w.second, lambda w: ADMINISTRATORS.change_role(w.actor, w.second.id, "auditor", at=LATER)
    ),
    "administrators.create": simple(lambda _: ADMINISTRATORS.create("a@b.test", PASSWORD, "owner", at=NOW)),
    "administrators.disable": of(
        lambda w: (w.second, w.session), lambda w: ADMINISTRATORS.disable(w.actor, w.owner.id, at=LATER)
    ),
    "administrators.enable": of(
        lambda w: ADMINISTRATORS.disable(w.actor, w.second.id, at=NOW),
        lambda w: ADMINISTRATORS.enable(w.actor, w.second.id, at=LATER),
    ),
    "administrators.get": of(lambda w: w.owner, lambda w: ADMINISTRATORS.get(w.owner.id)),
    "administrators.history": of(lambda w: w.owner, lambda _: ADMINISTRATORS.history()),
    "administrators.invitation": of(
        lambda w: w.invitation, lambda w: ADMINISTRATORS.invitation(w.invitation, at=LATER)
    ),
    "administrators.invitations": of(lambda w: w.invitation, lambda _: ADMINISTRATORS.invitations(at=LATER)),
    "administrators.invite": simple(
        lambda w: ADMINISTRATORS.invite(w.actor, "new@example.test", "admin", at=NOW, organization_id=w.id)
    ),
    "administrators.search": of(lambda w: w.second, lambda _: ADMINISTRATORS.search()),
    "administrators.set_up": simple(lambda _: ADMINISTRATORS.set_up(EMAIL, PASSWORD, at=NOW)),
    "administrators.withdraw": of(
        lambda w: w.invitation,
        lambda w: ADMINISTRATORS.withdraw(w.actor, ADMINISTRATORS.invitations(at=NOW)[0].id, at=LATER),
    ),
    "events.adopt": of(lambda w: from_elsewhere(w.id), lambda w: services.events.adopt(w.id)),
    "events.are_ahead": of(lambda w: from_elsewhere(w.id), lambda w: services.events.are_ahead(w.id)),
    "events.count_on": simple(lambda w: services.events.count_on(w.id)),
    "events.feed": simple(lambda w: services.events.feed(w.id)),
    "events.of_subject": simple(lambda w: services.events.of_subject(w.id, w.user.id)),
    "events.search": simple(lambda w: services.events.search(w.id, Search(subject="ada", action="user."))),
    "groups.add_members": of(
        lambda w: setattr(w, "inner", w.new_group("inner").id),
        lambda w: GROUPS.add_members(w.actor, w.group.id, Members([w.user.id], [w.inner]), at=LATER),
    ),
    "groups.change": simple(lambda w: GROUPS.change(w.actor, w.group.id, {"display_name": "Staff!"}, at=LATER)),
    "groups.count": simple(lambda w: GROUPS.count(w.id)),
    "groups.create": simple(lambda w: GROUPS.create(w.actor, {"display_name": "new"}, at=LATER)),
    "groups.get": simple(lambda w: GROUPS.get(w.id, w.group.id)),
    "groups.get_with_deleted": simple(lambda w: GROUPS.get_with_deleted(w.id, w.deleted_group.id)),
    "groups.named": simple(lambda w: GROUPS.named(w.id, "staff", ["ada"])),
    "groups.member_count": of(World.put, lambda w: GROUPS.member_count(w.id, w.group.id)),
    "groups.members": of(World.put, lambda w: GROUPS.members(w.id, w.group.id)),
    "groups.of_group": of(
        lambda w: w.put(setattr(w, "inner", w.new_group("inner").id) or w.inner),
        lambda w: GROUPS.of_group(w.id, w.inner),
    ),
    "groups.of_user": of(World.put, lambda w: GROUPS.of_user(w.id, w.user.id)),
    "groups.remove": of(World.put, lambda w: GROUPS.remove(w.actor, w.group.id, at=LATER)),
    "groups.remove_members": of(
        World.put, lambda w: GROUPS.remove_members(w.actor, w.group.id, Members([w.user.id]), at=LATER)
    ),
    "groups.restore": simple(
        lambda w: GROUPS.restore(w.actor, w.deleted_group.id, at=LATER, display_name="back again")
    ),
    "groups.search": simple(lambda w: GROUPS.search(w.id, q="s")),
    "health.schema": simple(lambda _: services.health.schema()),
    "health.server": simple(lambda _: services.health.server()),
    "idempotency.forget": of(_once, lambda w: services.idempotency.forget(w.id, at=MUCH_LATER)),
    "idempotency.once": of(lambda w: w.key, _once),
    "imports.users": simple(_import),
    "operations.bulk.chosen": simple(lambda w: BULK.chosen(w.id, Scope((w.user.id,)))),
    "operations.bulk.preview": simple(lambda w: BULK.preview(w.id, "delete", Scope(search={"q": "ada"}))),
    "operations.bulk.run": simple(_suspend),
    "operations.groups.preview": simple(lambda w: MANY.preview(w.id, "groups.delete", Scope((w.group.id,)))),
    "operations.groups.run": of(
        World.put,
        lambda w: MANY.run(_operator(w), "groups.delete", Scope((w.group.id, w.deleted_group.id)), at=LATER),
    ),
    "operations.log.events": of(_operated, lambda w: LOG.events(w.id, w.operation)),
    "operations.log.get": of(_operated, lambda w: LOG.get(w.id, w.operation)),
    "operations.log.left_out": of(_operated, lambda w: LOG.left_out(w.id, w.operation)),
    "operations.log.search": of(_operated, lambda w: LOG.search(w.id)),
    "operations.merging.merge": of(
        _twins, lambda w: MERGING.merge(_operator(w), w.user.id, w.twin, {"title": "theirs"}, at=LATER)
    ),
    "operations.offboarding.offboard": of(
        World.put, lambda w: OFFBOARDING.offboard(_operator(w), w.user.id, at=LATER, reason="Left")
    ),
    "operations.undo.undo": of(_merged, lambda w: UNDO.undo(_operator(w), w.operation, at=MUCH_LATER)),
    "overview.of": simple(lambda w: services.overview.of(w.id, at=LATER)),
    "organizations.activate": of(World.suspended, lambda w: ORGANIZATIONS.activate(w.actor, at=LATER)),
    "organizations.around": simple(lambda _: ORGANIZATIONS.around("acme")),
    "organizations.change": simple(lambda w: ORGANIZATIONS.change(w.actor, {"slug": "new", "name": "New"}, at=LATER)),
    "organizations.count": simple(lambda _: ORGANIZATIONS.count(q="acme")),
    "organizations.create": simple(lambda _: ORGANIZATIONS.create("other", "Other", at=NOW)),
    "organizations.get": simple(lambda w: ORGANIZATIONS.get(w.id)),
    "organizations.get_by_slug": simple(lambda _: ORGANIZATIONS.get_by_slug("acme")),
    "organizations.get_deleted_by_slug": of(World.closed, lambda _: ORGANIZATIONS.get_deleted_by_slug("acme")),
    "organizations.remove": simple(lambda w: ORGANIZATIONS.remove(w.actor, at=LATER)),
    "organizations.restore": of(World.closed, lambda w: ORGANIZATIONS.restore(w.actor, at=LATER, slug="again")),
    "organizations.search": simple(lambda _: ORGANIZATIONS.search()),
    "organizations.search_deleted": of(World.closed, lambda _: ORGANIZATIONS.search_deleted()),
    "organizations.search_page": simple(lambda _: ORGANIZATIONS.search_page(q="acme")),
    "organizations.suspend": simple(lambda w: ORGANIZATIONS.suspend(w.actor, at=LATER)),
    "provisioning.health.activity": of(lambda w: w.logged, lambda w: HEALTH.activity(w.id, w.okta, at=LATER)),
    "provisioning.health.of_all": of(lambda w: w.logged, lambda w: HEALTH.of_all(w.id, at=LATER)),
    "provisioning.health.of_one": of(lambda w: w.logged, lambda w: HEALTH.of_one(w.id, w.okta, at=LATER)),
    "provisioning.links.link_user": of(
        lambda w: w.okta, lambda w: LINKS.link_user(w.actor, w.user.id, w.okta, "00u1", at=LATER)
    ),
    "provisioning.links.unlink_user": of(World.linked, lambda w: LINKS.unlink_user(w.actor, w.user.id, at=LATER)),
    "provisioning.providers.change": of(
        lambda w: w.okta, lambda w: PROVIDERS.change(w.actor, w.okta, {"name": "Okta EU", "strict": True}, at=LATER)
    ),
    "provisioning.providers.create": simple(
        lambda w: PROVIDERS.create(w.actor, name="Entra", dialect="entra", at=LATER)
    ),
    "provisioning.providers.get": of(lambda w: w.okta, lambda w: PROVIDERS.get(w.id, w.okta)),
    "provisioning.providers.search": of(lambda w: w.okta, lambda w: PROVIDERS.search(w.id)),
    "provisioning.providers.tokens": of(lambda w: w.okta, lambda w: PROVIDERS.tokens(w.id, w.okta)),
    "provisioning.requests.find": of(lambda w: w.logged, lambda w: REQUESTS.find(w.id, w.okta, w.logged)),
    "provisioning.requests.purge": of(lambda w: w.logged, lambda w: REQUESTS.purge(w.id, at=MUCH_LATER)),
    "provisioning.requests.record": of(lambda w: w.okta, lambda w: REQUESTS.record(w.id, [entry(w)])),
    "provisioning.requests.search": of(
        lambda w: w.logged, lambda w: REQUESTS.search(w.id, w.okta, REQUESTS.Search(failed=True, q="ada"))
    ),
    "provisioning.groups.create": of(lambda w: w.idp, lambda w: w.idp.group("new", w.hers, w.theirs)),
    "provisioning.groups.get": of(lambda w: w.idp, lambda w: services.provisioning.groups.get(w.id, w.theirs)),
    "provisioning.groups.patch": of(
        lambda w: (w.idp, w.group.id),
        lambda w: w.idp.patch_group(
            w.theirs,
            op("add", "members", values(w.his, w.group.id)),
            op("remove", 'members[display eq "grace"]'),
            op("replace", "displayName", "Navy!"),
        ),
    ),
    "provisioning.groups.remove": of(
        lambda w: w.idp, lambda w: services.provisioning.groups.remove(w.idp.actor, w.theirs, at=LATER)
    ),
    "provisioning.groups.replace": of(lambda w: w.idp, lambda w: w.idp.put_group(w.theirs, "Navy!", w.his)),
    "provisioning.groups.search": of(
        lambda w: w.idp, lambda w: services.provisioning.groups.search(w.id, Query(limit=1))
    ),
    "provisioning.users.create": of(lambda w: w.idp, lambda w: w.idp.user("alan", externalId="2", title="Dr")),
    "provisioning.users.get": of(lambda w: w.idp, lambda w: services.provisioning.users.get(w.id, w.hers)),
    "provisioning.users.patch": of(
        lambda w: w.idp,
        lambda w: w.idp.patch_user(w.hers, op("replace", "active", False), op("add", "nickName", "Amazing")),
    ),
    "provisioning.users.remove": of(lambda w: w.idp, lambda w: w.idp.delete_user(w.hers)),
    "provisioning.users.replace": of(
        lambda w: w.idp, lambda w: w.idp.put_user(w.hers, "grace", emails=[{"value": "hopper@example.test"}])
    ),
    "provisioning.users.search": of(
        lambda w: w.idp, lambda w: services.provisioning.users.search(w.id, Query(limit=1))
    ),
    "purge.batch": of(World.put, lambda w: services.purge.batch(w.actor, at=MUCH_LATER)),
    "purge.due_organizations": of(World.closed, lambda _: services.purge.due_organizations(at=MUCH_LATER)),
    "purge.organization": of(lambda w: (w.key, w.put().closed()), _purge_organization),
    "sign_ins.change_password": of(
        lambda w: w.session,
        lambda w: SIGN_INS.change_password(w.actor, w.owner.id, "another horse", w.session, at=LATER),
    ),
    "sign_ins.confirm": of(lambda w: w.session, lambda w: SIGN_INS.confirm(w.owner.id, w.session, PASSWORD, at=LATER)),
    "sign_ins.disable_codes": of(World.coded, lambda w: SIGN_INS.disable_codes(w.actor, w.owner.id, at=LATER)),
    "sign_ins.enable_codes": of(
        lambda w: w.owner,
        lambda w: SIGN_INS.enable_codes(w.actor, w.owner.id, TOTP, pyotp.TOTP(TOTP).at(LATER), at=LATER),
    ),
    "sign_ins.end": of(
        lambda w: w.session, lambda w: SIGN_INS.end(w.owner.id, SIGN_INS.search(w.owner.id, at=NOW)[0].id)
    ),
    "sign_ins.end_others": of(lambda w: w.session, lambda w: SIGN_INS.end_others(w.owner.id, "another")),
    "sign_ins.find": of(lambda w: w.session, lambda w: SIGN_INS.find(w.session, at=NOW)),
    "sign_ins.search": of(lambda w: w.session, lambda w: SIGN_INS.search(w.owner.id, at=NOW)),
    "sign_ins.sign_in": of(World.coded, _sign_in),
    "sign_ins.sign_out": of(lambda w: w.session, lambda w: SIGN_INS.sign_out(w.session)),
    "tokens.authenticate": of(lambda w: w.token, lambda w: TOKENS.authenticate(w.token, at=NOW)),
    "tokens.issue": simple(
        lambda w: TOKENS.issue(w.actor, kind="scim", scopes=(), name="okta", at=NOW, provider="Okta")
    ),
    "tokens.revoke": of(lambda w: w.token, lambda w: TOKENS.revoke(w.actor, prefix(w), at=NOW)),
    "tokens.rotate": of(
        lambda w: w.token, lambda w: TOKENS.rotate(w.actor, prefix(w), at=LATER, overlap=timedelta(hours=1))
    ),
    "tokens.search": of(lambda w: w.token, lambda w: TOKENS.search(w.id)),
    "tokens.touch": of(lambda w: w.key, lambda w: TOKENS.touch(w.id, w.key.token_id, at=LATER)),
    "users.activate": of(World.suspended, lambda w: USERS.activate(w.actor, w.user.id, at=LATER)),
    "users.change": simple(
        lambda w: USERS.change(
            w.actor, w.user.id, {"title": "Countess", "emails": [{"value": "new@example.test"}]}, at=LATER
        )
    ),
    "users.count": simple(lambda w: USERS.count(w.id)),
    "users.ids": simple(lambda w: len(USERS.ids(w.id, q="a", filter="active eq true"))),
    "users.create": simple(
        lambda w: USERS.create(w.actor, {"user_name": "eve", "emails": [{"value": "eve@example.test"}]}, at=LATER)
    ),
    "users.departments": simple(lambda w: USERS.departments(w.id)),
    "users.document": simple(lambda w: _named(USERS.document(w.id, w.user.id))),
    "users.documents": simple(lambda w: [_named(row) for row in USERS.documents(w.id, q="a").rows]),
    "users.get": simple(lambda w: USERS.get(w.id, w.user.id)),
    "users.get_with_deleted": simple(lambda w: USERS.get_with_deleted(w.id, w.deleted.id)),
    "users.history": simple(lambda w: USERS.history(w.id, w.user.id)),
    "users.remove": simple(lambda w: USERS.remove(w.actor, w.user.id, at=LATER)),
    "users.restore": simple(lambda w: USERS.restore(w.actor, w.deleted.id, at=LATER, user_name="robert")),
    "users.search": simple(lambda w: USERS.search(w.id, q="a")),
    "users.suspend": simple(lambda w: USERS.suspend(w.actor, w.user.id, at=LATER)),
}
