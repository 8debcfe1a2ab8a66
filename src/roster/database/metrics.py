"""What happens to sessions, counted. Names begin with `database_`; `expose` gives them to Prometheus.

Several workers share one count where PROMETHEUS_MULTIPROC_DIR names a folder (it must be set before the start); else
each answers for itself.
"""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

RETRIES = Counter("database_retries_total", "Attempts that were repeated, by what had failed.", ["reason"])
SKIPPED = Counter("database_skipped_total", "Items that each() left out.")
ROLLBACKS = Counter("database_rollbacks_total", "Transactions that were rolled back.")
RESOLVED = Counter("database_commits_resolved_total", "Lost COMMITs, by what had become of them.", ["outcome"])
POOL_SIZE = Gauge("database_pool_connections", "Connections that the pools may open.", multiprocess_mode="livesum")
POOL_IN_USE = Gauge("database_pool_in_use", "Connections in somebody's hands.", multiprocess_mode="livesum")
QUERIES = Histogram(
    "database_statements_per_scope",
    "Statements that one request (or command) sent.",
    buckets=(1, 2, 3, 5, 8, 13, 21, 50, 100, 1000),
)


def expose() -> bytes:
    """Return every metric of this process, or of all workers, in Prometheus's text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library has no types here
    return generate_latest(registry)
