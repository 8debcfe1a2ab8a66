"""Forms that come back with what was typed and what is wrong with it."""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, ClassVar

from marshmallow import ValidationError

from roster.errors import AppException, ErrorCode


class Form:
    """What was typed. `errors` names faults by field (`emails.0.value`); those under "" are the whole form's."""

    TOLD: ClassVar[Mapping[ErrorCode, str]] = {}
    """The failures of a service that bring the form back, and the field they belong to."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def refusals(self) -> "Refusals":
        """Return a block that keeps what a schema or a service refuses, so that the view can show the form again."""
        return Refusals(self)


class Refusals:
    """A block that ends early, and quietly, when the form is refused; every other failure goes on its way."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> bool:
        """Keep the errors of a refusal."""
        found = dict(self._faults(error))
        self.form.errors.update(found)
        return bool(found)

    def _faults(self, error: BaseException | None) -> Iterator[tuple[str, list[str]]]:
        if isinstance(error, ValidationError):
            yield from flat(error.messages)
        elif isinstance(error, AppException) and error.error in self.form.TOLD:
            yield self.form.TOLD[error.error], [error.message]


def flat(messages: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Give each fault of a nested report with its path, as `emails.0.value`."""
    if not isinstance(messages, Mapping):
        yield path.removeprefix("."), [str(message) for message in messages]
        return
    for name, inner in messages.items():
        yield from flat(inner, path if name == "_schema" else f"{path}.{name}")
