from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from roster import services
from roster.errors import AppException
from roster.services.sign_ins import FIRST_LOCK, FREE_ATTEMPTS
from tests import factories
from tests.factories import NOW, actor

EMAIL, PASSWORD = "owner@example.test", "correct horse battery"


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def owner() -> object:
    return services.administrators.create(EMAIL, PASSWORD, "owner", at=NOW).id


def code_of(action: object) -> str:
    with pytest.raises(AppException) as caught:
        action()  # type: ignore[operator]
    return caught.value.error.code


def test_somebody_signs_in_and_out(owner: object) -> None:
    text = services.sign_ins.sign_in("OWNER@example.test", PASSWORD, at=NOW)

    found = services.sign_ins.find(text, at=NOW)
    assert found is not None
    assert (found.administrator.id, found.confirmed_at) == (owner, NOW)
    assert services.sign_ins.find(text, at=NOW + timedelta(hours=13)) is None
    services.sign_ins.sign_out(text)
    assert services.sign_ins.find(text, at=NOW) is None


def test_wrong_attempts_lock_the_account_longer_and_longer(owner: object) -> None:
    for _ in range(FREE_ATTEMPTS):
        assert code_of(lambda: services.sign_ins.sign_in(EMAIL, "wrong", at=NOW)) == "wrong_sign_in"

    assert code_of(lambda: services.sign_ins.sign_in(EMAIL, PASSWORD, at=NOW)) == "locked_out"
    later = NOW + FIRST_LOCK
    assert code_of(lambda: services.sign_ins.sign_in(EMAIL, "wrong", at=later)) == "wrong_sign_in"
    assert code_of(lambda: services.sign_ins.sign_in(EMAIL, PASSWORD, at=later + FIRST_LOCK)) == "locked_out"
    assert services.sign_ins.sign_in(EMAIL, PASSWORD, at=later + 2 * FIRST_LOCK)


def test_a_code_is_asked_for_and_good_once(owner: object) -> None:
    totp, who = pyotp.random_base32(), actor(factories.organization().id)
    wrong = "000000" if pyotp.TOTP(totp).at(NOW) != "000000" else "111111"
    assert code_of(lambda: services.sign_ins.enable_codes(who, owner, totp, wrong, at=NOW)) == "wrong_code"
    recovery = services.sign_ins.enable_codes(who, owner, totp, pyotp.TOTP(totp).at(NOW), at=NOW)
    later = NOW + timedelta(minutes=2)
    code = pyotp.TOTP(totp).at(later)

    assert code_of(lambda: services.sign_ins.sign_in(EMAIL, PASSWORD, at=later)) == "code_needed"
    assert code_of(lambda: services.sign_ins.sign_in(EMAIL, PASSWORD, code=wrong, at=later)) == "wrong_code"
    assert services.sign_ins.sign_in(EMAIL, PASSWORD, code=code, at=later)
    assert code_of(lambda: services.sign_ins.sign_in(EMAIL, PASSWORD, code=code, at=later)) == "wrong_code"
    assert services.sign_ins.sign_in(EMAIL, PASSWORD, code=recovery[0], at=later)
    assert code_of(lambda: services.sign_ins.sign_in(EMAIL, PASSWORD, code=recovery[0], at=later)) == "wrong_code"
    services.sign_ins.disable_codes(who, owner, at=later)
    assert services.sign_ins.sign_in(EMAIL, PASSWORD, at=later)


def test_browsers_are_listed_and_ended(owner: object) -> None:
    first, second, third = (services.sign_ins.sign_in(EMAIL, PASSWORD, at=NOW) for _ in range(3))
    ids = [browser.id for browser in services.sign_ins.search(owner, at=NOW)]
    assert len(ids) == 3

    found = services.sign_ins.find(first, at=NOW)
    assert found is not None
    services.sign_ins.end(owner, found.session_id)
    assert services.sign_ins.find(first, at=NOW) is None
    services.sign_ins.change_password(actor(factories.organization().id), owner, "another horse", third, at=NOW)

    assert services.sign_ins.find(second, at=NOW) is None
    assert services.sign_ins.find(third, at=NOW) is not None


def test_confirming_needs_the_password(owner: object) -> None:
    text = services.sign_ins.sign_in(EMAIL, PASSWORD, at=NOW)
    later = NOW + timedelta(hours=1)

    assert code_of(lambda: services.sign_ins.confirm(owner, text, "wrong", at=later)) == "wrong_sign_in"
    services.sign_ins.confirm(owner, text, PASSWORD, at=later)

    found = services.sign_ins.find(text, at=later)
    assert found is not None
    assert found.confirmed_at == later


def test_set_up_works_once() -> None:
    services.administrators.set_up(EMAIL, PASSWORD, at=NOW)

    assert code_of(lambda: services.administrators.set_up("b@example.test", PASSWORD, at=NOW)) == "set_up_done"


def test_an_invitation_is_accepted_once() -> None:
    who = actor(factories.organization().id)
    text = services.administrators.invite(who, "new@example.test", "auditor", at=NOW)
    gone = services.administrators.invite(who, "gone@example.test", "auditor", at=NOW)
    open_ones = services.administrators.invitations(at=NOW)
    services.administrators.withdraw(who, next(i.id for i in open_ones if i.email == "gone@example.test"), at=NOW)

    assert services.administrators.accept(text, PASSWORD, at=NOW).role == "auditor"

    for used in (text, gone):
        assert (
            code_of(lambda used=used: services.administrators.accept(used, PASSWORD, at=NOW)) == "invitation_not_found"
        )
    assert services.sign_ins.sign_in("new@example.test", PASSWORD, at=NOW)


def test_the_last_owner_stays(owner: object) -> None:
    who = actor(factories.organization().id)

    assert code_of(lambda: services.administrators.change_role(who, owner, "admin", at=NOW)) == "last_owner"
    assert code_of(lambda: services.administrators.disable(who, owner, at=NOW)) == "last_owner"
    services.administrators.create("b@example.test", PASSWORD, "owner", at=NOW)
    text = services.sign_ins.sign_in(EMAIL, PASSWORD, at=NOW)
    services.administrators.disable(who, owner, at=NOW)

    assert services.sign_ins.find(text, at=NOW) is None
    assert code_of(lambda: services.sign_ins.sign_in(EMAIL, PASSWORD, at=NOW)) == "wrong_sign_in"
    services.administrators.enable(who, owner, at=NOW)
    assert services.sign_ins.sign_in(EMAIL, PASSWORD, at=NOW)
