"""How gunicorn serves Roster; read by itself from the working directory."""

import os
import shutil
import tempfile
from typing import Any

from roster.config import Settings

# Where workers share what they count. The library looks for it when it is imported, so this comes first.
METRICS = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="roster-metrics-"))

settings = Settings.from_environment()  # refuses more threads than the pool has connections

bind = f"127.0.0.1:{settings.port}"  # the Procfile says otherwise
worker_class = "gthread"
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


def child_exit(_: Any, worker: Any) -> None:
    """Forget the gauges of a worker that has ended."""
    from prometheus_client import multiprocess  # noqa: PLC0415 - see METRICS

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call] # the library has no types here


def on_exit(_: Any) -> None:
    """Remove what the workers counted."""
    shutil.rmtree(METRICS, ignore_errors=True)
