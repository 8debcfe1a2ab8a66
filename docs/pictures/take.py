"""Takes the pictures of README.md and docs/: a Roster of its own with demo people, in light and in dark.

`make pictures` calls it. It needs a Chromium on the path (Debian's `chromium`) and PORT (8765) free on 127.0.0.1.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from socket import create_connection
from time import sleep

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent
PORT = os.environ.get("PORT", "8765")
ADDRESS = f"http://127.0.0.1:{PORT}"
SIZE = {"width": 1280, "height": 800}
SIGN_IN = re.compile(r"Sign in as +(\S+) +password: (\S+)")
PAGES = {
    "overview": "",
    "people": "users",
    "person": "users?filter=title+eq+%22Chief+Executive+Officer%22",
    "groups": "groups",
    "events": "events",
    "providers": "providers/new",
    "import": "users/import",
}
"""The name of a picture → a page of the organization; of a person, the first one that is found."""


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """Serve demo people; give the address and the password to sign in with."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"ROSTER_INSTANCE_PATH": folder, "PORT": PORT, "WEB_CONCURRENCY": "1"}
        command = [str(Path(sys.executable).with_name("roster")), "serve"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own
            try:
                sign_in = _told(server)
                _wait()
                yield sign_in
            finally:
                server.send_signal(signal.SIGTERM)


def _sign_in(page: Page, email: str, password: str) -> str:
    """Sign in; return the address of the organization."""
    page.goto("/admin/login")
    page.fill("#email", email)
    page.fill("#password", password)
    with page.expect_navigation():
        page.locator("form button").first.click()
    return page.url.removeprefix(ADDRESS).rpartition("/")[0]


def _told(server: "subprocess.Popen[str]") -> tuple[str, str]:
    for line in server.stdout or ():
        if found := SIGN_IN.search(line):
            return found[1], found[2]
    sys.exit("Roster did not start.")


def _wait() -> None:
    """Wait until it answers, half a minute at most."""
    for _ in range(300):
        with suppress(OSError), closing(create_connection(("127.0.0.1", int(PORT)), timeout=1)):
            return
        sleep(0.1)


def take(browser: Browser, scheme: str, email: str, password: str) -> None:
    """Take every picture in one colour scheme."""
    context = browser.new_context(base_url=ADDRESS, viewport=SIZE, color_scheme=scheme, timezone_id="UTC")
    page = context.new_page()
    home = _sign_in(page, email, password)
    for name, path in PAGES.items():
        _open(page, name, f"{home}/{path}")
        page.screenshot(path=FOLDER / f"{name}{'-dark' if scheme == 'dark' else ''}.png")
    context.close()


def _open(page: Page, name: str, path: str) -> None:
    page.goto(path)
    if name == "person":
        page.locator("tbody a").first.click()
    page.wait_for_load_state("networkidle")


def main() -> None:
    """Take all pictures."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or sys.exit("There is no chromium.")
    with served() as (email, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            take(browser, scheme, email, password)
        browser.close()


if __name__ == "__main__":
    main()
