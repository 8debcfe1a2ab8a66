from datetime import UTC, datetime

import pytest
from flask import Flask

from roster import services
from roster.errors import AppException
from tests.cli.conftest import Run

NOW = datetime.now(UTC)


def test_an_administrator_is_created_and_can_sign_in(app: Flask, roster: Run) -> None:
    result = roster(
        *("administrators", "create", "Ada@Example.test", "--role", "owner", "--password-stdin"),
        input="pässword 1\r\nsecond line\n",
    )

    assert (result.exit_code, result.output) == (0, "Created owner Ada@Example.test.\n")
    with app.app_context():
        secret = services.sign_ins.sign_in("ada@example.test", "pässword 1", at=NOW)
        found = services.sign_ins.find(secret, at=NOW)
        assert found
        assert (found.administrator.role, found.administrator.organization_id) == ("owner", None)


def test_a_password_that_is_asked_for_is_asked_twice_and_not_shown(app: Flask, roster: Run) -> None:
    result = roster("administrators", "create", "ada@example.test", input="password 1\npassword 1\n")

    assert result.exit_code == 0
    assert "password 1" not in result.output
    assert "Created admin ada@example.test." in result.output
    with app.app_context():
        assert services.sign_ins.sign_in("ada@example.test", "password 1", at=NOW)


def test_an_administrator_may_belong_to_one_organization(app: Flask, roster: Run) -> None:
    roster("organizations", "create", "acme")

    result = roster(
        *("administrators", "create", "a@b.test", "--organization", "acme", "--password-stdin"), input="password 1\n"
    )

    assert result.exit_code == 0
    with app.app_context():
        secret = services.sign_ins.sign_in("a@b.test", "password 1", at=NOW)
        found = services.sign_ins.find(secret, at=NOW)
        assert found
        assert found.administrator.organization_id == services.organizations.get_by_slug("acme").id


def test_a_taken_address_is_told_in_a_sentence(roster: Run) -> None:
    roster("administrators", "create", "a@b.test", "--password-stdin", input="password 1\n")

    result = roster("administrators", "create", "A@B.test", "--password-stdin", input="password 2\n")

    message = "Error: Another administrator signs in with this e-mail address.\n"
    assert (result.exit_code, result.output) == (1, message)


@pytest.mark.parametrize(
    ("arguments", "given", "message"),
    [
        (["nobody"], b"password 1\n", "Invalid value for EMAIL: Not an e-mail address."),
        ([""], b"password 1\n", "Invalid value for EMAIL: Must not be empty."),
        (["a@\udcff"], b"password 1\n", "Invalid value for EMAIL: Must not contain the character U+DCFF."),
        (["a@b.test"], b"short\n", "The password must have between 8 and 1024 characters."),
        (["a@b.test"], b"", "The password must have between 8 and 1024 characters."),
        (["a@b.test"], b"x" * 1025, "The password must have between 8 and 1024 characters."),
        (["a@b.test"], b"\xff" * 10, "The password must be UTF-8."),
        (["a@b.test", "--role", "king"], b"password 1\n", "Invalid value for '--role'"),
        (["a@b.test", "--organization", "nowhere"], b"password 1\n", "There is no organization 'nowhere'."),
        (["a@b.test", "--organization", "\udcff"], b"password 1\n", "Must not contain the character U+DCFF."),
    ],
)
def test_what_is_wrong_is_told_and_nobody_is_made(
    app: Flask, roster: Run, arguments: list[str], given: bytes, message: str
) -> None:
    result = roster("administrators", "create", *arguments, "--password-stdin", input=given)

    assert result.exit_code in {1, 2}
    assert message in result.output
    with app.app_context():
        assert not services.administrators.any_exist()


def test_nobody_signs_in_with_a_password_of_somebody_else(app: Flask, roster: Run) -> None:
    roster("administrators", "create", "a@b.test", "--password-stdin", input="password 1\n")

    with app.app_context(), pytest.raises(AppException, match="wrong"):
        services.sign_ins.sign_in("a@b.test", "password 2", at=NOW)
