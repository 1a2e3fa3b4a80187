"""The topics that a browser can subscribe to. Packages above register their kinds of topic in `ready()`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from core.audience import Viewer

MAX_TOPICS = 8
"""The most topics of one socket. A page needs two or three."""

TOPIC = re.compile(r"([a-z]{1,20}):([0-9]{1,18})")


@dataclass(frozen=True, kw_only=True)
class TopicAuthorizer:
    """Checks permissions and reads versions for all topics of one kind.

    `version_for(viewer, id)` returns the topic's current version, or None when there is no such topic or the viewer
    may not see it. `versions_of(ids)` returns {id: current version} of those that exist, and checks no permission.
    """

    version_for: Callable[[Viewer, int], int | None]
    versions_of: Callable[[Collection[int]], Mapping[int, int]]


Rule = Callable[[Viewer], bool]
"""Whether the viewer may subscribe to anything at all."""

_authorizers: dict[str, TopicAuthorizer] = {}
_rules: list[Rule] = []


def topic_name(kind: str, pk: int) -> str:
    """Return the name that browsers and processes use, such as `thread:12`."""
    return f"{kind}:{pk}"


def register(
    kind: str,
    *,
    version_for: Callable[[Viewer, int], int | None],
    versions_of: Callable[[Collection[int]], Mapping[int, int]],
) -> None:
    """Let browsers subscribe to `<kind>:<id>`. May be called twice."""
    _authorizers[kind] = TopicAuthorizer(version_for=version_for, versions_of=versions_of)


def require(rule: Rule) -> None:
    """Add a rule for viewers. A viewer must pass all rules to subscribe. May be called twice."""
    if rule not in _rules:
        _rules.append(rule)


def authorizer_for(kind: str) -> TopicAuthorizer | None:
    return _authorizers.get(kind)


def authorize(viewer: Viewer, topics: Iterable[str]) -> dict[str, int]:
    """Return {topic: current version} of the topics that the viewer may subscribe to."""
    if not all(rule(viewer) for rule in _rules):
        return {}
    versions = {}
    for topic, kind, pk in _parsed(topics):
        authorizer = authorizer_for(kind)
        version = authorizer.version_for(viewer, pk) if authorizer else None
        if version is not None:
            versions[topic] = version
    return versions


def current_versions(topics: Iterable[str]) -> dict[str, int]:
    """Return {topic: current version} of the topics that exist. The number of queries depends on the kinds only."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for _topic, kind, pk in _parsed(topics):
        ids[kind].add(pk)
    return {
        topic_name(kind, pk): version
        for kind, wanted in ids.items()
        if (authorizer := authorizer_for(kind))
        for pk, version in authorizer.versions_of(wanted).items()
    }


def _parsed(topics: Iterable[str]) -> Iterable[tuple[str, str, int]]:
    for topic in topics:
        if match := TOPIC.fullmatch(topic):
            yield topic, match[1], int(match[2])
