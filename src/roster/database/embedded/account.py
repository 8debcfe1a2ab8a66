"""Whom PostgreSQL's programs run as, since they refuse root and users whom the system has no name for."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roster.database.embedded.failure import EmbeddedError

_ENTER_AND_RUN = ("/bin/sh", "-c", 'cd "$1" && exec "$2" --version', "sh")


@dataclass(frozen=True, slots=True)
class Account:
    """Whom PostgreSQL's programs run as: us, another user, or us under another name (in a user namespace)."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def run(self, command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end, away from our terminal's Ctrl-C, our secrets and our PG* variables."""
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        return subprocess.run(  # noqa: S603 - programs of ours, no shell reads the arguments
            [*self.prefix, *command], env=environment, cwd="/", start_new_session=True, check=False, **options
        )

    def can_run(self, program: Path, folder: Path) -> bool:
        """Ask the kernel itself, by trying, whether the program and the folder are within reach."""
        try:
            return self.run([*_ENTER_AND_RUN, folder, program], capture_output=True).returncode == 0
        except (OSError, subprocess.SubprocessError):
            return False

    def own(self, folder: Path) -> None:
        """Give a folder to the account."""
        if self.uid is not None:
            os.chown(folder, self.uid, self.gid or 0, follow_symlinks=False)


def account_for(home: Path, data: Path, postgres: Path) -> Account:
    """Return whom to run as: the data's owner, if there is data.

    PostgreSQL refuses to run as root, and initdb as a user whom /etc/passwd does not know.

    Raises:
        EmbeddedError: there is nobody who can and may.
    """
    owner = data.stat() if data.exists() else None
    for account in _candidates(owner):
        if account == Account() or account.can_run(postgres, home):
            return account
    if owner and owner.st_uid != os.geteuid():
        raise EmbeddedError(f"{data} belongs to {_name(owner.st_uid)}: run Roster as that user, or set DATABASE_URL.")
    raise EmbeddedError(
        f"PostgreSQL does not run as {_name(os.geteuid())}, and in {home} neither nobody nor a user namespace "
        "can stand in: run Roster as an ordinary user, or set DATABASE_URL."
    )


def _candidates(owner: os.stat_result | None) -> Iterator[Account]:
    me, nobody = os.geteuid(), _entry("nobody")
    if owner and owner.st_uid != me:
        if me == 0:
            yield Account(owner.st_uid, owner.st_gid)
        return
    if me and _entry(me):
        yield Account()
    if nobody and not me and not owner:
        yield Account(nobody.pw_uid, nobody.pw_gid)
    if nobody and (unshare := shutil.which("unshare")):
        # Files stay ours; only PostgreSQL believes to be somebody else. Works where no other user can enter (/root).
        yield Account(prefix=(unshare, "--user", f"--map-user={nobody.pw_uid}"))


def _entry(user: str | int) -> pwd.struct_passwd | None:
    with suppress(KeyError):
        return pwd.getpwnam(user) if isinstance(user, str) else pwd.getpwuid(user)
    return None


def _name(uid: int) -> str:
    return entry.pw_name if (entry := _entry(uid)) else f"user {uid}"
