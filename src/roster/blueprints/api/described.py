"""How flask-smorest is used here: our reader of JSON, our errors, our description."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import wraps
from http import HTTPStatus
from typing import Any, NoReturn

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from apispec.utils import deepupdate
from flask import Flask, Request, request
from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema, ValidationError
from typing_extensions import override
from webargs.flaskparser import FlaskParser

from roster.blueprints.api.access import IF_MATCH as IF_MATCH_PATTERN
from roster.errors import INVALID_INPUT, UNSUPPORTED_MEDIA_TYPE, AppException
from roster.schemas.fields.attributes import VALUE
from roster.schemas.problem import Problem
from roster.schemas.reader import read_json

PROBLEM_JSON = "application/problem+json"
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string", "pattern": IF_MATCH_PATTERN},
    "description": "The ETag that you read, or several, or `*`: 412 if somebody else changed it since.",
}
JSON_TYPES = {"application/json", "application/merge-patch+json"}


class Parser(FlaskParser):
    """Reads arguments strictly; whatever is wrong is an AppException that says where."""

    @override
    def parse(self, argmap: Any, req: Any = None, *, location: str | None = None, **_: Any) -> Any:
        """Return what the schema makes of the body or the query. webargs could do more, and takes its time for it.

        Raises:
            AppException: INVALID_INPUT, and what the loaders raise.
        """
        asked = req or request
        given = self.load_querystring(asked, argmap) if location == "query" else self.load_json(asked, argmap)
        try:
            return argmap.load(given, unknown=RAISE)
        except ValidationError as error:
            self.handle_error(error)

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs' signature
        """Return the body. One that is empty is an empty object.

        Raises:
            AppException: UNSUPPORTED_MEDIA_TYPE, MALFORMED_REQUEST.
        """
        body = req.get_data()
        req.stream.read(1)  # a chunked body was cut at the limit without a word; to read on is refused with 413
        if not body.strip():
            return {}
        if req.mimetype not in JSON_TYPES:
            raise AppException(UNSUPPORTED_MEDIA_TYPE)
        return read_json(body)

    def load_querystring(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs' signature
        """Return the query, in which each name stands once.

        Raises:
            AppException: INVALID_INPUT.
        """
        if twice := [name for name, values in req.args.lists() if len(values) > 1]:
            raise AppException(INVALID_INPUT, fields={name: ["Given more than once."] for name in twice})
        return req.args.to_dict()

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Raise what is wrong, by field."""
        faults = dict(flat(error.normalized_messages()))  # type: ignore[no-untyped-call] # marshmallow gives it no type
        raise AppException(INVALID_INPUT, fields=faults) from error


def flat(messages: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Give each fault of a nested report with its path, as `emails[0].value`."""
    if not isinstance(messages, Mapping):
        # A name may hold half of a surrogate pair, which UTF-8 can't say.
        yield path.removeprefix(".").encode(errors="backslashreplace").decode(), list(messages)
        return
    for name, inner in messages.items():
        step = f"[{name}]" if isinstance(name, int) else "" if name == "_schema" else f".{name}"
        yield from flat(inner, path + step)


class DescribedBlueprint(Blueprint):  # type: ignore[misc] # flask-smorest has no types
    """A blueprint whose arguments are read by our parser."""

    ARGUMENTS_PARSER = Parser()

    def arguments(self, schema: Any, *, location: str = "json", **options: Any) -> Callable[[Any], Any]:
        """Read arguments by one instance of the schema, and hand them to the view; webargs does it in four steps."""
        read = schema()
        described = super().arguments(read, location=location, **options)

        def decorator(view: Any) -> Any:
            @wraps(view)
            def reading(*args: Any, **kwargs: Any) -> Any:
                return view(*args, self.ARGUMENTS_PARSER.parse(read, location=location), **kwargs)

            reading._apidoc = described(view)._apidoc  # type: ignore[attr-defined] # where flask-smorest looks for it
            return reading

        return decorator

    def response(self, *args: Any, **options: Any) -> Callable[[Any], Any]:
        """Describe what the view answers, which is ready to be sent."""
        return _only_described(super().response(*args, **options))

    def alt_response(self, *args: Any, **options: Any) -> Callable[[Any], Any]:
        """Describe what else the view may answer."""
        return _only_described(super().alt_response(*args, **options))

    def doc(self, **options: Any) -> Callable[[Any], Any]:
        """Describe the view further."""
        return _only_described(super().doc(**options))

    def failure(self, status: int, description: str) -> Callable[[Any], Any]:
        """Describe a failure that the view may answer with."""
        return self.alt_response(status, schema=Problem, content_type=PROBLEM_JSON, description=description)

    def conditional(self, view: Any) -> Any:
        """Describe that the view heeds `If-Match`."""
        return self.doc(parameters=[IF_MATCH])(self.failure(412, "Somebody else changed it: see If-Match.")(view))


def _only_described(describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What flask-smorest would say of a view, without the function that it would put around it."""

    def decorator(view: Any) -> Any:
        view._apidoc = describe(view)._apidoc
        return view

    return decorator


class SchemaConverter(OpenAPIConverter):
    """Describes what a schema demands beyond its fields, as the schema says in DESCRIBED."""

    @override
    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        described: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call] # apispec's
        return deepupdate(described, deepcopy(getattr(schema, "DESCRIBED", {})))  # it writes into what it is given


class SchemaPlugin(MarshmallowPlugin):
    """Has the converter above."""

    Converter = SchemaConverter


class DescribedApi(Api):  # type: ignore[misc] # flask-smorest has no types
    """An API that leaves errors to `problem.py`, and describes them as it speaks them."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, spec_kwargs={"marshmallow_plugin": SchemaPlugin()})
        self.spec.components.schema("AttributeValue", VALUE)
        self.spec.components.security_scheme(
            "token", {"type": "http", "scheme": "bearer", "description": "A token of kind api: roster tokens issue."}
        )

    def _register_error_handlers(self) -> None:
        """Register none: flask-smorest's would answer for the whole application."""

    def _register_responses(self) -> None:
        phrases = {status.name: status.phrase for status in HTTPStatus}
        for name, phrase in {**phrases, self.DEFAULT_ERROR_RESPONSE_NAME: "Any other failure."}.items():
            answer = {"description": phrase, "content": {PROBLEM_JSON: {"schema": Problem}}}
            self.spec.components.response(name, answer, lazy=True)
