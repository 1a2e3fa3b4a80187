from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.db.models import Count, F, Value

from community.organisations.models import Organisation
from community.participation.models import Participation, Role
from community.projects.models import Project
from core import topics
from core.audience import Viewer, may_see
from core.page_cache import cached_until_changed
from knowledge.models import KnowledgePage, Work

register = template.Library()


@register.simple_tag
def participations_in(work: Work, viewer: Viewer) -> dict[str, list[Participation]]:
    """The participations in a work: `all`, `owners`, `adopters` and `others`. Three queries, two for the results."""
    groups: dict[str, list[Participation]] = {"all": [], "owners": [], "adopters": [], "others": []}
    for participation in work.subject.participations.visible_to(viewer).with_organisations().with_results():
        participation.subject = work.subject
        groups["all"].append(participation)
        group = {"owner": "owners", "adopter": "adopters"}.get(participation.role, "others")
        groups[group].append(participation)
    return groups


@register.simple_tag
def ours_among(
    adopters: Iterable[Participation], viewer: Viewer, owners: Iterable[Participation] = ()
) -> dict[str, Any]:
    """Return the participation of the viewer's organisations in a project or a use case. Makes no query.

    `adopters`: the adopters that the viewer speaks for. `may_join`: another of the viewer's organisations can become an
    adopter. `may_derive`: one that does not own the subject can start a project from it. Viewers who speak for no
    organisation get both, and the page shows them how to join one."""
    speaks_for = viewer.organisation_ids
    ours = [each for each in adopters or () if each.organisation_id in speaks_for]
    owning = {each.organisation_id for each in owners or ()}
    there = owning | {each.organisation_id for each in ours}
    return {
        "adopters": ours,
        "may_join": not speaks_for or bool(speaks_for - there),
        "may_derive": not speaks_for or bool(speaks_for - owning),
    }


@register.simple_tag
def participants_of(pages: Iterable[KnowledgePage], viewer: Viewer) -> dict[int | None, dict[str, Any]]:
    """By the id of each page's work: its `owner`, and the number of `adopters`. One query."""
    works: dict[int | None, dict[str, Any]] = {page.work_id: {"owner": None, "adopters": 0} for page in pages}
    taking_part = Participation.objects.filter(subject__work__in=works).annotate(work_id=F("subject__work"))
    for participation in taking_part.visible_to(viewer).with_organisations():
        work = works[participation.work_id]
        if participation.role == Role.OWNER:
            work["owner"] = participation.organisation
        elif participation.role == Role.ADOPTER:
            work["adopters"] += 1
    return works


@register.filter
def of(participants: dict[int, dict[str, Any]], page: KnowledgePage) -> dict[str, Any]:
    return participants.get(page.work_id, {})


@register.simple_tag
def projects_of(organisation: Organisation, viewer: Viewer, limit: int = 50) -> list[Project]:
    """An organisation's projects, newest first."""
    return list(organisation.projects.visible_to(viewer).for_cards().newest_first()[:limit])


@register.simple_tag
def adopted_by(organisation: Organisation, viewer: Viewer) -> list[Participation]:
    """The subjects that the organisation adopted: participations with their `subject.object`."""
    adopted = [
        each
        for each in organisation.participations.adopters().order_by("-pk").with_objects()
        if each.subject.object
    ]
    # Also of hidden subjects: the page changes when one of them becomes visible.
    topics.uses(*(topics.subject(each.subject.kind, each.subject.object.pk) for each in adopted))
    return [each for each in adopted if may_see(viewer, each.subject.audience)]


@register.simple_tag
def numbers(viewer: Viewer) -> dict[str, int]:
    """The numbers on the front page: use cases, organisations, projects and adoptions that the viewer may see."""
    return cached_until_changed(
        f"numbers:{sorted(viewer.tokens)}",
        lambda: count_for(viewer),
        *(topics.listing(kind) for kind in ("work", "project", "reference", "organisation")),
    )


def count_for(viewer: Viewer) -> dict[str, int]:
    """Count everything in one query."""
    counted = {
        "use_cases": Work.objects.visible_to(viewer).filter(kind="use_case"),
        "organisations": Organisation.objects.visible_to(viewer).taking_part(),
        "projects": Project.objects.visible_to(viewer),
        "adoptions": Participation.objects.adopters().visible_to(viewer),
    }
    first, *others = (
        rows.order_by()
        .annotate(what=Value(name))
        .values("what")
        .annotate(n=Count("pk"))
        .values_list("what", "n")
        for name, rows in counted.items()
    )
    return dict(first.union(*others, all=True))
