"""Administrators: accounts, signing in and out."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from roster import services
from roster.errors import AppException
from roster.models import secret as secrets
from roster.services import sign_ins
from tests import factories
from tests.factories import NOW

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_who_signs_in_is_known_until_they_sign_out() -> None:
    factories.administrator("Ada@Example.test", PASSWORD)

    secret = services.sign_ins.sign_in("ada@example.TEST", PASSWORD, at=NOW)
    known = services.sign_ins.find(secret, at=NOW)
    services.sign_ins.sign_out(secret)

    assert known
    assert known.administrator.email == "Ada@Example.test"
    assert services.sign_ins.find(secret, at=NOW) is None
    services.sign_ins.sign_out(secret)


def test_a_session_ends_by_itself_and_is_swept_away(engine: Engine) -> None:
    factories.administrator("a@b.test", PASSWORD)
    first = services.sign_ins.sign_in("a@b.test", PASSWORD, at=NOW)
    end = NOW + sign_ins.SIGNED_IN_FOR

    assert services.sign_ins.find(first, at=end - timedelta(seconds=1))
    assert services.sign_ins.find(first, at=end) is None
    services.sign_ins.sign_in("a@b.test", PASSWORD, at=end)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM administrator_session")) == 1


def test_neither_password_nor_secret_is_kept(engine: Engine) -> None:
    factories.administrator("a@b.test", PASSWORD)
    secret = services.sign_ins.sign_in("a@b.test", PASSWORD, at=NOW)

    with engine.connect() as connection:
        everything = text("SELECT a::text, s::text FROM administrator a, administrator_session s")
        kept = str(connection.execute(everything).all())
    assert PASSWORD not in kept
    assert secret not in kept
    assert "$argon2id$" in kept


@pytest.mark.parametrize(
    ("email", "password"),
    [("a@b.test", "wrong"), ("nobody@b.test", PASSWORD), ("", ""), ("a@b.test", ""), ("a@b.test", PASSWORD.upper())],
)
def test_a_wrong_address_and_a_wrong_password_are_told_alike(email: str, password: str) -> None:
    factories.administrator("a@b.test", PASSWORD)

    with pytest.raises(AppException) as caught:
        services.sign_ins.sign_in(email, password, at=NOW)

    assert caught.value.error.code == "wrong_sign_in"


def test_an_unknown_address_costs_as_much_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.administrator("a@b.test", PASSWORD)
    verified: list[str] = []
    hasher = secrets._HASHER

    class Counting:
        def verify(self, password_hash: str, password: str) -> bool:
            verified.append(password_hash)
            return bool(hasher.verify(password_hash, password))

        def hash(self, password: str) -> str:
            return hasher.hash(password)

    monkeypatch.setattr(secrets, "_HASHER", Counting())
    for email in ("a@b.test", "nobody@b.test"):
        with pytest.raises(AppException):
            services.sign_ins.sign_in(email, "wrong", at=NOW)

    known, unknown = verified
    assert known != unknown
    assert known.split("$")[:4] == unknown.split("$")[:4]


def test_an_address_signs_in_one_administrator() -> None:
    assert not services.administrators.any_exist()
    factories.administrator("a@b.test", PASSWORD)

    with pytest.raises(AppException) as caught:
        factories.administrator("A@B.test", "another password")

    assert caught.value.error.code == "administrator_email_taken"
    assert services.administrators.any_exist()


@pytest.mark.parametrize("secret", ["", "x", "\0", "é" * 1000])
def test_nobody_is_signed_in_with_any_other_secret(secret: str) -> None:
    factories.administrator()

    assert services.sign_ins.find(secret, at=NOW) is None
