"""What happens to sessions, counted. Names begin with `database_`; `expose` gives them to Prometheus.

Several workers share one count where PROMETHEUS_MULTIPROC_DIR names a folder (it must be set before the start); else
each answers for itself.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted since the start.

    pool_size, pool_in_use: connections.
    retries: attempts that were repeated, by what had failed. resolved: lost COMMITs, by what had become of them.
    scopes: how many requests sent at most so many statements, and more than the entry before it; "+Inf" comes last.
    """

    pool_size: int
    pool_in_use: int
    retries: Mapping[str, int]
    skipped: int
    rollbacks: int
    resolved: Mapping[str, int]
    scopes: Sequence[tuple[str, int]]


def counts() -> Counts:
    """Return what was counted in this process, or in all workers."""
    samples = [sample for metric in _registry().collect() for sample in metric.samples]
    found = {(sample.name, *sample.labels.values()): int(sample.value) for sample in samples}
    below = [(key[1], value) for key, value in found.items() if key[0] == "database_statements_per_scope_bucket"]
    below.sort(key=lambda bucket: float(bucket[0]))
    before = [0, *(value for _, value in below)]
    return Counts(
        pool_size=found.get(("database_pool_connections",), 0),
        pool_in_use=found.get(("database_pool_in_use",), 0),
        retries={key[1]: value for key, value in found.items() if key[0] == "database_retries_total"},
        skipped=found.get(("database_skipped_total",), 0),
        rollbacks=found.get(("database_rollbacks_total",), 0),
        resolved={key[1]: value for key, value in found.items() if key[0] == "database_commits_resolved_total"},
        scopes=[(most, value - less) for (most, value), less in zip(below, before, strict=False)],
    )


def expose() -> bytes:
    """Return every metric of this process, or of all workers, in Prometheus's text format."""
    return generate_latest(_registry())


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library has no types here
    return registry
