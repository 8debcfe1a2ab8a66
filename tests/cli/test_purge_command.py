"""`roster purge` ends what is too old."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from roster import services
from roster.services.provisioning.requests import Entry, Search
from tests import factories
from tests.cli.conftest import Run


def test_the_purge_ends_old_requests_of_identity_providers(app: Flask, roster: Run) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        key = factories.organization().id
        okta = factories.provider(key).id
        ages = {"/new": timedelta(days=13), "/old": timedelta(days=15)}
        entries = [Entry(okta, now - age, "GET", path, 200, None, 1, None, None, None) for path, age in ages.items()]
        services.provisioning.requests.record(key, entries)

    result = roster("purge")

    assert result.exit_code == 0
    with app.app_context():
        assert [row.path for row in services.provisioning.requests.search(key, okta, Search())] == ["/new"]
