"""The declaration of a kind of subject: one `SubjectType` for each, registered in its package's `ready()`.

A subject is a thing that can be seen, discussed, followed, reported, noticed, taken part in and found. Threads,
notices, search, the sitemap, feeds, the API and the page cache read the declaration; none of them knows a kind by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from subjects.audience import SubjectState
from subjects.listings import ApiRoutes, Feed, Sitemap, UrlRoutes
from subjects.search import SearchSource


def no_language(subject: Any) -> str:
    """For titles that are names, which are the same in every language."""
    return ""


def announce_nothing(subject: Any) -> None:
    """For a kind that no derived data depends on."""


def no_authors(subject: Any) -> set[int]:
    return set()


@dataclass(frozen=True, kw_only=True)
class SubjectType:
    """`model` has a OneToOne `subject`, a `__str__` that is its title, and `get_absolute_url`.

    `language` returns the language of the title, or "" for a name. `authors` returns the ids of the members who wrote
    the object. `prefetch` names the relations that titles, addresses and authors of many objects need. Lists of kinds
    are sorted by `position`.

    `topics` returns the topics of the page cache that a change of the object invalidates. `announce` sends the kind's
    state signal, so that derived data is updated.

    `state` returns the facts that the audience of an object is derived from. A new subject has this `visibility`. It is
    out from the start where `starts_out` is True and `state` says nothing else. `has_thread`: whether it has a
    conversation.

    `urls`, `search`, `sitemap`, `feed` and `api` have no default: a kind states its declaration for each, or None for
    "not there".
    """

    code: str
    model: type[Model]
    label: str | Promise
    label_plural: str | Promise
    language: Callable[[Any], str] = no_language
    authors: Callable[[Any], set[int]] = no_authors
    announce: Callable[[Any], None] = announce_nothing
    topics: Callable[[Any], tuple[str, ...]]
    prefetch: tuple[str, ...] = ()
    state: Callable[[Any], SubjectState]
    visibility: str = "public"
    starts_out: bool = False
    has_thread: bool = True
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
    """Register a kind of subject. May be called twice with the same one."""
    _types[subject_type.code] = subject_type
    for follow in _followers:
        follow(subject_type)


def follow_types(follow: Follower) -> None:
    """Call `follow` with each kind of subject: now for those registered, and later for the others. For packages that
    connect signals of the models, since apps become ready in an undefined order."""
    _followers.append(follow)
    for declared in _types.values():
        follow(declared)


def subject_types() -> tuple[SubjectType, ...]:
    """All kinds of subject, by their positions."""
    return tuple(sorted(_types.values(), key=lambda declared: declared.position))


def subject_type(code: str) -> SubjectType:
    """The kind of subject with this code. Raises LookupError for an unknown code."""
    return _types[code]


def subject_type_of(subject: Model | type[Model]) -> SubjectType:
    """The declaration of an object or its model. Raises LookupError for other models."""
    model = subject if isinstance(subject, type) else type(subject)
    for declared in _types.values():
        if issubclass(model, declared.model):
            return declared
    raise LookupError(f"{model.__name__} is not declared as a subject.")
