"""Walls between organizations: repositories that are called with the wrong one, and the database itself."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from roster import services
from roster.database import core_of, registry, transaction
from roster.errors import AppException
from roster.models import secret
from roster.repositories import core, orm
from roster.repositories.core.history.events import Search
from roster.repositories.core.idempotency import Key
from roster.repositories.core.listing import Asked
from roster.repositories.core.provisioning.provider_requests import Search as Requests
from roster.schemas.files.user_csv import Record
from roster.scim.grammar import AttributePath, Present
from roster.services.groups import Members
from roster.services.idempotency import Answer
from roster.services.imports import Options
from roster.services.operations.bulk import Scope
from roster.services.provisioning.requests import Entry
from tests import factories
from tests.architecture.test_repositories import FUNCTIONS
from tests.factories import NOW
from tests.security.conftest import rows
from tests.security.rules import World

FAR = NOW.replace(year=2030)
PAST = NOW.replace(year=2020)
AHEAD = text("UPDATE event SET tx = '9000000000000000000' WHERE id = (SELECT max(id::text)::uuid FROM event)")
"""Let the last event seem to come from another server, which had counted further."""
LINE = {"number": 9, "user_name": "x", "user_name_key": "x", "cells": None, "given": {"user_name": "x"}, "fault": None}
TWICE = [Record(2, "x", {"user_name": "x"}), Record(3, "x", {"user_name": "x"})]
IDLE = {"core.memberships.lock_nesting", "core.memberships.is_inside", "core.memberships.remove_groups"} | {
    *("core.events.count_on", "core.purge.is_due", "core.purge.organization")
}
"""Calls that find and change nothing in the right organization either."""


class Theirs(World):
    """Somebody else's organization: what is in it, and our own id."""

    mine: UUID
    text: str
    key: Key
    provider: UUID
    operation: UUID
    complete: UUID
    request: UUID

    def __getattr__(self, name: str) -> UUID:
        return UUID(self.ids[name])


@pytest.fixture
def theirs(app: Flask) -> Iterator[Theirs]:
    with app.app_context():
        theirs = Theirs.of("theirs")
        assert isinstance(theirs, Theirs)
        theirs.mine = factories.organization("mine").id
        theirs.text = factories.token(theirs.organization_id)
        token_id = services.tokens.authenticate(theirs.text, at=NOW).token_id
        factories.token(theirs.organization_id, kind="scim", scopes=(), provider="Okta")
        theirs.provider = registry().scalar(text("SELECT id FROM identity_provider"))
        entry = Entry(theirs.provider, NOW, "GET", "/scim/v2/Users", 400, "No.", 1, None, None, None)
        services.provisioning.requests.record(theirs.organization_id, [entry])
        theirs.request = registry().scalar(text("SELECT id FROM provider_request"))
        actor = factories.actor(theirs.organization_id)
        known = {"external_id": "00u1", "identity_provider_id": theirs.provider}
        eve = factories.user(theirs.organization_id, "eve", email="eve@x.test", attributes={"badge": 7}, **known)
        services.users.change(actor, eve.id, {"department": "Fleet"}, at=NOW)
        services.users.remove(actor, theirs.other, at=NOW)
        gone = services.groups.create(actor, {"display_name": "gone"}, at=NOW)
        services.groups.remove(actor, gone.id, at=NOW)
        outer = services.groups.create(actor, {"display_name": "outer"}, at=NOW)
        services.groups.add_members(actor, outer.id, Members((), [theirs.group_id]), at=NOW)
        theirs.ids |= {"eve": str(eve.id), "gone": str(gone.id), "outer": str(outer.id)}
        namesake = factories.user(theirs.organization_id, "twin")
        services.users.remove(actor, namesake.id, at=NOW)
        factories.user(theirs.organization_id, "twin")
        double = services.groups.create(actor, {"display_name": "double"}, at=NOW)
        services.groups.remove(actor, double.id, at=NOW)
        services.groups.create(actor, {"display_name": "double"}, at=NOW)
        theirs.ids["double"] = str(double.id)
        operator = replace(actor, operation_id=uuid4())
        theirs.operation = services.operations.bulk.run(operator, "suspend", Scope((eve.id, gone.id)), at=NOW).id
        operator = replace(actor, operation_id=uuid4())
        theirs.complete = services.operations.bulk.run(operator, "activate", Scope((eve.id,)), at=NOW).id
        theirs.ids["namesake"] = str(namesake.id)
        job = services.imports.stage(actor, lambda: TWICE, Options("skip"), state="running", at=NOW)
        theirs.ids["running"] = str(job.id)
        ended = services.imports.stage(actor, lambda: TWICE, Options("skip"), state="queued", at=NOW)
        services.jobs.cancel(actor, ended.id, at=NOW)
        with transaction(registry()) as session:
            session.execute(text("UPDATE import_line SET fault = NULL WHERE number = 3 AND fault LIKE '%same%'"))
        answer = Answer(200, {}, b"")
        services.idempotency.once(Key(theirs.organization_id, token_id, "k"), b"f", lambda: answer, at=NOW)
        theirs.key = Key(theirs.mine, token_id, "k")
        with transaction(registry()) as session:
            session.execute(AHEAD)
        yield theirs


def told(feed: tuple[Any, Any], theirs: Theirs) -> list[Any]:
    return [event for event in feed[0] if event.subject_id != theirs.mine]


def request_of(theirs: Theirs) -> dict[str, Any]:
    """A request that says it is of their provider."""
    told = {"method": "GET", "path": "/", "status": 200, "milliseconds": 1}
    return {"id": uuid4(), "at": NOW, "identity_provider_id": theirs.provider} | told


def begun() -> dict[str, Any]:
    """An operation that begins."""
    return {"id": uuid4(), "kind": "delete", "at": NOW, "actor_label": "x", "door": "page", "about": {}}


CALLS: dict[str, Callable[[Any, Theirs], Any]] = {
    "core.activity.calls": lambda c, t: core.activity.calls(c, t.mine, [PAST]),
    "core.activity.changes": lambda c, t: [row for row in core.activity.changes(c, t.mine, [PAST]) if row.growth],
    "core.activity.totals": lambda c, t: any(core.activity.totals(c, t.mine)),
    "core.events.are_ahead": lambda c, t: core.events.are_ahead(c, t.mine),
    "core.events.count_on": lambda c, t: core.events.count_on(c, t.mine),
    "core.events.feed": lambda c, t: told(core.events.feed(c, t.mine, after=None, limit=9), t),
    "core.events.of_subject": lambda c, t: core.events.of_subject(c, t.mine, t.user_id, limit=9),
    "core.events.page": lambda c, t: core.events.page(c, t.mine, Search(subject="ada"), before=None, limit=9),
    "core.events.renumber": lambda c, t: core.events.renumber(c, t.mine),
    "core.events.stream": lambda c, t: list(core.events.stream(c, t.mine, Search(subject="ada"))),
    "core.group_sets.restore": lambda c, t: core.group_sets.restore(c, t.mine, [t.gone], at=FAR),
    "core.group_sets.shown": lambda c, t: core.group_sets.shown(c, t.mine, [t.group_id], limit=9),
    "core.group_sets.soft_delete": lambda c, t: core.group_sets.soft_delete(c, t.mine, [t.group_id], at=FAR),
    "core.group_sets.with_taken_names": lambda c, t: core.group_sets.with_taken_names(c, t.mine, [t.double]),
    "core.groups.count": lambda c, t: core.groups.count(c, t.mine),
    "core.groups.count_member_changed": lambda c, t: core.groups.count_member_changed(c, t.mine, t.user_id, at=FAR),
    "core.groups.count_members_changed": lambda c, t: core.groups.count_members_changed(c, t.mine, t.group_id, at=FAR),
    "core.groups.page": lambda c, t: core.groups.page(c, t.mine).rows,
    "core.groups.restore": lambda c, t: core.groups.restore(c, t.mine, t.group_id, 1, at=FAR),
    "core.groups.soft_delete": lambda c, t: core.groups.soft_delete(c, t.mine, t.group_id, 1, at=FAR),
    "core.idempotency.forget": lambda c, t: core.idempotency.forget(c, t.mine, before=FAR),
    "core.memberships.add_groups": lambda c, t: core.memberships.add_groups(c, t.mine, t.group_id, [t.gone], at=NOW),
    "core.memberships.add_users": lambda c, t: core.memberships.add_users(c, t.mine, t.group_id, [t.other], at=NOW),
    "core.memberships.count": lambda c, t: core.memberships.count(c, t.mine, t.group_id),
    "core.memberships.group_ids": lambda c, t: core.memberships.group_ids(c, t.mine, t.outer),
    "core.memberships.groups_of_group": lambda c, t: core.memberships.groups_of_group(c, t.mine, t.group_id),
    "core.memberships.groups_of_user": lambda c, t: core.memberships.groups_of_user(c, t.mine, t.user_id),
    "core.memberships.ids_of_groups": lambda c, t: core.memberships.ids_of_groups(c, t.mine, ["staff"]),
    "core.memberships.ids_of_users": lambda c, t: core.memberships.ids_of_users(c, t.mine, ["ada"]),
    "core.memberships.is_inside": lambda c, t: core.memberships.is_inside(c, t.mine, t.group_id, [uuid4()]),
    "core.memberships.labels_of_groups": lambda c, t: core.memberships.labels_of_groups(c, t.mine, [t.group_id]),
    "core.memberships.labels_of_users": lambda c, t: core.memberships.labels_of_users(c, t.mine, [t.user_id]),
    "core.memberships.lock_nesting": lambda c, t: core.memberships.lock_nesting(c, t.mine),
    "core.memberships.page": lambda c, t: core.memberships.page(c, t.mine, t.group_id, after=None, limit=9),
    "core.memberships.remove_groups": lambda c, t: core.memberships.remove_groups(c, t.mine, t.group_id, [t.group_id]),
    "core.memberships.remove_users": lambda c, t: core.memberships.remove_users(c, t.mine, t.group_id, [t.user_id]),
    "core.memberships.user_ids": lambda c, t: core.memberships.user_ids(c, t.mine, t.group_id),
    "core.member_sets.among": lambda c, t: core.member_sets.among(c, t.mine, [(t.group_id, t.user_id)]),
    "core.member_sets.count_changed": lambda c, t: core.member_sets.count_changed(c, t.mine, [t.group_id], at=FAR),
    "core.member_sets.groups_locked": lambda c, t: core.member_sets.groups_locked(c, t.mine, [t.group_id]),
    "core.member_sets.of_users": lambda c, t: core.member_sets.of_users(c, t.mine, [t.user_id]),
    "core.member_sets.put_in": lambda c, t: core.member_sets.put_in(c, t.mine, {(t.group_id, t.other): NOW}),
    "core.member_sets.take_out": lambda c, t: core.member_sets.take_out(c, t.mine, [(t.group_id, t.user_id)]),
    "core.operations.add": lambda c, t: t.mine == t.organization_id and core.operations.add(c, t.mine, begun()),
    "core.operations.events": lambda c, t: core.operations.events(c, t.mine, t.operation, after=None, limit=9),
    "core.operations.find_by_id": lambda c, t: core.operations.find_by_id(c, t.mine, t.operation),
    "core.operations.finish": lambda c, t: core.operations.finish(c, t.mine, t.operation, {"done": 9}),
    "core.operations.later": lambda c, t: core.operations.later(
        c, t.mine, uuid4(), since=UUID(int=0), subject_ids=[t.user_id]
    ),
    "core.operations.leave_out": lambda c, t: core.operations.leave_out(
        c, t.mine, t.complete, [{"subject_id": t.user_id, "outcome": "skipped", "reason": "deleted"}]
    ),
    "core.operations.left_out": lambda c, t: core.operations.left_out(c, t.mine, t.operation, after=-1, limit=9),
    "core.operations.mark_undone": lambda c, t: core.operations.mark_undone(c, t.mine, t.operation, uuid4()),
    "core.operations.page": lambda c, t: core.operations.page(c, t.mine, before=None, limit=9),
    "core.operations.tell": lambda c, t: core.operations.tell(c, t.mine, t.operation, {"reason": "x"}),
    "core.operations.told_by_events": lambda c, t: core.operations.told_by_events(c, t.mine, t.operation),
    "core.provider_requests.add_all": lambda c, t: core.provider_requests.add_all(c, t.mine, [request_of(t)]),
    "core.provider_requests.counts": lambda c, t: [
        row for row in core.provider_requests.counts(c, t.mine, t.provider, [NOW, FAR]) if row.calls
    ],
    "core.provider_requests.find_by_id": lambda c, t: core.provider_requests.find_by_id(
        c, t.mine, t.provider, t.request
    ),
    "core.provider_requests.page": lambda c, t: core.provider_requests.page(
        c, t.mine, t.provider, Requests(), before=None, limit=9
    ),
    "core.provider_requests.purge": lambda c, t: core.provider_requests.purge(
        c, t.mine, t.provider, before=FAR, limit=9
    ),
    "core.provider_requests.totals": lambda c, t: core.provider_requests.totals(c, t.mine, day=NOW, week=NOW),
    "core.provisioned_groups.by_id": lambda c, t: core.provisioned_groups.by_id(c, t.mine, t.group_id),
    "core.provisioned_groups.count": lambda c, t: core.provisioned_groups.count(c, t.mine, None),
    "core.provisioned_groups.members_matching": lambda c, t: core.provisioned_groups.members_matching(
        c, t.mine, t.group_id, Present(AttributePath(None, "value"))
    ),
    "core.provisioned_groups.page": lambda c, t: core.provisioned_groups.page(c, t.mine, None, limit=9).rows,
    "core.provisioned_users.by_id": lambda c, t: core.provisioned_users.by_id(c, t.mine, t.user_id),
    "core.provisioned_users.count": lambda c, t: core.provisioned_users.count(c, t.mine, None),
    "core.provisioned_users.page": lambda c, t: core.provisioned_users.page(c, t.mine, None, limit=9).rows,
    "core.purge.events": lambda c, t: core.purge.events(c, t.mine, [t.user_id], keeps="nothing"),
    "core.purge.groups": lambda c, t: core.purge.groups(c, t.mine, at=FAR, limit=9),
    "core.purge.is_due": lambda c, t: core.purge.is_due(c, t.mine, at=FAR),
    "core.purge.organization": lambda c, _: core.purge.organization(c, uuid4()),
    "core.jobs.by_id": lambda c, t: core.jobs.by_id(c, t.mine, t.job_id),
    "core.jobs.change": lambda c, t: core.jobs.change(c, t.mine, t.job_id, state="failed"),
    "core.jobs.change_running": lambda c, t: core.jobs.change_running(c, t.mine, t.running, 1, state="failed"),
    "core.jobs.find_waiting": lambda c, t: core.jobs.find_waiting(c, t.mine, lost_since=NOW),
    "core.jobs.newest_first": lambda c, t: core.jobs.newest_first(c, t.mine, limit=9),
    "core.jobs.purge": lambda c, t: core.jobs.purge(c, t.mine, before=FAR, limit=9),
    "core.import_lines.add_all": lambda c, t: core.import_lines.add_all(c, t.mine, t.job_id, [LINE]),
    "core.import_lines.change_all": lambda c, t: core.import_lines.change_all(
        c, t.mine, t.job_id, [LINE | {"number": 2, "fault": "Bad."}]
    ),
    "core.import_lines.counts": lambda c, t: any(core.import_lines.counts(c, t.mine, t.job_id)),
    "core.import_lines.good": lambda c, t: core.import_lines.good(c, t.mine, t.job_id, after=0, limit=9),
    "core.import_lines.page": lambda c, t: core.import_lines.page(c, t.mine, t.job_id, after=0, limit=9),
    "core.import_lines.refuse_all": lambda c, t: core.import_lines.refuse_all(c, t.mine, t.job_id, {2: "Bad."}),
    "core.import_lines.refused": lambda c, t: list(core.import_lines.refused(c, t.mine, t.job_id)),
    "core.import_lines.repeated": lambda c, t: list(core.import_lines.repeated(c, t.mine, t.running)),
    "core.purge.users": lambda c, t: core.purge.users(c, t.mine, at=FAR, limit=9),
    "core.tokens.expire": lambda c, t: core.tokens.expire(c, t.mine, t.ids["prefix"], at=NOW),
    "core.tokens.find_valid": lambda c, t: core.tokens.find_valid(
        c, t.mine, secret.digest(t.text), at=NOW, noted_since=NOW
    ),
    "core.tokens.revoke": lambda c, t: core.tokens.revoke(c, t.mine, t.ids["prefix"], at=NOW),
    "core.tokens.touch": lambda c, t: core.tokens.touch(c, t.mine, t.key.token_id, at=FAR),
    "core.user_documents.attribute_names": lambda c, t: core.user_documents.attribute_names(c, t.mine),
    "core.user_documents.stream": lambda c, t: list(core.user_documents.stream(c, t.mine)),
    "core.user_documents.table": lambda c, t: list(core.user_documents.table(c, t.mine)),
    "core.user_documents.by_id": lambda c, t: core.user_documents.by_id(c, t.mine, t.user_id),
    "core.user_documents.page": lambda c, t: core.user_documents.page(c, t.mine).rows,
    "core.user_sets.count_around": lambda c, t: core.user_sets.count_around(c, t.mine, [t.user_id], at=FAR),
    "core.user_sets.counts": lambda c, t: any(core.user_sets.counts(c, t.mine, [t.user_id])),
    "core.user_sets.departments": lambda c, t: core.user_sets.departments(c, t.mine, limit=9),
    "core.user_sets.in_full": lambda c, t: core.user_sets.in_full(c, t.mine, [t.user_id]),
    "core.user_sets.is_enabled_provider": lambda c, t: core.user_sets.is_enabled_provider(c, t.mine, t.provider),
    "core.user_sets.locked": lambda c, t: core.user_sets.locked(c, t.mine, [t.user_id]),
    "core.user_sets.replace_emails": lambda c, t: core.user_sets.replace_emails(c, t.mine, {t.eve: []}),
    "core.user_sets.restore": lambda c, t: core.user_sets.restore(c, t.mine, [t.other], at=FAR),
    "core.user_sets.sample": lambda c, t: core.user_sets.sample(c, t.mine, [t.user_id], limit=9),
    "core.user_sets.set_active": lambda c, t: core.user_sets.set_active(c, t.mine, [t.user_id], active=False, at=FAR),
    "core.user_sets.shown": lambda c, t: core.user_sets.shown(c, t.mine, [t.user_id]),
    "core.user_sets.soft_delete": lambda c, t: core.user_sets.soft_delete(c, t.mine, [t.user_id], at=FAR),
    "core.user_sets.with_taken_names": lambda c, t: core.user_sets.with_taken_names(c, t.mine, [t.namesake]),
    "core.user_sets.write": lambda c, t: core.user_sets.write(c, t.mine, [{"id": t.user_id, "title": "Dr"}], ["title"]),
    "core.user_writes.by_id_for_update": lambda c, t: core.user_writes.by_id_for_update(c, t.mine, t.user_id),
    "core.user_writes.by_id_with_deleted_for_update": lambda c, t: core.user_writes.by_id_with_deleted_for_update(
        c, t.mine, t.user_id
    ),
    "core.user_writes.find_by_external_id_for_update": lambda c, t: core.user_writes.find_by_external_id_for_update(
        c, t.mine, t.provider, "00u1"
    ),
    "core.users.by_user_name_keys": lambda c, t: core.users.by_user_name_keys(c, t.mine, ["ada", "bob"]),
    "core.users.count": lambda c, t: core.users.count(c, t.mine),
    "core.users.ids": lambda c, t: core.users.ids(c, t.mine, Asked(), after=None, limit=9),
    "core.users.page": lambda c, t: core.users.page(c, t.mine).rows,
    "core.users.replace_emails": lambda c, t: core.users.replace_emails(c, t.mine, [t.eve], []),
    "core.users.update_all": lambda c, t: core.users.update_all(c, t.mine, [{"id": t.user_id, "title": "Dr"}]),
    "orm.groups.by_id": lambda s, t: orm.groups.by_id(s, t.mine, t.group_id),
    "orm.groups.by_id_with_deleted": lambda s, t: orm.groups.by_id_with_deleted(s, t.mine, t.group_id),
    "orm.identity_providers.alphabetical": lambda s, t: orm.identity_providers.alphabetical(s, t.mine),
    "orm.identity_providers.by_id": lambda s, t: orm.identity_providers.by_id(s, t.mine, t.provider),
    "orm.identity_providers.find_by_name": lambda s, t: orm.identity_providers.find_by_name(s, t.mine, "Okta"),
    "orm.tokens.by_prefix": lambda s, t: orm.tokens.by_prefix(s, t.mine, t.ids["prefix"]),
    "orm.tokens.is_named": lambda s, t: orm.tokens.is_named(s, t.mine, t.ids["prefix"]),
    "orm.tokens.newest_first": lambda s, t: orm.tokens.newest_first(s, t.mine),
    "orm.tokens.of_provider": lambda s, t: orm.tokens.of_provider(s, t.mine, t.provider),
    "orm.users.by_id": lambda s, t: orm.users.by_id(s, t.mine, t.user_id),
    "orm.users.by_id_with_deleted": lambda s, t: orm.users.by_id_with_deleted(s, t.mine, t.user_id),
    "orm.users.find_by_user_name": lambda s, t: orm.users.find_by_user_name(s, t.mine, "ada"),
}


def test_every_repository_that_takes_an_organization_is_called_with_the_wrong_one() -> None:
    takes = {name: inspect.signature(function).parameters for name, function in FUNCTIONS.items()}

    named = {name for name, parameters in takes.items() if "organization_id" in parameters}

    assert set(CALLS) == {name for name in named if not name.startswith(("orm.administrators", "orm.organizations"))}


@pytest.mark.parametrize("name", CALLS)
def test_a_repository_with_the_wrong_organization_finds_and_changes_nothing(
    theirs: Theirs, engine: Engine, name: str
) -> None:
    before = rows(engine)

    found = _called(name, theirs)

    assert not found
    assert rows(engine) == before


@pytest.mark.parametrize("name", sorted(set(CALLS) - IDLE))
def test_the_same_call_with_the_right_organization_does(theirs: Theirs, engine: Engine, name: str) -> None:
    theirs.mine, before = theirs.organization_id, rows(engine)

    found = _called(name, theirs)

    assert found or rows(engine) != before


def _called(name: str, theirs: Theirs) -> Any:
    with suppress(AppException, StaleDataError, IntegrityError), transaction(registry()) as session:
        return CALLS[name](session if name.startswith("orm.") else core_of(session), theirs)


def test_a_key_of_another_organizations_token_is_refused(theirs: Theirs) -> None:
    with pytest.raises(IntegrityError, match="fk_idempotent_request_token"), transaction(registry()) as session:
        core.idempotency.claim(core_of(session), theirs.key, b"f", at=NOW)


ACROSS = {
    "fk_membership_group": "INSERT INTO membership VALUES (:mine, :group, :ours, now())",
    "fk_membership_user": "INSERT INTO membership VALUES (:mine, :our_group, :user, now())",
    "fk_nesting_parent": "INSERT INTO nesting VALUES (:mine, :group, :our_group, now())",
    "fk_nesting_child": "INSERT INTO nesting VALUES (:mine, :our_group, :group, now())",
    "fk_user_email_user": "INSERT INTO user_email VALUES (:mine, :user, 0, 'a@b', 'a@b', NULL, false)",
    "fk_user_manager": 'UPDATE "user" SET manager_id = :user WHERE id = :ours',
    "fk_user_identity_provider": 'UPDATE "user" SET identity_provider_id = :provider WHERE id = :ours',
    "fk_group_identity_provider": 'UPDATE "group" SET identity_provider_id = :provider WHERE id = :our_group',
    "fk_token_identity_provider": (
        "INSERT INTO token (organization_id, id, kind, prefix, sha256, name, scopes, identity_provider_id, created_at)"
        " VALUES (:mine, :user, 'scim', 'x', 'x', 'x', '{}', :provider, now())"
    ),
    "fk_provider_request_identity_provider": (
        "INSERT INTO provider_request"
        " (organization_id, id, identity_provider_id, at, method, path, status, milliseconds)"
        " VALUES (:mine, :user, :provider, now(), 'GET', '/', 200, 1)"
    ),
    "fk_operation_left_out_operation": (
        "INSERT INTO operation_left_out (organization_id, operation_id, position, subject_id, outcome, reason)"
        " VALUES (:mine, :operation, 0, :user, 'skipped', 'deleted')"
    ),
    "fk_idempotent_request_token": (
        "INSERT INTO idempotent_request VALUES (:mine, :token, 'k', 'f', 200, '{}', '', now())"
    ),
}


@pytest.mark.parametrize("name", ACROSS)
def test_the_database_itself_refuses_rows_across_organizations(theirs: Theirs, engine: Engine, name: str) -> None:
    actor = factories.actor(theirs.mine)
    values = {
        "mine": theirs.mine,
        "ours": factories.user(theirs.mine).id,
        "our_group": services.groups.create(actor, {"display_name": "ours"}, at=NOW).id,
        "user": theirs.user_id,
        "group": theirs.group_id,
        "token": theirs.key.token_id,
        "operation": theirs.operation,
        "provider": registry().scalar(text("SELECT id FROM identity_provider")),
    }

    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(text(ACROSS[name]), values)

    assert caught.value.orig.pgcode == "23503"  # type: ignore[union-attr]
    assert caught.value.orig.diag.constraint_name == name  # type: ignore[union-attr]
