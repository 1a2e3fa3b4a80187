"""Log lines, for people (`line`) and for machines (`json`), without anything personal.

Of our own rooms' lines everything is told, since tests hold them to it; an exception among the arguments is told by its
kind. Of a library's line only the words it was written with are told, never what was filled in: that can be an
address, a path or a text. Of an exception its kind, its code and where it came about are told, never its message,
which can quote what somebody wrote. With `DEBUG` everything is told.
"""

from __future__ import annotations

import errno
import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from pythonjsonlogger.json import JsonFormatter

PACKAGES = frozenset(
    {"config", "demonstration", "operations", "search", "community", "knowledge", "subjects", "core"}
)
# What a line of ours may carry beside its words.
FIELDS = ("view", "method", "status", "milliseconds", "task", "receiver")

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered, or that queued the task that is being run."""


@contextmanager
def on_behalf_of(name: str) -> Iterator[None]:
    """The block's lines carry this request's id."""
    before = request_id.set(name)
    try:
        yield
    finally:
        request_id.reset(before)


def role() -> str:
    """What this process is for: pages, live, worker, site (all in one), or a command."""
    return os.environ.get("PROCESS_ROLE", "command")


def kind_of(fault: BaseException) -> str:
    """Its class, with the code of an operating system, a database or a mail server."""
    name = f"{type(fault).__module__}.{type(fault).__qualname__}".removeprefix("builtins.")
    if isinstance(fault, OSError) and fault.errno:
        return f"{name} ({errno.errorcode.get(fault.errno, fault.errno)})"
    code = getattr(fault, "sqlstate", None) or getattr(fault, "smtp_code", None)
    return f"{name} ({code})" if code else name


def trace_of(fault: BaseException) -> str:
    """As Python writes it, with what led to it, but without messages and values."""
    lines = []
    before = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if before:
        lines += [trace_of(before), "which led to"]
    lines.append("Traceback (most recent call last):")
    lines += [frame.rstrip("\n") for frame in traceback.format_tb(fault.__traceback__)]
    lines.append(kind_of(fault))
    if isinstance(fault, BaseExceptionGroup):
        lines += [trace_of(one) for one in fault.exceptions]
    return "\n".join(lines)


class Kind(str):
    """Of an exception among the arguments, by %s and %r alike."""

    __repr__ = str.__str__


def words_of(record: logging.LogRecord) -> str:
    room = record.name.partition(".")[0]
    if room in PACKAGES:
        if isinstance(record.args, tuple):
            told = [Kind(kind_of(one)) if isinstance(one, BaseException) else one for one in record.args]
            return str(record.msg) % tuple(told) if told else str(record.msg)
        return record.getMessage()
    if record.name.startswith("django.security."):
        return f"Refused: {record.name.rpartition('.')[2]}"
    if record.name == "django.request":
        # Its own words hold the address that was asked for.
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        return f"A page broke: {match.view_name or match._func_path}" if match else "A page broke"
    return str(record.msg).partition("\n")[0]


def told(record: logging.LogRecord) -> logging.LogRecord:
    """The record as it may be written; the given one stays as it is."""
    clean = logging.LogRecord(
        record.name, record.levelno, record.pathname, record.lineno, words_of(record), None, None
    )
    clean.created, clean.msecs = record.created, record.msecs
    clean.request = request_id.get()
    clean.role = role()
    if record.name.partition(".")[0] in PACKAGES:
        vars(clean).update({name: vars(record)[name] for name in FIELDS if name in vars(record)})
    # Whoever is refused for his address or his cookies is no fault of ours to look for.
    if record.exc_info and record.exc_info[1] and not record.name.startswith("django.security."):
        clean.exc_text = trace_of(record.exc_info[1])
    return clean


class Told(logging.Formatter):
    """Mixed into a formatter: it sees records as they may be written."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record if settings.DEBUG else told(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class Line(Told):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            "{asctime} {levelname} {name}: {message} {request}", style="{", defaults={"request": ""}
        )

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).rstrip()


class Json(Told, JsonFormatter):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            ["asctime", "levelname", "name", "message", "request", "role"],
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "trace"},
            json_ensure_ascii=False,
        )
