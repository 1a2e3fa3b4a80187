from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Impossible(Exception):
    """The reason why no backup was made or nothing was restored, as a sentence for the operator."""


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """Raise `Impossible` for errors of the operating system."""
    try:
        yield
    except OSError as fault:
        if fault.errno in FULL:
            raise Impossible(f"The disk is full: {fault.filename or 'no more can be written'}.") from fault
        raise Impossible(f"{fault.filename}: {fault.strerror}.") from fault
