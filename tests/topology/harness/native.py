"""The services of the compose file on this machine. This module contains all differences from containers: every part
has its own port on the loopback, folders below one directory, and Debian's programs instead of images."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
import requests

from tests.support.services import elasticsearch, postgresql
from tests.support.services.machine import (
    IS_ROOT,
    SERVER_USER,
    Unavailable,
    as_server_user,
    free_ports,
    install_packages,
)
from tests.topology.harness.composition import Service, read
from tests.topology.harness.parts import Part, without_python

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = ROOT / "site" / "docker" / "Dockerfile"
HOST = "localhost"
PORTS = {
    "web": 8000,
    "live": 8000,
    "worker": 8000,
    "postgres": 5432,
    "redis": 6379,
    "elasticsearch": 9200,
    "proxy": 8443,
}
SITE, ENTRYPOINT = "samverka", "/app/site/docker/entrypoint.sh"
PACKAGES = {
    "nginx": "nginx-light",
    "redis-server": "redis-server",
    "redis-cli": "redis-tools",
    "pg_isready": "postgresql-client",
    "curl": "curl",
    "openssl": "openssl",
}
# Debian's nginx is older than the image's, and there is no Docker DNS.
NEWER_NGINX = re.compile(r"^\s*http2 on;\n| zone \w+ \w+;", re.MULTILINE)
DISK_WITH_ROOM, DISK_FULL = "1mb", "1000tb"
"""The free space that Elasticsearch's disk must have."""


def programs() -> str:
    """Return the PATH for programs. Install them if allowed; raise `Unavailable` if one is missing."""
    binaries = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin", *binaries])
    for program, package in PACKAGES.items():
        if not shutil.which(program, path=path):
            install_packages(package)
        if not shutil.which(program, path=path):
            raise Unavailable(f"no {program}")
    return path


def environment_of_image() -> dict[str, str]:
    """Return the variables that the Dockerfile's last stage sets with ENV."""
    last_stage = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ").rpartition("\nFROM ")[2]
    lines = [line[4:] for line in last_stage.splitlines() if line.startswith("ENV ")]
    return dict(pair.split("=", 1) for line in lines for pair in line.split())


class Topology:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.path = programs()
        self.mail_folder = directory / "mails"
        self.variables = {
            "SITE_HOST": HOST,
            "SECRET_KEY": secrets.token_urlsafe(60),
            "POSTGRES_PASSWORD": secrets.token_urlsafe(12) + "@:/%",
            "ELASTICSEARCH_HEAP": "-Xms512m -Xmx512m",
            "DEFAULT_FROM_EMAIL": "samverka@samverka.example",
            "EMAIL_URL": "smtp://mail:25",
        }
        self.services = read(ROOT / "docker-compose.yml", self.variables)
        names = (*self._names(), "plain", "asked", "mail", "transport")
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.parts: dict[str, Part] = {}
        for folder in ("data/media", "tmp", "etc", "certificates", "mails"):
            (directory / folder).mkdir(parents=True)
        for name, service in self.services.items():
            for copy in self._copies(service):
                self.parts[copy] = self._make(name, copy, service)
        self.parts["mail"] = self._mail()

    def __getitem__(self, name: str) -> Part:
        return self.parts[name]

    @property
    def address(self) -> str:
        return f"https://{HOST}:{self.ports['proxy']}"

    @property
    def certificate(self) -> Path:
        return self.directory / "certificates" / "fullchain.pem"

    def _names(self) -> list[str]:
        return [copy for service in self.services.values() for copy in self._copies(service)]

    @staticmethod
    def _copies(service: Service) -> list[str]:
        return (
            [service.name]
            if service.copies == 1
            else [f"{service.name}-{n + 1}" for n in range(service.copies)]
        )

    # -- translation from containers to this machine

    def here(self, text: str, copy: str = "") -> str:
        """Replace names of services, the part's own port and folders in containers by those of this machine."""
        for name, port in (*PORTS.items(), ("mail", 25)):
            if name in self.ports:
                text = re.sub(rf"\b{name}:{port}\b", f"127.0.0.1:{self.ports[name]}", text)
        if own := PORTS.get(copy.partition("-")[0]):
            text = re.sub(rf"(?<![\w.]){own}\b", str(self.ports[copy]), text)
            text = re.sub(r"(?<![\w.])8081\b", str(self.ports["asked"]), text)
        folders = self._folders(copy)
        return re.sub(
            rf"(?<![\w./])({'|'.join(folders)})(?![\w-])", lambda found: str(folders[found[1]]), text
        )

    def _folders(self, copy: str) -> dict[str, Path]:
        return {
            "/app": ROOT,
            "/venv": Path(sys.prefix),
            "/data": self.directory / "data",
            "/certificates": self.directory / "certificates",
            "/etc/samverka": self.directory / "etc",
            "/tmp": self.directory / "tmp" / copy,
        }

    def _make(self, name: str, copy: str, service: Service) -> Part:
        if service.image == SITE:
            return self._site(copy, service)
        make: Callable[[str, Service], Part] = getattr(self, f"_{name}")
        return make(copy, service)

    def _part(
        self,
        copy: str,
        service: Service,
        command: Sequence[str | Path],
        environment: dict[str, str],
        *,
        as_server: bool = False,
    ) -> Part:
        folder = self.directory / "tmp" / copy
        folder.mkdir()
        if as_server and IS_ROOT:
            shutil.chown(folder, SERVER_USER)
        ours = {
            **without_python(),
            "PATH": self.path,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            **environment,
        }
        return Part(
            copy,
            command,
            environment=ours,
            folder=folder,
            port=self.ports[copy],
            health=[self.here(each, copy) for each in service.health],
            restarts=service.restarts,
            stop_signal=service.stop_signal,
            as_server=as_server,
        )

    def _site(self, copy: str, service: Service) -> Part:
        environment = environment_of_image() | service.environment
        environment = {name: self.here(value, copy) for name, value in environment.items() if name != "PATH"}
        environment |= {"HOST": "127.0.0.1", "PORT": str(self.ports[copy])}
        return self._part(copy, service, ["sh", self.here(ENTRYPOINT), *service.command], environment)

    def _postgres(self, copy: str, service: Service) -> Part:
        data = self.directory / "postgres"
        data.mkdir()
        password = self.directory / "postgres.password"
        password.write_text(service.environment["POSTGRES_PASSWORD"])
        if IS_ROOT:
            shutil.chown(data, SERVER_USER)
            shutil.chown(password, SERVER_USER)
        user = service.environment["POSTGRES_USER"]
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", f"--pwfile={password}"]
        initdb, postgres = postgresql.program("initdb"), postgresql.program("postgres")
        if not initdb or not postgres:
            raise Unavailable("no PostgreSQL server")
        subprocess.run(
            [initdb, "-D", data, "-U", user, *options],
            cwd=data,
            capture_output=True,
            check=True,
            **as_server_user(),
        )
        here = [
            "-p",
            str(self.ports[copy]),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ]
        return self._part(copy, service, [postgres, "-D", data, *here, *service.command], {}, as_server=True)

    def _redis(self, copy: str, service: Service) -> Part:
        here = ["--port", str(self.ports[copy]), "--bind", "127.0.0.1"]
        return self._part(copy, service, [*service.command, *here], {}, as_server=True)

    def _elasticsearch(self, copy: str, service: Service) -> Part:
        java, home = elasticsearch.java_home(), elasticsearch.installed()
        part_folder = self.directory / "tmp" / copy
        configuration = self.directory / "elasticsearch"
        shutil.copytree(home / "config", configuration)
        (configuration / "elasticsearch.yml").write_text("")
        if IS_ROOT:
            for path in (configuration, *configuration.rglob("*")):
                shutil.chown(path, SERVER_USER)
        # As in the image's own entrypoint, names with a dot are settings.
        settings = {name: value for name, value in service.environment.items() if "." in name} | {
            "network.host": "127.0.0.1",
            "http.port": str(self.ports[copy]),
            "transport.port": str(self.ports["transport"]),
            "path.data": f"{part_folder}/data",
            "path.logs": f"{part_folder}/logs",
        }
        options = [f"-E{name}={value}" for name, value in settings.items()]
        environment = {
            "CLI_NAME": "server",
            "CLI_LIBS": "lib/tools/server-cli",
            "ES_JAVA_HOME": java,
            "ES_PATH_CONF": str(configuration),
            "ES_TMPDIR": str(part_folder),
            "ES_JAVA_OPTS": service.environment["ES_JAVA_OPTS"],
        }
        command = ["bash", home / "bin" / "elasticsearch-cli", *options]
        return self._part(copy, service, command, environment, as_server=True)

    def _proxy(self, copy: str, service: Service) -> Part:
        key = self.directory / "certificates" / "privkey.pem"
        subprocess.run(
            [
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-nodes",
                ),
                *("-days", "2", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"),
                *("-keyout", str(key), "-out", str(self.certificate)),
            ],
            capture_output=True,
            check=True,
        )
        if IS_ROOT:
            shutil.chown(key, SERVER_USER)
        for path in (ROOT / "site" / "docker" / "proxy").iterdir():
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".conf":
                text = self._nginx(text)
            (self.directory / "etc" / path.name).write_text(self.here(text, copy), encoding="utf-8")
        command = [self.here(each, copy) for each in service.entrypoint]
        return self._part(copy, service, command, service.environment, as_server=True)

    def _nginx(self, text: str) -> str:
        """Replace each service by the addresses of its copies, and listen only on the loopback."""
        for name in ("web", "live"):
            declared = re.search(rf"server {name}:8000 resolve([^;]*);", text)
            if declared:
                copies = [each for each in self.ports if each.partition("-")[0] == name]
                servers = [f"server 127.0.0.1:{self.ports[each]}{declared[1]};" for each in copies]
                text = text.replace(declared[0], " ".join(servers))
        text = text.replace("listen 8080", f"listen 127.0.0.1:{self.ports['plain']}")
        return NEWER_NGINX.sub("", text.replace("listen 8443", "listen 127.0.0.1:8443"))

    def _mail(self) -> Part:
        """Return the mail server of EMAIL_URL, which the compose file does not contain. Mails are stored in
        `mail_folder`."""
        folder = self.directory / "tmp" / "mail"
        folder.mkdir()
        place = f"127.0.0.1:{self.ports['mail']}"
        return Part(
            "mail",
            [
                *(sys.executable, "-m", "aiosmtpd", "-n", "-l", place),
                *("-c", "aiosmtpd.handlers.Mailbox", str(self.mail_folder / "box")),
            ],
            environment={**without_python(), "PATH": self.path},
            folder=folder,
            health=["bash", "-c", f"exec 3<>/dev/tcp/{place.replace(':', '/')}"],
            port=self.ports["mail"],
        )

    # -- running

    def start(self) -> None:
        """Start every part after its dependencies have reached the required condition."""
        self["mail"].start()
        with ThreadPoolExecutor() as pool:
            building = pool.submit(self._build)
            for name in ("postgres", "redis", "elasticsearch"):
                self[name].start()
            self["postgres"].wait()
            self._create_database()
            self["redis"].wait()
            self["elasticsearch"].wait(180)
            self.disk(full=False)
            building.result()
        self["migrate"].run()
        self.start_site()

    def _build(self) -> None:
        """Run the commands of the Dockerfile that belong to this project."""
        for command in re.findall(
            r"python site/manage\.py ([^&\"\n]+)", DOCKERFILE.read_text(encoding="utf-8")
        ):
            self.manage(*command.split())

    def start_site(self) -> None:
        site = [
            part for name, part in self.parts.items() if name.partition("-")[0] in ("web", "live", "worker")
        ]
        for part in site:
            part.start()
        for part in site:
            part.wait()
        self["proxy"].start()
        self["proxy"].wait()

    def stop(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Part.stop, self.parts.values()))

    def _create_database(self) -> None:
        name = self.services["postgres"].environment["POSTGRES_DB"]
        with self.database("postgres") as server:
            server.execute(f'CREATE DATABASE "{name}"'.encode())

    def database(self, name: str = "samverka") -> psycopg.Connection[tuple[object, ...]]:
        """Return a direct connection to PostgreSQL, without the site. Each statement commits by itself."""
        given = self.services["postgres"].environment
        return psycopg.connect(
            host="127.0.0.1",
            port=self.ports["postgres"],
            user=given["POSTGRES_USER"],
            password=given["POSTGRES_PASSWORD"],
            dbname=name,
            autocommit=True,
        )

    def manage(self, *arguments: str, seconds: float = 180) -> str:
        """Run `python site/manage.py …` as in `docker compose run web`. Return its output."""
        part = next(part for name, part in self.parts.items() if name.startswith("web"))
        done = subprocess.run(
            ["sh", self.here(ENTRYPOINT), "python", "site/manage.py", *arguments],
            env=part.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def disk(self, *, full: bool) -> None:
        """Fill Elasticsearch's disk or free space on it. Elasticsearch checks every ten seconds and finds the flood
        stage."""
        free = DISK_FULL if full else DISK_WITH_ROOM
        marks = ("low", "high", "flood_stage")
        watermarks = {f"cluster.routing.allocation.disk.watermark.{mark}": free for mark in marks}
        self.ask_elasticsearch(
            "PUT", "/_cluster/settings", {"persistent": {**watermarks, "cluster.info.update.interval": "10s"}}
        )

    def is_flooded(self) -> bool:
        answer = self.ask_elasticsearch("GET", "/samverka_v*/_settings/index.blocks.read_only_allow_delete")
        return any(index["settings"] for index in answer.values())

    def found(self, word: str) -> int:
        """Return how many documents of the index contain the word, read without the site."""
        self.ask_elasticsearch("POST", "/samverka_*/_refresh")
        answer = self.ask_elasticsearch("GET", f"/samverka_*_read/_search?q={word}&size=0")
        return int(answer["hits"]["total"]["value"])

    def ask_elasticsearch(self, method: str, path: str, body: dict[str, object] | None = None) -> Any:
        url = f"http://127.0.0.1:{self.ports['elasticsearch']}{path}"
        answer = requests.request(method, url, json=body, timeout=20)
        answer.raise_for_status()
        return answer.json()


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(130)


@contextmanager
def running() -> Iterator[Topology]:
    """Start the topology. Stop it at the end of the block, also after a signal."""
    signal.signal(signal.SIGTERM, _end)
    with tempfile.TemporaryDirectory(prefix="samverka-topology-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o711)
        topology = Topology(Path(directory))
        try:
            topology.start()
            yield topology
        finally:
            topology.stop()
