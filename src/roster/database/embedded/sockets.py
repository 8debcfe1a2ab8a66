"""The socket: its name, the folder it may lie in, and whether anybody answers there."""

import hashlib
import os
import re
import socket
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from roster.database.embedded.account import Account
from roster.database.embedded.failure import EmbeddedError

PORT = 5432
"""Only names the socket file: nothing listens on a network. Always given, or PGPORT of the environment would decide."""

SOCKET = f".s.PGSQL.{PORT}"
"""The socket's file name, of PostgreSQL's choice."""


def make_socket_folder(home: Path, account: Account) -> Path:
    """Return a folder for the socket that only the account can enter.

    A socket's path is bounded (sun_path: 107 bytes, 103 on macOS), and some characters have a meaning in URLs and in
    PostgreSQL's lists. An instance with such a path has its socket in the temporary directory, where others could be
    first to make the folder.

    Raises:
        EmbeddedError: somebody else made that folder.
    """
    folder = _socket_folder(home)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.uid):
        raise EmbeddedError(f"{folder} was made by somebody else: remove it, as PostgreSQL's socket belongs there.")
    folder.chmod(0o700)
    account.own(folder)
    return folder


def _socket_folder(home: Path) -> Path:
    name = f"roster-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    choices = (home / "socket", Path(tempfile.gettempdir(), name), Path("/tmp", name))  # noqa: S108 - its owner is checked
    longest = 103 - len(f"/{SOCKET}")
    return next(
        folder for folder in choices if re.fullmatch(r"[\w./-]+", str(folder), re.ASCII) and len(str(folder)) <= longest
    )


def is_listening(folder: str) -> bool:
    """Return whether a server answers in this folder; no folder has none."""
    if not folder:
        return False
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.settimeout(1.0)
        client.connect(f"{folder}/{SOCKET}")
        return True
    return False
