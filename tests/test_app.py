"""The application factory."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roster.app import create_app
from roster.config import Settings
from roster.database import Database, database

UNUSED = "postgresql+psycopg2://nobody@127.0.0.1:1/nothing"


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster.logs.configure", lambda _: None)


def test_an_application_needs_no_database_to_be_made(tmp_path: Path) -> None:
    app = create_app(Settings(database_url=UNUSED, secret_key="x"), tmp_path / "new" / "instance")

    assert app.test_client().get("/healthz").status_code == 200
    assert app.instance_path == str(tmp_path / "new" / "instance")
    assert list(Path(app.instance_path).iterdir()) == []
    assert isinstance(database, Database)


def test_settings_become_the_frameworks_own(tmp_path: Path) -> None:
    settings = Settings(
        database_url=UNUSED,
        secret_key="x",
        instance_path=str(tmp_path),
        pool_size=3,
        pool_overflow=1,
        pool_timeout=0.5,
        max_body=2048,
        secure_cookies=True,
        request_timeout=7,
    )

    app = create_app(settings)

    with app.app_context():
        pool = database.engine.pool
    assert (pool.size(), pool._max_overflow) == (3, 1)  # type: ignore[attr-defined]
    assert (app.config["MAX_CONTENT_LENGTH"], app.config["SESSION_COOKIE_SECURE"]) == (2048, True)
    assert app.secret_key == "x"
    assert app.extensions["roster.settings"] is settings


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    keys = [create_app(Settings(database_url=UNUSED), tmp_path).secret_key for _ in range(2)]

    kept = tmp_path / "secret_key"
    assert keys == [kept.read_text()] * 2
    assert len(kept.read_text()) >= 48
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_database_is_away_and_every_door_says_so(tmp_path: Path) -> None:
    client = create_app(Settings(database_url=UNUSED, secret_key="x"), tmp_path).test_client()

    answers = {
        path: client.get(path, headers={"Authorization": "Bearer " + "0" * 40})
        for path in ("/api/v1/users", "/readyz", "/healthz", "/api/v1/openapi.json")
    }

    assert {path: answer.status_code for path, answer in answers.items()} == {
        "/api/v1/users": 503,
        "/readyz": 503,
        "/healthz": 200,
        "/api/v1/openapi.json": 200,
    }
    assert answers["/api/v1/users"].get_json()["code"] == "database_unavailable"
    assert "127.0.0.1" not in answers["/api/v1/users"].text + answers["/readyz"].text


def test_every_answer_is_guarded(client: FlaskClient) -> None:
    for path in ("/healthz", "/api/v1/users", "/nothing", "/api/docs"):
        headers = client.get(path).headers

        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Request-ID"]


def test_cookies_are_not_for_scripts_or_other_sites(app: Flask) -> None:
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_the_wsgi_module_is_what_gunicorn_serves(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    script = "import wsgi, runpy; c = runpy.run_path('gunicorn.conf.py'); print(wsgi.app.name, c['workers'], c['bind'])"

    result = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script],
        cwd=root,
        env={
            "PYTHONPATH": ":".join(sys.path),
            "DATABASE_URL": UNUSED,
            "SECRET_KEY": "x",
            "ROSTER_INSTANCE_PATH": str(tmp_path),
            "WEB_CONCURRENCY": "3",
            "PORT": "8123",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.stdout == "roster 3 127.0.0.1:8123\n", result.stderr


def test_browsers_are_told_to_stay_with_https_where_it_is_spoken(client: FlaskClient) -> None:
    over_https = client.get("/healthz", base_url="https://roster.test")
    over_http = client.get("/healthz", base_url="http://roster.test")

    assert over_https.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in over_http.headers


def test_what_serves_requests_loads_nothing_that_only_commands_need() -> None:
    loaded = "import sys, roster.app; print({'alembic', 'flask_migrate', 'roster.cli'} & set(sys.modules))"

    result = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)  # noqa: S603 - our own words

    assert result.stdout == "set()\n", "workers would each keep it in memory"
