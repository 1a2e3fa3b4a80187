"""What can be followed live. Rooms above register their kinds in `ready()`."""

from __future__ import annotations

from collections.abc import Callable

from core.audience import Viewer

Door = Callable[[Viewer, int], int | None]
"""(viewer, id) → the topic's current version; None when there is no such topic or the viewer may not follow it."""

Rule = Callable[[Viewer], bool]
"""Whether the viewer may follow anything at all."""

_doors: dict[str, Door] = {}
_rules: list[Rule] = []


def topic_group(kind: str, pk: int) -> str:
    """The name of a topic between processes."""
    return f"{kind}.{pk}"


def register(kind: str, door: Door) -> None:
    """Open `ws/<kind>/<id>/`. Safe to repeat."""
    _doors[kind] = door


def require(rule: Rule) -> None:
    """Refuse every topic to a viewer for whom the rule returns False. Safe to repeat."""
    if rule not in _rules:
        _rules.append(rule)


def may_follow(viewer: Viewer) -> bool:
    return all(rule(viewer) for rule in _rules)


def door_to(kind: str) -> Door | None:
    return _doors.get(kind)
