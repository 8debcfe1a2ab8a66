# ruff: noqa: RUF001 - the signs in the tables are what is meant
"""What was found, as data, as a table for a terminal and as one for a page."""

import os
import platform
import statistics
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from harness.measuring import Findings, Sample, Sizes
from harness.servers import BARE, THREADS, WORKERS, Contestant
from harness.works import Work

HEAD = (
    "",
    "× bare",
    "spread",
    "CPU ms",
    "PostgreSQL ms",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "statements",
    "round trips",
)
SCIM_HEAD = ("", "× scim2-server's requests per CPU second", "spread", *HEAD[3:])
OURS = ("Flask", "SQLAlchemy", "psycopg2-binary", "gunicorn", "marshmallow", "orjson")


def as_data(
    findings: Findings, groups: Sequence[tuple[Contestant, Sequence[Contestant], Sequence[Work]]], sizes: Sizes
) -> dict[str, Any]:
    """Return everything as JSON has it. A group: whom the others are measured by, who took part, and the works."""
    works = [
        _work_data(findings, work, measure, contestants) for measure, contestants, works in groups for work in works
    ]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": sizes.rows,
        "rounds": sizes.rounds,
        "requests": {"closed": sizes.closed, "paced": sizes.paced, "rate": sizes.rate},
        "processes": WORKERS,
        "threads": THREADS,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in OURS},
        "memory": {name: size for name, size in findings.memory.items()},
        "works": works,
    }


def _work_data(
    findings: Findings, work: Work, measure: Contestant, contestants: Sequence[Contestant]
) -> dict[str, Any]:
    base = findings.samples[work.name, measure.name]
    return {
        "name": work.name,
        "title": work.title,
        "aim": work.aim,
        "measure": measure.name,
        "results": [_result(findings, work, one, base, is_scim=measure is not BARE) for one in contestants],
    }


def _result(
    findings: Findings, work: Work, one: Contestant, base: Sequence[Sample], *, is_scim: bool
) -> dict[str, Any]:
    samples = findings.samples[work.name, one.name]
    pairs = [
        (theirs.cpu, ours.cpu) if is_scim else (ours.cpu, theirs.cpu)
        for ours, theirs in zip(samples, base, strict=True)
    ]
    ratios = [above / below for above, below in pairs]
    cost = findings.costs.get((work.name, one.name))
    return {
        "name": one.name,
        "title": one.title,
        "ratio": _middle(ratios),
        "cpu_ms": _middle([sample.cpu * 1e3 for sample in samples]),
        "database_ms": _middle([sample.database * 1e3 for sample in samples]),
        "rate": _middle([sample.rate for sample in samples]),
        "p50_ms": _middle([sample.p50 * 1e3 for sample in samples]),
        "p99_ms": _middle([sample.p99 * 1e3 for sample in samples]),
        "statements": cost and cost.statements,
        "round_trips": cost and cost.round_trips,
    }


def _middle(numbers: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(numbers), "least": min(numbers), "most": max(numbers)}


def for_terminal(data: dict[str, Any]) -> str:
    """Return the tables, a line each contestant."""
    return "\n\n".join(_aligned(work) for work in data["works"]) + "\n\n" + "\n".join(_memory(data)) + "\n"


def _aligned(work: dict[str, Any]) -> str:
    table = [*_cells(work)]
    widths = [max(len(row[place]) for row in table) for place in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in table
    )


def for_page(data: dict[str, Any]) -> str:
    """Return the same in Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    parts = [
        f"{data['at'][:10]}, {data['cores']} cores, Python {data['python']}, {versions}; {data['rows']:,} people, "
        f"{data['rounds']} rounds of {data['requests']['closed']} requests."
    ]
    for work in data["works"]:
        head, *rows = _cells(work)
        lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    parts.append("\n".join(["| memory (PSS) | MB |", "|---|---:|", *(f"| {line} |" for line in _memory(data, " | "))]))
    return "\n\n".join(parts)


def _cells(work: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    is_scim = work["measure"] != BARE.name
    aim = f"{work['title']} (aim: {'≥' if is_scim else '≤'} {work['aim']:g})"
    yield (aim, *(SCIM_HEAD if is_scim else HEAD)[1:])
    for result in work["results"]:
        ratio = result["ratio"]
        counted = [result["statements"], result["round_trips"]]
        yield (
            result["title"],
            f"{ratio['median']:.2f}",
            f"{ratio['least']:.2f}–{ratio['most']:.2f}",
            f"{result['cpu_ms']['median']:.2f}",
            f"{result['database_ms']['median']:.2f}",
            f"{result['rate']['median']:.0f}",
            f"{result['p50_ms']['median']:.1f}",
            f"{result['p99_ms']['median']:.1f}",
            *("–" if number is None else str(number) for number in counted),
        )


def _memory(data: dict[str, Any], between: str = "  ") -> Iterator[str]:
    titles = {result["name"]: result["title"] for work in data["works"] for result in work["results"]}
    for name, size in data["memory"].items():
        yield f"{titles[name]}{between}{size / 1e6:.0f}{'' if between.strip() else ' MB of memory (PSS)'}"


def teller(is_terminal: bool, write: Callable[[str], object]) -> Callable[[str], None]:
    """Return what says how far it is: on a terminal over the same line, else a line a stage."""
    last = ""

    def tell(text: str) -> None:
        nonlocal last
        if is_terminal:
            write(f"\r\033[K{text}")
        elif (stage := text.rpartition(": ")[0] or text) != last:
            write(f"{stage}\n")
            last = stage

    return tell
