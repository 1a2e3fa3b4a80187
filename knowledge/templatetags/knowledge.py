from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from wagtail.models import Page

from core import topics
from core.audience import EDITORS, STAFF
from core.page_cache import cached_until_changed
from knowledge.facts import Completeness, ShownGroup, completeness, fact_groups
from knowledge.models import Area, KnowledgePage
from knowledge.models.codes import code_labels

register = template.Library()


@register.simple_tag
def latest(kind: str, limit: int = 4) -> list[KnowledgePage]:
    """The newest live pages of a kind in the active language, or in another where they have none in it."""
    topics.uses(topics.listing("work"))
    return list(KnowledgePage.of_kind(kind).objects.in_language(get_language()).for_cards()[:limit])


@register.simple_tag(takes_context=True)
def admin_edit_url(context: Context, record: Any) -> str:
    """Return the address of a page or a record in the admin, for viewers who can open it. Queries the database only for
    editors and staff. Empty in a preview."""
    request = context["request"]
    if getattr(request, "is_preview", False) or not request.viewer.tokens & {EDITORS, STAFF}:
        return ""
    if isinstance(record, Page):
        may_edit, name = record.permissions_for_user(request.user).can_edit(), "wagtailadmin_pages:edit"
    else:
        views = record.snippet_viewset
        listed = views.get_queryset(request)
        may_edit = views.permission_policy.user_has_permission(request.user, "change") and (
            listed is None or listed.filter(pk=record.pk).exists()
        )
        name = views.get_url_name("edit")
    return reverse(name, args=[record.pk]) if may_edit else ""


@register.simple_tag
def facts_of(record: Any) -> list[ShownGroup]:
    """The facts that the page of a project or a use case shows."""
    return fact_groups(record, code_labels())


@register.simple_tag
def completeness_of(record: Any) -> Completeness:
    return completeness(record)


@register.simple_tag(takes_context=True)
def terms_of(context: Context, page: KnowledgePage) -> SafeString:
    """The areas, technologies, themes and tags of a live page as links; cached until the page or one of them changes.
    In a preview the page is not as it is stored, so nothing is cached."""

    def render() -> SafeString:
        return render_to_string("knowledge/terms.html", {"record": page})

    if getattr(context["request"], "is_preview", False):
        return render()
    return cached_until_changed(
        f"terms:{page.pk}:{get_language()}", render, topics.subject("work", page.work_id)
    )


@register.simple_tag(takes_context=True)
def section_of(context: Context, kind: str) -> Any:
    """The section that lists a kind, from the sections in the frame of the page."""
    return next((section for section in context["site_sections"] if section.lists == kind), None)


@register.simple_tag
def divisions() -> list[Area]:
    """The ten areas of society."""
    return list(Area.objects.top())


@register.simple_tag
def reading_minutes(page: Any) -> int:
    """The reading time in whole minutes, at 220 words a minute; at least one."""
    chapters = getattr(page, "chapters", None)
    chapter_texts = chapters.stream_block.get_searchable_content(chapters) if chapters else []
    texts = [page.summary, getattr(page, "body", ""), *chapter_texts]
    return max(1, round(sum(len(text.split()) for text in texts) / 220))
