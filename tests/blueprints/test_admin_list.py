import re

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.pages import Pages, statements, words

ROW = re.compile(r'<bdi class="full">([^<]*)</bdi>')
PERSON = re.compile(r'/users/([0-9a-f-]{36})"')
NEXT = re.compile(r'rel="next" href="([^"]+)"')


def names(response: object) -> list[str]:
    return ROW.findall(getattr(response, "text", ""))


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def test_people_are_listed_by_name_without_regard_to_accents(pages: Pages) -> None:
    for user_name, name in (("d", "Zoë"), ("b", "Émile"), ("a", "Ada"), ("c", "Ülkü")):
        pages.add(user_name, display_name=name)

    assert names(pages.get()) == ["Ada", "Émile", "Ülkü", "Zoë"]
    assert names(pages.get("?sort=-user_name")) == ["Zoë", "Ülkü", "Émile", "Ada"]


def test_a_column_says_how_it_is_sorted_and_turns_round_when_clicked(pages: Pages) -> None:
    pages.add()

    page = pages.get("?sort=-display_name&q=ada")

    assert '<th scope="col" class="name" aria-sort="descending">' in page.text
    assert f'href="/admin/{pages.slug}/users?q=ada"' in page.text
    assert f'href="/admin/{pages.slug}/users?q=ada&amp;sort=-created_at"' in page.text


def test_a_walk_over_the_pages_sees_everybody_once(pages: Pages) -> None:
    for number in range(7):
        pages.add(f"user{number}")

    seen, address = [], pages.url("") + "?limit=3"
    while address:
        page = pages.get(address)
        seen += names(page)
        found = NEXT.search(page.text)
        address = found[1].replace("&amp;", "&") if found else ""

    assert seen == [f"user{number}" for number in range(7)]
    assert "First page" in words(page)


def test_status_and_search_narrow_the_list_and_count_it(pages: Pages) -> None:
    active, suspended, gone = pages.add("ann"), pages.add("annegret", active=False), pages.add("anton")
    pages.post(f"{gone.id}/delete")

    assert names(pages.get("?q=an")) == ["ann", "annegret"]
    assert "2 found" in words(pages.get("?q=AN"))
    assert names(pages.get("?status=active")) == [active.display_name]
    assert names(pages.get("?status=suspended")) == [suspended.display_name]
    assert names(pages.get("?status=deleted")) == [gone.display_name]


def test_an_empty_list_says_what_to_do_next(pages: Pages) -> None:
    assert f"roster users import people.csv --organization {pages.slug}" in words(pages.get())
    assert "Nobody is suspended" in words(pages.get("?status=suspended"))
    assert "Nobody has been deleted" in words(pages.get("?status=deleted"))

    nobody = pages.get("?q=<script>&status=active")

    assert "Nobody matches “<script>”" in words(nobody)
    assert f'href="/admin/{pages.slug}/users?status=active"' in nobody.text


def test_a_place_after_the_last_person_leads_back_to_the_first(pages: Pages) -> None:
    for number in range(2):
        pages.add(f"user{number}")
    found = NEXT.search(pages.get("?limit=1").text)
    assert found is not None
    last = pages.read(pages.add("user2").id)
    pages.post(f"{last.id}/delete")
    address = found[1].replace("&amp;", "&")
    for row in list(pages.client.get(address).text.split("/users/"))[1:]:
        if re.match(r"[0-9a-f-]{36}\"", row):
            pages.post(f"{row[:36]}/delete")

    assert "That was everyone" in words(pages.get(address))


@pytest.mark.parametrize(
    "query", ["status=nobody", "sort=password", "limit=0", "limit=many", "limit=9999", "q=%00", "q=" + "x" * 201]
)
def test_a_filter_that_makes_no_sense_is_refused_and_never_ignored(pages: Pages, query: str) -> None:
    answer = pages.get(f"?{query}")

    assert answer.status_code == 422
    assert query.partition("=")[0] in words(answer)


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "W10", "x" * 3000])
def test_a_cursor_that_was_not_made_here_is_refused(pages: Pages, cursor: str) -> None:
    answer = pages.get(f"?after={cursor}")

    assert answer.status_code == 400
    assert "Start again from the first page" in words(answer)


def test_arguments_of_others_are_let_pass(pages: Pages) -> None:
    assert pages.get("?utm_source=mail").status_code == 200


@pytest.mark.parametrize("path", ["", "?q=a&status=active&limit=25", "?sort=-updated_at"])
def test_a_list_takes_three_statements_whatever_its_size(pages: Pages, engine: Engine, path: str) -> None:
    for number in range(30):
        pages.add(f"a{number}", emails=[{"value": f"a{number}@b.test", "primary": True}])

    with statements(engine) as seen:
        assert pages.get(path).status_code == 200

    # Who it is; then the organizations, the page, its count.
    assert len(seen) == 1 + 3
