"""Decides whether an organisation can be added under a name: refused, waiting for staff, or accepted at once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.organisations.models import PUBLIC_KINDS, Organisation, PlannedOrganisation
from community.organisations.names import is_unclear, sounds_public
from community.organisations.querysets import OrganisationQuerySet
from core.audience import ANONYMOUS, Viewer
from core.refusals import Refusal
from knowledge.models import Place


class NameTaken(Refusal):
    """An organisation of that name already exists in the country."""

    sentence = _("That organisation is already here. Choose it from the list instead of adding it again.")


class NameWaits(NameTaken):
    """An organisation of that name waits for staff. Only staff and its own members see it."""

    sentence = _(
        "An organisation with that name has already been added and is waiting for the editors’ approval. "
        "You can join it once they have approved it."
    )


class NameUnclear(Refusal):
    """The name mixes alphabets, or has characters that only look like letters of its alphabet."""

    sentence = _(
        "A letter in the name could be mistaken for another. Write the whole name in one alphabet, "
        "with its ordinary letters."
    )


def refusal_of(plan: PlannedOrganisation) -> Refusal | None:
    """Why the planned organisation cannot be created now; None where it can."""
    try:
        require_free_name(plan.name, country_of(plan.place))
    except Refusal as refusal:
        return refusal
    return None


def is_like_a_public_body(name: str, kind: str) -> bool:
    """Whether it is a public body by its kind or by the words of its name, or because its name is or contains the name
    of a public body in any country."""
    bodies = Organisation.objects.filter(kind__in=PUBLIC_KINDS)
    return (
        kind in PUBLIC_KINDS
        or sounds_public(name)
        or bodies.taking_name(name, public=PUBLIC_KINDS).exists()
        or bodies.named_within(name, public=PUBLIC_KINDS).exists()
    )


def require_free_name(name: str, country: Place | None) -> None:
    """Raise `NameTaken` where the country has an organisation of that name, however it is spelled; `NameWaits` where
    that organisation waits for staff; and `NameUnclear` where the name can be mistaken for another."""
    require_name_not_seen(name, country, ANONYMOUS)
    if twins_of(name, country).exists():
        raise NameWaits


def require_name_not_seen(name: str, country: Place | None, viewer: Viewer) -> None:
    """Check the name like `require_free_name`, but only against organisations that the viewer sees, so that the answer
    reveals no other."""
    if twins_of(name, country).visible_to(viewer).exists():
        raise NameTaken
    if is_unclear(name):
        raise NameUnclear


def twins_of(name: str, country: Place | None) -> OrganisationQuerySet:
    """The organisations of the country with that name, however it is spelled."""
    return Organisation.objects.filter(country=country).standing().taking_name(name, public=PUBLIC_KINDS)


def country_of(place: Place | None) -> Place | None:
    """The country of a place; Sweden where no place is given."""
    if place is None:
        return Place.objects.filter(code="SE").first()
    return next((p for p in place.line() if p.kind == Place.COUNTRY), None)
