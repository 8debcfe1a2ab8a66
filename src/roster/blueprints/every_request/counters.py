"""Counters that all workers of a machine share: memory that a fork does not copy."""

import mmap
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from time import time

SLOT = struct.Struct("=QQd")
"""A counter: the hash of its key (0: free), how often, and when it ends (seconds since 1970)."""
SLOTS = 65_536
PROBES = 16
"""Places where a key may stand. Where all are taken, the one that ends first gives way."""
PATIENCE = 0.05
"""Seconds to wait for the lock: a worker that was killed while it held it must not stop the others."""


class SharedCounters:
    """Counters in memory that is shared with the workers forked after it was made (1.5 MB).

    Without a fork (one process, or no preload) it counts for its own process alone.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SLOT.size * SLOTS)
        self._lock = get_context("fork").Lock()

    def incr(self, key: str, expiry: int) -> int:
        """Count the key up and return how often it was counted in its window of `expiry` seconds."""
        now, wanted = time(), _hash(key)
        got = self._lock.acquire(timeout=PATIENCE)  # as `_locked` does, which costs more than all the rest of this
        try:
            place, count, ends_at = self._find(wanted, now)
            SLOT.pack_into(self._memory, place, wanted, count + 1, ends_at if count else now + expiry)
        finally:
            if got:
                self._lock.release()
        return count + 1

    def get(self, key: str) -> int:
        """Return how often the key was counted in its window."""
        with self._locked():
            return self._find(_hash(key), time())[1]

    def get_expiry(self, key: str) -> float:
        """Return when the key's window ends, in seconds since 1970."""
        now = time()
        with self._locked():
            _, count, ends_at = self._find(_hash(key), now)
        return ends_at if count else now

    def reset(self) -> None:
        """Forget everything."""
        with self._locked():
            self._memory[:] = bytes(len(self._memory))

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._locked():
            SLOT.pack_into(self._memory, self._find(_hash(key), time())[0], 0, 0, 0.0)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        got = self._lock.acquire(timeout=PATIENCE)
        try:
            yield
        finally:
            if got:
                self._lock.release()

    def _find(self, wanted: int, now: float) -> tuple[int, int, float]:
        """The place of a key's hash, how often it was counted, and when that ends; a count of 0 where it is new."""
        best, soonest = 0, float("inf")
        for number in range(PROBES):
            place = (wanted + number) % SLOTS * SLOT.size
            found, count, ends_at = SLOT.unpack_from(self._memory, place)
            if found == wanted and ends_at > now:
                return place, count, ends_at
            if ends_at < soonest:
                best, soonest = place, ends_at
        return best, 0, 0.0


def _hash(key: str) -> int:
    """A hash that is the same in every process; never 0."""
    data = key.encode()
    return (zlib.crc32(data) << 32 | zlib.crc32(data[::-1])) or 1
