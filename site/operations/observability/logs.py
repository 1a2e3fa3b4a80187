"""Log lines, for people (`line`) and for machines (`json`), without personal data.

A line of our own packages is written in full, since tests check that it holds no personal data; an exception among its
arguments is replaced by its class. A line of a library is written without its arguments, which can be an address, a
path or a text. An exception is written with its class, its code and its traceback, never with its message, which can
quote a member's text. With `DEBUG` everything is written.
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
# Extra fields that a line of ours may have.
FIELDS = ("view", "method", "status", "milliseconds", "task", "receiver")

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered, or that queued the running task."""


@contextmanager
def with_request_id(name: str) -> Iterator[None]:
    """Set the request id for log lines within the block."""
    before = request_id.set(name)
    try:
        yield
    finally:
        request_id.reset(before)


def role() -> str:
    """Return the role of this process: pages, live, worker, site (all in one), or command."""
    return os.environ.get("PROCESS_ROLE", "command")


def class_of(fault: BaseException) -> str:
    """Return an exception's class, with the code of the operating system, database or mail server."""
    name = f"{type(fault).__module__}.{type(fault).__qualname__}".removeprefix("builtins.")
    if isinstance(fault, OSError) and fault.errno:
        return f"{name} ({errno.errorcode.get(fault.errno, fault.errno)})"
    code = getattr(fault, "sqlstate", None) or getattr(fault, "smtp_code", None)
    return f"{name} ({code})" if code else name


def trace_of(fault: BaseException) -> str:
    """Return the traceback as Python prints it, with its causes, but without messages and values."""
    lines = []
    before = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if before:
        lines += [trace_of(before), "which led to"]
    lines.append("Traceback (most recent call last):")
    lines += [frame.rstrip("\n") for frame in traceback.format_tb(fault.__traceback__)]
    lines.append(class_of(fault))
    if isinstance(fault, BaseExceptionGroup):
        lines += [trace_of(one) for one in fault.exceptions]
    return "\n".join(lines)


class ClassName(str):
    """Replaces an exception among the arguments of a line. `%r` prints it without quotes, as `%s` does."""

    __repr__ = str.__str__


def message_of(record: logging.LogRecord) -> str:
    package = record.name.partition(".")[0]
    if package in PACKAGES:
        if isinstance(record.args, tuple):
            arguments = [
                ClassName(class_of(one)) if isinstance(one, BaseException) else one for one in record.args
            ]
            return str(record.msg) % tuple(arguments) if arguments else str(record.msg)
        return record.getMessage()
    if record.name.startswith("django.security."):
        return f"Refused: {record.name.rpartition('.')[2]}"
    if record.name == "django.request":
        # Django's own message holds the requested address.
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        return f"A page broke: {match.view_name or match._func_path}" if match else "A page broke"
    return str(record.msg).partition("\n")[0]


def redacted(record: logging.LogRecord) -> logging.LogRecord:
    """Return a copy of the record without personal data."""
    clean = logging.LogRecord(
        record.name, record.levelno, record.pathname, record.lineno, message_of(record), None, None
    )
    clean.created, clean.msecs = record.created, record.msecs
    clean.request = request_id.get()
    clean.role = role()
    if record.name.partition(".")[0] in PACKAGES:
        vars(clean).update({name: vars(record)[name] for name in FIELDS if name in vars(record)})
    # A request that Django refused because of its host or cookies needs no traceback.
    if record.exc_info and record.exc_info[1] and not record.name.startswith("django.security."):
        clean.exc_text = trace_of(record.exc_info[1])
    return clean


class RedactingFormatter(logging.Formatter):
    """Mixed into a formatter: removes personal data from records before they are formatted."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record if settings.DEBUG else redacted(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class Line(RedactingFormatter):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            "{asctime} {levelname} {name}: {message} {request}", style="{", defaults={"request": ""}
        )

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).rstrip()


class Json(RedactingFormatter, JsonFormatter):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            ["asctime", "levelname", "name", "message", "request", "role"],
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "trace"},
            json_ensure_ascii=False,
        )
