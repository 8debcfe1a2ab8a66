"""Whose session is it? A scope belongs to one request in one application context, and to the thread that opened it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import get_ident
from typing import Any

from flask import g, has_app_context, has_request_context, request

from roster.database.failure import TransactionError

KEY = "roster.scopes"
WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


_is_alone: ContextVar[bool] = ContextVar("roster_is_alone", default=False)


@contextmanager
def without_session() -> Iterator[None]:
    """Refuse sessions inside: they would work on another connection, in another transaction.

    Raises:
        TransactionError: in itself.
    """
    demand_sessions()
    mark = _is_alone.set(True)
    try:
        yield
    finally:
        _is_alone.reset(mark)


def demand_sessions() -> None:
    """Refuse to go on where a session would be out of place.

    Raises:
        TransactionError: inside `without_session`.
    """
    if _is_alone.get():
        raise TransactionError("Inside writing() there is nothing but its connection.")


class Scope:
    """The key of one scope; nothing but its identity counts."""

    __slots__ = ("__weakref__", "environ", "thread")

    def __init__(self, environ: dict[str, Any] | None) -> None:
        self.environ = environ
        self.thread = get_ident()


@dataclass(slots=True)
class Opened:
    """What an application context has open, and how many statements were sent in it without a session."""

    scopes: list[Scope] = field(default_factory=list)
    statements: int = 0

    def of_request(self) -> Sequence[Scope]:
        """Return the open scopes of the current request."""
        if not self.scopes:
            return ()
        environ = request.environ
        return [known for known in self.scopes if known.environ is environ]

    def counted(self) -> int:
        """Return how many statements were counted, and count from nothing again."""
        counted, self.statements = self.statements, 0
        return counted


def opened() -> Opened | None:
    """Return what the current application context has open; None if it never had anything, or there is no context."""
    return g.get(KEY) if has_app_context() else None


def opening() -> Opened:
    """Return the same, for something to be opened or counted."""
    found: Opened | None = g.get(KEY)
    if found is None:
        found = g.setdefault(KEY, Opened())
    return found


def scope() -> Scope:
    """Return the key of the current request, or of the application context where there is no request.

    An application context that was pushed inside a request has a scope of its own, and so has a copy of the request
    in another thread.

    Raises:
        TransactionError: another thread borrowed the context itself; a session can't serve two at once. Or work is
            done without one just now.
    """
    demand_sessions()
    environ = request.environ if has_request_context() else None
    scopes = opening().scopes
    for known in scopes:
        if known.environ is environ:
            return _of_this_thread(known)
    new = Scope(environ)
    scopes.append(new)
    if environ is not None:
        environ.setdefault(KEY, []).append(new)
    return new


def forget(known: Scope) -> None:
    """Take a scope off the lists that it is on."""
    here = opened()
    for scopes in (here.scopes if here else [], (known.environ or {}).get(KEY, [])):
        if known in scopes:
            scopes.remove(known)


def closing_what_is_left(wsgi_app: WSGI, close: Callable[[Scope], object]) -> WSGI:
    """Wrap an application so that a request's scopes are closed at its end, even if teardown hooks raise before ours.

    A stream ends when the server closes it.
    """

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        left: list[Scope] = environ.setdefault(KEY, [])
        try:
            body = wsgi_app(environ, start_response)
        finally:
            _close_all(left, close)
        return _Body(body, left, close)

    return call


class _Body:
    """An answer's body, whose end closes what is left."""

    __slots__ = ("body", "closing", "left")

    def __init__(self, body: Iterable[bytes], left: Sequence[Scope], closing: Callable[[Scope], object]) -> None:
        self.body, self.left, self.closing = body, left, closing

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)

    def close(self) -> None:
        """Close the body, and then what is left; the server calls it."""
        try:
            if hasattr(self.body, "close"):
                self.body.close()
        finally:
            _close_all(self.left, self.closing)


def _close_all(left: Sequence[Scope], close: Callable[[Scope], object]) -> None:
    for known in [one for one in left if one.thread == get_ident()] if left else ():
        close(known)


def _of_this_thread(known: Scope) -> Scope:
    if known.thread != get_ident():
        raise TransactionError("This session belongs to another thread: push a context of the thread's own.")
    return known
