"""Identity providers: connected and changed, how they are doing, what they sent, whom they are given."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from roster import services
from roster.errors import EXTERNAL_ID_TAKEN, PROVIDER_NAME_TAKEN, PROVIDER_NOT_FOUND, USER_NOT_FOUND, AppException
from roster.models import IdentityProvider
from roster.services.provisioning.requests import Entry, Search
from tests import factories
from tests.factories import NOW

PROVIDERS, HEALTH = services.provisioning.providers, services.provisioning.health
REQUESTS, LINKS = services.provisioning.requests, services.provisioning.links


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


@pytest.fixture
def okta(organization_id: UUID) -> IdentityProvider:
    return provider(organization_id)


def provider(organization_id: UUID, name: str = "Okta") -> IdentityProvider:
    return PROVIDERS.create(factories.actor(organization_id), name=name, dialect="okta", at=NOW)


def call(of: IdentityProvider, *, before: timedelta = timedelta(), **values: Any) -> Entry:
    usual = {"method": "GET", "path": "/scim/v2/Users", "status": 200, "reason": None, "milliseconds": 7}
    rest = {"request_id": "r", "sent": None, "answered": None}
    return Entry(**{"identity_provider_id": of.id, "at": NOW - before} | usual | rest | values)  # type: ignore[arg-type]


def kept(of: IdentityProvider, **search: Any) -> list[str]:
    return [row.path for row in REQUESTS.search(of.organization_id, of.id, Search(**search))]


def actions(organization_id: UUID, subject_id: UUID) -> list[tuple[str, Any]]:
    return [(row.action, row.changes) for row in services.events.of_subject(organization_id, subject_id)]


def test_a_provider_is_enabled_tolerant_and_kept_for_two_weeks_until_somebody_says_otherwise(
    okta: IdentityProvider,
) -> None:
    found = PROVIDERS.get(okta.organization_id, okta.id)

    assert (found.name, found.dialect, found.enabled) == ("Okta", "okta", True)
    assert [found.option(name) for name in ("strict", "revive_deleted", "log_days")] == [False, False, 14]


def test_a_change_says_what_changed_and_one_that_changes_nothing_says_nothing(okta: IdentityProvider) -> None:
    actor = factories.actor(okta.organization_id)

    PROVIDERS.change(actor, okta.id, {"strict": True, "name": "Okta EU", "dialect": "okta"}, at=NOW)
    changed = PROVIDERS.change(actor, okta.id, {"strict": True, "log_days": 14}, at=NOW)

    assert (changed.name, changed.options) == ("Okta EU", {"strict": True})
    assert actions(okta.organization_id, okta.id) == [
        ("provider.changed", {"strict": [False, True], "name": ["Okta", "Okta EU"]}),
        ("provider.created", {"name": [None, "Okta"], "dialect": [None, "okta"]}),
    ]


def test_two_providers_of_one_organization_have_different_names_in_any_case(okta: IdentityProvider) -> None:
    entra = provider(okta.organization_id, "Entra")
    actor = factories.actor(okta.organization_id)

    with pytest.raises(AppException) as made:
        PROVIDERS.create(actor, name="OKTA", dialect="okta", at=NOW)
    with pytest.raises(AppException) as renamed:
        PROVIDERS.change(actor, entra.id, {"name": "okta"}, at=NOW)

    assert {made.value.error, renamed.value.error} == {PROVIDER_NAME_TAKEN}
    assert [one.name for one in PROVIDERS.search(okta.organization_id)] == ["Entra", "Okta"]
    assert provider(factories.organization().id, "Okta").name == "Okta"


def test_health_counts_a_day_and_a_week_and_knows_when_the_last_token_ends(okta: IdentityProvider) -> None:
    key = okta.organization_id
    spans = [timedelta(minutes=1), timedelta(hours=23), timedelta(hours=25), timedelta(days=6), timedelta(days=8)]
    REQUESTS.record(key, [call(okta, before=span, status=400 if span.days else 200) for span in spans])
    for days in (10, 30):
        factories.token(key, kind="scim", scopes=(), provider="Okta", expires_at=NOW + timedelta(days=days))

    health = HEALTH.of_one(key, okta.id, at=NOW)

    assert health.last_call_at == NOW - timedelta(minutes=1)
    assert (health.day.calls, health.day.failures, health.day.rate) == (2, 0, 0.0)
    assert (health.week.calls, health.week.failures, health.week.rate) == (4, 2, 0.5)
    assert (health.token_count, health.expires_at) == (2, NOW + timedelta(days=30))
    assert HEALTH.of_all(key, at=NOW) == {"Okta": health}
    assert HEALTH.of_one(key, okta.id, at=NOW + timedelta(days=20)).token_count == 1


def test_a_token_that_never_ends_and_no_token_are_told_apart(okta: IdentityProvider) -> None:
    key = okta.organization_id
    before = HEALTH.of_one(key, okta.id, at=NOW)

    text = factories.token(key, kind="scim", scopes=(), provider="Okta")
    services.tokens.touch(key, services.tokens.authenticate(text, at=NOW).token_id, at=NOW)
    after = HEALTH.of_one(key, okta.id, at=NOW)

    assert (before.token_count, before.expires_at, before.last_call_at) == (0, None, None)
    assert (after.token_count, after.expires_at, after.last_call_at) == (1, None, NOW)


def test_activity_is_told_by_the_hour_and_by_the_day(okta: IdentityProvider) -> None:
    key, at = okta.organization_id, NOW + timedelta(minutes=30)
    spans = [timedelta(), timedelta(minutes=20), timedelta(hours=23), timedelta(days=5)]
    REQUESTS.record(key, [call(okta, before=span, status=500 if span else 200) for span in spans])

    hours, days = HEALTH.activity(key, okta.id, at=at)

    assert (len(hours), len(days)) == (24, 7)
    assert [(hour.since, hour.calls, hour.failures) for hour in hours if hour.calls] == [
        (NOW - timedelta(hours=23), 1, 1),
        (NOW - timedelta(hours=1), 1, 1),
        (NOW, 1, 0),
    ]
    assert [(day.since.day, day.calls, day.failures) for day in days if day.calls] == [
        (24, 1, 1),
        (28, 1, 1),
        (1, 2, 1),
    ]


def test_the_log_is_searched_by_failure_method_status_and_text(okta: IdentityProvider) -> None:
    entries = [
        call(okta, path="/old", before=timedelta(hours=1)),
        call(okta, path="/taken", method="POST", status=409, reason="Taken.", sent={"userName": "Ädä%"}),
        call(okta, path="/gone", status=404, before=timedelta(minutes=1)),
    ]
    REQUESTS.record(okta.organization_id, entries)

    assert kept(okta) == ["/taken", "/gone", "/old"]
    assert kept(okta, failed=True) == ["/taken", "/gone"]
    assert (
        kept(okta, method="POST") == kept(okta, status=409) == kept(okta, q="ädä%") == kept(okta, q="TAK") == ["/taken"]
    )
    assert kept(okta, q="%") == ["/taken"]
    assert kept(provider(okta.organization_id, "Entra")) == []


def test_the_log_goes_on_where_a_page_ended_and_shows_one_in_full(okta: IdentityProvider) -> None:
    key = okta.organization_id
    entries = [call(okta, path=f"/{n}", before=timedelta(minutes=n), sent={"n": n}) for n in range(3)]
    REQUESTS.record(key, entries)

    first = REQUESTS.search(key, okta.id, Search(), limit=2)
    second = REQUESTS.search(key, okta.id, Search(), before=first[-1].id, limit=2)

    assert [row.path for row in (*first, *second)] == ["/0", "/1", "/2"]
    found = REQUESTS.find(key, okta.id, second[0].id)
    assert found is not None
    assert (found.sent, found.answered) == ({"n": 2}, None)
    assert REQUESTS.find(key, provider(key, "Entra").id, second[0].id) is None


def test_the_purge_ends_what_is_older_than_its_own_provider_keeps_it(okta: IdentityProvider) -> None:
    entra = provider(okta.organization_id, "Entra")
    PROVIDERS.change(factories.actor(okta.organization_id), entra.id, {"log_days": 1}, at=NOW)
    spans = {"new": timedelta(hours=1), "old": timedelta(days=2), "very old": timedelta(days=15)}
    for one in (okta, entra):
        REQUESTS.record(one.organization_id, [call(one, path=path, before=span) for path, span in spans.items()])

    gone = REQUESTS.purge(okta.organization_id, at=NOW)

    assert gone == 3
    assert kept(okta) == ["new", "old"]
    assert kept(entra) == ["new"]
    assert REQUESTS.purge(okta.organization_id, at=NOW) == 0


def test_a_linked_account_is_the_providers_and_an_unlinked_one_is_nobodys(okta: IdentityProvider) -> None:
    actor, user = factories.actor(okta.organization_id), factories.user(okta.organization_id)

    linked = LINKS.link_user(actor, user.id, okta.id, "00u1", at=NOW)
    assert (linked.identity_provider_id, linked.external_id, linked.version) == (okta.id, "00u1", 2)
    LINKS.link_user(actor, user.id, okta.id, "00u1", at=NOW)
    LINKS.unlink_user(actor, user.id, at=NOW)
    unlinked = LINKS.unlink_user(actor, user.id, at=NOW)

    assert (unlinked.identity_provider_id, unlinked.external_id, unlinked.version) == (None, "00u1", 3)
    assert actions(okta.organization_id, user.id)[:2] == [
        ("user.unlinked", {"identity_provider": ["Okta", None]}),
        ("user.linked", {"external_id": [None, "00u1"], "identity_provider": [None, "Okta"]}),
    ]


def test_an_account_can_be_handed_from_one_provider_to_another(okta: IdentityProvider) -> None:
    actor, user = factories.actor(okta.organization_id), factories.user(okta.organization_id)
    entra = provider(okta.organization_id, "Entra")
    LINKS.link_user(actor, user.id, okta.id, "00u1", at=NOW)

    LINKS.link_user(actor, user.id, entra.id, "00u1", at=NOW)

    assert actions(okta.organization_id, user.id)[0] == ("user.linked", {"identity_provider": ["Okta", "Entra"]})


def test_nobody_is_linked_to_what_is_not_there_or_taken(okta: IdentityProvider) -> None:
    key, actor = okta.organization_id, factories.actor(okta.organization_id)
    ada, bob = factories.user(key), factories.user(key, "bob")
    LINKS.link_user(actor, ada.id, okta.id, "00u1", at=NOW)
    strange = provider(factories.organization().id)

    refused = []
    for user_id, provider_id in ((bob.id, okta.id), (bob.id, strange.id), (strange.id, okta.id)):
        with pytest.raises(AppException) as caught:
            LINKS.link_user(actor, user_id, provider_id, "00u1", at=NOW)
        refused.append(caught.value.error)

    assert refused == [EXTERNAL_ID_TAKEN, PROVIDER_NOT_FOUND, USER_NOT_FOUND]
    assert services.users.get(key, bob.id).identity_provider_id is None
    for read in (PROVIDERS.get, lambda *keys: HEALTH.of_one(*keys, at=NOW)):
        with pytest.raises(AppException) as caught:
            read(key, strange.id)
        assert caught.value.error is PROVIDER_NOT_FOUND
