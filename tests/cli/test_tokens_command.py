import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from roster import services
from roster.errors import AppException
from roster.models.token import SCOPES
from tests.api import USERS
from tests.cli.conftest import Process, Run

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _acme(roster: Run) -> None:
    roster("organizations", "create", "acme")


def issue(roster: Run, *arguments: str) -> str:
    result = roster("tokens", "issue", "--organization", "acme", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def test_a_token_stands_alone_on_standard_output_and_opens_the_api(app: Flask, process: Process) -> None:
    result = process("tokens", "issue", "--organization", "acme", "--kind", "api", "--scope", "users:read")

    assert re.fullmatch(r"roster_api_[0-9a-f]{80}\n", result.stdout)
    client, headers = app.test_client(), {"Authorization": f"Bearer {result.stdout.strip()}"}
    assert client.get(USERS, headers=headers).status_code == 200
    assert client.post(USERS, headers=headers, json={"user_name": "ada"}).status_code == 403


def test_a_token_has_every_scope_where_none_is_named(app: Flask, roster: Run) -> None:
    text = issue(roster, "--kind", "api")

    with app.app_context():
        assert services.tokens.authenticate(text, at=NOW).scopes == set(SCOPES)


def test_a_scim_token_makes_its_provider_once(app: Flask, roster: Run) -> None:
    texts = [issue(roster, "--kind", "scim", "--provider", name) for name in ("Okta", "OKTA", "Entra")]

    with app.app_context():
        accesses = [services.tokens.authenticate(text, at=NOW) for text in texts]
    assert [access.label for access in accesses] == ["Okta", "OKTA", "Entra"]
    assert accesses[0].provider == accesses[1].provider
    assert len({access.provider for access in accesses} - {None}) == 2
    assert all(access.scopes == set() for access in accesses)


def test_tokens_are_listed_with_their_state_and_never_with_their_secret(app: Flask, roster: Run) -> None:
    texts = {
        "first": issue(roster, "--kind", "api", "--name", "first", "--scope", "users:read", "--scope", "users:write"),
        "second": issue(roster, "--kind", "scim", "--provider", "Okta"),
        "third": issue(roster, "--kind", "api", "--name", "third", "--scope", "users:read", "--expires-in", "1"),
    }
    prefixes = {name: text.split("_")[2][:8] for name, text in texts.items()}
    roster("tokens", "revoke", "--organization", "acme", prefixes["second"])

    result = roster("tokens", "list", "--organization", "acme")

    assert result.output.splitlines() == [
        f"{prefixes['third']}\tapi\tthird\tvalid\tusers:read",
        f"{prefixes['second']}\tscim\tOkta\trevoked\t",
        f"{prefixes['first']}\tapi\tfirst\tvalid\tusers:read users:write",
    ]
    assert not [text for text in texts.values() if text in result.output]


def test_a_token_ends_by_itself(app: Flask, roster: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = issue(roster, "--kind", "api", "--expires-in", "1")
    monkeypatch.setattr("roster.cli.tokens.now", lambda: datetime.now(UTC) + timedelta(days=1, minutes=1))

    assert "\texpired\t" in roster("tokens", "list", "--organization", "acme").output
    with app.app_context():
        assert services.tokens.authenticate(text, at=NOW + timedelta(hours=23))


def test_a_revoked_token_opens_nothing_and_stays_revoked(app: Flask, roster: Run) -> None:
    text = issue(roster, "--kind", "api")
    prefix = text.split("_")[2][:8]

    first = roster("tokens", "revoke", "--organization", "acme", prefix)
    second = roster("tokens", "revoke", "--organization", "acme", prefix)

    assert first.output == second.output == f"Revoked {prefix}.\n"
    assert app.test_client().get(USERS, headers={"Authorization": f"Bearer {text}"}).status_code == 401


@pytest.mark.parametrize("prefix", ["nothing", "", "%", "_______", "\udcff"])
def test_an_unknown_prefix_ends_no_token(app: Flask, roster: Run, prefix: str) -> None:
    text = issue(roster, "--kind", "api")

    result = roster("tokens", "revoke", "--organization", "acme", "--", prefix)

    assert result.exit_code in {1, 2}
    assert "No such token." in result.output or "U+DCFF" in result.output
    with app.app_context():
        assert services.tokens.authenticate(text, at=NOW)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kind", "api", "--provider", "Okta"], "--provider belongs to --kind scim, and only there."),
        (["--kind", "scim"], "--provider belongs to --kind scim, and only there."),
        (["--kind", "scim", "--provider", "Okta", "--scope", "users:read"], "--scope belongs to --kind api."),
        (["--kind", "scim", "--provider", " "], "Must not be empty."),
        (["--kind", "api", "--name", "a\nb"], "Must not contain the character U+000A."),
        (["--kind", "api", "--scope", "users:all"], "Invalid value for '--scope'"),
        (["--kind", "api", "--expires-in", "0"], "Invalid value for '--expires-in'"),
        (["--kind", "api", "--expires-in", "99999999999"], "Invalid value for '--expires-in'"),
        (["--kind", "other"], "Invalid value for '--kind'"),
        ([], "Missing option '--kind'"),
        (["--kind", "api", "--organization", "nowhere"], "There is no organization 'nowhere'."),
    ],
)
def test_what_is_wrong_is_told_and_no_token_is_issued(roster: Run, arguments: list[str], message: str) -> None:
    result = roster("tokens", "issue", "--organization", "acme", *arguments)

    assert result.exit_code in {1, 2}
    assert message in result.output
    assert roster("tokens", "list", "--organization", "acme").output == ""


def test_a_token_is_replaced_and_the_old_one_goes_on_for_a_while(app: Flask, roster: Run) -> None:
    old = roster("tokens", "issue", "--organization", "acme", "--kind", "api").output.strip()

    new = roster("tokens", "rotate", "--organization", "acme", old.split("_")[2][:8], "--overlap", "2").output.strip()

    now = datetime.now(UTC)
    with app.app_context():
        for token in (old, new):
            assert services.tokens.authenticate(token, at=now + timedelta(minutes=119)).kind == "api"
        assert services.tokens.authenticate(new, at=now + timedelta(hours=3))
        with pytest.raises(AppException, match="bearer"):
            services.tokens.authenticate(old, at=now + timedelta(hours=3))


@pytest.mark.parametrize(
    ("organization", "prefix", "message"),
    [
        ("acme", "00000000", "No such token."),
        ("acme", "\udcff", "Must not contain the character U+DCFF."),
        ("nowhere", "00000000", "There is no organization 'nowhere'."),
        ("\udcff", "00000000", "Must not contain the character U+DCFF."),
    ],
)
def test_a_token_that_is_not_there_is_not_replaced(roster: Run, organization: str, prefix: str, message: str) -> None:
    result = roster("tokens", "rotate", "--organization", organization, prefix)

    assert result.exit_code in {1, 2}
    assert message in result.output
