"""The chart of docs/performance.md: a bar for each contestant at each work, readable on light and on dark."""

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 860, 250, 70
BAR, GAP, GROUP, TOP = 16, 4, 46, 56
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-size: 16px; font-weight: 600 } .work { font-weight: 600 } .note { fill: #57606a }
.bar { fill: #8c959f } .roster { fill: #0969da } .measure { fill: #57606a } .aim { stroke: #bc4c00; stroke-width: 2 }
.spread { stroke: #24292f; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #9198a1 } .bar { fill: #656c76 } .roster { fill: #4493f8 }
  .measure { fill: #9198a1 } .aim { stroke: #f0883e } .spread { stroke: #e6edf3 }
}
"""


def drawn(data: dict[str, Any]) -> str:
    """Return the works that are measured by bare Flask, as SVG."""
    works = [work for work in data["works"] if work["measure"] == "bare"]
    most = max(result["ratio"]["most"] for work in works for result in work["results"])
    scale = (WIDTH - LEFT - RIGHT) / most
    parts, top = [], float(TOP)
    for work in works:
        parts += _group(work, top, scale)
        top += GROUP + len(work["results"]) * (BAR + GAP)
    return "\n".join([*_frame(top, data), *parts, "</svg>", ""])


def _frame(height: float, data: dict[str, Any]) -> Iterator[str]:
    title = "Server CPU per request, as a multiple of bare Flask + psycopg2"
    note = f"{data['rows']:,} people, median of {data['rounds']} rounds, thin lines from least to most; | is the aim"
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{title}">'
    yield f"<style>{STYLE}</style>"
    yield f'<text class="title" x="0" y="18">{title}</text><text class="note" x="0" y="38">{note}</text>'


def _group(work: dict[str, Any], top: float, scale: float) -> Iterator[str]:
    yield f'<text class="work" x="0" y="{top + 14:.0f}">{escape(work["title"])}</text>'
    first, aim = top + 22, LEFT + work["aim"] * scale
    for number, result in enumerate(work["results"]):
        yield from _bar(result, first + number * (BAR + GAP), scale, aim)
    height = len(work["results"]) * (BAR + GAP)
    yield f'<line class="aim" x1="{aim:.1f}" x2="{aim:.1f}" y1="{first - 3:.0f}" y2="{first + height:.0f}"/>'


def _bar(result: dict[str, Any], top: float, scale: float, aim: float) -> Iterator[str]:
    ratio, middle = result["ratio"], top + BAR / 2
    kind = {"roster": "roster", "bare": "measure"}.get(result["name"], "bar")
    least, most = (LEFT + ratio[end] * scale for end in ("least", "most"))
    yield f'<text x="{LEFT - 8}" y="{top + 13:.0f}" text-anchor="end">{escape(result["title"])}</text>'
    yield f'<rect class="{kind}" x="{LEFT}" y="{top:.0f}" width="{ratio["median"] * scale:.1f}" height="{BAR}" rx="2"/>'
    yield f'<line class="spread" x1="{least:.1f}" x2="{most:.1f}" y1="{middle:.1f}" y2="{middle:.1f}"/>'
    beside = aim if most < aim < most + 48 else most  # the line of the aim does not cross the number
    yield f'<text x="{beside + 8:.1f}" y="{top + 13:.0f}">{ratio["median"]:.2f}</text>'
