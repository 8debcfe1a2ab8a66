"""Forms that come back with what was typed and what is wrong with it."""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

from marshmallow import Schema, ValidationError

from roster.blueprints.languages.sentences import in_this_language
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


class TextForm(Form):
    """A form of plain texts, by name. Secrets are no parts of it: they are read once and never shown again."""

    FIELDS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, sent: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.parts: dict[str, Any] = {name: (sent or {}).get(name) or "" for name in self.FIELDS}

    def values(self, schema: Schema, **besides: Any) -> dict[str, Any]:
        """Return what the form means, as services take it.

        Raises:
            ValidationError: naming what is wrong, by part.
        """
        loaded: dict[str, Any] = schema.load(self.parts | besides)
        return loaded


class VersionedForm(Form):
    """A form that changes something others change, too: it knows the version that it was made of."""

    def __init__(self, parts: Mapping[str, Any], version: int = 0) -> None:
        super().__init__()
        self.parts = dict(parts)
        self.version = version

    @classmethod
    def showing(cls, state: Mapping[str, Any], version: int = 0) -> Self:
        """Return the form that shows this state."""
        raise NotImplementedError


def version_of(text: str) -> int:
    """Return the version that was shown; 0, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


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
            yield from _told(error.messages)
        elif isinstance(error, AppException) and error.error in self.form.TOLD:
            yield self.form.TOLD[error.error], [in_this_language(error.message)]


def _told(messages: Any) -> Iterator[tuple[str, list[str]]]:
    """Give each fault with its path, in the reader's language."""
    return ((path, [in_this_language(text) for text in texts]) for path, texts in flat(messages))


def flat(messages: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Give each fault of a nested report with its path, as `emails.0.value`."""
    if not isinstance(messages, Mapping):
        yield path.removeprefix("."), [str(message) for message in messages]
        return
    for name, inner in messages.items():
        yield from flat(inner, path if name == "_schema" else f"{path}.{name}")
