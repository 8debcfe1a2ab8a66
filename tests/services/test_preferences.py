"""What administrators prefer: kept one beside the other, and forgotten one by one."""

from uuid import uuid4

import pytest
from flask import Flask

from roster import services
from roster.errors import ADMINISTRATOR_NOT_FOUND, AppException
from roster.models import Administrator
from roster.services.preferences import Preferences
from tests.factories import NOW

PASSWORD = "correct horse battery"
prefer, get = services.preferences.prefer, services.preferences.get


@pytest.fixture
def owner(app: Flask) -> Administrator:
    with app.app_context():
        return services.administrators.create("owner@example.test", PASSWORD, "owner", at=NOW)


def test_whoever_never_said_prefers_nothing(app: Flask, owner: Administrator) -> None:
    with app.app_context():
        assert get(owner.id) == Preferences()


def test_one_preference_is_kept_beside_the_others(app: Flask, owner: Administrator) -> None:
    with app.app_context():
        prefer(owner.id, language="de", shortcuts=False)
        said = prefer(owner.id, page_size=100)

        assert said == get(owner.id) == Preferences(language="de", page_size=100, shortcuts=False)


def test_none_forgets_a_preference(app: Flask, owner: Administrator) -> None:
    with app.app_context():
        prefer(owner.id, language="de", timezone="Asia/Tokyo")
        prefer(owner.id, language=None)

        assert get(owner.id) == Preferences(timezone="Asia/Tokyo")


def test_columns_are_kept_list_by_list(app: Flask, owner: Administrator) -> None:
    with app.app_context():
        prefer(owner.id, columns={"users": ["email"]})
        prefer(owner.id, columns={"groups": ["updated_at"]})

        assert get(owner.id).columns == {"users": ["email"], "groups": ["updated_at"]}


def test_what_an_older_or_newer_roster_kept_is_passed_over() -> None:
    assert Preferences.of({"language": "de", "theme": "sepia"}) == Preferences(language="de")


def test_nobody_prefers_nothing(app: Flask) -> None:
    with app.app_context(), pytest.raises(AppException) as failure:
        prefer(uuid4(), language="de")

    assert failure.value.error is ADMINISTRATOR_NOT_FOUND


def test_what_is_no_preference_is_refused(app: Flask, owner: Administrator) -> None:
    with app.app_context(), pytest.raises(TypeError):
        prefer(owner.id, theme="sepia")
