"""Names of the channel layer's groups: here and nowhere else."""

from __future__ import annotations

HUBS = "live.hubs"
NOBODY = "live.nobody"


def topic_group(kind: str, pk: int) -> str:
    return f"live.{kind}.{pk}"
