"""A small picture of calls and failures over time: bars whose places and heights a template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from roster.services.provisioning.health import Calls

WIDTH, HEIGHT = 288.0, 48.0
"""The picture's own units; the page decides how large it is shown."""
LEAST = 1.5
"""What is there at all can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One span of time: where it stands, how high all calls are, and of these the failures."""

    since: datetime
    x: float
    width: float
    calls: int
    failures: int
    height: float
    failed: float


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars, and what they add up to."""

    bars: tuple[Bar, ...]
    calls: int
    failures: int
    width: float = WIDTH
    height: float = HEIGHT


def chart(spans: Sequence[Calls]) -> Chart:
    """Return the picture of these spans of time, the busiest one as high as the picture."""
    most = max((span.calls for span in spans), default=0)
    step = WIDTH / max(len(spans), 1)
    bars = tuple(
        Bar(
            span.since,
            x=round(number * step + step * 0.1, 2),
            width=round(step * 0.8, 2),
            calls=span.calls,
            failures=span.failures,
            height=_height(span.calls, most),
            failed=_height(span.failures, most),
        )
        for number, span in enumerate(spans)
    )
    return Chart(bars, sum(span.calls for span in spans), sum(span.failures for span in spans))


def _height(count: int, most: int) -> float:
    return round(max(HEIGHT * count / most, LEAST), 2) if count else 0.0
