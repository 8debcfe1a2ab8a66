"""Whose session is it? A scope belongs to one request in one application context, and to the thread that opened it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import get_ident
from typing import Any

from flask import g, has_request_context, request
from werkzeug.wsgi import ClosingIterator

from roster.database.failure import TransactionError

KEY = "roster.scopes"
COUNT = "roster.statements"
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
    scopes: list[Scope] = g.setdefault(KEY, [])
    for known in scopes:
        if known.environ is environ:
            return _of_this_thread(known)
    new = Scope(environ)
    scopes.append(new)
    if environ is not None:
        environ.setdefault(KEY, []).append(new)
    return new


def count_statements(number: int) -> None:
    """Count what was sent without a session in the current application context."""
    setattr(g, COUNT, g.get(COUNT, 0) + number)


def counted_statements() -> int:
    """Return what was counted, and count from nothing again."""
    return g.pop(COUNT, 0) if g else 0


def scopes_of_request() -> Sequence[Scope]:
    """Return the open scopes of the current request, in the current application context."""
    if not (scopes := scopes_of_context()):
        return ()
    environ = request.environ
    return [known for known in scopes if known.environ is environ]


def scopes_of_context() -> Sequence[Scope]:
    """Return the open scopes of the current application context."""
    return tuple(g.get(KEY, ()))


def forget(known: Scope) -> None:
    """Take a scope off the lists that it is on."""
    for scopes in (g.get(KEY, []) if g else [], (known.environ or {}).get(KEY, [])):
        if known in scopes:
            scopes.remove(known)


def closing_what_is_left(wsgi_app: WSGI, close: Callable[[Scope], object]) -> WSGI:
    """Wrap an application so that a request's scopes are closed at its end, even if teardown hooks raise before ours.

    A stream ends when the server closes it.
    """

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        opened: list[Scope] = environ.setdefault(KEY, [])

        def close_all() -> None:
            for known in [one for one in opened if one.thread == get_ident()]:
                close(known)

        try:
            body = wsgi_app(environ, start_response)
        finally:
            close_all()
        return ClosingIterator(body, close_all)

    return call


def _of_this_thread(known: Scope) -> Scope:
    if known.thread != get_ident():
        raise TransactionError("This session belongs to another thread: push a context of the thread's own.")
    return known
