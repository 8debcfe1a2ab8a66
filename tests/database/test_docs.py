"""The page that explains the promises names, for each, tests that exist."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "data-layer.md").read_text()


def _promises() -> dict[int, str]:
    parts = re.split(r"^\*\*(\d+)\. ", PAGE, flags=re.MULTILINE)[1:]
    return {int(number): text for number, text in zip(parts[::2], parts[1::2], strict=True)}


def _existing() -> set[str]:
    return {
        name for path in TESTS.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
    }


@pytest.mark.parametrize("number", range(1, 16))
def test_each_promise_names_tests_that_exist(number: int) -> None:
    named = set(re.findall(r"`(test_\w+)`", _promises()[number].split("\n## ")[0]))

    assert named, f"promise {number} names no test"
    assert named <= _existing()
