"""Failures are named once, and documented."""

import re
from pathlib import Path

from roster import errors
from roster.errors import ErrorCode

ROOT = Path(__file__).parent.parent.parent
CODES = {name: code for name, code in vars(errors).items() if isinstance(code, ErrorCode)}


def test_a_code_is_its_name_in_small_letters_and_there_is_one_of_each() -> None:
    assert {name: code.code for name, code in CODES.items()} == {name: name.lower() for name in CODES}
    assert len({code.code for code in CODES.values()}) == len(CODES)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code.code) for code in CODES.values())


def test_every_message_is_a_sentence() -> None:
    for code in CODES.values():
        assert re.fullmatch(r"[A-Z].*\.", code.message), code


def test_every_code_is_used() -> None:
    sources = [path.read_text() for path in (ROOT / "src" / "roster").rglob("*.py") if path.name != "errors.py"]

    assert not [name for name in CODES if not any(re.search(rf"\b{name}\b", source) for source in sources)]


def test_every_code_a_client_can_meet_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    _, section = re.split(r"^#+ Error codes\b.*$", page, maxsplit=1, flags=re.MULTILINE)
    section = re.split(r"^#{1,2} ", section, maxsplit=1, flags=re.MULTILINE)[0]

    documented = re.findall(r"^\|\s*`([a-z_]+)`\s*\|", section, flags=re.MULTILINE)

    assert sorted(documented) == sorted(code.code for code in CODES.values())


def test_errors_import_nothing_of_ours() -> None:
    imports = [line for line in Path(errors.__file__).read_text().splitlines() if re.match("(from|import) ", line)]

    assert imports
    assert not [line for line in imports if "roster" in line]
