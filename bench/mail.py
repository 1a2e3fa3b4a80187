"""Time to write mails and to send them with one worker. The reference is a bare smtplib loop that sends the same mails
to the same server in the same run. The server accepts and discards everything; it runs on the same cores."""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import django

from bench.figures import Figure, NotHere
from tests.support.services.machine import free_port

MAILS = 1000
SINGLE = 300
ONE_BY_ONE = 300


def measure() -> Iterator[Figure]:
    with server() as port, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "ELASTICSEARCH_URL": "",
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
        }
        yield from figures_of("SQLite", {**environment, "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"})
        if postgres := os.environ.get("DATABASE_URL", ""):
            with database(postgres) as url:
                yield from figures_of("PostgreSQL", {**environment, "DATABASE_URL": url})


def figures_of(name: str, environment: Mapping[str, str]) -> Iterator[Figure]:
    """Run in a separate process, because a process has one database."""
    command = [sys.executable, "-c", "from bench import mail; mail.main()"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHere(done.stderr.strip().splitlines()[-1])
    for what, mails, seconds in json.loads(done.stdout.splitlines()[-1]):
        yield Figure(what, mails / seconds, "mails/s", f"{name}, {mails} mails")


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps([*bare(), *ours()]))


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bare() -> Iterator[tuple[str, int, float]]:
    from django.conf import settings

    from community.mail import messages, preview

    words = (
        messages.build(preview.sample_delivery("confirm_subscription", "sv"))
        .message()
        .as_bytes(linesep="\r\n")
    )

    def hand_over(connection: smtplib.SMTP) -> None:
        connection.sendmail("samverka@localhost", ["anna@example.org"], words)

    def over_one_connection() -> None:
        with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, "localhost") as connection:
            for _mail in range(MAILS):
                hand_over(connection)

    def over_one_each() -> None:
        for _mail in range(ONE_BY_ONE):
            with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, "localhost") as connection:
                hand_over(connection)

    yield "bare smtplib, one connection", MAILS, timed(over_one_connection)
    yield "bare smtplib, a connection for each", ONE_BY_ONE, timed(over_one_each)


def ours() -> Iterator[tuple[str, int, float]]:
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    from community.mail import services, streams
    from community.mail.models import Address, Delivery, State, Subscription
    from operations.worker import run_one

    now = timezone.now()
    DBTaskResult.objects.all().delete()
    readers = Address.objects.bulk_create(
        Address(email=f"reader{number}@example.org", confirmed_at=now) for number in range(MAILS)
    )
    Subscription.objects.bulk_create(
        Subscription(address=reader, stream=streams.NEWSLETTER, wanted=True) for reader in readers
    )
    context = {"confirm_url": "https://samverka.example/", "stream_label": "Nyhetsbrevet"}

    def write_many() -> None:
        services.send_many(
            stream=streams.NEWSLETTER,
            template="confirm_subscription",
            mails=[services.OutgoingMail(reader, "many", context) for reader in readers],
        )

    def write_each() -> None:
        for reader in readers[:SINGLE]:
            services.send(
                to=reader,
                stream=streams.NEWSLETTER,
                key="each",
                template="confirm_subscription",
                context=context,
            )

    def work() -> None:
        while run_one():
            pass

    yield "written together", MAILS, timed(write_many)
    yield "handed over by one worker, written together", MAILS, timed(work)
    yield "written one by one", SINGLE, timed(write_each)
    yield "handed over by one worker, a task for each", SINGLE, timed(work)
    left = Delivery.objects.exclude(state=State.SENT).count()
    assert left == 0, f"{left} mails were not sent"


@contextmanager
def server() -> Iterator[int]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "aiosmtpd",
        "-n",
        "-c",
        "aiosmtpd.handlers.Sink",
        "-l",
        f"127.0.0.1:{port}",
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(process, port)
            yield port
        finally:
            process.terminate()


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        try:
            smtplib.SMTP("127.0.0.1", port, "localhost", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise NotHere("the mail server did not start")


@contextmanager
def database(url: str) -> Iterator[str]:
    """Create a database on that server, and drop it afterwards."""
    import psycopg

    server, name = url.rpartition("/")[0], f"bench_mail_{uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
