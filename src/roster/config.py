"""Settings from the environment, typed; every fault is named at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from environs import Env, EnvValidationError
from marshmallow.validate import OneOf, Range, Regexp
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PAAS_MARKS = ("DYNO", "RENDER", "RAILWAY_ENVIRONMENT", "FLY_APP_NAME", "K_SERVICE", "VCAP_APPLICATION")
"""Variables that Heroku, Render, Railway, Fly, Cloud Run and Cloud Foundry set on every process they start."""

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LIMIT = r"[1-9][0-9]{0,8}/(second|minute|hour)$"
DRIVER = "postgresql+psycopg2://"


class ConfigurationError(Exception):
    """The environment does not describe a server that can start. Its text names every fault, a line each."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set. Times are in seconds, sizes in bytes."""

    database_url: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    instance_path: str | None = None
    port: int = 8000
    workers: int = 2
    threads: int = 4
    pool_size: int = 4
    pool_overflow: int = 2
    pool_timeout: float = 3.0
    pool_recycle: int = 1800
    pool_pre_ping: bool = True
    connect_timeout: int = 3
    request_timeout: float = 10.0
    lock_timeout: float = 3.0
    max_body: int = 1_048_576
    max_import: int = 67_108_864
    log_level: str = "INFO"
    secure_cookies: bool = False
    sign_in_limit: str = "20/minute"
    token_limit: str = "100/second"  # noqa: S105 - no secret
    proxies: int = 0
    hosts: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the settings from the variables of docs/operations.md.

        Raises:
            ConfigurationError: naming every variable that is wrong or missing.
        """
        env, default = Env(eager=False), cls()
        settings = cls(
            database_url=env.str("DATABASE_URL", "") or None,
            secret_key=env.str("SECRET_KEY", "") or None,
            instance_path=env.str("ROSTER_INSTANCE_PATH", "") or None,
            port=env.int("PORT", default.port, validate=Range(0, 65535)),
            workers=env.int("WEB_CONCURRENCY", default.workers, validate=Range(1, 256)),
            threads=env.int("ROSTER_THREADS", default.threads, validate=Range(1, 256)),
            pool_size=env.int("ROSTER_POOL_SIZE", default.pool_size, validate=Range(1, 1000)),
            pool_overflow=env.int("ROSTER_POOL_OVERFLOW", default.pool_overflow, validate=Range(0, 1000)),
            pool_timeout=env.float("ROSTER_POOL_TIMEOUT", default.pool_timeout, validate=Range(0.1, 60)),
            pool_recycle=env.int("ROSTER_POOL_RECYCLE", default.pool_recycle, validate=Range(1)),
            pool_pre_ping=env.bool("ROSTER_POOL_PRE_PING", default.pool_pre_ping),
            connect_timeout=env.int("ROSTER_CONNECT_TIMEOUT", default.connect_timeout, validate=Range(2, 60)),
            request_timeout=env.float("ROSTER_REQUEST_TIMEOUT", default.request_timeout, validate=Range(0.5, 600)),
            lock_timeout=env.float("ROSTER_LOCK_TIMEOUT", default.lock_timeout, validate=Range(0.1, 600)),
            max_body=env.int("ROSTER_MAX_BODY", default.max_body, validate=Range(1024)),
            max_import=env.int("ROSTER_MAX_IMPORT", default.max_import, validate=Range(1024)),
            log_level=env.str("ROSTER_LOG_LEVEL", default.log_level, validate=OneOf(LOG_LEVELS)),
            secure_cookies=env.bool("ROSTER_SECURE_COOKIES", _on_paas()),
            sign_in_limit=env.str("ROSTER_SIGN_IN_LIMIT", default.sign_in_limit, validate=Regexp(LIMIT)),
            token_limit=env.str("ROSTER_TOKEN_LIMIT", default.token_limit, validate=Regexp(LIMIT)),
            proxies=env.int("ROSTER_PROXIES", int(_on_paas()), validate=Range(0, 10)),
            hosts=tuple(env.list("ROSTER_HOSTS", [])),
        )
        faults = _faults_of(env)
        _refuse(faults + _missing(settings) + _unreadable(settings) + ([] if faults else _contradictions(settings)))
        return replace(settings, database_url=settings.database_url and psycopg2_url(settings.database_url))


def psycopg2_url(url: str) -> str:
    """Return the URL as SQLAlchemy wants it for psycopg2, whichever of PostgreSQL's schemes it came with.

    Raises:
        ConfigurationError: the URL is of another database, or can't be read; it is not shown, for its password.
    """
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in {"postgres", "postgresql", "postgresql+psycopg2"}:
        raise ConfigurationError("DATABASE_URL: must begin with postgres:// or postgresql://.")
    try:
        make_url(DRIVER + rest)
    except (ArgumentError, ValueError):
        raise ConfigurationError("DATABASE_URL: must look like postgresql://user:password@host:5432/name.") from None
    return DRIVER + rest


def _on_paas() -> bool:
    return any(mark in os.environ for mark in PAAS_MARKS)


def _faults_of(env: Env) -> list[str]:
    try:
        env.seal()
    except EnvValidationError as error:
        by_name = cast("Mapping[str, list[str]]", error.error_messages)
        return [f"{name}: {' '.join(messages)}" for name, messages in by_name.items()]
    return []


def _missing(settings: Settings) -> list[str]:
    faults = []
    if _on_paas() and settings.database_url is None:
        faults.append(
            "DATABASE_URL: must be set here: a platform keeps no disk, so Roster starts no database of its own."
        )
    if _on_paas() and settings.secret_key is None:
        faults.append("SECRET_KEY: must be set here: a long random text that stays the same.")
    return faults


def _unreadable(settings: Settings) -> list[str]:
    try:
        if settings.database_url is not None:
            psycopg2_url(settings.database_url)
    except ConfigurationError as error:
        return [str(error)]
    return []


def _contradictions(settings: Settings) -> list[str]:
    if settings.threads > settings.pool_size + settings.pool_overflow:
        return ["ROSTER_THREADS: more than ROSTER_POOL_SIZE + ROSTER_POOL_OVERFLOW; requests would wait in vain."]
    return []


def _refuse(faults: list[str]) -> None:
    if faults:
        raise ConfigurationError("\n".join(faults))
