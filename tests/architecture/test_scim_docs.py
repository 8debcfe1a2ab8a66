"""docs/scim.md names every dialect with its tests, and no test that there is not."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_every_dialect_is_documented_and_every_documented_one_is_tested() -> None:
    page = (ROOT / "docs" / "scim.md").read_text()
    sources = [path.read_text() for path in sorted((ROOT / "tests" / "scim").glob("test_dialects*.py"))]

    documented = re.findall(r"`(test_\w+)`", page)

    assert sorted(documented) == sorted(name for text in sources for name in re.findall(r"^def (test_\w+)", text, re.M))
