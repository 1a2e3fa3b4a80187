from __future__ import annotations

from typing import Any

import factory
import wagtail_factories
from wagtail.models import Locale

from knowledge.models import ArticlePage, GuidePage, KnowledgePage, SectionPage, Stage, UseCasePage


class KnowledgePageFactory(wagtail_factories.PageFactory):
    """A page in the section of its kind and `language`, published as editors do unless `live` is false.

    `areas`, `technologies` and `themes` are lists of terms, `tags` a list of words.
    """

    class Meta:
        abstract = True

    class Params:
        language = "sv"

    parent = None
    title = factory.Sequence(lambda n: f"Sida {n}")
    summary = "What is gained, and by whom."
    locale = factory.LazyAttribute(lambda o: Locale.objects.get(language_code=o.language))
    live = True

    @classmethod
    def _create_instance(
        cls, model_class: type[KnowledgePage], parent: Any, fields: dict[str, Any]
    ) -> KnowledgePage:
        live, tags = fields.pop("live"), fields.pop("tags", ())
        terms = {name: fields.pop(name, ()) for name in ("areas", "technologies", "themes")}
        page = model_class(live=False, **fields)
        section = parent or SectionPage.objects.get(lists=model_class.kind, locale=page.locale)
        section.add_child(instance=page)
        for name, chosen in terms.items():
            getattr(page, name).set(chosen)
        page.tags.set(list(tags))
        revision = page.save_revision(user=page.owner)
        if live:
            revision.publish()
        page.refresh_from_db()
        return page


class UseCaseFactory(KnowledgePageFactory):
    class Meta:
        model = UseCasePage

    stage = Stage.IN_USE


class GuideFactory(KnowledgePageFactory):
    """`chapters` is a list of (heading, HTML)."""

    class Meta:
        model = GuidePage

    chapters: Any = ()

    @classmethod
    def _create_instance(
        cls, model_class: type[KnowledgePage], parent: Any, fields: dict[str, Any]
    ) -> KnowledgePage:
        fields["chapters"] = [
            {"type": "chapter", "value": {"heading": heading, "body": body, "steps": [], "checklist": []}}
            for heading, body in fields["chapters"] or [("Begin here", "<p>Ask who will use it.</p>")]
        ]
        return super()._create_instance(model_class, parent, fields)


class ArticleFactory(KnowledgePageFactory):
    class Meta:
        model = ArticlePage

    body = "<p>What a year of answers taught.</p>"


def translated(page: KnowledgePage, *, language: str = "en", **fields: Any) -> KnowledgePage:
    """Publish a copy of the page in another language, with `fields` set."""
    copy = page.copy_for_translation(Locale.objects.get(language_code=language))
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save_revision().publish()
    copy.refresh_from_db()
    return copy
