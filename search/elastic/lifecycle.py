"""Versioned indices behind two aliases, so that readers do not notice a rebuild.

A rebuild creates an index beside the one in use, moves the write alias to it, fills it, and only then moves the read
alias. Meanwhile every change is written to both (`written`): readers see it at once, and the new index has it too.
An index that was never filled completely has no read alias: search is then unavailable and does not answer from a part.
The aliases contain the version of the documents (`documents.version`), so code with other fields or other word lists
never reads an index of another version: search is unavailable until its own index is built.
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
        """Create a new, empty index without an alias."""
        name = self._versions.replace("*", f"{datetime.now(UTC):%Y%m%d%H%M%S%f}")
        Entry._index.clone(name).create(using=self._client)
        return name

    def migrate_writes(self, index: str) -> None:
        self._point(self.write, index)

    def migrate_reads(self, index: str) -> None:
        self._point(self.read, index)

    def _point(self, alias: str, index: str) -> None:
        """Move the alias in one step, so that it is never without an index."""
        removal = {"remove": {"index": self._versions, "alias": alias, "must_exist": False}}
        self._client.indices.update_aliases(actions=[removal, {"add": {"index": index, "alias": alias}}])

    def written(self) -> list[str]:
        """Return the indices that get every change: those of either alias. The first index is created if missing."""
        behind = self._behind()
        if not behind:
            self.migrate_writes(self.create())
            behind = self._behind()
        return sorted(behind)

    def drop_old(self) -> None:
        """Delete the indices without an alias, also those of an interrupted rebuild."""
        for index in set(self._aliases()) - self._behind():
            self._client.indices.delete(index=index, ignore_unavailable=True)

    def _behind(self) -> set[str]:
        return {index for index, aliases in self._aliases().items() if aliases & {self.read, self.write}}

    def _aliases(self) -> dict[str, set[str]]:
        """Index → its aliases."""
        versions = self._client.indices.get(index=self._versions, features=["aliases"])
        return {index: set(state["aliases"]) for index, state in versions.items()}
