"""Production settings refuse to start without required settings and pass the deployment check."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRET = "k3!vT9_qLw2#xZr7$uYb5&nMj8*eHd4@gPf6^aSc1%oIi0+WtXyQ"
WHOLE = {
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "samverka.example.org",
    "DATABASE_URL": "postgres://samverka@127.0.0.1:1/samverka",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ELASTICSEARCH_URL": "http://127.0.0.1:1",
}


def start(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'site'}",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DATA_DIR": str(tmp_path),
        **{name: value for name, value in settings.items() if value},
    }
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        "from django.conf import settings; print(settings.DEBUG)",
    ]
    if arguments:
        command = [sys.executable, str(ROOT / "site" / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("missing", WHOLE)
def test_the_error_names_the_missing_setting(tmp_path: Path, missing: str) -> None:
    started = start(tmp_path, **{**WHOLE, missing: ""})
    assert started.returncode != 0
    assert f"ImproperlyConfigured: {missing} must be set." in started.stderr


def test_the_address_of_the_database_is_not_read_from_a_file(tmp_path: Path) -> None:
    """A site that named only a file would silently start on SQLite."""
    (tmp_path / "url").write_text(WHOLE["DATABASE_URL"])
    settings = {**WHOLE, "DATABASE_URL": "", "DATABASE_URL_FILE": str(tmp_path / "url")}
    assert "DATABASE_URL must be set." in start(tmp_path, **settings).stderr


@pytest.mark.parametrize(
    "secret", ["short", "demonstration-only-not-a-secret-demonstration-only", "ababababab" * 6, "x" * 60]
)
def test_a_weak_secret_key_is_refused(tmp_path: Path, secret: str) -> None:
    started = start(tmp_path, **{**WHOLE, "SECRET_KEY": secret})
    assert started.returncode != 0
    assert "SECRET_KEY must be a long random string" in started.stderr
    assert secret not in started.stderr.replace("demonstration one", "").splitlines()[-1]


def test_complete_settings_start_and_pass_the_deployment_check(tmp_path: Path) -> None:
    checked = start(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **WHOLE)
    assert checked.returncode == 0, checked.stderr
    assert "no issues (0 silenced)" in checked.stdout


def test_the_demonstration_is_not_installed(tmp_path: Path) -> None:
    for command in ("load_demonstration", "demonstration_accounts"):
        run = start(tmp_path, command, **WHOLE)
        assert run.returncode != 0
        assert "Unknown command" in run.stderr


def test_a_site_with_the_demonstration_fails_the_deployment_check(tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings.local"}
    checked = start(tmp_path, "check", "--deploy", **environment)
    assert checked.returncode != 0
    assert "config.E001" in checked.stderr


def test_allowed_hosts_may_contain_spaces(tmp_path: Path) -> None:
    shown = "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.CSRF_TRUSTED_ORIGINS)"
    hosts = start(tmp_path, "shell", "-c", shown, **{**WHOLE, "ALLOWED_HOSTS": "a.example, b.example"})
    assert "['a.example', 'b.example'] ['https://a.example', 'https://b.example']" in hosts.stdout
