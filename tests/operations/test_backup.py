"""A backup is restored completely on an empty machine. Every obstacle is reported in one sentence."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener
from uuid import uuid4

import psycopg
import pytest

from demonstration.accounts import PASSWORD
from operations.backup import Impossible, manifest
from tests.support.database import ROOT, TestDatabase
from tests.support.served import Site

QUERIES = ("chatt", "avfall", "skola", "AI", "hälsa", "kommun")
ANSWERS = f"""
import json
from search.backends import backends
from search.requests import SearchRequest
for backend in backends():
    backend.refresh()
    for query in {QUERIES!r}:
        page = backend.search(SearchRequest(text=query, language="sv"))
        print(json.dumps([backend.name, query, [(hit.record.kind, hit.record.id) for hit in page.hits]]))
"""
EMAIL = "anna@example.org"
SCENE = f"""
from community.discussions.models import Thread
from community.discussions.services import post_message
from tests.factories import ArticleFactory, GuideFactory, MemberFactory, ProjectFactory, UseCaseFactory
anna = MemberFactory(email="{EMAIL}", password="{PASSWORD}")
for number in range(12):
    ProjectFactory(title=f"Chatt om avfall i kommun {{number}}", benefit="Svar på frågor om skola och hälsa.")
for make in (UseCaseFactory, GuideFactory, ArticleFactory):
    make(title=f"AI i kommunens växel: {{make.__name__}}")
for thread in Thread.objects.all():
    post_message(thread=thread, actor=anna, text="Å ä ö och en <b>tagg</b>; 'citat' och 🌻")
"""
UPLOADED = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage as files
files.save("documents/Årsplan för nämnden.pdf", ContentFile(bytes(range(256)) * 999))
files.save("images/karta.png", ContentFile(b"png"))
files.save("documents/tom.txt", ContentFile(b""))
"""
WRITING = """
import itertools, sys
from community.discussions.models import Thread
from community.discussions.services import post_message
from community.members.models import Member
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage as files
author, thread = Member.objects.first(), Thread.objects.order_by("pk").first()
for number in itertools.count(1):
    files.save(f"documents/{number}.txt", ContentFile(str(number)))
    post_message(thread=thread, actor=author, text=f"Letter {number}")
    print(number, flush=True)
"""
THREAD = """
from community.discussions.models import Post, Thread
thread = Thread.objects.order_by("pk").first()
numbers = list(thread.posts.order_by("number").values_list("number", flat=True))
assert numbers == list(range(1, len(numbers) + 1)), "a hole"
print(thread.posts.filter(text__startswith="Letter").count())
"""
# Derived tables, which are rebuilt instead of restored.
DERIVED = ("search_", "sqlite_")


def rows(site: Site) -> dict[str, tuple[int, str]]:
    """Return for every table the number of its rows and a digest of them."""
    url = site.environment.get("DATABASE_URL", "")
    if url:
        with psycopg.connect(url) as database:
            names = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            return _digests(
                [name for (name,) in names], lambda sql: database.execute(sql.encode()).fetchall()
            )
    with closing(sqlite3.connect(site.directory / "samverka.sqlite3")) as file:
        names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return _digests([name for (name,) in names], lambda sql: file.execute(sql).fetchall())


def _digests(names: list[str], ask: Callable[[str], list]) -> dict[str, tuple[int, str]]:
    found = {}
    for name in names:
        if not name.startswith(DERIVED):
            lines = sorted(map(repr, ask(f'SELECT * FROM "{name}"')))
            found[name] = (len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest())
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def answers(site: Site) -> list[str]:
    return site.manage("shell", "--no-imports", "-c", ANSWERS).splitlines()


def signs_in(site: Site, email: str) -> bool:
    visitor = build_opener(HTTPCookieProcessor(CookieJar()))
    page = visitor.open(f"{site.address}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    form = {"csrfmiddlewaretoken": token[1], "login": email, "password": PASSWORD}
    request = Request(f"{site.address}/accounts/login/", urlencode(form).encode())
    return 'id="member-menu"' in visitor.open(request).read().decode()


@contextmanager
def another_database(site: Site, directory: Path) -> Iterator[Site]:
    """Yield an empty site beside this one. They share only the servers."""
    name = f"restored_{uuid4().hex[:12]}"
    server = site.environment["DATABASE_URL"].rpartition("/")[0]
    number = 16 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw31")[2:]) % 16
    other = Site(
        directory,
        DATABASE_URL=f"{server}/{name}",
        REDIS_URL=f"{site.environment['REDIS_URL'].rpartition('/')[0]}/{number}",
        ELASTICSEARCH_URL=site.environment["ELASTICSEARCH_URL"],
        ELASTICSEARCH_PREFIX=f"{site.environment['ELASTICSEARCH_PREFIX']}-restored",
    )
    with psycopg.connect(f"{server}/postgres", autocommit=True) as database:
        database.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
    try:
        yield other
    finally:
        other.stop()
        with psycopg.connect(f"{server}/postgres", autocommit=True) as database:
            database.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def migrate(database_template: TestDatabase) -> Callable[[Site], None]:
    """Return a function that gives a site a migrated and seeded database: a copy of the tests' template."""

    def migrated(site: Site) -> None:
        site.directory.mkdir(parents=True, exist_ok=True)
        url = site.environment.get("DATABASE_URL")
        database_template.copy_to(url.rpartition("/")[2] if url else str(site.directory / "samverka.sqlite3"))

    return migrated


def comes_back_whole(site: Site, other: Site, folder: Path) -> None:
    """`site` is migrated and has not been used."""
    site.manage("shell", "--no-imports", "-c", SCENE)
    site.manage("search_rebuild")
    site.manage("shell", "--no-imports", "-c", UPLOADED)
    before = rows(site), files(site.directory / "media"), answers(site)
    assert sum(count for count, _ in before[0].values()) > 1000
    assert any(json.loads(line)[2] for line in before[2])

    assert str(folder) in site.manage("backup", folder)
    assert "Brought back as of" in other.manage("restore", folder)

    assert rows(other) == before[0]
    assert files(other.directory / "media") == before[1]
    brought = [path for path in (other.directory / "media").rglob("*") if path.is_file()]
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in brought), "the proxy reads them too"
    assert len(before[1]) >= 3
    assert answers(other) == before[2]
    other.start()
    try:
        assert signs_in(other, EMAIL)
    finally:
        other.stop()


@pytest.mark.sqlite
def test_a_site_on_sqlite_is_restored_on_an_empty_machine(
    tmp_path: Path, migrate: Callable[[Site], None]
) -> None:
    site = Site(tmp_path / "data")
    migrate(site)
    comes_back_whole(site, Site(tmp_path / "other"), tmp_path / "kept")


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.elastic
def test_a_site_on_servers_is_restored_on_an_empty_machine(
    servers_site: Site, tmp_path: Path, migrate: Callable[[Site], None]
) -> None:
    migrate(servers_site)
    with another_database(servers_site, tmp_path / "other") as other:
        comes_back_whole(servers_site, other, tmp_path / "kept")
        # Restore again, over itself: existing data is replaced only with the option for it, and then completely.
        (other.directory / "media" / "later.txt").write_text("later")
        said = refusal(other, "restore", tmp_path / "kept")
        assert "There are members or files here already" in said
        assert (other.directory / "media" / "later.txt").exists()
        other.manage("restore", tmp_path / "kept", "--replace")
        assert not (other.directory / "media" / "later.txt").exists()
        other.manage("backup", tmp_path / "again")
        manifests = [
            json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("kept", "again")
        ]
        assert manifests[0]["rows"].keys() == manifests[1]["rows"].keys()


@pytest.mark.sqlite
def test_a_backup_made_during_writes_is_consistent_on_sqlite(
    tmp_path: Path, migrate: Callable[[Site], None]
) -> None:
    site = Site(tmp_path / "data")
    migrate(site)
    made_while_people_write(site, Site(tmp_path / "other"), tmp_path / "kept")


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.elastic
def test_a_backup_made_during_writes_is_consistent_on_servers(
    servers_site: Site, tmp_path: Path, migrate: Callable[[Site], None]
) -> None:
    migrate(servers_site)
    with another_database(servers_site, tmp_path / "other") as other:
        made_while_people_write(servers_site, other, tmp_path / "kept")


def made_while_people_write(site: Site, other: Site, folder: Path) -> None:
    """Posts before the moment of the backup are in it, later ones are not, and each file that a row refers to is
    there. `site` is migrated and has not been used."""
    site.manage("shell", "--no-imports", "-c", SCENE)
    command = [sys.executable, "site/manage.py", "shell", "--no-imports", "-c", WRITING]
    with subprocess.Popen(
        command, cwd=ROOT, env=site.environment, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        try:
            for line in writer.stdout:
                if line == "20\n":
                    break
            site.manage("backup", folder)
            written = int(writer.stdout.readline())
        finally:
            writer.kill()
    other.manage("restore", folder)
    posts = int(other.manage("shell", "--no-imports", "-c", THREAD))
    assert posts >= 20
    assert written >= 20
    there = {path.name for path in (other.directory / "media" / "documents").iterdir()}
    assert {f"{number}.txt" for number in range(1, posts + 1)} <= there


def refusal(site: Site, *arguments: str | Path, **environment: str) -> str:
    """Return the one sentence in which a command ends."""
    command = [sys.executable, "site/manage.py", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=site.environment | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("CommandError: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def small_site(migrate: Callable[[Site], None], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A migrated and seeded site with one upload and no members."""
    site = Site(tmp_path_factory.mktemp("small"))
    migrate(site)
    site.manage("shell", "--no-imports", "-c", UPLOADED)
    return site


@pytest.fixture(scope="module")
def kept_once(small_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small-kept") / "kept"
    small_site.manage("backup", folder)
    return folder


@pytest.fixture
def kept(kept_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept_once, tmp_path / "kept"))


@pytest.mark.sqlite
def test_nothing_is_overwritten(small_site: Site, kept: Path) -> None:
    before = files(kept)
    assert f"{kept} is there already" in refusal(small_site, "backup", kept)
    assert files(kept) == before


@pytest.mark.sqlite
def test_a_backup_is_readable_only_by_its_owner(small_site: Site, tmp_path: Path) -> None:
    """This holds for any umask and any permissions of the site's own pictures."""
    before = os.umask(0)
    try:
        small_site.manage("backup", tmp_path / "kept")
    finally:
        os.umask(before)
    kept = [tmp_path / "kept", *(tmp_path / "kept").rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in kept if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in kept if path.is_file()} == {0o600}


@pytest.mark.sqlite
def test_an_interrupted_backup_is_not_valid_and_the_next_one_deletes_it(
    small_site: Site, tmp_path: Path
) -> None:
    half = tmp_path / "kept.unfinished"
    half.mkdir()
    (half / "database.sqlite3").write_bytes(b"half")
    assert "was not finished" in refusal(small_site, "restore", half)
    small_site.manage("backup", tmp_path / "kept")
    assert not half.exists()
    assert "database.sqlite3" in files(tmp_path / "kept")


@pytest.mark.sqlite
def test_a_full_disk_leaves_nothing_behind(small_site: Site, tmp_path: Path) -> None:
    command = [sys.executable, "site/manage.py", "backup", str(tmp_path / "kept")]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=small_site.environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: No backup was made. The disk is full: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("action", "said"),
    [
        (lambda kept: (kept / "manifest.json").unlink(), "it has no manifest.json"),
        (lambda kept: (kept / "manifest.json").write_text("{"), "is damaged"),
        (lambda kept: (kept / "media/images/karta.png").unlink(), "media/images/karta.png is missing"),
        (
            lambda kept: (kept / "media/images/karta.png").write_bytes(b"gnp"),
            "karta.png is not what was written",
        ),
        (lambda kept: truncate(kept / "database.sqlite3"), "database.sqlite3 is not what was written"),
        (lambda kept: shutil.rmtree(kept), "There is no folder"),
        (lambda kept: change(kept, format=2), "was written in format 2"),
    ],
)
def test_an_incomplete_backup_is_refused(kept: Path, action: Callable[[Path], None], said: str) -> None:
    action(kept)
    with pytest.raises(Impossible, match=said):
        manifest.read(kept)


@pytest.mark.sqlite
def test_a_backup_that_this_site_cannot_read_is_refused_before_any_change(tmp_path: Path, kept: Path) -> None:
    other = Site(tmp_path / "other")
    change(kept, migrations=["members.9999_later"])
    assert "a later version of Samverka, which knows members.9999_later" in refusal(other, "restore", kept)
    change(kept, engine="postgresql")
    assert "a site on postgresql; this one is on sqlite" in refusal(other, "restore", kept)
    (kept / "media/images/karta.png").unlink()
    assert "karta.png is missing" in refusal(other, "restore", kept)
    assert not (other.directory / "media" / "images").exists()


def truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def change(kept: Path, **fields: object) -> None:
    manifest = json.loads((kept / "manifest.json").read_text())
    (kept / "manifest.json").write_text(json.dumps({**manifest, **fields}))


@pytest.mark.sqlite
def test_a_backup_without_a_database_is_refused(tmp_path: Path) -> None:
    site = Site(tmp_path / "new")
    site.directory.mkdir()
    assert "The database is empty" in refusal(site, "backup", tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


@pytest.mark.sqlite
def test_a_folder_that_cannot_be_created_is_reported(small_site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Not a directory" in refusal(small_site, "backup", tmp_path / "file" / "kept")


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.elastic
def test_missing_servers_are_reported_and_a_failed_restore_changes_nothing(
    servers_site: Site, tmp_path: Path, migrate: Callable[[Site], None]
) -> None:
    migrate(servers_site)
    before = rows(servers_site)
    assert "pg_dump is not installed" in refusal(servers_site, "backup", tmp_path / "kept", PATH="/nowhere")
    old = tmp_path / "old"
    old.mkdir()
    (old / "pg_dump").write_text(
        "#!/bin/sh\necho 'pg_dump: error: aborting because of server version mismatch' >&2\n"
        "echo 'pg_dump: detail: server version: 17.6; pg_dump version: 15.13' >&2\nexit 1\n"
    )
    (old / "pg_dump").chmod(0o755)
    said = refusal(servers_site, "backup", tmp_path / "kept", PATH=f"{old}:{os.environ['PATH']}")
    assert "The server is PostgreSQL 17, pg_dump here 15: install the client of version 17." in said
    assert not (tmp_path / "kept").exists()

    servers_site.manage("backup", tmp_path / "kept")
    dump = tmp_path / "kept" / "database.dump"
    # The checksum is right, but PostgreSQL cannot read it.
    truncate(dump)
    listed = json.loads((tmp_path / "kept" / "manifest.json").read_text())
    content = dump.read_bytes()
    listed["files"]["database.dump"] = [len(content), hashlib.sha256(content).hexdigest()]
    change(tmp_path / "kept", files=listed["files"])
    assert "pg_restore failed" in refusal(servers_site, "restore", tmp_path / "kept", "--replace")
    assert rows(servers_site) == before
    gone = refusal(servers_site, "backup", tmp_path / "no", DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert "The database does not answer" in gone
