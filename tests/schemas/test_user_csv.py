"""Users as CSV: what is read from a file, line by line."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from roster.errors import AppException
from roster.schemas.files import user_csv
from roster.schemas.files.user_csv import Record


def read(text: str) -> list[Record]:
    return list(user_csv.read(io.StringIO(text)))


def values(text: str) -> list[Any]:
    return [record.values for record in read(text)]


def faults(text: str) -> dict[int, str | None]:
    return {record.number: record.fault for record in read(text)}


def test_a_record_has_what_its_line_says() -> None:
    text = "user_name,email,given_name,active\nada, ada@x.test , Ada ,yes\n"

    assert values(text) == [{"user_name": "ada", "email": "ada@x.test", "given_name": "Ada", "active": True}]


def test_columns_may_come_in_any_order_and_user_name_is_enough() -> None:
    assert values("title,user_name\nDr,ada\n") == [{"user_name": "ada", "title": "Dr"}]
    assert values("user_name\nada\n") == [{"user_name": "ada"}]


def test_an_empty_cell_clears_but_an_empty_active_says_nothing() -> None:
    assert values("user_name,title,active\nada,,\n") == [{"user_name": "ada", "title": None}]


def test_further_columns_are_attributes() -> None:
    assert values("user_name,Büro,notes\nada,4.12,\n") == [
        {"user_name": "ada", "attributes": {"Büro": "4.12", "notes": None}}
    ]


@pytest.mark.parametrize("text", ["true", "TRUE", "Yes", "1", " true "])
def test_truth_is_written_as_people_do(text: str) -> None:
    assert values(f"user_name,active\nada,{text}\n")[0]["active"] is True
    assert values("user_name,active\nada,No\nbob,0\neve,false\n")[2]["active"] is False


def test_numbers_are_those_of_the_file() -> None:
    text = 'user_name,notes\nada,"one\ntwo\n\nthree"\n\n\nbob,x\n,y\n"eve","z\n"\n,\n'

    assert [(record.number, record.user_name, record.fault is None) for record in read(text)] == [
        (2, "ada", True),
        (8, "bob", True),
        (9, "", False),
        (10, "eve", True),
        (12, "", False),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("ada,x", "has 2 cells where the header has 3."),
        ("ada,x,true,4", "has 4 cells where the header has 3."),
        (",a@b,true", "user_name: Must not be empty."),
        ("ada,nonsense,true", "email: Not an e-mail address."),
        ("ada,a@b,maybe", "active: Not a valid boolean."),
        ("a\0da,a@b,true", "user_name: Must not contain the character U+0000."),
        ("a" * 256 + ",a@b,true", "user_name: Longer than 255 characters."),
        (",nonsense,true", "email: Not an e-mail address. user_name: Must not be empty."),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_the_others_are_read(line: str, fault: str) -> None:
    text = f"user_name,email,active\nbob,b@b,true\n{line}\neve,e@b,true\n"

    assert sorted(faults(text).items(), key=lambda item: item[0]) == [(2, None), (3, fault), (4, None)]


def test_a_control_character_in_an_attribute_is_refused() -> None:
    assert faults("user_name,notes\nada,a\x07b\n") == {2: "Must not contain the character U+0007."}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("\n", "The header row has no column user_name; it has: nothing."),
        ("name,email\n", "The header row has no column user_name; it has: name, email."),
        ("User_Name\n", "The header row has no column user_name; it has: User_Name."),
        ("user_name;email\n", "The header row has no column user_name; it has: user_name;email."),
        ("user_name,title,title\n", "The header row names a column twice or not at all: ['title']."),
        ("user_name,,\n", "The header row names a column twice or not at all: ['']."),
        ("user_name,\x07\n", r"The header row can't be read: Must not contain the character U+0007."),
    ],
)
def test_a_header_that_can_not_be_read_refuses_the_file(header: str, message: str) -> None:
    with pytest.raises(AppException) as caught:
        read(header + "x,y,z\n")

    assert (caught.value.error.code, caught.value.message) == ("malformed_request", message)


@pytest.mark.parametrize(
    "text", ['user_name\n"ada\n', 'user_name\n"a"da\n', "user_name,notes\nada," + "x" * 200_000 + "\n"]
)
def test_a_file_that_is_no_csv_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(AppException, match=r"^Line \d+ is not good CSV: .+\.$"):
        read(text)


def test_an_empty_file_has_no_header() -> None:
    with pytest.raises(AppException, match=r"it has: nothing\.$"):
        read("")


def test_a_mark_before_the_header_is_not_part_of_it() -> None:
    assert values("\ufeffuser_name\nada\n") == [{"user_name": "ada"}]


def test_bytes_that_are_not_utf_8_are_told_with_their_line_and_value() -> None:
    file = io.BytesIO(b"user_name\n" + b"bob\n" * 5000 + b"ad\xe9\n")
    lines = io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(AppException, match=r"Line 5002 is not UTF-8 \(byte 0xe9\)"):
        list(user_csv.read(lines))


def test_what_is_written_is_read_as_the_same() -> None:
    class Ada:
        user_name, email, given_name, family_name = "ada", None, 'A "quoted", name', "Løve"
        display_name, title, department, external_id, active = "Ada", "", None, "=1", False
        attributes = {"tags": ["a", 1], "notes": "one\ntwo", "title": "hidden", "size": 3}  # noqa: RUF012

    def rows() -> Iterator[list[str]]:
        return user_csv.write([Ada()], sorted(Ada.attributes))

    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows())

    [read_back] = values(file.getvalue())
    assert next(rows()) == [*user_csv.COLUMNS, "notes", "size", "tags"]
    assert read_back["attributes"] == {"tags": '["a",1]', "notes": "one\ntwo", "size": "3"}
    assert (read_back["given_name"], read_back["email"], read_back["active"]) == ('A "quoted", name', None, False)
