"""Secrets: how they are made, and the forms in which they are kept."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

_HASHER = PasswordHasher()
SALT = 16


def new() -> str:
    """Return a secret of 256 bits, as text that can stand in an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return the SHA-256 of a secret (32 bytes): enough for one that nobody can guess."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def seal(plain: bytes, secret: str) -> bytes:
    """Return the bytes as only who has the secret can read them: 16 random bytes, then the bytes under a one-time pad.

    The pad is SHAKE-256 of secret and random bytes (FIPS 202 §6.2; a sponge keyed by its prefix). It hides; it does not
    show who changed what it hides.
    """
    salt = secrets.token_bytes(SALT)
    return salt + _under_pad(plain, secret, salt)


def unseal(sealed: bytes, secret: str) -> bytes:
    """Return what was sealed with this secret."""
    return _under_pad(sealed[SALT:], secret, sealed[:SALT])


def _under_pad(text: bytes, secret: str, salt: bytes) -> bytes:
    pad = hashlib.shake_256(salt + secret.encode(errors="surrogatepass")).digest(len(text))
    return (int.from_bytes(text) ^ int.from_bytes(pad)).to_bytes(len(text))


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, which people can guess (RFC 9106; the library's defaults)."""
    return _HASHER.hash(password)


def is_password(password_hash: str | None, password: str) -> bool:
    """Tell whether it is the password of this hash. Without a hash it takes as long, and is not."""
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except VerificationError:
        return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(new())
