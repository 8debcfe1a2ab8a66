"""The overview: numbers, pictures, and the tables behind them."""

import re

import pytest
from flask import Flask

from roster.blueprints.admin.overview.charts import HEIGHT, WIDTH, curve, stack
from tests import factories
from tests.pages import Pages


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def test_an_empty_organization_says_what_to_do(pages: Pages) -> None:
    page = pages.get(pages.of("")).text

    assert "None is connected yet" in page
    assert "/providers/new" in page


def test_people_are_counted_and_drawn(pages: Pages) -> None:
    pages.add("ada")

    page = pages.get(pages.of("")).text

    assert re.search(r"Active people</span>\s*<span class=\"figure\">1<", page)
    assert '<path class="line series-1"' in page


def test_the_database_is_made_visible(pages: Pages) -> None:
    page = pages.get(pages.of("")).text

    for word in (
        "Connections in use",
        "Transactions repeated",
        "Rolled back",
        "Items skipped",
        "Lost commits resolved",
    ):
        assert word in page


def test_an_administrator_of_another_organization_does_not_see_it(app: Flask, pages: Pages) -> None:
    with app.app_context():
        factories.organization("theirs")
    stranger = Pages(app, "admin", slug="theirs", confined=True)

    assert stranger.get(pages.of("")).status_code == 404


class TestColumns:
    def test_the_highest_is_as_high_as_the_picture(self) -> None:
        chart = stack([("Mon", {"a": 1, "b": 3}), ("Tue", {"a": 2})], ("a", "b"))

        first, second = chart.columns
        assert sum(part.height for part in first.parts) == HEIGHT
        assert first.parts[-1].y == 0
        assert [part.height for part in second.parts] == [HEIGHT / 2]
        assert (chart.total, chart.most, chart.total_of("a")) == (6, 4, 3)

    def test_what_is_there_at_all_can_be_seen(self) -> None:
        chart = stack([("Mon", {"a": 1, "b": 1_000_000})], ("a", "b"))

        assert chart.columns[0].parts[0].height > 1

    def test_nothing_has_no_piece(self) -> None:
        chart = stack([("Mon", {})], ("a",))

        assert chart.columns[0].parts == ()
        assert chart.columns[0].count_of("a") == 0


class TestCurve:
    def test_it_goes_from_edge_to_edge(self) -> None:
        line = curve([("Mon", 10), ("Tue", 20), ("Wed", 10)])

        assert line.line == f"M0.0 126.0L{WIDTH / 2} 14.0L{WIDTH} 126.0"
        assert line.ground.endswith(f"V{HEIGHT}H0Z")

    def test_what_does_not_change_is_in_the_middle(self) -> None:
        assert curve([("Mon", 5), ("Tue", 5)]).line == f"M0.0 {HEIGHT / 2}L{WIDTH} {HEIGHT / 2}"
