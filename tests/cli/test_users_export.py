"""`roster users export`: everybody, to a file or a pipe."""

import csv
import io
import json
import subprocess
from typing import Any

import pytest
from flask import Flask

from roster import services
from tests import factories
from tests.cli.conftest import ROSTER, Process, Run

ADA: dict[str, Any] = {
    "given_name": "Adá",
    "family_name": 'Løve "the" second, Jr.',
    "emails": [{"value": "b@x.test"}, {"value": "a@x.test", "primary": True, "type": "work"}],
    "title": "李",
    "active": False,
    "external_id": "=1+1",
    "attributes": {"tags": ["a", 1], "notes": "one\ntwo", "none": None, "size": 1.5, "title": "another"},
}


@pytest.fixture(autouse=True)
def _acme(app: Flask) -> None:
    with app.app_context():
        organization = factories.organization("acme")
        factories.user(organization.id, "zoe")
        factories.user(organization.id, "ada", **ADA)
        gone = factories.user(organization.id, "gone")
        services.users.remove(factories.actor(organization.id), gone.id, at=factories.NOW)
        factories.user(factories.organization("other").id, "stranger")


def export(roster: Run, *arguments: str) -> str:
    result = roster("users", "export", "--organization", "acme", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_csv_has_a_line_for_each_live_user_by_name(roster: Run) -> None:
    header, ada, zoe = csv.reader(io.StringIO(export(roster)))

    assert header == [
        *("user_name", "email", "given_name", "family_name", "display_name", "title", "department", "external_id"),
        *("active", "none", "notes", "size", "tags"),
    ]
    full_name = 'Adá Løve "the" second, Jr.'
    assert ada == [
        *("ada", "a@x.test", "Adá", ADA["family_name"], full_name, "李", "", "=1+1", "false"),
        *("", "one\ntwo", "1.5", '["a",1]'),
    ]
    assert zoe == ["zoe", "", "", "", "zoe", "", "", "", "true", "", "", "", ""]


def test_jsonl_has_a_user_as_in_the_api_on_each_line(app: Flask, roster: Run) -> None:
    lines = [json.loads(line) for line in export(roster, "--format", "jsonl").splitlines()]

    assert [line["user_name"] for line in lines] == ["ada", "zoe"]
    assert lines[0]["attributes"] == ADA["attributes"]
    assert [email["value"] for email in lines[0]["emails"]] == ["b@x.test", "a@x.test"]
    assert len(lines[0]) == 16


def test_what_was_exported_is_imported_unchanged(roster: Run) -> None:
    text = export(roster)

    result = roster("users", "import", "-", "--organization", "acme", input=text)
    elsewhere = roster("users", "import", "-", "--organization", "other", input=text)

    assert result.output == "0 created, 0 updated, 2 unchanged, 0 refused\n"
    assert elsewhere.output == "2 created, 0 updated, 0 unchanged, 0 refused\n"
    assert export(roster) == text


def test_an_empty_organization_is_a_header(roster: Run) -> None:
    roster("organizations", "create", "empty")

    assert roster("users", "export", "--organization", "empty").stdout.count("\n") == 1
    assert roster("users", "export", "--organization", "empty", "--format", "jsonl").stdout == ""


def test_an_unknown_organization_is_told_in_a_sentence(roster: Run) -> None:
    result = roster("users", "export", "--organization", "nowhere")

    assert (result.exit_code, result.output) == (1, "Error: There is no organization 'nowhere'.\n")


def test_a_process_writes_utf_8_wherever_it_runs(process: Process, roster: Run) -> None:
    written = process("users", "export", "--organization", "acme", env={"LANG": "C", "LC_ALL": "C"}, encoding="utf-8")

    assert written.stderr == ""
    assert written.stdout == export(roster)


def test_a_reader_that_had_enough_is_no_failure_to_tell_of(
    app: Flask, database_url: str, environment: dict[str, str], tmp_path: Any
) -> None:
    with app.app_context():
        organization_id = services.organizations.get_by_slug("acme").id
        for number in range(40):
            factories.user(organization_id, f"user{number}", attributes={"notes": "x" * 5000})

    with subprocess.Popen(  # noqa: S603 - our own script
        [str(ROSTER), "users", "export", "--organization", "acme"],
        env=environment | {"DATABASE_URL": database_url, "SECRET_KEY": "x"},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as export:
        assert export.stdout
        assert export.stderr
        first = export.stdout.readline()
        export.stdout.close()
        told = export.stderr.read()

    assert first.startswith("user_name,")
    assert "Traceback" not in told
