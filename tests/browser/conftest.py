"""A real Chromium, and the application on a port of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine
from werkzeug.serving import make_server

from tests.pages import PASSWORD, Pages

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000
"""Milliseconds that a page may take before a test gives up."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    """Where the application answers, on threads as in production."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not installed: apt-get install chromium"
        if "CI" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Windows:
    """Opens browser windows; what they say on the console is kept."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.said: list[str] = []

    @contextmanager
    def open(self, **options: Any) -> Iterator[Page]:
        options = {"base_url": self.address, "viewport": {"width": 1280, "height": 800}} | options
        context = self.browser.new_context(**options)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        yield page
        context.close()


@pytest.fixture
def windows(browser: Browser, address: str, engine: Engine) -> Iterator[Windows]:
    """Windows whose console must stay silent; afterwards, the server has finished what they asked."""
    windows = Windows(browser, address)
    yield windows
    until = monotonic() + PATIENCE / 1000
    while engine.pool.checkedout() and monotonic() < until:  # type: ignore[attr-defined] # every pool of ours has it
        sleep(0.01)
    assert [text for text in windows.said if "the server responded with a status of 4" not in text] == []


@pytest.fixture
def pages(app: Flask) -> Pages:
    """An organization, and an owner who may sign in."""
    return Pages(app)


def sign_in_to(page: Page, pages: Pages, heading_for: str = "") -> None:
    """Sign in with what is typed into the form, and arrive where one was heading."""
    page.goto(pages.url(heading_for))
    page.fill("#email", pages.email)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    where = page.url.partition("/admin")[0] + pages.url(heading_for)
    page.wait_for_url(where)  # in full: the address of the sign-in page ends with it, too
