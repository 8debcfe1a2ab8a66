"""Users as JSON lines: UTF-8, one user a line, as the API tells of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from marshmallow import ValidationError

from roster.errors import AppException
from roster.schemas.files.user_csv import Record, readable
from roster.schemas.reader import read_json
from roster.schemas.users import UserCreate

ONE = UserCreate()
TOLD = {"id", "created_at", "updated_at", "deleted_at", "version"}
"""What the API tells of a user and nobody can choose: an export comes back as it is."""


def read(lines: Iterable[str]) -> Iterator[Record]:
    """Give every record of a file; bytes that are not UTF-8 stand in its lines as `surrogateescape` writes them.

    Raises:
        AppException: MALFORMED_REQUEST, where the file as a whole can't be read.
    """
    for number, line in enumerate(readable(lines), 1):
        if text := line.removeprefix("\ufeff").strip():
            yield _record(number, text)


def _record(number: int, line: str) -> Record:
    try:
        given = read_json(line.encode())
    except AppException as error:
        return Record(number, "", None, error.message.removeprefix("The body "), line)
    name = given.get("user_name") if isinstance(given, Mapping) else None
    shown = name if isinstance(name, str) else ""
    try:
        values: dict[str, Any] = ONE.load(_chosen(given))
    except ValidationError as error:
        faults = dict(_flat(error.normalized_messages()))  # type: ignore[no-untyped-call] # marshmallow's
        return Record(number, shown, None, " ".join(f"{path}: {text}" for path, text in faults.items()), line)
    return Record(number, values["user_name"], values)


def _chosen(given: Any) -> Any:
    return {name: value for name, value in given.items() if name not in TOLD} if isinstance(given, dict) else given


def _flat(faults: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each fault with its path, as `emails.0.value`."""
    if not isinstance(faults, Mapping):
        yield path.removeprefix(".") or "line", " ".join(map(str, faults))
        return
    for name, inner in faults.items():
        yield from _flat(inner, path if name == "_schema" else f"{path}.{name}")
