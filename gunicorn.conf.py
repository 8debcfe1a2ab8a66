"""How gunicorn serves Roster; read by itself from the working directory."""

import gc
import os
import shutil
import sys
import tempfile
from typing import Any

from roster.config import ConfigurationError, Settings

# Where workers share what they count. The library looks for it when it is imported, so this comes first.
OWN_METRICS = None if "PROMETHEUS_MULTIPROC_DIR" in os.environ else tempfile.mkdtemp(prefix="roster-metrics-")
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", OWN_METRICS or "")

try:
    settings = Settings.from_environment()  # refuses more threads than the pool has connections
except ConfigurationError as error:
    sys.exit(f"Error: {error}")

bind = f"127.0.0.1:{settings.port}"  # the Procfile says otherwise
worker_class = "roster.blueprints.every_request.unreadable.Worker"  # gthread, with our own voice
workers = settings.workers
threads = settings.threads
preload_app = True
timeout = int(settings.request_timeout) + 20
graceful_timeout = int(settings.request_timeout) + 5
max_requests = 50_000
max_requests_jitter = 5_000
control_socket_disable = True
accesslog = None  # Roster writes one line for each request by itself
limit_request_line = 8190


def when_ready(_: Any) -> None:
    """Keep the collector from what is loaded: it stays, and workers share its memory until somebody writes to it."""
    gc.collect()
    gc.freeze()


def child_exit(_: Any, worker: Any) -> None:
    """Forget the gauges of a worker that has ended."""
    from prometheus_client import multiprocess  # noqa: PLC0415 - see OWN_METRICS

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call] # the library has no types here


def on_exit(_: Any) -> None:
    """Remove what the workers counted, where nobody else said where to keep it."""
    if OWN_METRICS:
        shutil.rmtree(OWN_METRICS, ignore_errors=True)
