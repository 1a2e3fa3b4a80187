"""What a kind of subject declares of itself: one `SubjectType` for each, registered in its package's `ready()`.

A subject is a thing that can be seen, discussed, followed, reported, noticed, taken part in and found. Threads,
notices, search, the sitemap, feeds, the API and the page cache read the declaration; none of them knows a kind by name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from subjects.listings import ApiRoutes, Feed, Sitemap, UrlRoutes
from subjects.search import SearchSource


def no_language(subject: Any) -> str:
    """The title is a name, the same in every language."""
    return ""


def nobody(ids: Collection[int]) -> dict[int, set[int]]:
    return {}


@dataclass(frozen=True, kw_only=True)
class SubjectType:
    """`model` has a OneToOne `subject`, a `__str__` that is its title, and `get_absolute_url`.

    `language` returns the language its title is written in, or "" for a name. `responsible` returns, for ids of the
    model, the ids of the members who hear what happens to each: {id: {member id}}. `prefetch` names the relations that
    the title and the address of many need. Lists of kinds have those with a small `position` first.

    `urls`, `search`, `sitemap`, `feed` and `api` have no default: a kind says of each what it declares, or None for
    "not there".
    """

    code: str
    model: type[Model]
    label: str | Promise
    label_plural: str | Promise
    language: Callable[[Any], str] = no_language
    responsible: Callable[[Collection[int]], dict[int, set[int]]] = nobody
    prefetch: tuple[str, ...] = ()
    position: int = 100
    urls: UrlRoutes | None
    search: SearchSource | None
    sitemap: Sitemap | None
    feed: Feed | None
    api: ApiRoutes | None


Follower = Callable[[SubjectType], None]

_types: dict[str, SubjectType] = {}
_followers: list[Follower] = []


def register(subject_type: SubjectType) -> None:
    """May be called twice."""
    _types[subject_type.code] = subject_type
    for follow in _followers:
        follow(subject_type)


def follow_types(follow: Follower) -> None:
    """Call `follow` with each kind of subject: those registered now, and others when they are registered. For packages
    that connect signals of the models; apps become ready in no order they could rely on."""
    _followers.append(follow)
    for declared in _types.values():
        follow(declared)


def subject_types() -> tuple[SubjectType, ...]:
    """In the order of their positions."""
    return tuple(sorted(_types.values(), key=lambda declared: declared.position))


def subject_type(code: str) -> SubjectType:
    """LookupError for a code that nobody registered."""
    return _types[code]


def subject_type_of(subject: Model | type[Model]) -> SubjectType:
    """The declaration of an object or its model; LookupError if there is none."""
    model = subject if isinstance(subject, type) else type(subject)
    for declared in _types.values():
        if issubclass(model, declared.model):
            return declared
    raise LookupError(f"{model.__name__} is not declared as a subject.")
