"""Audience tokens: one rule of visibility for queries, search and sockets.

A subject stores its audience: a set of tokens. A viewer holds a set of tokens. May see = the sets meet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import SimpleLazyObject

from core.signals import Fact

PUBLIC = "public"
MEMBERS = "members"
STAFF = "staff"
EDITORS = "editors"
MODERATORS = "moderators"
COUNCIL = "council"
SUPERUSER = "superuser"
ADDRESS_CONFIRMED = "confirmed"


def member_token(member_id: int) -> str:
    return f"member:{member_id}"


def organisation_token(organisation_id: int) -> str:
    """Held by those who speak for the organisation."""
    return f"org:{organisation_id}"


SPEAKER = re.compile(r"org:(\d+)")


def administrator_token(organisation_id: int) -> str:
    """Held, beside `organisation_token`, by members who may confirm other members of the organisation."""
    return f"org:{organisation_id}:admin"


def applicant_token(organisation_id: int) -> str:
    """Held by those who have asked to speak for the organisation and wait for an answer."""
    return f"org:{organisation_id}:waiting"


def room_token(room_id: int) -> str:
    return f"room:{room_id}"


@dataclass(frozen=True)
class Viewer:
    """The person who asks: a member with the tokens of their memberships and roles, or the anonymous public.

    Policies take a viewer, and compare its tokens with those of the object."""

    member_id: int | None
    tokens: frozenset[str]

    @property
    def is_anonymous(self) -> bool:
        return self.member_id is None

    def is_member(self, member_id: int | None) -> bool:
        """Whether the viewer is this member. An anonymous viewer is no member."""
        return self.member_id is not None and self.member_id == member_id

    def has(self, *tokens: str) -> bool:
        """Whether the viewer holds at least one of the tokens."""
        return not self.tokens.isdisjoint(tokens)

    def speaks_for(self, organisation_id: int) -> bool:
        return self.has(organisation_token(organisation_id))

    @property
    def organisation_ids(self) -> frozenset[int]:
        """The ids of the organisations that the viewer speaks for."""
        found = (SPEAKER.fullmatch(token) for token in self.tokens)
        return frozenset(int(match[1]) for match in found if match)

    def administers(self, organisation_id: int) -> bool:
        return self.has(administrator_token(organisation_id))

    def belongs_to(self, organisation_id: int) -> bool:
        """Whether the viewer speaks for the organisation, or has asked to."""
        return self.has(organisation_token(organisation_id), applicant_token(organisation_id))


ANONYMOUS = Viewer(member_id=None, tokens=frozenset({PUBLIC}))


@dataclass(frozen=True)
class RightsChanged:
    """FACT: a member's tokens changed. Code that holds an older viewer reads it again."""

    member_id: int


rights_changed = Fact()

TokenProvider = Callable[[Collection[int]], Iterable[tuple[int, str]]]
_providers: list[TokenProvider] = []


def provide_tokens(provider: TokenProvider) -> TokenProvider:
    """Register a function that takes ids of members, and returns pairs of a member's id and a token. Usable as a
    decorator, safe to repeat."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def viewer_for(user: Any) -> Viewer:
    """Return the viewer of a (Django) user.

    `request.user` has the viewer of its request, once that has been read. The tokens of any other user are read now.
    """
    return getattr(user, "viewer_of_request", None) or viewers_for([user])[0]


def viewers_for(users: Iterable[Any]) -> list[Viewer]:
    """The viewer of each user, in their order, with tokens as of now. As many queries as for one."""
    users = list(users)
    held = {user.pk: _own_tokens(user) for user in users if user.is_authenticated and user.is_active}
    for provider in _providers if held else ():
        for pk, token in provider(held):
            held[pk].add(token)
    return [
        Viewer(member_id=user.pk, tokens=frozenset(held[user.pk])) if user.pk in held else ANONYMOUS
        for user in users
    ]


def _own_tokens(user: Any) -> set[str]:
    rights = {STAFF: user.is_staff, SUPERUSER: user.is_superuser}
    return {PUBLIC, MEMBERS, member_token(user.pk)} | {token for token, held in rights.items() if held}


def may_see(viewer: Viewer, audience: Iterable[str]) -> bool:
    return not viewer.tokens.isdisjoint(audience)


def saves_audience(update_fields: Collection[str] | None) -> bool:
    """Whether a `save(update_fields=…)` writes a subject's audience. Without `update_fields`, every field is saved."""
    return update_fields is None or "audience" in update_fields


class ViewerMiddleware:
    """Puts `request.viewer` on every request. It is read on first use, once: services that the view calls with
    `request.user` find it there."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.viewer = SimpleLazyObject(lambda: self.read(request))
        return self.get_response(request)

    def read(self, request: Any) -> Viewer:
        request.user.viewer_of_request = viewer_for(request.user)
        return request.user.viewer_of_request


def _no_tokens() -> frozenset[str]:
    return frozenset()


class AudienceField(models.Field):
    """A set of audience tokens: text[] on PostgreSQL, a JSON array on SQLite. Empty by default: no one sees it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", _no_tokens)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "text[]" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> frozenset[str]:
        if value is None:
            return frozenset()
        return frozenset(json.loads(value) if isinstance(value, str) else value)

    def to_python(self, value: Any) -> frozenset[str]:
        if isinstance(value, str):
            value = json.loads(value)
        return frozenset(value or ())

    def get_prep_value(self, value: Iterable[str] | None) -> list[str] | None:
        return None if value is None else sorted(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        tokens = value if prepared else self.get_prep_value(value)
        if tokens is None or connection.vendor == "postgresql":
            return tokens
        return json.dumps(list(tokens))

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(sorted(self.to_python(self.value_from_object(obj))))


@AudienceField.register_lookup
class Meets(models.Lookup):
    """`audience__meets=tokens`: the stored set and the given one have a token in common."""

    lookup_name = "meets"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, params = self.process_lhs(compiler, connection)
        wanted: Any = self.rhs
        tokens: list[str] = sorted(wanted)
        if connection.vendor == "postgresql":
            return f"{column} && %s::text[]", [*params, tokens]
        marks = ", ".join(["%s"] * len(tokens)) or "NULL"
        return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN ({marks}))", [*params, *tokens]
