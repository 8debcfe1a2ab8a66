"""Whatever is sent to the pages: no failure of ours, and nothing of it comes back as anything but text."""

import io
import re
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from uuid_utils.compat import uuid7

from roster import services
from roster.schemas.files import user_file
from roster.services.imports import Options
from roster.services.operations.bulk import Scope
from roster.services.provisioning.requests import Entry, Search
from tests import factories
from tests.blueprints.test_admin_authorization import VALUES, calls
from tests.factories import NOW
from tests.pages import Pages

FIELDS = [
    *("q", "status", "sort", "after", "limit", "kind", "before", "actor", "subject", "action", "since", "until"),
    *("next", "back", "code", "password", "secret", "email", "role", "organization_id", "name", "slug"),
    *("purge_days", "purge_keeps", "version", "display_name", "description", "external_id", "users", "groups"),
    *("scopes", "provider", "expires_in", "overlap", "reason", "user_name", "given_name"),
    *("email_value", "attribute_name", "attribute_value", "attribute_kind"),
    *(
        "department",
        "account",
        "filter",
        "edit",
        "show",
        "value",
        "was",
        "columns",
        "page_size",
        "everybody",
        "expected",
    ),
    *("ids", "group", "operation_id", "leave_groups", "emails", "attributes", "versions", "despite_provider"),
    *("language", "timezone", "dialect", "file", "column-0", "column-1", "on_error"),
]
EVIL = "\"'><script>alert(1)</script>"
HOSTILE = [
    EVIL,
    "\0",
    "\ud800",
    "x" * 5000,
    "-1",
    "9" * 400,
    "1e999",
    "0001-01-01",
    "9999-12-31",
    "\u202e\ufdd0\uffff",
    "%00%ff",
    "00000000-0000-0000-0000-000000000000",
    "💣" * 300,
    "' OR 1=1 --",
    "//evil.test",
    "٣",
]


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_no_page_fails_and_none_gives_back_markup(app: Flask, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    pages = Pages(app)
    user_id, group_id = pages.add().id, pages.group("Pilots")
    with app.app_context():
        prefix = factories.token(pages.organization_id).split("_")[2][:8]
        known = {name: str(key) for name, key in things(pages, user_id).items()}
    known |= {"user_id": str(user_id), "group_id": str(group_id), "slug": pages.slug, "prefix": prefix}
    sent = {name: value.encode(errors="surrogatepass") for name in FIELDS}

    for rule, method in calls(app):
        if rule.endpoint in {"sessions.delete", "own.account.end_others"}:
            continue
        path = re.sub(
            r"<(?:([^<>]+):)?(\w+)>", lambda found: known.get(found[2]) or VALUES.get(found[1], str(user_id)), rule.rule
        )
        form = {"data": sent} if method == "POST" else {}
        with pages.client.open(path, method=method, query_string=sent, **form) as answer:
            assert answer.status_code < 500, (method, rule.rule)
            assert EVIL not in answer.text
            assert "evil.test" not in (answer.location or ""), (method, rule.rule)


def things(pages: Pages, user_id: UUID) -> dict[str, UUID]:
    """A provider with a call, an operation, a second person, and an import whose columns are to be chosen."""
    actor = factories.actor(pages.organization_id)
    operator = replace(actor, operation_id=uuid7())
    provider, other = factories.provider(pages.organization_id).id, factories.user(pages.organization_id, "other").id
    entry = Entry(provider, NOW, "POST", "/scim/v2/Users", 409, EVIL, 1, EVIL, {EVIL: EVIL}, None)
    services.provisioning.requests.record(pages.organization_id, [entry])
    file = io.BytesIO(f"Login,{EVIL[2:]}\n{EVIL[2:]},x\n".encode())
    options = Options(columns=user_file.columns(file, "csv"), file_name=EVIL)
    return {
        "provider_id": provider,
        "request_id": services.provisioning.requests.search(pages.organization_id, provider, Search())[0].id,
        "other_id": other,
        "operation_id": services.operations.bulk.run(operator, "suspend", Scope((user_id,)), at=NOW, reason=EVIL).id,
        "job_id": services.imports.stage(actor, lambda: user_file.read_cells(file), options, state="staged", at=NOW).id,
    }
