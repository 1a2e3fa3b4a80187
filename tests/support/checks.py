"""`make check`: all static checks. Reports all faults at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = Path(sys.executable).parent
MANAGE = [sys.executable, "site/manage.py"]
# Placeholder values for the production settings; nothing connects to them.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "only-here-so-that-the-production-settings-load-0123456789-abcdefghij",
    "ALLOWED_HOSTS": "samverka.example",
    "DATABASE_URL": "postgres://samverka@127.0.0.1/samverka",
    "REDIS_URL": "redis://127.0.0.1/0",
    "ELASTICSEARCH_URL": "http://127.0.0.1:9200",
}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


CHECKS = (
    Check("types", ["mypy"]),
    Check("style", ["ruff", "check", "--quiet", "--output-format=concise", "."]),
    Check("layout of the code", ["ruff", "format", "--check", "--quiet", "--output-format=concise", "."]),
    Check("import contracts", ["lint-imports"]),
    Check("templates", ["djlint", "--lint", "--quiet", "templates"]),
    Check("system", [*MANAGE, "check", "--fail-level=WARNING"]),
    Check("system in production", [*MANAGE, "check", "--deploy", "--fail-level=WARNING"], PRODUCTION),
    Check("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    Check("translations", [sys.executable, "-m", "tests.support.translations"]),
    Check("wording", [sys.executable, "-m", "tests.support.wording"]),
)


def run(check: Check) -> bool:
    began = time.monotonic()
    program, *arguments = check.command
    command = [program if Path(program).is_absolute() else str(PROGRAMS / program), *arguments]
    environment = {**os.environ, **check.environment}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    passed = done.returncode == 0
    said = "" if passed else f"\n{done.stdout}{done.stderr}"
    print(
        f"{'ok   ' if passed else 'FAULT'} {check.name} ({time.monotonic() - began:.0f} s){said}", flush=True
    )
    return passed


def main() -> int:
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        passed = list(pool.map(run, CHECKS))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
