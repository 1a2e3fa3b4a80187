"""Who may see a project, as one pure function of what is stored about it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.audience import EDITORS, MEMBERS, PUBLIC, STAFF, member_token, organisation_token


class Visibility(models.TextChoices):
    """Who sees a project while it is published. Publishing and taking down never change it."""

    PUBLIC = "public", _("Everyone")
    MEMBERS = "members", _("Members who have signed in")
    ORGANISATION = "organisation", _("Only those who represent the organisation")


def audience_of(
    *, visibility: str, is_out: bool, organisation_id: int, is_taken_down: bool = False
) -> frozenset[str]:
    """Return the tokens of those who see a project of the organisation.

    A draft is its organisation's. One that was taken down in the admin stays with those who saw it there, who can
    publish it again: staff and editors, unless it was the organisation's own.
    """
    own = {organisation_token(organisation_id)}
    if is_out:
        return frozenset({PUBLIC: {PUBLIC}, MEMBERS: {MEMBERS}}.get(visibility, own))
    if is_taken_down and visibility != Visibility.ORGANISATION:
        own |= {STAFF, EDITORS}
    return frozenset(own)


def private_audience(author_id: int | None, *, belongs: bool) -> frozenset[str]:
    """Return the tokens of those who see a draft written while waiting to be let in: its author, for as long as the
    author has a membership of the organisation, waiting or confirmed."""
    return frozenset({member_token(author_id)} if author_id and belongs else ())
