from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Impossible(Exception):
    """Why there is no backup, or nothing was restored: a sentence for whoever asked."""


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """What the system refuses is told as `Impossible`."""
    try:
        yield
    except OSError as fault:
        if fault.errno in FULL:
            raise Impossible(f"The disk is full: {fault.filename or 'no more can be written'}.") from fault
        raise Impossible(f"{fault.filename}: {fault.strerror}.") from fault
