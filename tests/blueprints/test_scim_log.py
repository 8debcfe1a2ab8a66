"""What identity providers sent and were answered: written down without secrets, and without anybody waiting for it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import orjson
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, Row
from sqlalchemy.exc import OperationalError

from roster import services
from roster.blueprints.scim import journal, log, redaction
from roster.scim.attributes import BULK_REQUEST_URN, USER_URN
from roster.services.provisioning.requests import Search
from tests import factories
from tests.pages import statements
from tests.provider import SCIM_JSON, Provider

ADA = {"schemas": [USER_URN], "userName": "ada@example.test"}
SECRET = "correct horse battery staple"


@pytest.fixture
def okta(app: Flask) -> Iterator[Provider]:
    with app.app_context():
        log.flush()  # what other tests left
    yield Provider(app)
    with app.app_context():
        log.flush()


def logged(okta: Provider, *, flushed: bool = True) -> list[Row[Any]]:
    """The requests that the log knows, the oldest first, with their bodies."""
    app = okta.client.application
    with app.app_context():
        if flushed:
            log.flush()
        key = okta.organization_id
        [provider] = services.provisioning.providers.search(key)
        rows = services.provisioning.requests.search(key, provider.id, Search())
        found = [services.provisioning.requests.find(key, provider.id, row.id) for row in reversed(rows)]
    return [row for row in found if row is not None]


def dropped() -> float:
    return journal.DROPPED._value.get()  # the library has no other way to read a counter


def test_a_request_is_kept_with_its_answer(okta: Provider) -> None:
    answer = okta.post("/Users?attributes=userName", json=ADA, headers={"X-Request-ID": "mine"})

    [row] = logged(okta)
    assert (row.method, row.path, row.status, row.reason) == ("POST", "/scim/v2/Users?attributes=userName", 201, None)
    assert (row.sent, row.answered, row.request_id) == (ADA, answer.get_json(), "mine")
    assert 0 <= row.milliseconds < 10_000


def test_a_failure_is_kept_with_its_reason_in_the_words_of_the_answer(okta: Provider) -> None:
    okta.new(ADA["userName"])
    answer = okta.post("/Users", json=ADA)
    okta.get('/Users?filter=nonsense eq "1"')

    _, taken, unreadable = logged(okta)
    assert (taken.status, taken.reason) == (409, answer.get_json()["detail"])
    assert unreadable.path == '/scim/v2/Users?filter=nonsense eq "1"'
    assert unreadable.answered["scimType"] == "invalidFilter"
    assert unreadable.reason == unreadable.answered["detail"]


def test_of_a_bulk_request_it_says_how_much_failed(okta: Provider) -> None:
    operations = [{"method": "POST", "path": "/Users", "bulkId": str(n), "data": ADA} for n in range(3)]
    for some in (operations, operations[:1]):
        okta.post("/Bulk", json={"schemas": [BULK_REQUEST_URN], "Operations": some})
    okta.post("/Bulk", json={"schemas": [BULK_REQUEST_URN], "Operations": []})

    rows = logged(okta)
    assert [row.status for row in rows] == [200, 200, 200]
    assert [row.reason for row in rows] == ["2 of 3 operations failed.", "1 of 1 operations failed.", None]


def test_no_password_and_no_token_is_kept(okta: Provider) -> None:
    user = okta.new(password=SECRET)
    okta.patch(f"/Users/{user['id']}", {"op": "replace", "path": "password", "value": SECRET})
    okta.patch(f"/Users/{user['id']}", {"op": "Add", "value": {"Password": SECRET, "title": "Dr"}})
    okta.patch(f"/Users/{user['id']}", {"op": "Add", "path": f"{USER_URN}:password", "value": SECRET})
    okta.post("/Users", json=ADA | {"access_token": {"a": SECRET}, "nickName": f"Bearer {okta.token}"})
    okta.get(f'/Users?filter=password eq "{SECRET}"&token={SECRET}&count=1')
    okta.get(f'/Users?filter=title eq "{okta.token}"')

    rows = logged(okta)
    assert len(rows) == 7
    kept = "\n".join(str(row) for row in rows)
    assert SECRET not in kept
    assert okta.token not in kept
    assert rows[0].sent["password"] == rows[1].sent["Operations"][0]["value"] == "[hidden]"
    assert rows[2].sent["Operations"][0]["value"] == {"Password": "[hidden]", "title": "Dr"}
    assert rows[5].path == '/scim/v2/Users?filter=password eq "[hidden]"&token=[hidden]&count=1'


def test_a_body_that_is_too_long_or_no_json_leaves_a_note(okta: Provider) -> None:
    body = json.dumps(ADA | {"nickName": "x" * 20_000})
    okta.post("/Users", data=body, content_type=SCIM_JSON)
    okta.post("/Users", data=b'{"userName": "ada"', content_type=SCIM_JSON)
    okta.delete("/Users/x")

    long, broken, empty = logged(okta)
    assert long.sent == {"note": f"Too long to keep: {len(body):,} bytes."}
    assert broken.sent == {"note": "Not JSON: 18 bytes."}
    assert (empty.sent, empty.status) == (None, 404)


def test_what_postgresql_can_not_keep_is_replaced(okta: Provider) -> None:
    okta.post("/Users", json=ADA | {"nickName": "a\0b"})
    okta.get("/Users?filter=%00")

    nul, path = logged(okta)
    assert nul.sent["nickName"] == "a\N{REPLACEMENT CHARACTER}b"
    assert "\0" not in path.path


def test_strangers_other_tokens_and_other_doors_are_not_in_it(app: Flask, okta: Provider) -> None:
    with app.app_context():
        api = factories.token(okta.organization_id, "users:read")
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {api}"}):
        okta.client.get("/scim/v2/Users", headers=headers)
    okta.client.get("/scim/v2/ServiceProviderConfig")
    okta.client.get("/api/v1/users", headers={"Authorization": f"Bearer {okta.token}"})

    assert logged(okta) == []


def test_one_that_is_switched_off_sees_why_in_the_log(app: Flask, okta: Provider) -> None:
    with app.app_context():
        [provider] = services.provisioning.providers.search(okta.organization_id)
        actor = factories.actor(okta.organization_id)
        services.provisioning.providers.change(actor, provider.id, {"enabled": False}, at=factories.NOW)

    assert okta.get("/Users").status_code == 403

    [row] = logged(okta)
    assert (row.status, row.reason) == (403, "This identity provider is switched off.")


def test_a_request_sends_no_statement_for_its_log(okta: Provider, engine: Engine) -> None:
    okta.get("/Users")
    with statements(engine) as seen:
        okta.get("/Users")

    assert not [statement for statement in seen if "provider_request" in statement]
    assert len(logged(okta)) == 2


def test_many_are_written_by_one_statement(okta: Provider, engine: Engine) -> None:
    for _ in range(5):
        okta.get("/Users?count=0")

    with statements(engine) as seen, okta.client.application.app_context():
        log.flush()

    assert len([statement for statement in seen if "INSERT INTO provider_request" in statement]) == 1
    assert len(logged(okta, flushed=False)) == 5


def test_a_full_queue_drops_counts_and_fails_nobody(
    app: Flask, okta: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "WAITING", 2)
    monkeypatch.setitem(app.extensions, "roster.scim_journal", journal.Journal(app, log.entry))
    before = dropped()

    answers = [okta.get("/Users").status_code for _ in range(5)]

    assert answers == [200] * 5
    assert dropped() == before + 3
    assert len(logged(okta)) == 2


def test_an_outage_costs_log_entries_and_nothing_else(okta: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("gone"))

    before = dropped()
    with monkeypatch.context() as patch:
        patch.setattr(services.provisioning.requests, "record", away)
        assert okta.get("/Users").status_code == 200
        assert logged(okta) == []
    okta.get("/Users")

    assert dropped() == before + 1
    assert len(logged(okta)) == 1


def test_a_provider_that_is_gone_takes_nobody_elses_entries_along(app: Flask, okta: Provider) -> None:
    other = Provider(app)
    okta.get("/Users")
    other.get("/Users")
    before = dropped()
    with app.app_context():
        actor = factories.actor(other.organization_id)
        services.organizations.remove(actor, at=factories.NOW)
        assert services.purge.organization(other.organization_id, at=factories.NOW.replace(year=2030))

    assert len(logged(okta)) == 1
    assert dropped() == before + 1


def test_a_fault_of_the_log_is_not_the_requests(okta: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dropped()
    monkeypatch.setattr(log, "_heard", lambda *_: 1 / 0)

    assert okta.get("/Users").status_code == 200

    assert dropped() == before + 1


def test_outside_of_tests_a_thread_writes_by_itself(
    app: Flask, okta: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "LINGER", 0.01)
    monkeypatch.setitem(app.extensions, "roster.scim_journal", journal.Journal(app, log.entry))
    monkeypatch.setattr(app, "testing", False)
    okta.get("/Users")
    monkeypatch.setattr(app, "testing", True)

    until = monotonic() + 10
    while not logged(okta, flushed=False) and monotonic() < until:
        sleep(0.02)

    assert len(logged(okta)) == 1  # and the flush waited until the thread was done


ENDING = """
from pathlib import Path
from sys import argv
from roster.app import create_app
client = create_app(instance_path=Path(argv[1])).test_client()
print(client.get("/scim/v2/Users", headers={"Authorization": f"Bearer {argv[2]}"}).status_code)
"""


def test_what_waits_is_written_when_the_process_ends(app: Flask, okta: Provider, tmp_path: Any) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg2", "")

    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", ENDING, str(tmp_path), okta.token],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert ended.stdout == "200\n"
    assert len(logged(okta)) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
)


@given(JSON)
def test_any_json_can_be_kept(value: Any) -> None:
    kept = orjson.dumps(redaction.body(orjson.dumps(value)))

    assert b"\\u0000" not in kept


@given(st.binary(max_size=50))
def test_any_bytes_can_be_kept(sent: bytes) -> None:
    assert b"\\u0000" not in orjson.dumps(redaction.body(sent))


def test_what_is_nested_deeper_than_anybody_may_send_is_cut() -> None:
    kept = redaction.body(b"[" * 900 + b"]" * 900)

    assert "[too deep]" in str(kept)
