"""The event explorer: who did what to whom, when, through which door; and all of it to take away."""

import csv

import orjson
import pytest
from flask import Flask
from sqlalchemy import Engine

from roster import services
from tests import factories
from tests.pages import Pages, words


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def test_events_are_found_by_who_what_whom_and_when(pages: Pages) -> None:
    ada, grace = pages.add("ada"), pages.add("grace")
    group_id = pages.group("Pilots", ada.id)
    pages.post(f"{grace.id}/suspend", page=f"{grace.id}", reason="On leave")

    assert "Member added ada to Pilots tests, on the command line" in words(pages.get(pages.of("events")))
    assert f'href="{pages.of(f"groups/{group_id}")}"' in pages.get(pages.of("events")).text
    of_ada = words(pages.get(pages.of("events?subject=ADA&action=")))
    assert "Added ada" in of_ada
    assert "grace" not in of_ada
    mine = words(pages.get(pages.of("events?actor=owner@&action=user.")))
    assert "Suspended grace" in mine
    assert "Pilots" not in mine
    assert "Nothing matches" in words(pages.get(pages.of("events?until=2026-02-28")))
    assert "Pilots" in words(pages.get(pages.of("events?since=2026-03-01&until=2026-03-01")))


@pytest.mark.parametrize("query", ["since=yesterday", "before=x", "until=1999-01-01", "actor=" + "x" * 201])
def test_a_search_that_makes_no_sense_is_refused(pages: Pages, query: str) -> None:
    assert pages.get(pages.of(f"events?{query}")).status_code == 422
    assert pages.get(pages.of(f"events/export.csv?{query}")).status_code == 422


def test_a_walk_to_the_oldest_sees_every_event_once(pages: Pages) -> None:
    for number in range(60):
        pages.add(f"user{number:02}")

    first = pages.get(pages.of("events?action=user."))
    assert first.text.count("<tr>") == 51
    older = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = pages.get(older)

    assert second.text.count("<tr>") == 11
    assert "user00" in second.text
    assert "user10" not in second.text


def test_everything_that_matches_is_exported(pages: Pages) -> None:
    pages.add("=1+1", display_name="x")
    pages.add("bob")

    with pages.get(pages.of("events/export.csv?action=user.created")) as answer:
        rows = list(csv.DictReader(answer.text.splitlines()))
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{pages.slug}-events.csv"'
    with pages.get(pages.of("events/export.jsonl?subject=bob")) as answer:
        [event] = [orjson.loads(line) for line in answer.text.splitlines()]

    assert [row["subject_label"] for row in rows] == ["'=1+1", "bob"]
    assert (event["action"], event["changes"]["user_name"]) == ("user.created", [None, "bob"])
    with pages.get(pages.of("events/export.jsonl?subject=nobody")) as nothing:
        assert nothing.text == ""


def test_an_export_that_is_abandoned_gives_its_connection_back(pages: Pages, engine: Engine) -> None:
    for number in range(20):
        pages.add(f"user{number}")

    begun = pages.client.get(pages.of("events/export.csv"))
    next(begun.iter_encoded())
    assert engine.pool.checkedout() == 1  # type: ignore[attr-defined] # every pool of ours has it
    begun.close()
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined] # every pool of ours has it
    pages.client.get(pages.of("events/export.jsonl")).close()

    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined] # every pool of ours has it


def test_an_auditor_reads_and_exports_events_of_their_organization_alone(app: Flask, pages: Pages) -> None:
    pages.add("ada")
    auditor, other = Pages(app, "auditor", slug=pages.slug, confined=True), Pages(app)
    with app.app_context():
        user = factories.user(other.organization_id, "grace")

    assert "Added ada" in words(auditor.get(pages.of("events")))
    with auditor.get(pages.of("events/export.csv")) as answer:
        assert "grace" not in answer.text
    for path in ("events", "events/export.csv", f"events/about/{user.id}"):
        assert auditor.get(other.of(path)).status_code == 404
    assert auditor.get(pages.of(f"events/about/{user.id}")).status_code == 404


def test_what_was_purged_without_labels_is_still_there_to_read(pages: Pages) -> None:
    user = pages.add("ada")
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        services.organizations.change(actor, {"purge_keeps": "nothing"}, at=factories.NOW)
        services.users.remove(actor, user.id, at=factories.NOW)
        services.purge.batch(actor, at=factories.NOW.replace(year=2027))

    assert "(purged)" in words(pages.get(pages.of("events")))
