"""Files that are sent to us: larger than other bodies, and kept on disk, not in memory."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from socket import SHUT_RD
from typing import Any, BinaryIO

from flask import after_this_request, g, request
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from roster.blueprints.long_work import take_time
from roster.database import database
from roster.errors import BODY_TOO_SLOW, MALFORMED_REQUEST, AppException

ENDING = "/users/import"
"""How the addresses end that take a file, whichever door they belong to."""
PART = 65_536


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: its bytes, their number and their SHA-256."""

    file: BinaryIO
    size: int
    sha256: bytes


def is_upload(environ: Mapping[str, Any]) -> bool:
    """Tell whether this request sends a file."""
    return bool(environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith(ENDING))


def received() -> Upload:
    """Return the file that this request brings; it is gone with the request.

    The connection to the database is given back first: a slow client must not hold one.

    Raises:
        AppException: BODY_TOO_SLOW, MALFORMED_REQUEST.
        RequestEntityTooLarge: it is larger than ROSTER_MAX_IMPORT.
    """
    if "upload" not in g:
        database.close_scope()
        with receiving():
            g.upload = _kept()
        take_time()
        after_this_request(forget)
    upload: Upload = g.upload
    return upload


def forget(response: Response) -> Response:
    """Close the file that the request brought, and return its answer."""
    g.pop("upload").file.close()
    return response


def _kept() -> Upload:
    with ExitStack() as undo:
        file: Any = undo.enter_context(tempfile.TemporaryFile())
        size, digest = 0, hashlib.sha256()
        while part := request.stream.read(PART):
            size += len(part)
            if request.max_content_length is not None and size > request.max_content_length:
                raise RequestEntityTooLarge
            digest.update(part)
            file.write(part)
        undo.pop_all()  # `forget` closes it
    return Upload(file, size, digest.digest())


@contextmanager
def receiving() -> Iterator[None]:
    """Say in our own words what goes wrong while a body comes.

    Raises:
        AppException: BODY_TOO_SLOW, MALFORMED_REQUEST.
    """
    try:
        yield
    except ClientDisconnected as error:
        if not isinstance(error.__context__, TimeoutError):
            raise
        request.environ["gunicorn.socket"].shutdown(SHUT_RD)  # or gunicorn waits for the rest
        raise AppException(BODY_TOO_SLOW) from None
    except HTTPException:
        raise
    except Exception as error:  # whatever the server has to say of how the body was sent
        raise AppException(MALFORMED_REQUEST, "The body can't be read as it was sent.") from error
