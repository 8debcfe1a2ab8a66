"""The look: colours that can be told apart in light and dark, and pages that weigh little."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import roster
from roster import services
from tests.factories import NOW
from tests.pages import PASSWORD, Pages

SHEETS = Path(roster.__file__).parent / "static" / "css"
LARGEST = 60_000
"""Bytes that a first page may weigh, compressed, with all that it asks for."""
GROUNDS = ("paper", "sheet", "well")
SOLID = {"accent", "accent-strong", "bad", "bad-strong"}
"""Grounds of buttons: only their own ink stands on them."""
EDGES = {"edge", "accent", "bad", "good", "warn", "chart-1", "chart-2", "chart-3", "chart-4", "chart-bad"}
"""What shows where a control ends, or draws a figure. `line` only decorates."""
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def colours(scheme: str) -> dict[str, str]:
    """The colours of tokens.css, by name; in the dark, those of the light that it does not change stay."""
    text = (SHEETS / "tokens.css").read_text()
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    more = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark.split("@media")[0]))
    return found | more if scheme == "dark" else found


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as WCAG 2.2 counts it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rules() -> Iterator[tuple[str, dict[str, str]]]:
    """Each rule of the style sheets: what it is about, and what it sets."""
    for path in sorted(SHEETS.glob("*.css")):
        if path.name not in {"tokens.css", "print.css"}:
            text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
            for selector, body in RULE.findall(text):
                yield f"{path.name}: {' '.join(selector.split())}", dict(re.findall(r"([\w-]+):\s*([^;]+);", body))


def token(value: str | None) -> str | None:
    found = re.search(r"var\(--([\w-]+)\)", value or "")
    return found[1] if found else None


def inks(declared: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The pairs of ink and ground of a rule: where it names no ground, any of the plain ones."""
    ink, ground = token(declared.get("color")), token(declared.get("background") or declared.get("background-color"))
    if ink and not ink.startswith(("avatar", "mark")) and not (ink.startswith("on-") and not ground):
        yield from ((ink, one) for one in ([ground] if ground else GROUNDS))
    elif ground and ground not in SOLID and not ground.startswith(("avatar", "edge", "line", "veil", "good", "warn")):
        yield "ink", ground


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_ink_can_be_read_on_every_ground_that_it_stands_on(scheme: str) -> None:
    known = colours(scheme)
    pairs = {(pair, where) for where, declared in rules() for pair in inks(declared)}
    faint = {
        (pair, where): round(contrast(known[pair[0]], known[pair[1]]), 2)
        for pair, where in pairs
        if set(pair) <= set(known) and contrast(known[pair[0]], known[pair[1]]) < 4.5
    }

    assert len(pairs) > 50
    assert faint == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_edge_and_every_figure_can_be_seen(scheme: str) -> None:
    known = colours(scheme)
    faint = {
        (edge, ground): round(contrast(known[edge], known[ground]), 2)
        for edge in EDGES
        for ground in ("paper", "sheet")
        if contrast(known[edge], known[ground]) < 3
    }

    assert faint == {}


@pytest.mark.parametrize(
    ("ink", "ground"), [("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-bad", "bad")]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_stands_on_a_button_can_be_read(scheme: str, ink: str, ground: str) -> None:
    assert contrast(colours(scheme)[ink], colours(scheme)[ground]) >= 4.5


def test_colours_come_from_the_tokens_alone() -> None:
    named = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)\(")

    assert [where for where, declared in rules() if any(named.search(value) for value in declared.values())] == []


def weight(client: FlaskClient, address: str) -> int:
    """Bytes of what is at this address, compressed."""
    with client.get(address) as answer:
        return len(gzip.compress(answer.data))


@pytest.mark.parametrize("path", ["/admin/login", ""], ids=["sign in", "people"])
def test_a_first_page_weighs_little_and_asks_nobody_else(app: Flask, path: str) -> None:
    pages = Pages(app)
    for number in range(50):
        pages.add(f"person-{number}", given_name="Ada", family_name=f"Lovelace {number}", title="Engineer")
    client = pages.client if path != "/admin/login" else app.test_client()

    page = client.get(pages.url(path)).text
    addresses = {
        address.partition("#")[0] for address in re.findall(r'(?:src|<link[^>]* href|<use href)="([^"]+)"', page)
    }
    weights = {address: weight(client, address) for address in addresses}

    assert all(address.startswith("/static/") for address in addresses)
    assert len(addresses) > 10
    assert sum(weights.values()) + len(gzip.compress(page.encode())) < LARGEST, weights


def test_the_same_number_of_sheets_is_loaded_as_there_are(app: Flask) -> None:
    with app.app_context():
        services.administrators.create("a@b.test", PASSWORD, "owner", at=NOW)
    loaded = set(re.findall(r"/static/css/([\w.]+)", app.test_client().get("/admin/login").text))

    assert loaded | {"docs.css"} == {path.name for path in SHEETS.glob("*.css")}
