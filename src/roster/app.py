"""The application factory: extensions and doors."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from roster import blueprints, logs
from roster.blueprints import languages
from roster.blueprints.application import Application
from roster.blueprints.every_request import limits
from roster.blueprints.every_request.json_provider import OrjsonProvider
from roster.blueprints.every_request.request_line import RequestLine
from roster.config import Settings
from roster.database import database, embedded, engine_options


def create_app(settings: Settings | None = None, instance_path: str | os.PathLike[str] | None = None) -> Flask:
    """Return the application, its database reachable and nothing migrated yet.

    Args:
        settings: what an operator chose; read from the environment if not given.
        instance_path: where Roster keeps its own files; `instance/` in the working directory if nobody says otherwise.

    Raises:
        ConfigurationError: the environment does not describe a server that can start.
        EmbeddedError: DATABASE_URL is not set and a PostgreSQL of our own can't be started.
    """
    settings = settings or Settings.from_environment()
    instance = Path(instance_path or settings.instance_path or "instance").absolute()
    instance.mkdir(parents=True, exist_ok=True)
    logs.configure(settings.log_level)
    app = Application("roster", instance_path=str(instance))
    app.config.from_mapping(_flask_config(settings, instance))
    app.extensions["roster.settings"] = settings
    app.json = OrjsonProvider(app)
    database.init_app(app)
    RequestLine(app, seconds=settings.request_timeout)
    languages.register(app)
    limits.register(app, sign_in=settings.sign_in_limit, token=settings.token_limit)
    blueprints.register(app, CSRFProtect(app))
    _believe_proxies(app, settings.proxies)
    return app


def _believe_proxies(app: Flask, count: int) -> None:
    """Take the client's address, host and scheme from what so many proxies before us say; from nobody where 0."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign] # Flask's own way


def _flask_config(settings: Settings, instance: Path) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key or _kept_secret(instance / "secret_key"),
        "SQLALCHEMY_DATABASE_URI": settings.database_url or embedded.start(instance).url,
        "SQLALCHEMY_ENGINE_OPTIONS": _pool(settings),
        "ROSTER_LOCK_TIMEOUT": settings.lock_timeout,
        "ROSTER_REQUEST_TIMEOUT": settings.request_timeout,
        "MAX_CONTENT_LENGTH": settings.max_body,
        "ROSTER_MAX_IMPORT": settings.max_import,
        "MAX_FORM_MEMORY_SIZE": settings.max_body,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_NAME": "roster",
        "WTF_CSRF_TIME_LIMIT": None,
        "TRUSTED_HOSTS": list(settings.hosts) or None,
        "API_TITLE": "Roster",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/api/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
    }


def _pool(settings: Settings) -> dict[str, object]:
    return engine_options(
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=settings.pool_timeout,
        pool_recycle=settings.pool_recycle,
        pool_pre_ping=settings.pool_pre_ping,
        connect_args={
            "connect_timeout": settings.connect_timeout,
            "application_name": "roster",
            "keepalives_idle": 30,
            "tcp_user_timeout": int(settings.request_timeout * 1000),
        },
    )


def _kept_secret(path: Path) -> str:
    """Return the secret that signs cookies, made once and kept, so that a restart signs nobody out."""
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name) as file:  # 0600
            file.write(secrets.token_urlsafe(48))
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)  # whole or not at all, and the first of several wins
    return path.read_text()
