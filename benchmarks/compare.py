"""Roster beside bare Flask and its peers: processor time of a request, requests a second, waits, statements, memory.

Starts a PostgreSQL of its own and all servers over it, fills it with people, and lets everyone do the same works in
turns. docs/performance.md tells the method. Writes results/latest.json and results/latest.svg.
"""

import argparse
import gc
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness import chart, client, measuring, report, servers, works
from harness.database import Postgres, postgres
from harness.measuring import Findings, Sizes, Tables
from harness.people import Person
from harness.seeding import seed
from harness.servers import Contestant, Surroundings
from harness.wire import wire
from harness.works import Side, Work

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs/performance.md"
MARKS = ("<!-- figures: written by make bench ARGS=--publish -->", "<!-- end of figures -->")
QUICK = {"rows": 10_000, "rounds": 2, "closed": 120, "paced": 30}

Group = tuple[Contestant, Sequence[Contestant], Sequence[Work]]


@dataclass(frozen=True, slots=True)
class Session:
    """What is there while it is measured."""

    server: Postgres
    tables: Tables
    around: Surroundings
    sizes: Sizes
    tell: Callable[[str], object]
    findings: Findings = field(default_factory=Findings)

    def answers(self, work: Work) -> bool:
        """Tell whether Roster has the door of this work."""
        with servers.running([servers.ROSTER], replace(self.around, workers=1)) as (running,):
            status, _ = client.ask(running.port, self.tables.side(running).requests(work, 1)[0])
        return status == work.status

    def count(self, one: Contestant, asked: Sequence[Work]) -> None:
        """Find what each request asks of PostgreSQL: with one process, through a wire that counts."""
        self.tell(f"counting statements: {one.title}")
        with wire(self.server) as (counting, url):
            around = replace(self.around, database_url=url, workers=1)
            with servers.running([one], around) as (running,):
                side = self.tables.side(running)
                for work in asked:
                    self.findings.costs[work.name, one.name] = measuring.count(side, work, counting)

    def measure(self, group: Group) -> None:
        """Let all of a group do all its works in turns."""
        measure, contestants, asked = group
        self.tell("starting servers")
        with servers.running(contestants, self.around) as started:
            sides = [self.tables.side(one) for one in started]
            if measure is servers.BARE:
                _demand_alike(sides)
            self.tell("warming up")
            measuring.warm_up(sides, asked)
            measuring.measure(sides, asked, self.sizes, self.server.pid, self.findings, self.tell)


def main() -> None:
    """Measure, and tell."""
    options = _options()
    sizes = _sizes(options)
    tell = report.teller(sys.stderr.isatty(), lambda text: print(text, end="", file=sys.stderr, flush=True))
    gc.freeze()
    with postgres() as server, tempfile.TemporaryDirectory(prefix="bench-servers-") as folder:
        tables = Tables(seed(server, sizes.rows, tell))
        session = Session(server, tables, Surroundings(server.url, Path(folder), sizes.rows), sizes, tell)
        groups = list(_groups(session, options.only))
        for group in groups:
            for one in group[1]:
                if one is not servers.SCIM2:
                    session.count(one, group[2])
            session.measure(group)
    tell("")
    data = report.as_data(session.findings, groups, sizes)
    print(report.for_terminal(data))
    _keep(data, options.results)
    if options.publish:
        _publish(data)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="less of everything: under three minutes")
    for name, kind in (("rows", int), ("rounds", int), ("closed", int), ("paced", int), ("rate", float)):
        parser.add_argument(f"--{name}", type=kind, help=f"{getattr(Sizes(), name):,} if not given")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="contestants beside roster and bare")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write to")
    parser.add_argument("--publish", action="store_true", help="write the figures into docs/performance.md as well")
    return parser.parse_args()


def _sizes(options: argparse.Namespace) -> Sizes:
    given = {name: value for name, value in vars(options).items() if name in Sizes.__slots__ and value is not None}
    sizes = replace(Sizes(), **(QUICK if options.quick else {}) | given)
    if sizes.deletions(len(servers.API) - 1) > sizes.rows // 2:
        sys.exit(f"{sizes.rows:,} people are too few: deleting alone takes {sizes.deletions(5) * 2:,}.")
    return sizes


def _candidates() -> Sequence[Group]:
    return [(servers.BARE, servers.API, works.API), (servers.SCIM2, servers.SCIM, works.SCIM)]


def _groups(session: Session, only: Sequence[str] | None) -> Iterator[Group]:
    """The groups without those who are not installed or not wanted, as far as Roster has their doors."""
    for measure, contestants, asked in _candidates():
        wanted = {servers.ROSTER.name, measure.name, *(only if only is not None else [one.name for one in contestants])}
        there = [one for one in contestants if one.is_installed and one.name in wanted]
        if measure not in there:
            print(f"{measure.title} is not installed: `make bench` does it.", file=sys.stderr)
        elif not session.answers(asked[0]):
            print(f"Roster does not answer “{asked[0].title}” yet: left out.", file=sys.stderr)
        else:
            yield measure, there, asked


def _demand_alike(sides: Sequence[Side]) -> None:
    """End it all where one contestant tells less of a person than another."""
    for side in sides:
        one, other = (set(json.loads(_person(asked))) for asked in (side, sides[0]))
        if one != other:
            sys.exit(f"{side.running.contestant.title} tells something else: {sorted(one ^ other)}.")


def _person(side: Side) -> bytes:
    _, body = client.ask(side.running.port, works.READ.request(side, Person(0, side.used.rows)))
    return body


def _keep(data: dict[str, object], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latest.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    (folder / "latest.svg").write_text(chart.drawn(data))


def _publish(data: dict[str, object]) -> None:
    """Put the tables between the page's marks."""
    before, _, rest = PAGE.read_text().partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    PAGE.write_text(f"{before}{MARKS[0]}\n\n{report.for_page(data)}\n\n{MARKS[1]}{after}")


if __name__ == "__main__":
    main()
