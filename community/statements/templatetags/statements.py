from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language

from community.organisations.models import Organisation
from community.statements import policies
from community.statements.models import Statement
from core import topics
from core.audience import Viewer
from subjects.models import HasSubject

register = template.Library()
ICONS = {"does": "check", "offers": "offer", "seeks": "seek"}


@register.filter
def icon_of(kind: str) -> str:
    """The name of the icon of a kind of statement."""
    return ICONS[kind]


@register.simple_tag
def statements_of(organisation: Organisation, viewer: Viewer) -> dict[str, list[Statement]]:
    """The organisation's own current statements, by kind; those who may write them also get the `past` ones. One
    query."""
    own = organisation.statements.own().visible_to(viewer)
    shown = own if policies.can_write(viewer, organisation) else own.current()
    return shown.select_related("capability").by_kind()


@register.simple_tag
def statements_about(belongs_to: HasSubject, viewer: Viewer) -> dict[str, list[Statement]]:
    """The current statements about an object, by kind; those who may write them also get the `past` ones. One query."""
    about = belongs_to.subject.statements.visible_to(viewer)
    subject = belongs_to.subject
    # Those who see a draft write it.
    may_write = subject.owner_id in viewer.organisation_ids or not subject.is_out
    shown = about if may_write else about.current()
    return shown.select_related("capability").by_kind()


@register.simple_tag
def may_state(organisation: Organisation, viewer: Viewer, belongs_to: HasSubject | None = None) -> bool:
    """Whether the viewer may write statements of the organisation, by itself or about the object. No query."""
    about = belongs_to.subject if belongs_to else None
    return bool(policies.can_write(viewer, organisation, about))


@register.simple_tag
def seeking_now(viewer: Viewer, limit: int = 6) -> list[Any]:
    """The newest statements that seek something, those in the reader's language first."""
    topics.uses(topics.listing("statement"))
    seeking = Statement.objects.visible_to(viewer).current().filter(kind="seeks", is_reference=False)
    return list(seeking.for_list().in_reading_order(get_language() or "sv")[:limit])
