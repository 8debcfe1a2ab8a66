import pytest
from flask import Flask

from roster import services
from tests.cli.conftest import Run


def test_an_organization_is_created_and_listed(roster: Run) -> None:
    created = roster("organizations", "create", "acme", "--name", " Acmé ")
    roster("organizations", "create", "zebra")

    listed = roster("organizations", "list")

    assert (created.exit_code, created.output) == (0, "Created acme (Acmé).\n")
    assert listed.output == "acme\tAcmé\tactive\nzebra\tzebra\tactive\n"


def test_a_taken_slug_is_told_in_a_sentence(roster: Run) -> None:
    roster("organizations", "create", "acme")

    result = roster("organizations", "create", "acme")

    assert (result.exit_code, result.output) == (1, "Error: Another organization has this slug.\n")


def test_a_slug_is_fit_for_an_address(app: Flask, roster: Run) -> None:
    for slug in ("Acme", "a b", "-a", "a-", "ä", "", "a" * 64, "a\n", "a/b"):
        result = roster("organizations", "create", "--", slug)
        assert result.exit_code == 2, slug
        assert "Invalid value for SLUG: Only a-z, 0-9 and hyphens inside, 63 at most." in result.output
    for name in (" ", "a\nb", "a" * 256, "\udcff"):
        result = roster("organizations", "create", "acme", "--name", name)
        assert result.exit_code == 2, name
        assert "Invalid value for --name" in result.output

    with app.app_context():
        assert services.organizations.search() == []


def test_a_slug_may_be_long(roster: Run) -> None:
    assert roster("organizations", "create", "a" * 63).exit_code == 0
    assert roster("organizations", "create", "0").exit_code == 0


def test_an_organization_is_changed_suspended_and_activated(app: Flask, roster: Run) -> None:
    roster("organizations", "create", "acme")

    told = [
        roster("organizations", *arguments).output
        for arguments in (
            ("change", "acme", "--name", "Acmé", "--slug", "acme-2", "--purge-days", "7", "--purge-keeps", "nothing"),
            ("suspend", "acme-2"),
            ("list",),
            ("activate", "acme-2"),
        )
    ]

    assert told == ["Changed acme.\n", "Suspended acme-2.\n", "acme-2\tAcmé\tsuspended\n", "Activated acme-2.\n"]
    with app.app_context():
        organization = services.organizations.get_by_slug("acme-2")
        events = services.events.of_subject(organization.id, organization.id)
        assert (organization.purge_days, organization.purge_keeps) == (7, "nothing")
    assert [event.action.split(".")[1] for event in events] == ["activated", "suspended", "changed", "created"]
    assert events[0].actor_label.endswith("organizations activate")


def test_an_organization_is_deleted_and_comes_back(roster: Run) -> None:
    roster("organizations", "create", "acme")

    asked = roster("organizations", "delete", "acme", input="n\n")
    deleted = roster("organizations", "delete", "acme", "--yes")
    listed = roster("organizations", "list")
    roster("organizations", "create", "acme")
    taken = roster("organizations", "restore", "acme")
    restored = roster("organizations", "restore", "acme", "--slug", "acme-2")

    assert asked.exit_code == 1
    assert deleted.output.startswith("Deleted acme; it can be restored until 20")
    assert listed.output.startswith("acme\tacme\tdeleted, purged after 20")
    assert (taken.exit_code, taken.output) == (1, "Error: Another organization has this slug.\n")
    assert (restored.exit_code, restored.output) == (0, "Restored acme-2.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("change", "nowhere", "--name", "x"), "There is no organization 'nowhere'."),
        (("change", "\udcff"), "Must not contain the character U+DCFF."),
        (("change", "acme", "--slug", "A B"), "Invalid value for --slug"),
        (("change", "acme", "--purge-days", "0"), "Invalid value for --purge-days"),
        (("change", "acme", "--purge-keeps", "all"), "Invalid value for '--purge-keeps'"),
        (("suspend", "nowhere"), "There is no organization 'nowhere'."),
        (("delete", "nowhere", "--yes"), "There is no organization 'nowhere'."),
        (("restore", "acme"), "No organization 'acme' is deleted."),
        (("restore", "\udcff"), "Must not contain the character U+DCFF."),
        (("restore", "gone", "--slug", "A B"), "Invalid value for --slug"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(roster: Run, arguments: tuple[str, ...], message: str) -> None:
    roster("organizations", "create", "acme")
    roster("organizations", "create", "gone")
    roster("organizations", "delete", "gone", "--yes")

    result = roster("organizations", *arguments)

    assert result.exit_code in {1, 2}
    assert message in result.output
