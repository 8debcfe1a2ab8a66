"""An import in pages: from the file to the report, and back."""

import io
import re
from threading import Event
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from roster import services
from roster.blueprints.admin.imports.columns import ATTRIBUTE, ColumnsForm, guess
from roster.cli import worker
from tests import factories
from tests.pages import Pages

CSV = "Login,E-mail,Badge\nada,ada@example.test,7\nbob,nonsense,8\n"


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def upload(pages: Pages, text: str | bytes = CSV, name: str = "people.csv") -> TestResponse:
    content = text.encode() if isinstance(text, str) else text
    return pages.post(pages.of("users/import"), page=pages.of("users/import"), file=(io.BytesIO(content), name))


def job_of(response: TestResponse) -> str:
    found = re.search(r"/imports/([0-9a-f-]{36})", response.request.path)
    assert found, response.request.path
    return found[1]


def previewed(pages: Pages, text: str = CSV, **columns: str) -> str:
    job = job_of(upload(pages, text))
    chosen = {"column-0": "user_name", "column-1": "email", "column-2": ATTRIBUTE} | columns
    pages.post(pages.of(f"imports/{job}/columns"), page=pages.of(f"imports/{job}/columns"), **chosen)
    return job


def run(pages: Pages, job: str, **fields: Any) -> str:
    address = pages.of(f"imports/{job}")
    pages.post(f"{address}/start", page=address, **fields)
    with pages.app.app_context():
        worker.work(Event())
    return pages.get(address).text


def names(pages: Pages) -> list[str]:
    with pages.app.app_context():
        return [row.user_name for row in services.users.search(pages.organization_id, sort="user_name").rows]


def test_columns_are_guessed_from_what_they_are_called(pages: Pages) -> None:
    page = upload(pages).text

    assert re.findall(r'<option value="([^"]*)" selected>', page) == ["user_name", "email", ATTRIBUTE]
    assert "ada@example.test" in page


def test_the_preview_tells_what_is_taken_and_what_is_refused_and_why(pages: Pages) -> None:
    job = previewed(pages)

    page = pages.get(pages.of(f"imports/{job}")).text

    assert "1 line can be taken." in page
    assert "1 is refused." in page
    assert "E-mail: Not an e-mail address." in page
    assert names(pages) == []


def test_what_is_refused_is_told_in_the_language_of_the_page(pages: Pages) -> None:
    job = previewed(pages, "Login,E-mail,Badge\n,nonsense,8\nbob,x\n")

    page = pages.get(pages.of(f"imports/{job}"), headers={"Accept-Language": "de"}).text

    assert "Benutzername: " in page
    assert "E-Mail: Keine E-Mail-Adresse." in page
    assert "Hat 2 Zellen, wo die Kopfzeile 3 hat." in page


def test_what_can_be_taken_is_and_the_rest_is_to_be_had(pages: Pages) -> None:
    job = previewed(pages)

    report = run(pages, job, on_error="skip")

    assert "Done, some refused" in report
    assert names(pages) == ["ada"]
    file = pages.get(pages.of(f"imports/{job}/refused.csv"))
    assert file.text == "line,reason,Login,E-mail,Badge\n3,email: Not an e-mail address.,bob,nonsense,8\n"
    assert file.headers["Content-Disposition"] == 'attachment; filename="refused.csv"'


def test_nothing_is_taken_where_that_was_chosen(pages: Pages) -> None:
    report = run(pages, previewed(pages), on_error="rollback")

    assert "Nothing kept" in report
    assert names(pages) == []


def test_an_import_is_undone_as_a_whole(pages: Pages) -> None:
    ada = pages.add("ada", title="Countess")
    job = previewed(
        pages, "Login,E-mail,title\nada,ada@example.test,\nbob,bob@example.test,Miner\n", **{"column-2": "title"}
    )
    run(pages, job)
    assert names(pages) == ["ada", "bob"]

    pages.post(pages.of(f"operations/{job}/undo"), page=pages.of(f"imports/{job}"))

    assert names(pages) == ["ada"]
    now = pages.read(ada.id)
    assert (now.title, now.email) == ("Countess", None)


def test_a_column_that_is_left_out_is_not_imported(pages: Pages) -> None:
    run(pages, previewed(pages, **{"column-2": ""}))

    with pages.app.app_context():
        [ada] = services.users.search(pages.organization_id).rows
    assert ada.attributes == {}


def test_json_lines_need_no_columns(pages: Pages) -> None:
    response = upload(pages, '{"user_name": "ada"}\n{"user_name": 7}\n', "people.jsonl")

    assert "1 line can be taken." in response.text
    run(pages, job_of(response))
    assert names(pages) == ["ada"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "has no column user_name"),
        (b"a,a\n", "names a column twice or not at all"),
        (b"user_name\n\xff\n", "is not UTF-8"),
        (b'user_name\n"ada\n', "is not good CSV"),
    ],
)
def test_a_file_that_can_not_be_read_is_refused_with_the_reason(pages: Pages, content: bytes, told: str) -> None:
    response = upload(pages, content)

    assert response.status_code == 422
    assert told in response.text


def test_without_a_file_it_asks_for_one(pages: Pages) -> None:
    response = pages.post(pages.of("users/import"), page=pages.of("users/import"))

    assert response.status_code == 422
    assert "Choose a file." in response.text


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"column-0": "title"}, "Say which column is the user name"),
        ({"column-1": "user_name"}, "Two columns are the same: User name."),
        ({"column-2": "password"}, "Must be one of those offered."),
    ],
)
def test_columns_that_make_no_sense_come_back(pages: Pages, chosen: dict[str, str], told: str) -> None:
    address = pages.of(f"imports/{job_of(upload(pages))}/columns")

    response = pages.post(address, page=address, **{"column-0": "user_name", "column-1": "", "column-2": ""} | chosen)

    assert response.status_code == 422
    assert told in response.text


def test_columns_can_be_chosen_again_until_it_is_begun(pages: Pages) -> None:
    job = previewed(pages)
    address = pages.of(f"imports/{job}/columns")
    assert '<option value="=" selected>' in pages.get(address).text

    pages.post(address, page=address, **{"column-0": "user_name", "column-1": "display_name", "column-2": ""})

    assert "2 lines can be taken." in pages.get(pages.of(f"imports/{job}")).text


def test_what_has_begun_is_not_begun_again(pages: Pages) -> None:
    job = previewed(pages)
    run(pages, job)

    response = pages.post(pages.of(f"imports/{job}/start"), page=pages.of(f"imports/{job}"))

    assert "Done, some refused" in response.text
    assert pages.get(pages.of(f"imports/{job}/columns")).request.path.endswith(job)


def test_one_that_waits_says_so_goes_on_by_itself_and_can_be_ended(pages: Pages) -> None:
    job = previewed(pages)
    address = pages.of(f"imports/{job}")
    waiting = pages.post(f"{address}/start", page=address).text
    assert "Waiting for a worker" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting

    ended = pages.post(f"{address}/cancel", page=address).text

    assert "Ended early" in ended
    assert "hx-trigger" not in ended


def test_what_was_imported_lately_is_listed(pages: Pages) -> None:
    assert "Nothing was imported" in pages.get(pages.of("users/import")).text
    run(pages, previewed(pages))

    page = pages.get(pages.of("users/import")).text

    assert "people.csv" in page
    assert pages.email in page


def test_an_auditor_reads_the_report_and_imports_nothing(app: Flask, pages: Pages) -> None:
    job = previewed(pages)
    run(pages, job)
    auditor = Pages(app, "auditor", slug=pages.slug)

    assert auditor.get(pages.of("users/import")).status_code == 403
    report = auditor.get(pages.of(f"imports/{job}"))
    assert report.status_code == 200
    assert "Undo" not in report.text


def test_the_import_of_another_organization_is_not_there(app: Flask, pages: Pages) -> None:
    job = previewed(pages)
    with app.app_context():
        factories.organization("theirs")
    stranger = Pages(app, slug="theirs")

    for path in ("", "/columns", "/refused.csv"):
        assert stranger.get(f"/admin/theirs/imports/{job}{path}").status_code == 404


def test_what_stands_in_a_file_stays_text(pages: Pages) -> None:
    evil = "\"'><img src=x onerror=alert(1)>"
    quoted = evil.replace('"', '""')
    page = upload(pages, f'user_name,"{quoted}"\n"{quoted}",x\n', f"{evil}.csv").text

    assert "<img src=x" not in page


class TestGuessing:
    def test_no_field_is_guessed_twice(self) -> None:
        assert guess(["user", "login"]) == {"user": "user_name", "login": ATTRIBUTE}

    def test_a_column_that_is_called_like_a_field_is_that_field(self) -> None:
        assert guess(["login", "user_name"]) == {"login": ATTRIBUTE, "user_name": "user_name"}

    def test_what_was_chosen_is_shown_again(self) -> None:
        columns, chosen = ["a", "b", "title"], {"a": "user_name", "b": ATTRIBUTE, "title": ""}
        mapping = ColumnsForm(chosen).mapping()

        assert mapping == {"a": "user_name", "b": "b", "title": ""}
        assert ColumnsForm.showing(columns, mapping).chosen == chosen
