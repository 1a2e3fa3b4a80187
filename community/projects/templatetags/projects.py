from __future__ import annotations

from django import template

from community.organisations.models import Organisation
from community.projects.models import Participation, Project
from foundation.audience import Viewer
from knowledge.models import Work

register = template.Library()


@register.simple_tag
def seeking_now(viewer: Viewer, limit: int = 6) -> list[Project]:
    """Members' newest projects that look for a partner."""
    return list(Project.objects.visible_to(viewer).seeking().select_related("organisation").newest_first()[:limit])


@register.simple_tag
def participations_in(work: Work, viewer: Viewer) -> dict[str, list[Participation]]:
    """Who takes part in a work: `owners`, `adopters` and `others`. One query."""
    groups: dict[str, list[Participation]] = {"owners": [], "adopters": [], "others": []}
    for participation in Participation.objects.filter(work=work).visible_to(viewer).with_organisations():
        group = {"owner": "owners", "adopter": "adopters"}.get(participation.role, "others")
        groups[group].append(participation)
    return groups


@register.simple_tag
def projects_of(organisation: Organisation, viewer: Viewer, limit: int = 50) -> list[Project]:
    """An organisation's projects, newest first."""
    return list(organisation.projects.visible_to(viewer).for_cards().newest_first()[:limit])


@register.simple_tag
def adopted_by(organisation: Organisation, viewer: Viewer) -> list[Participation]:
    """What the organisation does too, with its subject."""
    return list(
        organisation.participations.adopters()
        .visible_to(viewer)
        .select_related("project", "work")
        .prefetch_related("work__pages__locale")
        .order_by("-pk")
    )


@register.simple_tag
def numbers(viewer: Viewer) -> dict[str, int]:
    """What there is here, for the line of numbers on the front page."""
    return {
        "use_cases": Work.objects.visible_to(viewer).filter(kind="use_case").count(),
        "organisations": Organisation.objects.visible_to(viewer).taking_part().count(),
        **Project.objects.visible_to(viewer).numbers(),
    }
