"""Names in filters and paths: which attribute each of them is, and what may be asked of it."""

from datetime import UTC, datetime

import pytest

from roster.errors import INVALID_FILTER, INVALID_PATH, AppException
from roster.scim.attributes import ENTERPRISE_URN, USER, USER_URN
from roster.scim.grammar import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Not,
    Or,
    Present,
    ValuePath,
    parse_filter,
    parse_path,
    parse_sort,
    resolve,
    resolve_path,
)


def path(name: str, sub: str | None = None, schema: str | None = None) -> AttributePath:
    return AttributePath(schema, name, sub)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('USERNAME eq "x"', Comparison(path("userName"), "eq", "x")),
        (f'{USER_URN.lower()}:username eq "x"', Comparison(path("userName"), "eq", "x")),
        ('department eq "x"', Comparison(path("department", None, ENTERPRISE_URN), "eq", "x")),
        (
            f'{ENTERPRISE_URN}:Manager.Value eq "x"',
            Comparison(path("manager", "value", ENTERPRISE_URN), "eq", "x"),
        ),
        ('emails co "x"', Comparison(path("emails", "value"), "co", "x")),
        ('manager eq "x"', Comparison(path("manager", "value", ENTERPRISE_URN), "eq", "x")),
        ("title eq null", Not(Present(path("title")))),
        ("title ne null", Present(path("title"))),
        ("emails eq null", Not(Present(path("emails")))),
        ("active eq true", Comparison(path("active"), "eq", True)),
        ('active ne "False"', Comparison(path("active"), "ne", False)),
        ('EMAILS[TYPE eq "x"]', ValuePath(path("emails"), Comparison(path("type"), "eq", "x"))),
        (
            'name[givenName eq "x" or not (middleName pr)]',
            And(
                Present(path("name")),
                Or(Comparison(path("name", "givenName"), "eq", "x"), Not(Present(path("name", "middleName")))),
            ),
        ),
        (
            'name[givenName pr and familyName ne "x"]',
            And(
                Present(path("name")),
                And(Present(path("name", "givenName")), Comparison(path("name", "familyName"), "ne", "x")),
            ),
        ),
        ('schemas eq "urn:x"', Comparison(path("schemas"), "eq", "urn:x")),
    ],
)
def test_names_become_those_of_the_schema_and_values_those_of_the_type(text: str, expected: Filter) -> None:
    assert resolve(parse_filter(text), USER) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("2011-05-13T04:42:34Z", "2011-05-13T06:42:34+02:00", "2011-05-13t04:42:34z", "2011-05-13T04:42:34"),
        "2011-05-13T04:42:34.000Z",
    ],
)
def test_a_date_and_time_is_a_moment_whatever_its_zone(text: str) -> None:
    found = resolve(parse_filter(f'meta.lastModified gt "{text}"'), USER)

    assert found == Comparison(path("meta", "lastModified"), "gt", datetime(2011, 5, 13, 4, 42, 34, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        'colour eq "x"',
        'userName.first eq "x"',
        'name.first eq "x"',
        'emails[colour eq "x"]',
        'urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq "x"',
        'urn:example:2.0:User:userName eq "x"',
        'password eq "x"',
        "password pr",
        "active gt true",
        "active co true",
        'active eq "maybe"',
        "active eq 1",
        "userName eq 1",
        "userName eq true",
        "userName co null",
        "name eq 1",
        'addresses eq "x"',
        'name gt "x"',
        'x509Certificates.value gt "x"',
        'meta.created co "2011"',
        'meta.created gt "yesterday"',
        'meta.created gt "2011-02-30T00:00:00Z"',
        'meta.created gt "0001-01-01T00:00:00+23:59"',
        "meta.created gt 5",
        'userName[value eq "x"]',
        'emails.value[type eq "x"]',
        "emails[type[a pr]]",
        'emails[emails.type eq "x"]',
    ],
)
def test_what_no_schema_allows_is_refused(text: str) -> None:
    found = parse_filter(text)

    with pytest.raises(AppException) as caught:
        resolve(found, USER)

    assert caught.value.error is INVALID_FILTER


def test_paths_become_those_of_the_schema() -> None:
    of_users = {text: resolve_path(parse_path(text), USER) for text in ("EMAILS[TYPE pr].VALUE", "department", "NAME")}

    assert of_users == {
        "EMAILS[TYPE pr].VALUE": ValuePath(path("emails"), Present(path("type")), "value"),
        "department": path("department", None, ENTERPRISE_URN),
        "NAME": path("name"),
    }
    for text in ("colour", "emails[type pr].colour", "password"):
        with pytest.raises(AppException) as caught:
            resolve_path(parse_path(text), USER)
        assert caught.value.error is INVALID_PATH


def test_sorting_is_by_one_attribute_or_by_its_value() -> None:
    assert parse_sort("EMAILS", USER) == path("emails", "value")
    assert parse_sort("name.familyname", USER) == path("name", "familyName")
    for text in ("emails[type pr]", "name", "colour", "", "password"):
        with pytest.raises(AppException) as caught:
            parse_sort(text, USER)
        assert caught.value.error is INVALID_PATH
