"""The demo directory's people: made up, the same every time, and of many scripts."""

import re
import unicodedata
from collections import Counter
from datetime import date
from typing import Any

import pytest

from roster.cli import demo_people

FIELDS = [
    *("user_name", "given_name", "family_name", "display_name", "email"),
    *("title", "department", "external_id", "active", "attributes"),
]


def script(person: dict[str, Any]) -> str:
    return unicodedata.name(person["family_name"][0]).split()[0]


def named(culture: str) -> demo_people.Culture:
    return next(entry for entry in demo_people.CULTURES if entry.name == culture)


@pytest.fixture(scope="module")
def crowd() -> list[dict[str, Any]]:
    return demo_people.people(5000)


def test_the_same_seed_gives_the_same_people_and_another_seed_gives_others() -> None:
    again = demo_people.people(50, seed=3)

    assert demo_people.people(50, seed=3) == again
    assert demo_people.people(50, seed=4) != again


@pytest.mark.parametrize("count", [0, 1, 11, 320])
def test_there_are_as_many_people_as_asked_for(count: int) -> None:
    assert len(demo_people.people(count)) == count


def test_everyone_has_the_same_fields(crowd: list[dict[str, Any]]) -> None:
    assert all(list(person) == FIELDS for person in crowd)
    assert all(set(person["attributes"]) == {"office", "cost_center", "start_date"} for person in crowd)


def test_user_names_are_unique_lower_case_ascii_even_in_a_crowd(crowd: list[dict[str, Any]]) -> None:
    names = [person["user_name"] for person in crowd]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(-[a-z]+)?\.[a-z]+(-[a-z]+)?\d*", name)] == []
    assert all(person["email"] == f"{person['user_name']}@harbourpine.example" for person in crowd)


def test_every_text_is_in_normal_form_c_without_stray_spaces(crowd: list[dict[str, Any]]) -> None:
    values = [value for person in crowd for value in [*person.values(), *person["attributes"].values()]]
    texts = {value for value in values if isinstance(value, str)}

    assert [
        text for text in texts if not unicodedata.is_normalized("NFC", text) or text != " ".join(text.split())
    ] == []


def test_two_in_five_names_are_in_one_of_many_other_scripts() -> None:
    scripts = Counter(script(person) for person in demo_people.people())

    assert len(scripts) >= 14
    assert 0.5 < scripts["LATIN"] / scripts.total() < 0.7


def test_no_name_mixes_scripts() -> None:
    for culture in demo_people.CULTURES:
        forms = [*culture.given[0], *culture.given[1], *(form for family in culture.families for form in family)]
        letters = {unicodedata.name(c).split()[0] for form in forms for c in form.native if c.isalpha()}

        assert len(letters - {"HIRAGANA"}) == 1, culture


@pytest.mark.parametrize(
    ("culture", "expected"),
    [("Japanese", "西岡美咲"), ("Korean", "김세은"), ("Hungarian", "Kovács Emőke"), ("Polish", "Zofia Kowalska")],
)
def test_a_displayed_name_is_in_its_cultures_order(culture: str, expected: str) -> None:
    names = named(culture)
    woman, (family, _) = names.given[0][0], names.families[0]

    assert names.display.format(given=woman.native, family=family.native) == expected


def test_a_japanese_person_is_shown_family_first_without_a_space(crowd: list[dict[str, Any]]) -> None:
    person = next(person for person in crowd if person["family_name"] == "長谷川")

    assert person["display_name"] == f"長谷川{person['given_name']}"
    assert person["user_name"].rstrip("0123456789").endswith(".hasegawa")


def test_there_is_one_chief_executive_and_one_head_of_each_department(crowd: list[dict[str, Any]]) -> None:
    titles = Counter(person["title"] for person in crowd)

    assert crowd[0]["title"] == "Chief Executive Officer"
    assert {titles[title] for _, title in demo_people.LEADERS} == {1}


def test_most_are_active_and_most_have_an_employee_number_of_their_own(crowd: list[dict[str, Any]]) -> None:
    numbers = [person["external_id"] for person in crowd if person["external_id"]]

    assert 0.92 < sum(person["active"] for person in crowd) / len(crowd) < 0.96
    assert 0.77 < len(numbers) / len(crowd) < 0.83
    assert len(set(numbers)) == len(numbers)


def test_everyone_started_on_a_monday_in_order_of_seniority(crowd: list[dict[str, Any]]) -> None:
    starts = [date.fromisoformat(person["attributes"]["start_date"]) for person in crowd]

    assert starts == sorted(starts)
    assert {start.weekday() for start in starts} == {0}
