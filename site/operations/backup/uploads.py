"""Copies uploaded files into a backup and back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STAGE = ".restoring"
PRIVATE, SERVED = 0o077, 0o022
"""Umasks: only the owner may read a backup; the proxy must also read restored pictures."""


@contextmanager
def created_with(umask: int) -> Iterator[None]:
    """Set the umask for the block, also for the programs that it starts. The umask belongs to the whole process."""
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


def copy_changed(source: Path, target: Path) -> None:
    """Copy files that are new or changed since the last copy. Files deleted meanwhile stay in the copy."""
    for path in _files(source):
        copy = target / path.relative_to(source)
        try:
            if copy.exists() and _same(path, copy):
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            # Copy the time of the last change, which `_same` compares, but not the mode: see `created_with`.
            seen = path.stat()
            os.utime(copy, ns=(seen.st_atime_ns, seen.st_mtime_ns))
        except FileNotFoundError:
            # The file was deleted meanwhile.
            copy.unlink(missing_ok=True)


def is_empty(folder: Path) -> bool:
    return not any(STAGE not in path.parts for path in _files(folder))


def stage(source: Path, folder: Path) -> None:
    """Copy the files of a backup into a folder beside the present files."""
    unstage(folder)
    (folder / STAGE).mkdir(parents=True)
    copy_changed(source, folder / STAGE)


def unstage(folder: Path) -> None:
    shutil.rmtree(folder / STAGE, ignore_errors=True)


def put_in_place(folder: Path) -> None:
    """Replace the present files by the staged ones."""
    for path in folder.iterdir():
        if path.name == STAGE:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    for path in (folder / STAGE).iterdir():
        path.rename(folder / path.name)
    unstage(folder)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _same(one: Path, other: Path) -> bool:
    ours, theirs = one.stat(), other.stat()
    return (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)
