"""One use case of each public service function, in a small world, for whoever wants to disturb it."""

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import pyotp

from roster import services
from roster.models import Administrator
from roster.services.events import Search
from roster.services.groups import Members
from roster.services.idempotency import Answer, Key
from roster.services.imports import Line
from tests import factories
from tests.factories import NOW

Call = Callable[[], Any]

EMAIL, PASSWORD = "owner@example.test", "correct horse battery"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LATER, MUCH_LATER = NOW + timedelta(minutes=5), NOW + timedelta(days=40)


class World:
    """What there is before each use case: an organization, two people and two groups, one of each deleted.

    What else a scenario needs is made when it is asked for the first time.
    """

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


def _import(world: World) -> Any:
    lines = [
        Line(2, {"user_name": "ada", "email": "ada@elsewhere.test", "title": "Countess"}),
        Line(3, {"user_name": "carol", "email": "carol@example.test"}),
        Line(4, {"user_name": "dave"}),
    ]
    return services.imports.users(world.actor, lines, on_error="skip", at=LATER)


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


ADMINISTRATORS, SIGN_INS, GROUPS = services.administrators, services.sign_ins, services.groups
ORGANIZATIONS, TOKENS, USERS = services.organizations, services.tokens, services.users

SCENARIOS: dict[str, Callable[[World], Call]] = {
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
    "events.feed": simple(lambda w: services.events.feed(w.id)),
    "events.of_subject": simple(lambda w: services.events.of_subject(w.id, w.user.id)),
    "events.search": simple(lambda w: services.events.search(w.id, Search(subject="ada", action="user."))),
    "exports.attribute_names": simple(lambda w: services.exports.attribute_names(w.id)),
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
    "organizations.activate": of(World.suspended, lambda w: ORGANIZATIONS.activate(w.actor, at=LATER)),
    "organizations.change": simple(lambda w: ORGANIZATIONS.change(w.actor, {"slug": "new", "name": "New"}, at=LATER)),
    "organizations.create": simple(lambda _: ORGANIZATIONS.create("other", "Other", at=NOW)),
    "organizations.get": simple(lambda w: ORGANIZATIONS.get(w.id)),
    "organizations.get_by_slug": simple(lambda _: ORGANIZATIONS.get_by_slug("acme")),
    "organizations.get_deleted_by_slug": of(World.closed, lambda _: ORGANIZATIONS.get_deleted_by_slug("acme")),
    "organizations.remove": simple(lambda w: ORGANIZATIONS.remove(w.actor, at=LATER)),
    "organizations.restore": of(World.closed, lambda w: ORGANIZATIONS.restore(w.actor, at=LATER, slug="again")),
    "organizations.search": simple(lambda _: ORGANIZATIONS.search()),
    "organizations.search_deleted": of(World.closed, lambda _: ORGANIZATIONS.search_deleted()),
    "organizations.suspend": simple(lambda w: ORGANIZATIONS.suspend(w.actor, at=LATER)),
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
    "users.create": simple(
        lambda w: USERS.create(w.actor, {"user_name": "eve", "emails": [{"value": "eve@example.test"}]}, at=LATER)
    ),
    "users.get": simple(lambda w: USERS.get(w.id, w.user.id)),
    "users.get_with_deleted": simple(lambda w: USERS.get_with_deleted(w.id, w.deleted.id)),
    "users.history": simple(lambda w: USERS.history(w.id, w.user.id)),
    "users.remove": simple(lambda w: USERS.remove(w.actor, w.user.id, at=LATER)),
    "users.restore": simple(lambda w: USERS.restore(w.actor, w.deleted.id, at=LATER, user_name="robert")),
    "users.search": simple(lambda w: USERS.search(w.id, q="a")),
    "users.suspend": simple(lambda w: USERS.suspend(w.actor, w.user.id, at=LATER)),
}
