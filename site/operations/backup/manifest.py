"""The contents of a backup."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from operations.backup.faults import Impossible

NAME = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """`migrations` are "app.name"; `rows` counts by table; `files` maps a path in the folder to [bytes, sha256]."""

    made_at: str
    engine: str
    versions: dict[str, str]
    migrations: list[str]
    rows: dict[str, int]
    files: dict[str, list[Any]]
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False))

    @property
    def uploads(self) -> int:
        return sum(name.startswith("media/") for name in self.files)

    @property
    def bytes(self) -> int:
        return sum(size for size, _ in self.files.values())

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


def read(folder: Path) -> Manifest:
    """Return the folder's manifest. Raises `Impossible` if a file is missing or differs from it."""
    if not folder.is_dir():
        raise Impossible(f"There is no folder {folder}.")
    try:
        manifest = Manifest(**json.loads((folder / NAME).read_text()))
    except FileNotFoundError:
        raise Impossible(f"{folder} is no backup, or one that was not finished: it has no {NAME}.") from None
    except (ValueError, TypeError):
        raise Impossible(f"{folder / NAME} is damaged, or of a later version of Samverka.") from None
    if manifest.format != FORMAT:
        raise Impossible(f"{folder} was written in format {manifest.format}; this version reads {FORMAT}.")
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise Impossible(f"The backup is not whole: {name} is missing.")
        if path.stat().st_size != size or digest_of(path) != digest:
            raise Impossible(f"The backup is damaged: {name} is not what was written.")
    return manifest


def describe(folder: Path) -> dict[str, list[Any]]:
    """Return [bytes, sha256] of every file in the folder, by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): [path.stat().st_size, digest_of(path)] for path in paths}


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
