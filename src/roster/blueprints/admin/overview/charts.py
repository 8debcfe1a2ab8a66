"""Pictures of numbers: places and heights that a template draws as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

WIDTH, HEIGHT = 600.0, 140.0
"""A picture's own units; the page decides how large it is shown."""
LEAST = 1.5
"""What is there at all can be seen."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a column: what it counts, where it begins (from above) and how high it is."""

    name: str
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """What belongs to one label: where it stands, and its pieces from the ground up."""

    label: str
    total: int
    x: float
    width: float
    parts: tuple[Part, ...]

    def count_of(self, name: str) -> int:
        """Return how much the piece of this name counts; 0 where there is none."""
        return sum(part.count for part in self.parts if part.name == name)


@dataclass(frozen=True, slots=True)
class Stack:
    """Columns side by side, the highest one as high as the picture."""

    columns: tuple[Column, ...]
    names: tuple[str, ...]
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def most(self) -> int:
        """How much the highest column counts."""
        return max((column.total for column in self.columns), default=0)

    @property
    def total(self) -> int:
        """How much all columns count."""
        return sum(column.total for column in self.columns)

    def total_of(self, name: str) -> int:
        """Return how much the pieces of one name count."""
        return sum(column.count_of(name) for column in self.columns)


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through points, and the ground below it; `least` and `most` are the counts at its two edges."""

    points: tuple[tuple[str, int], ...]
    line: str
    ground: str
    least: int
    most: int
    step: float
    width: float = WIDTH
    height: float = HEIGHT


def stack(counts: Sequence[tuple[str, Mapping[str, int]]], names: Sequence[str]) -> Stack:
    """Return columns of these counts: label → name → how many. What counts nothing has no piece."""
    most = max((sum(parts.get(name, 0) for name in names) for _, parts in counts), default=0)
    step = WIDTH / max(len(counts), 1)
    columns = (
        Column(
            label,
            sum(parts.get(name, 0) for name in names),
            x=round(number * step + step * 0.12, 2),
            width=round(step * 0.76, 2),
            parts=_parts([(name, parts.get(name, 0)) for name in names if parts.get(name)], most),
        )
        for number, (label, parts) in enumerate(counts)
    )
    return Stack(tuple(columns), tuple(names))


def curve(points: Sequence[tuple[str, int]]) -> Curve:
    """Return a line through the points, from edge to edge; it does not begin at 0, so that a small change is seen."""
    counts = [count for _, count in points] or [0]
    least, most = min(counts), max(counts)
    step = WIDTH / max(len(counts) - 1, 1)
    places = [f"{round(number * step, 2)} {_height_of(count, least, most)}" for number, count in enumerate(counts)]
    line = "M" + "L".join(places)
    return Curve(tuple(points), line, f"{line}V{HEIGHT}H0Z", least, most, step)


def _parts(counts: Sequence[tuple[str, int]], most: int) -> tuple[Part, ...]:
    heights = [max(HEIGHT * count / most, LEAST) for _, count in counts]
    tops = [HEIGHT - top for top in accumulate(heights)]
    return tuple(
        Part(name, count, y=round(max(top, 0), 2), height=round(height, 2))
        for (name, count), top, height in zip(counts, tops, heights, strict=True)
    )


def _height_of(count: int, least: int, most: int) -> float:
    """Where a point stands, from above: a tenth of the picture stays free on both sides."""
    part = (count - least) / (most - least) if most > least else 0.5
    return round(HEIGHT * (0.9 - 0.8 * part), 2)
