"""Static checks of the compose file, the Dockerfile and the proxy's configuration."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.services.machine import install_packages
from tests.topology.harness.composition import NotSet, Service, read, substituted
from tests.topology.harness.native import DOCKERFILE, ROOT

COMPOSE_FILE, SECRETS_FILE = ROOT / "docker-compose.yml", ROOT / "site" / "docker" / "secrets.yml"
DOCKER = ROOT / "site" / "docker"
EXAMPLE = dict(
    line.split("=", 1)
    for line in (DOCKER / "example.env").read_text(encoding="utf-8").splitlines()
    if "=" in line and not line.startswith("#")
)
VARIABLES = EXAMPLE | {"SECRET_KEY": "s" * 60, "POSTGRES_PASSWORD": "in-no-file"}


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    return read(COMPOSE_FILE, VARIABLES)


@pytest.fixture(scope="module")
def compose() -> list[str]:
    """Return Compose itself, which checks a file against its schema: Docker's plugin, or Debian's package."""
    if shutil.which("docker"):
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["docker", "compose"]
    if not shutil.which("docker-compose"):
        install_packages("docker-compose")
    if program := shutil.which("docker-compose"):
        return [program]
    if os.environ.get("CI") == "true":
        pytest.fail("CI must have Compose, to hold the compose file against its schema.", pytrace=False)
    pytest.skip("not tested here: the compose file's schema (no Compose)")


def resolved(compose: list[str], *files: Path) -> dict[str, Any]:
    """Return the file as Compose reads it. Fail with Compose's errors."""
    named = [argument for file in files for argument in ("-f", str(file))]
    done = subprocess.run(
        [*compose, *named, "config"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **VARIABLES},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    resolved_file: dict[str, Any] = yaml.safe_load(done.stdout)
    return resolved_file


def test_compose_accepts_the_file_and_reads_it_as_our_tests_do(
    compose: list[str], services: dict[str, Service]
) -> None:
    resolved_file = resolved(compose, COMPOSE_FILE)["services"]
    assert set(resolved_file) == set(services)
    for name, service in services.items():
        assert resolved_file[name].get("command") or service.command == []
        environment = {key: str(value) for key, value in resolved_file[name].get("environment", {}).items()}
        assert environment == service.environment, name
        assert resolved_file[name].get("healthcheck", {}).get("test", [])[1:] == service.health


def test_a_misspelt_key_is_reported(compose: list[str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("services: { web: { helthcheck: { test: [CMD, 'true'] } } }")
    with pytest.raises(AssertionError, match="helthcheck"):
        resolved(compose, COMPOSE_FILE, broken)


def test_secrets_can_be_files_and_then_are_in_no_environment(compose: list[str]) -> None:
    resolved_file = resolved(compose, COMPOSE_FILE, SECRETS_FILE)
    for name in ("migrate", "web", "live", "worker", "postgres"):
        environment = resolved_file["services"][name]["environment"]
        assert VARIABLES["SECRET_KEY"] not in environment.values()
        assert VARIABLES["POSTGRES_PASSWORD"] not in environment.values()
        files = {value.rpartition("/")[2] for key, value in environment.items() if key.endswith("_FILE")}
        assert files == {secret["source"] for secret in resolved_file["services"][name]["secrets"]}
        assert files <= set(resolved_file["secrets"])


def test_only_the_proxy_publishes_ports_and_few_services_reach_the_internet(
    services: dict[str, Service],
) -> None:
    assert [name for name, service in services.items() if "ports" in service.declared] == ["proxy"]
    outside = {name for name, service in services.items() if "outside" in service.declared["networks"]}
    assert outside == {"proxy", "worker"}
    declared = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    assert declared["networks"]["inside"] == {"internal": True}


def test_every_service_has_limits_and_no_extra_privileges(services: dict[str, Service]) -> None:
    for name, service in services.items():
        declared = service.declared
        assert declared["cap_drop"] == ["ALL"], name
        assert declared["security_opt"] == ["no-new-privileges:true"], name
        assert declared["pids_limit"], name
        assert declared.get("read_only") or name == "elasticsearch", name
        if name == "migrate":
            assert not service.restarts
            continue
        limits = declared["deploy"]["resources"]["limits"]
        assert limits["cpus"], name
        assert limits["memory"], name
        assert service.restarts, name
        assert service.health, name


def test_pages_and_sockets_have_two_copies_each(services: dict[str, Service]) -> None:
    assert services["web"].copies == services["live"].copies == 2


def test_images_have_exact_versions(services: dict[str, Service]) -> None:
    for service in services.values():
        if service.image != "samverka":
            assert re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*", service.image), service.image


def test_every_variable_of_env_is_in_the_example_and_in_the_manual() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8") + SECRETS_FILE.read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", text))
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert set(EXAMPLE) - {"COMPOSE_PROJECT_NAME"} <= asked
    assert [name for name in sorted(asked) if f"`{name}`" not in manual] == []


def test_the_file_requires_variables_without_a_default() -> None:
    with pytest.raises(NotSet, match="SITE_HOST"):
        read(COMPOSE_FILE, {})


@pytest.mark.parametrize(
    ("text", "is_"),
    [
        ("${A}", "1"),
        ("$A/$$B", "1/$B"),
        ("${EMPTY:-x}${EMPTY-y}", "x"),
        ("${NONE-z}", "z"),
        ("${NONE:-a b}", "a b"),
        ("${A:?why}", "1"),
        ("${NONE}", ""),
    ],
)
def test_variables_are_substituted_as_in_compose(text: str, is_: str) -> None:
    assert substituted(text, {"A": "1", "EMPTY": ""}) == is_


# -- the image


def instructions() -> Iterator[tuple[str, str]]:
    lines = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    yield from (
        (line.split(None, 1)[0], line.split(None, 1)[1])
        for line in lines
        if line and not line.startswith("#")
    )


def test_the_image_copies_existing_files_and_every_needed_one() -> None:
    copied = [
        rest.split()[0] for word, rest in instructions() if word == "COPY" and not rest.startswith("--from")
    ]
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert {
        "core",
        "subjects",
        "knowledge",
        "community",
        "search",
        "templates",
        "locale",
        "site",
        "requirements.lock",
    } <= set(copied)


def test_the_image_is_built_in_two_stages_and_does_not_run_as_root() -> None:
    steps = list(instructions())
    words = [word for word, _ in steps]
    assert words.count("FROM") == 2
    assert all(re.search(r":\d+(\.\d+)+", rest) for word, rest in steps if word == "FROM")
    user = words.index("USER")
    assert steps[user][1] not in ("root", "0")
    assert "RUN" not in words[user:]
    assert "ADD" not in words
    assert ("RUN", "apt-get upgrade") not in steps
    for word, rest in steps:
        if word == "RUN" and "apt-get install" in rest:
            assert "--no-install-recommends" in rest
            assert "rm -rf /var/lib/apt/lists/*" in rest
        if word == "RUN" and "pip install" in rest:
            assert "--no-cache-dir" in rest
            assert "==" in rest
        if word in ("ENTRYPOINT", "CMD"):
            assert rest.startswith("["), "with a shell in between no signal would arrive"


def test_every_command_is_a_role_of_the_entrypoint(services: dict[str, Service]) -> None:
    entrypoint = DOCKER / "entrypoint.sh"
    assert entrypoint.stat().st_mode & stat.S_IXUSR
    roles = re.findall(r"^  (\w+)\)", entrypoint.read_text(encoding="utf-8"), re.MULTILINE)
    assert {service.command[0] for service in services.values() if service.image == "samverka"} == set(roles)
    for script in (entrypoint, DOCKER / "proxy" / "start.sh"):
        subprocess.run(["sh", "-n", script], check=True)


def test_services_write_only_to_tmp_and_volumes(services: dict[str, Service]) -> None:
    """The root file system is read-only."""
    assert "PYTHONDONTWRITEBYTECODE=1" in DOCKERFILE.read_text(encoding="utf-8")
    for name in ("web", "live", "worker"):
        assert services[name].declared["tmpfs"] == ["/tmp"]
        assert services[name].declared["volumes"] == ["media:/data/media"]


def test_a_location_with_its_own_headers_repeats_the_inherited_ones() -> None:
    """A location with a proxy_set_header of its own inherits none: the sockets' location would lose Host."""
    site = (DOCKER / "proxy" / "site.conf").read_text(encoding="utf-8")
    assert all("proxy_set_header" not in place for place in re.findall(r"location [^{]*\{([^}]*)\}", site))


# -- secrets


def load_settings(**environment: str) -> subprocess.CompletedProcess[str]:
    given = {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'site'}",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "ALLOWED_HOSTS": "samverka.example",
        "DATABASE_URL": "postgres://samverka@postgres:5432/samverka",
        "REDIS_URL": "redis://redis",
        "ELASTICSEARCH_URL": "http://elasticsearch:9200",
        **environment,
    }
    show = (
        "from django.conf import settings as s;"
        "print(s.SECRET_KEY, s.DATABASES['default']['PASSWORD'], s.EMAIL_HOST_PASSWORD)"
    )
    return subprocess.run(
        [sys.executable, "-c", show], env=given, capture_output=True, text=True, check=False
    )


def test_secrets_are_read_from_files(tmp_path: Path) -> None:
    secrets = {
        "SECRET_KEY": "k0123456789" * 6,
        "DATABASE_PASSWORD": "p@ss:/%word",
        "EMAIL_URL": "smtp+tls://user:letters@mail.example:587",
    }
    for name, value in secrets.items():
        (tmp_path / name).write_text(value + "\n")
    done = load_settings(**{f"{name}_FILE": str(tmp_path / name) for name in secrets})
    assert done.stdout.split() == [secrets["SECRET_KEY"], "p@ss:/%word", "letters"], done.stderr


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "SECRET_KEY must be set"),
        ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY_FILE can't be read: No such file"),
        ({"SECRET_KEY": "k0123456789" * 6, "SECRET_KEY_FILE": "/etc/hostname"}, "not both"),
    ],
)
def test_a_missing_or_duplicate_secret_stops_the_start(given: dict[str, str], complaint: str) -> None:
    done = load_settings(**given)
    assert done.returncode != 0
    assert complaint in done.stderr
