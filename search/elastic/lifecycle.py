"""Versioned indices behind two aliases, so that readers do not notice a rebuild.

A rebuild creates an index beside the one in use, moves the write alias to it, fills it, and only then moves the read
alias. Meanwhile what happens is written to both (`written`): readers see it at once, and the new index has it too.
An index that was never filled as a whole has no read alias: search then says it is unavailable rather than answering
from a part. The aliases carry the version of what a document is made by, so code with other fields or other words never
asks an index of another making: it is unavailable until it has made its own.
"""

from __future__ import annotations

from datetime import UTC, datetime

from elasticsearch import Elasticsearch

from search.elastic.documents import Entry, version


class Indices:
    def __init__(self, client: Elasticsearch, prefix: str) -> None:
        self._client = client
        self._versions = f"{prefix}_v*"
        self.read = f"{prefix}_{version()}_read"
        self.write = f"{prefix}_{version()}_write"

    def create(self) -> str:
        """A new, empty index, behind no alias."""
        name = self._versions.replace("*", f"{datetime.now(UTC):%Y%m%d%H%M%S%f}")
        Entry._index.clone(name).create(using=self._client)
        return name

    def migrate_writes(self, index: str) -> None:
        self._point(self.write, index)

    def migrate_reads(self, index: str) -> None:
        self._point(self.read, index)

    def _point(self, alias: str, index: str) -> None:
        """In one step, so that the alias is never without an index."""
        removal = {"remove": {"index": self._versions, "alias": alias, "must_exist": False}}
        self._client.indices.update_aliases(actions=[removal, {"add": {"index": index, "alias": alias}}])

    def written(self) -> list[str]:
        """Return the indices that take every change: those behind either alias. The first is created if there is
        none."""
        behind = self._behind()
        if not behind:
            self.migrate_writes(self.create())
            behind = self._behind()
        return sorted(behind)

    def drop_old(self) -> None:
        """Delete the versions behind neither alias, also those an interrupted rebuild has left."""
        for index in set(self._aliases()) - self._behind():
            self._client.indices.delete(index=index, ignore_unavailable=True)

    def _behind(self) -> set[str]:
        return {index for index, aliases in self._aliases().items() if aliases & {self.read, self.write}}

    def _aliases(self) -> dict[str, set[str]]:
        """Version → the aliases it is behind."""
        versions = self._client.indices.get(index=self._versions, features=["aliases"])
        return {index: set(state["aliases"]) for index, state in versions.items()}
