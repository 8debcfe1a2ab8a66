"""Secrets: what is sealed is read by who has the secret, and by nobody else."""

import pytest

from roster.models import secret


@pytest.mark.parametrize("plain", [b"", b"\0", b"\0\0a", b"text", bytes(range(256)) * 500])
def test_what_is_sealed_comes_back_and_is_not_to_be_seen(plain: bytes) -> None:
    sealed = secret.seal(plain, "s3cret")

    assert secret.unseal(sealed, "s3cret") == plain
    assert len(sealed) == len(plain) + 16
    if len(plain) > 3:
        assert plain not in sealed
        assert secret.unseal(sealed, "another") != plain


def test_the_same_is_never_sealed_alike() -> None:
    assert len({secret.seal(b"the same text", "s3cret") for _ in range(20)}) == 20


def test_a_secret_may_be_any_text() -> None:
    for text in ("", "é" * 1000, "\ud800"):
        assert secret.unseal(secret.seal(b"text", text), text) == b"text"
