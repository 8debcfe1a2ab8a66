from flask import Flask

from roster import services
from tests.cli.conftest import Run


def test_an_organization_is_created_and_listed(roster: Run) -> None:
    created = roster("organizations", "create", "acme", "--name", " Acmé ")
    roster("organizations", "create", "zebra")

    listed = roster("organizations", "list")

    assert (created.exit_code, created.output) == (0, "Created acme (Acmé).\n")
    assert listed.output == "acme\tAcmé\nzebra\tzebra\n"


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
