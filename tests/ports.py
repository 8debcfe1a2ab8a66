"""Ports for servers that are started a little later."""

import os
import random
import socket
from contextlib import suppress


def free_port() -> int:
    """Find a port of this worker's own, and below those that the kernel deals out: nobody takes it meanwhile."""
    first = 20_000 + 1_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    for port in random.sample(range(first, first + 1_000), 1_000):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("every port is taken")
