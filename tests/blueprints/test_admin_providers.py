"""Identity providers on the pages: connected, looked after, their requests, and who is linked to them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from roster import services
from roster.models import IdentityProvider
from roster.services.provisioning.requests import Entry
from tests import factories
from tests.factories import NOW
from tests.pages import Pages, words

TEXT = re.compile(r'value="(roster_scim_[0-9a-f]+)"')
SETTINGS = {"name": "Okta", "dialect": "okta", "enabled": "yes", "log_days": "14"}


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def connected(pages: Pages, **fields: Any) -> TestResponse:
    path = pages.of("providers/new")
    return pages.post(path, page=path, **{"name": "Okta", "dialect": "okta"} | fields)


def only(pages: Pages) -> IdentityProvider:
    with pages.app.app_context():
        [found] = services.provisioning.providers.search(pages.organization_id)
        return found


def provider(pages: Pages, name: str = "Okta") -> UUID:
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        return services.provisioning.providers.create(actor, name=name, dialect="okta", at=NOW).id


def heard(pages: Pages, provider_id: UUID, *calls: dict[str, Any]) -> None:
    usual = {"method": "GET", "path": "/scim/v2/Users", "status": 200, "reason": None, "milliseconds": 7}
    at = datetime.now(UTC) - timedelta(hours=1)
    entries = [
        Entry(
            **{"at": at + timedelta(seconds=n), "identity_provider_id": provider_id, "request_id": f"r{n}"}  # type: ignore[arg-type]
            | {"sent": None, "answered": None}
            | usual
            | call
        )
        for n, call in enumerate(calls)
    ]
    with pages.app.app_context():
        services.provisioning.requests.record(pages.organization_id, entries)


def link_to(answer: TestResponse, path: str) -> str:
    """The first link on the page that begins with this."""
    found = re.search(rf'href="({path}[^"]*)"', answer.text)
    assert found is not None, words(answer)
    return found[1]


def test_an_empty_house_says_what_scim_is_and_offers_to_connect(pages: Pages) -> None:
    empty = pages.get(pages.of("providers"))

    assert "Over SCIM it tells Roster" in words(empty)
    for dialect in ("okta", "entra", "standard"):
        form = pages.get(pages.of(f"providers/new?dialect={dialect}"))
        assert f'value="{dialect}" checked' in form.text


@pytest.mark.parametrize(
    ("dialect", "fields"),
    [
        ("okta", ["SCIM connector base URL", "Unique identifier field for users", "HTTP Header", "Test Connector"]),
        ("entra", ["Tenant URL", "Secret Token", "Test Connection", "Provisioning Mode"]),
        ("standard", ["Base URL", "Bearer token", "userName"]),
    ],
)
def test_who_connects_a_provider_gets_its_address_its_token_and_the_names_of_its_fields(
    pages: Pages, dialect: str, fields: list[str]
) -> None:
    answer = connected(pages, dialect=dialect, name="Mine")

    assert 'value="http://localhost/scim/v2"' in answer.text
    for field in fields:
        assert field in words(answer)
    text = TEXT.search(answer.text)
    assert text is not None
    with pages.app.app_context():
        access = services.tokens.authenticate(text[1], at=datetime.now(UTC))
    assert access.provider is not None
    assert (access.provider.name, access.provider.dialect) == ("Mine", dialect)
    again = pages.get(pages.of(f"providers/{access.provider.id}/connect"))
    assert "roster_scim_" not in again.text
    assert "Waiting for the first request" in words(again)


def test_behind_https_nobody_is_warned(pages: Pages) -> None:
    provider_id = provider(pages)

    plain = pages.get(pages.of(f"providers/{provider_id}/connect"))
    secure = pages.get(pages.of(f"providers/{provider_id}/connect"), base_url="https://people.example.test")

    assert "over https only" in words(plain)
    assert "over https only" not in words(secure)


@pytest.mark.parametrize("fault", [{"dialect": "esperanto"}, {"dialect": "", "name": ""}, {"name": "x" * 256}])
def test_a_provider_without_name_or_dialect_is_not_connected(pages: Pages, fault: dict[str, str]) -> None:
    answer = connected(pages, **fault)

    assert answer.status_code == 422
    assert "Not saved" in words(answer)
    with pages.app.app_context():
        assert services.provisioning.providers.search(pages.organization_id) == []
        assert services.tokens.search(pages.organization_id) == []


@pytest.mark.parametrize(
    ("dialect", "name"), [("okta", "Okta"), ("entra", "Entra ID"), ("standard", "Identity provider")]
)
def test_who_gives_no_name_gets_the_usual_one(pages: Pages, dialect: str, name: str) -> None:
    connected(pages, dialect=dialect, name=" ")

    assert only(pages).name == name


def test_a_name_that_is_taken_brings_the_form_back(pages: Pages) -> None:
    provider(pages)

    answer = connected(pages, name="OKTA")

    assert answer.status_code == 422
    assert "has this name" in words(answer)
    assert 'value="OKTA"' in answer.text


def test_waiting_ends_with_the_first_request_and_the_page_stops_asking(pages: Pages) -> None:
    provider_id = provider(pages)
    path = pages.of(f"providers/{provider_id}/connect")

    before = pages.get(path)
    heard(pages, provider_id, {"path": "/scim/v2/Users?count=1"})
    after = pages.get(path)

    assert 'hx-trigger="every 3s"' in before.text
    assert "hx-trigger" not in after.text
    assert "It works: Okta has called. 200 GET /scim/v2/Users?count=1" in words(after)


def test_another_token_is_made_while_the_first_goes_on(pages: Pages) -> None:
    connected(pages)
    path = pages.of(f"providers/{only(pages).id}")

    answer = pages.post(f"{path}/token", page=path)

    assert TEXT.search(answer.text)
    with pages.app.app_context():
        assert len(services.provisioning.providers.tokens(pages.organization_id, only(pages).id)) == 2
    assert words(pages.get(path)).count("not used yet, ends") == 2


def test_the_list_shows_at_a_glance_who_is_well(pages: Pages) -> None:
    provider(pages, "Silent")
    connected(pages, name="Busy")
    connected(pages, name="Broken")
    with pages.app.app_context():
        by_name = {one.name: one.id for one in services.provisioning.providers.search(pages.organization_id)}
    heard(pages, by_name["Busy"], {}, {})
    heard(pages, by_name["Broken"], {}, {"status": 409, "reason": "Taken."})

    shown = words(pages.get(pages.of("providers")))

    assert re.search(r"Silent Okta Last call none yet .* No token", shown)
    assert re.search(r"Busy Okta Last call \S+ \w+ \d+ In 24 hours 2 calls In 7 days 2 calls .* Well", shown)
    assert re.search(r"Broken Okta .* In 24 hours 2 calls, 50% failed .* 1 failed", shown)


def test_a_failure_is_three_clicks_away_with_its_reason_in_words_and_what_to_do(pages: Pages) -> None:
    provider_id = provider(pages)
    sent, answered = {"userName": "ada"}, {"scimType": "uniqueness", "detail": "Somebody has this user name."}
    failed = {"method": "POST", "status": 409, "reason": answered["detail"], "sent": sent, "answered": answered}
    heard(pages, provider_id, {}, failed)

    page = pages.get("/admin")
    for path in ("providers", f"providers/{provider_id}", f"providers/{provider_id}/requests/"):
        page = pages.get(link_to(page, pages.of(path)))

    assert "POST /scim/v2/Users Somebody has this user name. Somebody here has this user name" in words(page)
    assert "&#34;userName&#34;: &#34;ada&#34;" in page.text
    assert "409 after 7 ms" in words(page)
    assert "r1" in words(page)


def test_the_log_shows_failures_first_and_everything_when_asked(pages: Pages) -> None:
    provider_id = provider(pages)
    heard(pages, provider_id, {"path": "/fine"}, {"path": "/wrong", "status": 400, "reason": "No."})
    path = pages.of(f"providers/{provider_id}/requests")

    def shown(query: str) -> list[str]:
        return [one for one in ("/fine", "/wrong") if f"<bdi>{one}</bdi>" in pages.get(f"{path}?{query}").text]

    assert shown("") == ["/wrong"]
    assert shown("show=everything") == ["/fine", "/wrong"]
    assert shown("show=everything&method=POST") == []
    assert shown("show=everything&status=200") == ["/fine"]
    assert shown("q=no") == ["/wrong"]
    assert pages.get(f"{path}?status=x").status_code == 422
    assert "Nothing failed" in words(pages.get(pages.of(f"providers/{provider(pages, 'Entra')}/requests")))


def test_the_log_goes_on_page_by_page(pages: Pages) -> None:
    provider_id = provider(pages)
    heard(pages, provider_id, *({"path": f"/{n}", "status": 404} for n in range(60)))

    first = pages.get(pages.of(f"providers/{provider_id}/requests?q=/"))
    second = pages.get(link_to(first, pages.of(f"providers/{provider_id}/requests.before=")).replace("&amp;", "&"))

    assert (first.text.count("<tr>"), second.text.count("<tr>")) == (51, 11)
    assert "Newest" in words(second)


def test_the_switches_are_set_and_what_is_wrong_comes_back(pages: Pages) -> None:
    provider_id = provider(pages)
    path = pages.of(f"providers/{provider_id}")

    saved = pages.post(path, page=path, **SETTINGS | {"strict": "yes", "enabled": "yes", "log_days": "3"})
    refused = pages.post(path, page=path, **SETTINGS | {"log_days": "0"})
    off = {name: value for name, value in SETTINGS.items() if name != "enabled"}
    switched_off = pages.post(path, page=path, **off)

    assert "Saved." in words(saved)
    assert refused.status_code == 422
    assert "Switched off. Whatever it sends is refused" in words(switched_off)
    assert "Changed" in words(switched_off)
    assert (only(pages).enabled, only(pages).options) == (False, {"strict": False, "log_days": 14})


def test_health_warns_before_the_last_token_ends(pages: Pages) -> None:
    provider_id = provider(pages)
    with pages.app.app_context():
        soon = datetime.now(UTC) + timedelta(days=9, hours=1)
        factories.token(pages.organization_id, kind="scim", scopes=(), provider="Okta", expires_at=soon)

    assert "in 9 days" in words(pages.get(pages.of(f"providers/{provider_id}")))


def test_a_picture_shows_calls_and_failures_and_says_them_too(pages: Pages) -> None:
    provider_id = provider(pages)
    heard(pages, provider_id, {}, {}, {"status": 500, "reason": "No."})

    page = pages.get(pages.of(f"providers/{provider_id}"))

    assert 'aria-label="24 hours: 3 calls, 1 failed"' in page.text
    assert page.text.count('<rect class="calls"') == page.text.count('<rect class="failures"') == 2
    assert 'height="48.0"' in page.text
    assert 'height="16.0"' in page.text


def test_a_local_account_is_linked_by_an_administrator_and_unlinked_again(pages: Pages) -> None:
    provider_id, user = provider(pages), pages.add()
    assert "this is a local account" in words(pages.get(f"{user.id}"))

    linked = pages.post(f"{user.id}/link", page=f"{user.id}/link", provider=str(provider_id), external_id="00u1")
    assert "Provisioned by Okta . It calls them 00u1" in words(linked)
    assert f'href="{pages.of(f"providers/{provider_id}")}"' in linked.text
    assert "Linked to a provider" in words(linked)
    unlinked = pages.post(f"{user.id}/link/delete", page=f"{user.id}")

    assert "this is a local account" in words(unlinked)
    assert pages.read(user.id).identity_provider_id is None


def test_a_link_to_nothing_or_to_somebody_elses_id_comes_back(pages: Pages) -> None:
    provider_id, ada, bob = provider(pages), pages.add(), pages.add("bob")
    good = {"provider": str(provider_id), "external_id": "00u1"}
    pages.post(f"{ada.id}/link", page=f"{ada.id}/link", **good)

    for fault in ({}, {"external_id": ""}, {"provider": "x"}, {"provider": str(ada.id), "external_id": "2"}):
        answer = pages.post(f"{bob.id}/link", page=f"{bob.id}/link", **good | fault)
        assert (answer.status_code, "Not saved" in words(answer)) == (422, True), fault

    assert pages.read(bob.id).external_id is None


def test_an_auditor_sees_everything_and_touches_nothing(app: Flask, pages: Pages) -> None:
    provider_id, user = provider(pages), pages.add()
    heard(pages, provider_id, {"status": 400, "reason": "No."})
    auditor = Pages(app, "auditor", slug=pages.slug)
    path = f"providers/{provider_id}"

    for seen in ("providers", path, f"{path}/connect", f"{path}/requests"):
        page = auditor.get(auditor.of(seen))
        assert page.status_code == 200
        assert 'method="post" action="/admin/' not in page.text.replace('action="/admin/logout"', "")
    for unseen in ("providers/new", f"users/{user.id}/link"):
        assert auditor.get(auditor.of(unseen)).status_code == 403
    for changed in ("providers/new", path, f"{path}/token", f"users/{user.id}/link", f"users/{user.id}/link/delete"):
        assert auditor.post(auditor.of(changed), page=auditor.of("providers")).status_code == 403


def test_a_provider_of_another_organization_is_not_there(app: Flask, pages: Pages) -> None:
    other = Pages(app)
    provider_id = provider(other)
    heard(other, provider_id, {})
    path = f"providers/{provider_id}"

    for unseen in (path, f"{path}/connect", f"{path}/requests", f"{path}/requests/{provider_id}"):
        assert pages.get(pages.of(unseen)).status_code == 404
    for changed in (path, f"{path}/token"):
        assert pages.post(pages.of(changed), page="", **SETTINGS).status_code == 404
    own = provider(pages)
    assert pages.get(pages.of(f"providers/{own}/requests/{provider_id}")).status_code == 404
