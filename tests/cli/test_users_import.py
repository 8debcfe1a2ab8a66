"""`roster users import`: people from a file."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask

from roster import services
from tests.cli.conftest import Run

PEOPLE = [
    ("n001", "María-José", "Velázquez"),
    ("n002", "Tomáš", "Žižek"),
    ("n003", "Lê", "Nguyễn"),
    ("n004", "Søren", "Ærø"),
    ("n005", "Łukasz", "Đorđević"),
    ("n006", "李", "小龍"),
    ("n007", "Nydia M.", "O'Halleran, Jr."),
    *((f"p{number:03}", f"Given{number}", f"Family{number}") for number in range(60)),
]
HEADER = "user_name email given_name family_name display_name title department external_id active party".split()  # noqa: SIM905
Write = Callable[..., str]


def line(name: str, given: str, family: str) -> list[str]:
    mail = f"{name}@congress.example"
    return [name, mail, given, family, f"{given} {family}", "Senator", "Senate", f"Q{name}", "true", "Independent"]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file like the one of the members of congress, some of its lines replaced."""

    def write(replaced: dict[int, str] | None = None, *, newline: str = "\n", encoding: str = "utf-8") -> str:
        path = tmp_path / "people.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *(line(*person) for person in PEOPLE)])
        lines = path.read_text().splitlines()
        for number, text in (replaced or {}).items():
            lines[number - 1] = text
        path.write_bytes((newline.join(lines) + newline).encode(encoding))
        return str(path)

    return write


@pytest.fixture(autouse=True)
def _acme(roster: Run) -> None:
    roster("organizations", "create", "acme")


@pytest.fixture
def people(app: Flask) -> Callable[[], dict[str, Any]]:
    """Give everybody of the organization, by user name."""

    def find() -> dict[str, Any]:
        with app.app_context():
            organization = services.organizations.get_by_slug("acme")
            return {row.user_name: row for row in services.users.search(organization.id, limit=1000).rows}

    return find


def take(roster: Run, *arguments: str, **options: Any) -> Any:
    return roster("users", "import", "--organization", "acme", *arguments, **options)


BROKEN = {5: "n004,nonsense,Søren,Ærø,,,,,true,", 20: "p011,only,three", 40: ",x@y.test,No,Name,,,,,true,"}
REPORT = [
    "line 5: n004: email: Not an e-mail address.",
    "line 20: p011: has 3 cells where the header has 10.",
    "line 40: (no user name): user_name: Must not be empty.",
]


def test_a_file_is_taken_whole_and_accents_come_out_right(roster: Run, write: Write, people: Any) -> None:
    result = take(roster, write())

    assert (result.exit_code, result.output) == (0, "67 created, 0 updated, 0 unchanged, 0 refused\n")
    found = people()
    assert [(row.user_name, row.given_name, row.family_name) for row in found.values()] == PEOPLE
    assert found["n002"].email == "n002@congress.example"
    assert found["n003"].display_name == "Lê Nguyễn"
    assert found["n007"].attributes == {"party": "Independent"}


def test_the_second_time_nothing_changes(roster: Run, write: Write, people: Any) -> None:
    take(roster, write())
    before = people()

    result = take(roster, write())

    assert (result.exit_code, result.output) == (0, "0 created, 0 updated, 67 unchanged, 0 refused\n")
    assert people() == before


def test_what_changed_is_updated_and_only_that(app: Flask, roster: Run, write: Write, people: Any) -> None:
    take(roster, write())
    values = ["N001", *line("n001", "María", "Velázquez")[1:]]
    values[5] = ""

    result = take(roster, write({2: ",".join(values)}))

    changed = people()["N001"]
    assert result.output == "0 created, 1 updated, 66 unchanged, 0 refused\n"
    assert (changed.given_name, changed.title, changed.version) == ("María", None, 2)
    with app.app_context():
        organization = services.organizations.get_by_slug("acme")
        event, _ = services.users.history(organization.id, changed.id)
    assert (event.action, event.door, event.actor_kind) == ("user.changed", "command", "command")
    assert set(event.changes) == {"user_name", "given_name", "display_name", "title"}


def test_skip_reports_exactly_the_broken_lines_and_keeps_the_rest(roster: Run, write: Write, people: Any) -> None:
    result = take(roster, write(BROKEN), "--on-error", "skip")

    assert result.exit_code == 1
    assert result.output.splitlines() == [*REPORT, "64 created, 0 updated, 0 unchanged, 3 refused"]
    assert set(people()) == {name for name, _, _ in PEOPLE} - {"n004", "p011", "p031"}


@pytest.mark.parametrize("arguments", [[], ["--on-error", "rollback"]])
def test_rollback_reports_the_same_and_keeps_nothing(
    roster: Run, write: Write, people: Any, arguments: list[str]
) -> None:
    result = take(roster, write(BROKEN), *arguments)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        *REPORT,
        "0 created, 0 updated, 0 unchanged, 3 refused",
        "Nothing was kept: lines were refused, and --on-error is rollback.",
    ]
    assert people() == {}


@pytest.mark.parametrize("on_error", ["skip", "rollback"])
def test_a_dry_run_tells_what_would_be_and_keeps_nothing(roster: Run, write: Write, people: Any, on_error: str) -> None:
    good = take(roster, write(), "--dry-run", "--on-error", on_error)
    bad = take(roster, write(BROKEN), "--dry-run", "--on-error", on_error)

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert good.output.splitlines() == [
        "67 created, 0 updated, 0 unchanged, 0 refused",
        "Nothing was kept: this was a dry run.",
    ]
    assert bad.output.splitlines()[:3] == REPORT
    assert "Nothing was kept" in bad.output
    assert people() == {}


def test_a_name_that_comes_twice_is_refused_the_second_time(roster: Run, write: Write, people: Any) -> None:
    result = take(roster, write({30: ",".join(line("Ｎ００１", "X", "Y"))}), "--on-error", "skip")  # noqa: RUF001

    refused = "line 30: Ｎ００１: user_name: line 2 has the same user name."  # noqa: RUF001
    assert result.output.splitlines() == [refused, "66 created, 0 updated, 0 unchanged, 1 refused"]
    assert people()["n001"].given_name == "María-José"


@pytest.mark.parametrize(
    ("newline", "encoding"), [("\r\n", "utf-8"), ("\r", "utf-8"), ("\n", "utf-8-sig"), ("\r\n", "utf-8-sig")]
)
def test_a_file_from_a_spreadsheet_is_the_same_file(
    roster: Run, write: Write, people: Any, newline: str, encoding: str
) -> None:
    take(roster, write())

    result = take(roster, write(newline=newline, encoding=encoding))

    assert result.output == "0 created, 0 updated, 67 unchanged, 0 refused\n"


def test_line_numbers_count_the_lines_inside_quotes(roster: Run, write: Write, people: Any) -> None:
    text = 'q1,q1@x.test,A,B,,,,,true,"one\ntwo\nthree"\nbroken,x'

    result = take(roster, write({3: text}), "--on-error", "skip")

    assert result.output.splitlines()[0] == "line 6: broken: has 2 cells where the header has 10."
    assert people()["q1"].attributes == {"party": "one\ntwo\nthree"}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_may_come_by_standard_input(roster: Run, people: Any, mark: bytes) -> None:
    result = take(roster, "-", input=mark + "user_name,given_name\nada,Zoë\n".encode())

    assert result.output == "1 created, 0 updated, 0 unchanged, 0 refused\n"
    assert people()["ada"].display_name == "Zoë"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The header row has no column user_name; it has: nothing."),
        (b"name,mail\nada,a@b\n", "The header row has no column user_name; it has: name, mail."),
        (b"user_name,user_name\nada,ada\n", "The header row names a column twice or not at all: ['user_name']."),
        (b"user_name\nbob\nad\xe9\n", "Line 3 is not UTF-8 (byte 0xe9)."),
        ("user_name\nada\n".encode("utf-16"), "Line 1 is not UTF-8 (byte 0xff)."),
        (b'user_name\n"ada\n', "Line 2 is not good CSV: unexpected end of data."),
        (b'user_name\n"a"da\n', "Line 2 is not good CSV: ',' expected after '\"'."),
    ],
)
def test_a_file_that_can_not_be_read_is_told_in_a_sentence(
    roster: Run, people: Any, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)

    result = take(roster, str(path), "--on-error", "skip")

    assert (result.exit_code, result.output) == (1, f"Error: {message}\n")
    assert people() == {}


def test_a_wrong_place_is_told_in_a_sentence(roster: Run, write: Write, tmp_path: Path) -> None:
    nowhere = roster("users", "import", write(), "--organization", "nowhere")
    nothing = take(roster, str(tmp_path / "nothing.csv"))

    assert (nowhere.exit_code, nowhere.output) == (1, "Error: There is no organization 'nowhere'.\n")
    assert nothing.exit_code == 2
    assert "No such file or directory" in nothing.output


def test_progress_is_shown_to_people_only(roster: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[dict[str, Any]] = []
    bar = click.progressbar

    def note(**options: Any) -> Any:
        bars.append(options)
        return bar(**options)

    monkeypatch.setattr("roster.cli.users.click.progressbar", note)

    take(roster, write())

    assert [(options["length"], options["hidden"]) for options in bars] == [(67, True)]
