"""Users as CSV: UTF-8, a header row, one user a line."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any
from unicodedata import is_normalized

import orjson
from marshmallow import EXCLUDE, ValidationError, fields

from roster.errors import MALFORMED_REQUEST, AppException
from roster.models.base import NAME_LENGTH
from roster.normal_form import KEY_LIMIT, cell, name_key
from roster.schemas.fields.text import Text, clean
from roster.schemas.users import ADDRESS, Address, UserFields

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
LONGEST_LINE = 1_048_576
"""Characters of a line: more than all cells of anybody, and little enough to be held."""
SWITCHES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
SURELY_SHORT = KEY_LIMIT // 18
"""Characters whose normal form is surely short enough, whatever they are."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file: its number (from 1, the header counts), and either its values or what is wrong with it.

    `cells` are kept of what was not understood, so that they can be given back.
    """

    number: int
    user_name: str
    values: Mapping[str, Any] | None
    fault: str | None = None
    cells: Any = None


class Layout:
    """What the cells of a file's lines are: fields of a user, attributes; "" for those that nobody wants."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.fields = [(place, name) for place, name in enumerate(names) if name in COLUMNS]
        self.further = [(place, name) for place, name in enumerate(names) if name and name not in COLUMNS]

    def record(self, number: int, cells: Sequence[str]) -> Record:
        """Return what a line says, or what is wrong with it."""
        if len(cells) != len(self.names):
            fault = f"has {len(cells)} cells where the header has {len(self.names)}."
            return Record(number, self._user_name(cells), None, fault, cells)
        try:
            values = self._at_a_glance(cells) or self._values(cells)
        except ValidationError as error:
            faults = error.normalized_messages()  # type: ignore[no-untyped-call] # marshmallow gives it no type
            return Record(number, self._user_name(cells), None, " ".join(sentences(faults)), cells)
        return Record(number, values["user_name"], values)

    def _at_a_glance(self, cells: Sequence[str]) -> dict[str, Any] | None:
        """The values of a line that is plainly good, as most are; the schema takes twenty times as long to say so."""
        line = ",".join(cells)
        longest = NAME_LENGTH if line.isascii() else SURELY_SHORT
        if not line.isprintable() or not is_normalized("NFC", line) or len(max(cells, key=len)) > longest:
            return None
        values: dict[str, Any] = {name: cells[place].strip() or None for place, name in self.fields}
        if "active" in values and (values["active"] is None or values["active"].lower() not in SWITCHES):
            return None
        if not name_key(values["user_name"] or "") or not ADDRESS.fullmatch(values.get("email") or "none@given"):
            return None
        if "active" in values:
            values["active"] = SWITCHES[values["active"].lower()]
        if self.further:
            values["attributes"] = {name: cells[place].strip() or None for place, name in self.further}
        return values

    def _values(self, cells: Sequence[str]) -> dict[str, Any]:
        given = {name: cells[place].strip() for place, name in self.fields}
        if not given.get("active", "true"):
            del given["active"]
        if "active" in given:
            given["active"] = given["active"].lower()
        further = {name: clean(cells[place], long=True) or None for place, name in self.further}
        values: dict[str, Any] = RECORD.load(given)
        return values | ({"attributes": further} if further else {})

    def _user_name(self, cells: Sequence[str]) -> str:
        """What the line is called in a report."""
        return dict(zip(self.names, cells, strict=False)).get("user_name", "")


def read(lines: Iterable[str]) -> Iterator[Record]:
    """Give every record of a file; bytes that are not UTF-8 stand in its lines as `surrogateescape` writes them.

    Raises:
        AppException: MALFORMED_REQUEST, where the file as a whole can't be read.
    """
    layout: Layout | None = None
    for number, cells in _cells(lines):
        if layout is None:
            layout = Layout(_each_once(_with_user_name(_names(cells))))
        elif cells:
            yield layout.record(number, cells)


def read_cells(lines: Iterable[str]) -> Iterator[Record]:
    """Give every record as its cells alone, for columns that are still to be mapped; the header is left out.

    Raises:
        AppException: MALFORMED_REQUEST, where the file as a whole can't be read.
    """
    rows = _cells(lines)
    _each_once(_names(next(rows)[1]))
    yield from (Record(number, "", None, cells=cells) for number, cells in rows if cells)


def read_header(lines: Iterable[str]) -> list[str]:
    """Return what the header row calls the columns.

    Raises:
        AppException: MALFORMED_REQUEST, where it can't be read, or calls two the same.
    """
    return _each_once(_names(next(_cells(lines))[1]))


def _names(cells: Sequence[str]) -> list[str]:
    try:
        return [clean(name.removeprefix("\ufeff")) for name in cells]
    except ValidationError as error:
        raise AppException(MALFORMED_REQUEST, f"The header row can't be read: {error.messages[0]}") from None


def _with_user_name(names: list[str]) -> list[str]:
    if "user_name" not in names:
        found = ", ".join(names) or "nothing"
        raise AppException(MALFORMED_REQUEST, f"The header row has no column user_name; it has: {found}.")
    return names


def _each_once(names: list[str]) -> list[str]:
    if twice := {name for name in names if names.count(name) > 1 or not name}:
        raise AppException(MALFORMED_REQUEST, f"The header row names a column twice or not at all: {sorted(twice)}.")
    return names


def _cells(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row and the line where it begins; the first row is there in any case."""
    reader = csv.reader(readable(lines), strict=True)
    try:
        yield 1, next(reader, [])
        number = reader.line_num + 1
        for cells in reader:
            yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise AppException(MALFORMED_REQUEST, f"Line {reader.line_num} is not good CSV: {error}.") from None


def readable(lines: Iterable[str]) -> Iterator[str]:
    """Give the lines of a file, none of them longer than can be held.

    Raises:
        AppException: MALFORMED_REQUEST: one is not UTF-8, or too long.
    """
    read_line = getattr(lines, "readline", None)
    bounded = iter(partial(read_line, LONGEST_LINE + 1), "") if read_line else lines
    for number, line in enumerate(bounded, 1):
        if not line.isascii() and (found := UNDECODED.search(line)):
            byte = ord(found[0]) - 0xDC00
            raise AppException(MALFORMED_REQUEST, f"Line {number} is not UTF-8 (byte 0x{byte:02x}).")
        if len(line) > LONGEST_LINE:
            raise AppException(MALFORMED_REQUEST, f"Line {number} is longer than {LONGEST_LINE:,} characters.")
        yield line


def sentences(faults: Mapping[str, Any]) -> Iterator[str]:
    """Give a sentence for each field that has faults."""
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


def lines(table: Iterator[Sequence[Any]]) -> Iterator[bytes]:
    """Give a table of users (`services.exports.table`) as a file, as `write` does, many lines at a time.

    The columns that there always are come first, before everybody's attributes are looked through for the others.
    """
    next(table)
    yield ",".join(COLUMNS).encode()
    names = [name for name in next(table) if name not in COLUMNS]
    yield _text([["", *names]] if names else [[]])
    for rows in table:
        yield _text([_row(row, names) for row in rows])


def refused(rows: Iterable[Any], columns: Sequence[str], names: Sequence[str]) -> Iterator[bytes]:
    """Give refused lines as a file: number and reason of each, and its cells under their columns.

    Args:
        rows: number, fault, cells (None where they were understood), given.
        columns: the header of the file that they come from; none of JSON lines, which become a cell each.
        names: what each column is: a field, or an attribute.
    """
    rows = iter(rows)
    some = list(islice(rows, 1000))
    yield _text([["line", "reason", *(columns or ["record"])]])
    while some:
        yield _text([[row.number, row.fault, *_given_back(row, columns, names)] for row in some])
        some = list(islice(rows, 1000))


def _given_back(row: Any, columns: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    if not columns:
        return [cell(row.given if row.cells is None else row.cells)]
    if row.cells is not None:
        return [cell(value) for value in row.cells]
    given = {**(row.given.get("attributes") or {}), **row.given}
    return [cell(given.get(name)) for name in names]


def _row(row: Any, names: Sequence[str]) -> list[Any]:
    *plain, attributes = row
    given = orjson.loads(attributes) if names else {}
    return [*plain, *(cell(given.get(name)) for name in names)]


def _text(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
