import pytest
from flask import Flask

from roster import services
from tests import factories
from tests.cli.conftest import Run

ACME = ("--organization", "acme")


@pytest.fixture(autouse=True)
def _acme(app: Flask) -> None:
    with app.app_context():
        organization_id = factories.organization("acme").id
        for name in ("ada", "Straße"):
            factories.user(organization_id, name)


def said(roster: Run, *arguments: str) -> str:
    result = roster("groups", *arguments)
    assert result.exit_code == 0, result.output
    return result.output.strip()


def test_people_and_groups_are_put_in_and_taken_out_by_name(app: Flask, roster: Run) -> None:
    assert said(roster, "create", *ACME, "Engineers", "--description", "They build.") == "Created Engineers."
    said(roster, "create", *ACME, "Staff")

    assert said(roster, "add", *ACME, "ENGINEERS", "ada", "STRASSE") == "2 added."
    assert said(roster, "add", *ACME, "Staff", "--group", "engineers") == "1 added."
    assert said(roster, "remove", *ACME, "engineers", "strasse", "ada") == "2 removed."

    assert said(roster, "list", *ACME).split() == ["Engineers", "Staff"]
    with app.app_context():
        organization_id = services.organizations.get_by_slug("acme").id
        ada = services.groups.named(organization_id, "Staff", ["ada"])[1].users[0]  # type: ignore[index] # a list
        told = services.events.of_subject(organization_id, ada)
    assert [(event.action, event.door, event.actor_label.split()[-1]) for event in told[:2]] == [
        ("group.member_removed", "command", "remove"),
        ("group.member_added", "command", "add"),
    ]


def test_a_name_that_nobody_has_is_told_and_nothing_is_done(roster: Run) -> None:
    said(roster, "create", *ACME, "Engineers")

    unknown = roster("groups", "add", *ACME, "Nobody", "ada")
    missing = roster("groups", "add", *ACME, "Engineers", "ada", "eve", "--group", "Ghosts")

    assert (unknown.exit_code, missing.exit_code) == (1, 1)
    assert "There is no group 'Nobody'." in unknown.output
    assert "users: There is no user 'eve'." in missing.output
    assert "groups: There is no group 'Ghosts'." in missing.output
    assert said(roster, "remove", *ACME, "Engineers", "ada") == "0 removed."
