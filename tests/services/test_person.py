"""`Person` says what `User` says."""

from dataclasses import fields

from roster.models import Person, User


def test_a_person_has_a_field_for_each_column_and_the_addresses() -> None:
    columns = set(User.__table__.columns.keys())

    assert {one.name for one in fields(Person)} == columns | {"emails"}
