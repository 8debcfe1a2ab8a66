"""One session of measuring: rounds in which every contestant does every work, one after the other."""

import random
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from harness import client, processes
from harness.seeding import Directory
from harness.servers import Running
from harness.wire import Wire
from harness.works import Side, Used, Work

WARM_UP = 64
COUNTED = 8
SEED = 6


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is asked: people, rounds, requests of a closed load, requests of a paced one and how many a second."""

    rows: int = 100_000
    rounds: int = 5
    closed: int = 600
    paced: int = 180
    rate: float = 60.0

    def deletions(self, contestants: int) -> int:
        """How many people are deleted at most from tables that so many contestants share."""
        return contestants * (self.rounds * (self.closed + self.paced) + WARM_UP + COUNTED)


@dataclass(frozen=True, slots=True)
class Sample:
    """What one round told of one contestant at one work. Seconds of processor time and of waiting, for one request."""

    cpu: float
    database: float
    rate: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request asks of PostgreSQL: statements that do work, and round trips of any kind."""

    statements: int
    round_trips: int


@dataclass(slots=True)
class Findings:
    """All that a session found, by work and contestant."""

    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)
    costs: dict[tuple[str, str], Cost] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)

    def add(self, work: Work, name: str, sample: Sample) -> None:
        self.samples.setdefault((work.name, name), []).append(sample)


class Tables:
    """Who was changed and deleted, by the tables that contestants share; it outlives their servers."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._used: dict[str, Used] = {}

    def side(self, running: Running) -> Side:
        tables = running.contestant.tables
        used = self._used.setdefault(tables, Used(self.directory.rows, random.Random(SEED)))
        return Side(running, self.directory, used)


def warm_up(sides: Iterable[Side], works: Sequence[Work]) -> None:
    """Let every contestant do everything until each of its threads has a connection and has done it once."""
    for side in sides:
        for work in works:
            client.closed(side.running.port, side.requests(work, WARM_UP), work.status)


def measure(
    sides: Sequence[Side],
    works: Sequence[Work],
    sizes: Sizes,
    database: int,
    findings: Findings,
    tell: Callable[[str], object],
) -> None:
    """Add the samples of all rounds, and the memory at their end. Each round begins with another contestant."""
    for number in range(sizes.rounds):
        for work in works:
            first = number % len(sides)
            for side in (*sides[first:], *sides[:first]):
                tell(f"round {number + 1} of {sizes.rounds}: {work.title}: {side.running.contestant.title}")
                findings.add(work, side.running.name, _sample(side, work, sizes, database))
    for side in sides:
        findings.memory[side.running.name] = side.running.memory()


def count(side: Side, work: Work, wire: Wire) -> Cost:
    """Return what a request costs in PostgreSQL: the middle of some, asked one by one."""
    client.closed(side.running.port, side.requests(work, COUNTED), work.status, connections=1)
    found = []
    for request in side.requests(work, COUNTED):
        wire.count.reset()
        client.closed(side.running.port, [request], work.status, connections=1)
        found.append((wire.count.statements, wire.count.round_trips))
    return Cost(*(int(statistics.median_low(numbers)) for numbers in zip(*found, strict=True)))


def _sample(side: Side, work: Work, sizes: Sizes, database: int) -> Sample:
    port = side.running.port
    requests = side.requests(work, sizes.closed)
    before = side.running.cpu(), processes.cpu(database)
    closed = client.closed(port, requests, work.status)
    after = side.running.cpu(), processes.cpu(database)
    paced = client.paced(port, side.requests(work, sizes.paced), work.status, rate=sizes.rate)
    waits = statistics.quantiles(paced.waits, n=100)
    server, backends = ((now - then) / sizes.closed for then, now in zip(before, after, strict=True))
    return Sample(server, backends, closed.rate, waits[49], waits[98])
