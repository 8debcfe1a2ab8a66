"""Whatever is sent to the pages: no failure of ours, and nothing of it comes back as anything but text."""

import re

import pytest
from flask import Flask

from tests import factories
from tests.blueprints.test_admin_authorization import VALUES, calls
from tests.pages import Pages

FIELDS = [
    *("q", "status", "sort", "after", "limit", "kind", "before", "actor", "subject", "action", "since", "until"),
    *("next", "back", "code", "password", "secret", "email", "role", "organization_id", "name", "slug"),
    *("purge_days", "purge_keeps", "version", "display_name", "description", "external_id", "users", "groups"),
    *("scopes", "provider", "expires_in", "overlap", "reason", "user_name", "given_name"),
    *("email_value", "attribute_name", "attribute_value", "attribute_kind"),
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
    known = {"user_id": str(user_id), "group_id": str(group_id), "slug": pages.slug, "prefix": prefix}
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
