"""Users as CSV: UTF-8, a header row, one user a line."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, ValidationError, fields

from roster.errors import MALFORMED_REQUEST, AppException
from roster.normal_form import cell
from roster.schemas.fields.text import Text, clean
from roster.schemas.users import Address, UserFields

COLUMNS = (
    "user_name",
    "email",
    "given_name",
    "family_name",
    "display_name",
    "title",
    "department",
    "external_id",
    "active",
)


class Switch(fields.Boolean):
    """A truth value as people and spreadsheets write it."""

    def __init__(self) -> None:
        super().__init__(truthy={"true", "yes", "1"}, falsy={"false", "no", "0"})


class UserRecord(UserFields):
    """What one line says of a user; an empty cell clears."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = EXCLUDE
        exclude = ("emails",)

    user_name = Text(required=True)
    email = Address(allow_none=True)
    active = Switch()


RECORD = UserRecord()
UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file: its number (from 1, the header counts), and either its values or what is wrong with it."""

    number: int
    user_name: str
    values: Mapping[str, Any] | None
    fault: str | None = None


def read(lines: Iterable[str]) -> Iterator[Record]:
    """Give every record of a file; bytes that are not UTF-8 stand in its lines as `surrogateescape` writes them.

    Raises:
        AppException: MALFORMED_REQUEST, where the file as a whole can't be read.
    """
    reader = csv.reader(_readable(lines), strict=True)
    try:
        header = _header(next(reader, []))
        number = reader.line_num + 1
        for cells in reader:
            if cells:
                yield _record(number, header, cells)
            number = reader.line_num + 1
    except csv.Error as error:
        raise AppException(MALFORMED_REQUEST, f"Line {reader.line_num} is not good CSV: {error}.") from None


def _readable(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if found := UNDECODED.search(line):
            byte = ord(found[0]) - 0xDC00
            raise AppException(MALFORMED_REQUEST, f"Line {number} is not UTF-8 (byte 0x{byte:02x}).")
        yield line


def _header(cells: Sequence[str]) -> list[str]:
    try:
        names = [clean(name.removeprefix("\ufeff")) for name in cells]
    except ValidationError as error:
        raise AppException(MALFORMED_REQUEST, f"The header row can't be read: {error.messages[0]}") from None
    if "user_name" not in names:
        found = ", ".join(names) or "nothing"
        raise AppException(MALFORMED_REQUEST, f"The header row has no column user_name; it has: {found}.")
    if twice := {name for name in names if names.count(name) > 1 or not name}:
        raise AppException(MALFORMED_REQUEST, f"The header row names a column twice or not at all: {sorted(twice)}.")
    return names


def _record(number: int, header: Sequence[str], cells: Sequence[str]) -> Record:
    row = dict(zip(header, cells, strict=False))
    name = row.get("user_name", "")
    if len(cells) != len(header):
        return Record(number, name, None, f"has {len(cells)} cells where the header has {len(header)}.")
    try:
        return Record(number, name, _values(row))
    except ValidationError as error:
        faults = error.normalized_messages()  # type: ignore[no-untyped-call] # marshmallow gives it no type
        return Record(number, name, None, " ".join(_sentences(faults)))


def _values(row: Mapping[str, str]) -> dict[str, Any]:
    given = {name: row[name].strip() for name in COLUMNS if name in row}
    if not given.get("active", "true"):
        del given["active"]
    if "active" in given:
        given["active"] = given["active"].lower()
    further = {name: clean(value, long=True) or None for name, value in row.items() if name not in COLUMNS}
    values: dict[str, Any] = RECORD.load(given)
    return values | ({"attributes": further} if further else {})


def _sentences(faults: Mapping[str, Any]) -> Iterator[str]:
    for name, messages in faults.items():
        text = " ".join(str(message) for message in messages)
        yield text if name == "_schema" else f"{name}: {text}"


def write(users: Iterable[Any], attribute_names: Sequence[str]) -> Iterator[list[str]]:
    """Give the header row and then one row for each user, attributes in columns of their own."""
    further = [name for name in attribute_names if name not in COLUMNS]
    yield [*COLUMNS, *further]
    for user in users:
        plain = [cell(getattr(user, name)) for name in COLUMNS]
        yield plain + [cell(user.attributes.get(name)) for name in further]
