"""How it fails: with one sentence that tells a person why, the server's own where it has one."""

import re


class EmbeddedError(Exception):
    """PostgreSQL of our own can't be had; the text is one sentence that tells a person why."""


def last_words(output: bytes) -> str:
    """Return the message of the last line that tells of a failure, without time, pid and severity."""
    text = output.decode(errors="replace").strip()
    failures: list[str] = re.findall(r"(?:FATAL|PANIC|ERROR|error):\s+(.+)", text)
    return (failures or text.splitlines() or ["it gave no reason"])[-1].rstrip(".")
