"""The way of requests into their log: a bounded queue that a thread of each worker empties, so that nobody waits."""

import atexit
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from time import sleep
from uuid import UUID

from flask import Flask
from prometheus_client import Counter

from roster import services
from roster.database import deadline
from roster.services.provisioning.requests import Entry

log = logging.getLogger(__name__)

DROPPED = Counter("scim_requests_not_logged_total", "Requests of identity providers that their log does not know.")
WAITING = 2000
"""Requests that may wait to be written down; what comes while so many do is dropped, and counted."""
BATCH = 200
LINGER = 0.25
"""Seconds for which the thread lets requests gather."""
PATIENCE, LAST_PATIENCE = 10.0, 5.0
"""Seconds that one batch may take; and all that is left when the worker ends."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One entry, and whose it is; made when it is written, not while somebody waits for an answer."""

    organization_id: UUID
    provider_id: UUID
    at: datetime
    method: str
    path: str
    status: int
    milliseconds: int
    request_id: str | None
    sent: bytes | int | None
    answered: bytes | int | None


class Journal:
    """Takes what was heard, and writes it down while nobody waits. What can't be written is dropped and counted."""

    def __init__(self, app: Flask, entry: Callable[[Heard], Entry]) -> None:
        self._app = app
        self._entry = entry
        self._waiting: Queue[Heard] = Queue(WAITING)
        self._came = Event()
        self._writing, self._starting = Lock(), Lock()
        self._process: int | None = None

    def put(self, heard: Heard) -> None:
        """Take one more, at once."""
        try:
            self._waiting.put_nowait(heard)
        except Full:
            DROPPED.inc()
        self._came.set()
        if not self._app.testing:  # tests call flush() when they want to look
            self._start()

    def flush(self) -> None:
        """Write down what waits, and return when it is done."""
        with self._writing:
            while batch := list(self._taken()):
                self._write(batch)

    def _taken(self) -> Iterator[Heard]:
        try:
            for _ in range(BATCH):
                yield self._waiting.get_nowait()
        except Empty:
            return

    def _write(self, batch: list[Heard]) -> None:
        whose = attrgetter("organization_id")
        for organization_id, heard in groupby(sorted(batch, key=whose), whose):
            self._record(organization_id, list(heard))

    def _record(self, organization_id: UUID, heard: list[Heard]) -> None:
        try:
            with self._app.app_context(), deadline(PATIENCE):
                services.provisioning.requests.record(organization_id, [self._entry(one) for one in heard])
        except Exception:  # whatever it is: the next ones are to be written again
            DROPPED.inc(len(heard))
            log.warning("%d requests were not logged", len(heard), exc_info=True)

    def _start(self) -> None:
        """Start the thread of this process: a fork has none of its parent's."""
        with self._starting:
            if self._process != os.getpid():
                self._process = os.getpid()
                Thread(target=self._run, name="scim-journal", daemon=True).start()
                atexit.register(self._end)

    def _run(self) -> None:
        while True:
            self._came.wait()
            sleep(LINGER)
            self._came.clear()
            self.flush()

    def _end(self) -> None:
        with deadline(LAST_PATIENCE):
            self.flush()
