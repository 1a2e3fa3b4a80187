"""Allows one import or undo of a source at a time, on all processes and machines that share the database.

The lock is a lease: a row with the time at which it expires. It survives a lost connection, and a process that was
killed keeps it only until that time. Each transaction of an import renews the lease first. So an import that paused for
too long, and lost its lease to another process, writes nothing more. While such a transaction is open, no other import
can take the lease.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import uuid4

from django.db import DatabaseError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.inventories.models import ImportLease
from core.refusals import Refusal

LEASE = timedelta(minutes=5)
"""The duration of a lease. A chunk takes seconds; a process that was killed keeps its source for this long."""


class AlreadyRunning(Refusal):
    """The source is being imported or undone by another process."""


class Lease:
    """The right to write what comes from a source."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.holder = uuid4()

    def take(self) -> None:
        """Acquire the lease. Raises `AlreadyRunning` if another process holds it and it has not expired."""
        held = {"holder": self.holder, "ends_at": timezone.now() + LEASE}
        rows = ImportLease.objects.filter(source=self.source, ends_at__lte=timezone.now())
        if not rows.update(**held):
            ImportLease.objects.bulk_create([ImportLease(source=self.source, **held)], ignore_conflicts=True)
        if not self.rows().exists():
            raise AlreadyRunning(_("Another import of this source is running; nothing was done."))

    def renew(self) -> None:
        """Extend the lease. Raises `AlreadyRunning` if another process has taken it."""
        if not self.rows().update(ends_at=timezone.now() + LEASE):
            raise AlreadyRunning(
                _(
                    "Another import of this source has begun while this one paused. What this one wrote stays; "
                    "--list shows it, and --undo takes it back."
                )
            )

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Open a transaction and renew the lease in it. Raises `AlreadyRunning` if another process has taken the lease.

        The update locks the lease's row, so no other process can take it before the transaction ends.
        """
        with transaction.atomic():
            self.renew()
            yield

    def give_back(self) -> None:
        self.rows().delete()

    def rows(self) -> models.QuerySet[ImportLease]:
        return ImportLease.objects.filter(source=self.source, holder=self.holder)


@contextmanager
def only_one(source: str) -> Iterator[Lease]:
    """Hold the source's lease. Raises `AlreadyRunning` if another process holds it."""
    lease = Lease(source)
    lease.take()
    try:
        yield lease
    finally:
        # After a database error the connection may refuse statements. Then the lease expires by itself.
        with suppress(DatabaseError):
            lease.give_back()
