"""The layers of setup.cfg hold, and every room is known."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")

    result = subprocess.run(  # noqa: S603 - our own tool
        [str(lint), "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


def test_nothing_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "common", "misc", "base_classes"}

    files = [path for path in (ROOT / "src").rglob("*.py") if path.stem in vague or path.parent.name in vague]

    assert files == []
