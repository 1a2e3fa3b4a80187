"""Reads `docker-compose.yml` as Compose does: merges anchors and substitutes variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?:(?P<operator>:?[-?])(?P<rest>[^}]*))?\}|(?P<bare>\w+))"
)


class NotSet(Exception):
    """A required variable is missing. The message is the one in the file."""


def substituted(text: str, variables: Mapping[str, str]) -> str:
    def put_in(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        value = variables.get(found["name"] or found["bare"])
        operator = found["operator"] or ""
        there = value is not None and (value != "" or not operator.startswith(":"))
        if there:
            return value or ""
        if operator.endswith("?"):
            raise NotSet(found["rest"])
        return found["rest"] or ""

    return VARIABLE.sub(put_in, text)


def filled_in(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return substituted(value, variables)
    if isinstance(value, list):
        return [filled_in(each, variables) for each in value]
    if isinstance(value, dict):
        return {key: filled_in(each, variables) for key, each in value.items()}
    return value


@dataclass(frozen=True)
class Service:
    name: str
    image: str
    entrypoint: list[str]
    command: list[str]
    environment: dict[str, str]
    health: list[str]
    restarts: bool
    copies: int
    after: dict[str, str]
    stop_signal: str
    declared: dict[str, Any]


def read(path: Path, variables: Mapping[str, str]) -> dict[str, Service]:
    """Return the services by name. `variables` replace .env. Raises `NotSet`."""
    declared = filled_in(yaml.safe_load(path.read_text(encoding="utf-8")), variables)["services"]
    return {name: service(name, each) for name, each in declared.items()}


def service(name: str, declared: dict[str, Any]) -> Service:
    test = declared.get("healthcheck", {}).get("test", [])
    assert not test or test[0] == "CMD", f"{name}: only checks without a shell are understood here"
    return Service(
        name=name,
        image=declared["image"],
        entrypoint=declared.get("entrypoint", []),
        command=declared.get("command", []),
        environment={key: str(value) for key, value in declared.get("environment", {}).items()},
        health=test[1:],
        restarts=declared.get("restart") == "unless-stopped",
        copies=int(declared.get("deploy", {}).get("replicas", 1)),
        after={other: condition["condition"] for other, condition in declared.get("depends_on", {}).items()},
        stop_signal=declared.get("stop_signal", "SIGTERM"),
        declared=declared,
    )
