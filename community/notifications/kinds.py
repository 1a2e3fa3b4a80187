"""Kinds of notice. Each room registers its own in `ready()`: what it says, why one gets it, and what gives less of it.

`notify(kind="saved_search", …)` then tells of it on the site, by mail and in the feed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from community.mail import streams
from community.notifications.models import Event
from core.audience import Viewer

Sentence = str | Promise
Names = dict[int, str]
"""Event id → who did it, as one sentence names them."""


def actors(events: Iterable[Event]) -> Names:
    return {event.pk: event.actor.name for event in events if event.actor}


def everything(viewer: Viewer, subject_ids: Collection[int]) -> Collection[int]:
    return subject_ids


def for_the_kind(viewer: Viewer, subjects: Collection[Any]) -> dict[Any, Sentence]:
    return {}


def no_words(events: Iterable[Event]) -> dict[int, str]:
    return {}


def own_page(subject: Any, event: Event) -> str:
    return subject.get_absolute_url()


@dataclass(frozen=True)
class Kind:
    """`one` may say %(who)s and %(subject)s; `many` is an ngettext_lazy over %(count)d and may say %(subject)s.

    `why` completes the notice: "You get this because …", a whole sentence; `because` gives the one that holds for the
    viewer and each subject, where there are several. `less` says what the action beside a notice does: silences the
    subject, or turns the kind one step down. What `needs_answer` for an answer is mailed at once by default,
    everything else can only come with the digest.

    `who` names those behind some events. `concerns` keeps of the ids of subjects those that still concern the viewer,
    beyond being allowed to see them. `address` leads from a subject and the first event told to the right place.
    `quote` returns the text that a notice repeats, by event id. `roles` are the tokens of the members who can get the
    kind; empty means every member.
    """

    code: str
    label: Sentence
    one: Sentence
    many: Any
    why: Sentence
    less: Literal["subject", "kind"] = "subject"
    needs_answer: bool = False
    who: Callable[[Iterable[Event]], Names] = actors
    concerns: Callable[[Viewer, Collection[int]], Collection[int]] = everything
    because: Callable[[Viewer, Collection[Any]], dict[Any, Sentence]] = for_the_kind
    address: Callable[[Any, Event], str] = own_page
    quote: Callable[[Iterable[Event]], dict[int, str]] = no_words
    roles: frozenset[str] = frozenset()

    @property
    def stream(self) -> str:
        """The stream of mail in which it is said whether the member wants this kind by mail."""
        return f"notices.{self.code}"

    def sentence(self, *, count: int, subject: Model | str, who: str = "") -> str:
        """In the active language."""
        if count == 1:
            return str(self.one) % {"who": who or _("Somebody"), "subject": str(subject)}
        return str(self.many % {"count": count, "subject": str(subject)})


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Safe to repeat."""
    _kinds[kind.code] = kind
    streams.register(streams.Stream(kind.stream, label=kind.label, why=kind.why))


def find(code: str) -> Kind:
    """LookupError for a kind nobody registered."""
    return _kinds[code]


def offered_to(viewer: Viewer) -> list[Kind]:
    """The kinds that the viewer can get, in the order they were registered."""
    return [kind for kind in _kinds.values() if not kind.roles or kind.roles & viewer.tokens]


def all_kinds() -> list[Kind]:
    """In the order they were registered."""
    return [*_kinds.values()]
