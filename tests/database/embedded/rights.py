"""Which tests can run here: some need to be root, and some a kernel that lets root make namespaces."""

import os
import shlex
import tempfile
from pathlib import Path

import pytest

from roster.database.embedded import cluster
from roster.database.embedded.account import Account
from tests.database.embedded.conftest import run


def unshared(uid: int) -> tuple[str, ...]:
    """What makes a process of root's an ordinary user's, without root's powers."""
    return ("unshare", "--user", f"--map-user={uid}", f"--map-group={uid}")


def can_be_entered_by_all() -> bool:
    anyone = Account(4242, 4242)
    return anyone.can_run(cluster.programs() / "postgres", Path(tempfile.gettempdir()))


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL refuses to run as root, and nobody else")
only_in_the_open = pytest.mark.skipif(not can_be_entered_by_all(), reason="other users can't enter this clone")
only_with_namespaces = pytest.mark.skipif(
    run("/bin/sh", "-c", shlex.join([*unshared(65534), "true"])).returncode != 0,
    reason="user namespaces are not allowed",
)

CONTAINED = ("unshare", "--pid", "--ipc", "--fork", "--mount-proc")
only_with_containers = pytest.mark.skipif(
    run("/bin/sh", "-c", shlex.join([*CONTAINED, "true"])).returncode != 0, reason="no right to make containers"
)
