"""Kinds of notice. Each package registers its own in `ready()`: the sentence, the reason, and how a member reduces it.

`notify(kind="saved_search", …)` then notifies members on the site, by mail and in the feed.
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
"""Event id → the name of the actor, as the sentence shows it."""


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

    `why` is a whole sentence: "You get this because …". Where there are several reasons, `because` returns the one for
    the viewer and each subject. `less` is the effect of the action beside a notice: it silences the subject, or reduces
    the kind by one step. A kind that `needs_answer` is mailed at once by default; others come only with the digest.

    `who` returns the names of the actors of events. `concerns` returns those ids of subjects that still concern the
    viewer, beyond the permission to see them. `address` returns the link for a subject and the first event of a notice.
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
        """The stream of mail whose subscription says whether the member wants this kind by mail."""
        return f"notices.{self.code}"

    def sentence(self, *, count: int, subject: Model | str, who: str = "") -> str:
        """Return the sentence in the active language."""
        if count == 1:
            return str(self.one) % {"who": who or _("Somebody"), "subject": str(subject)}
        return str(self.many % {"count": count, "subject": str(subject)})


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Register a kind and its stream of mail. May be called twice."""
    _kinds[kind.code] = kind
    streams.register(streams.Stream(kind.stream, label=kind.label, why=kind.why))


def find(code: str) -> Kind:
    """The kind with this code. Raises LookupError for a kind that is not registered."""
    return _kinds[code]


def offered_to(viewer: Viewer) -> list[Kind]:
    """The kinds that the viewer can get, in the order they were registered."""
    return [kind for kind in _kinds.values() if not kind.roles or kind.roles & viewer.tokens]


def all_kinds() -> list[Kind]:
    """All kinds, in the order they were registered."""
    return [*_kinds.values()]
