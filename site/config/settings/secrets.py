"""Reads secrets from the environment, or from files that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def secret(name: str) -> str:
    """Return the value of the variable `name`, or the content of the file whose path is in `name_FILE`.

    Returns "" if neither is set. Raises `ImproperlyConfigured` if both are, or if the file cannot be read.
    """
    value, path = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and path:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if not path:
        return value
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise ImproperlyConfigured(f"{name}_FILE can't be read: {fault.strerror}.") from fault
