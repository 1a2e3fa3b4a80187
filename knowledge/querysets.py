from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, Self

from django.db import models
from django.db.models import CharField, Exists, Func, OuterRef, Subquery
from django.db.models.functions import Concat
from django.utils.safestring import SafeString, mark_safe
from wagtail.documents.models import DocumentQuerySet
from wagtail.query import PageQuerySet

from core.audience import Viewer
from core.model_fields import related_model
from core.rich_text import RENDERER, render_markdown
from core.sorting import by_label, by_name
from knowledge.authorship import works_left
from subjects.querysets import HasSubjectQuerySet

TERMS = {"area": "areas", "technology": "technologies", "theme": "themes"}
"""Facet → the field that holds its terms."""


class NarrowedQuerySet(HasSubjectQuerySet):
    """Mixed into the querysets of objects that lists show: the facets of a list as filters."""

    def narrowed(self, chosen: Mapping[str, Collection[str]]) -> Self:
        """Objects that have, for each facet, one of the codes or a narrower one."""
        found = self
        for facet, codes in chosen.items():
            found = found.filter(self.has(facet, codes))
        return found

    def has(self, facet: str, codes: Collection[str]) -> models.Q:
        if facet == "place":
            return models.Q(place__in=self.terms("place", codes))
        if facet in TERMS:
            field = TERMS[facet]
            # By key and not by a join, so that a page with two of the terms comes once.
            having = self.model._base_manager.filter(**{f"{field}__in": self.terms(field, codes)})
            return models.Q(pk__in=having.order_by().values("pk"))
        return models.Q(**{f"{facet}__in": codes})

    def terms(self, field: str, codes: Collection[str]) -> models.QuerySet:
        """The terms of these codes and all narrower ones, for use as a subquery."""
        vocabulary = related_model(self.model, field)._default_manager
        return within(vocabulary.order_by(), codes).values("pk")


def within(terms: models.QuerySet, codes: Collection[str]) -> models.QuerySet:
    """Terms with one of the codes, or below one. No vocabulary has more than four levels."""
    wanted = models.Q(code__in=codes)
    if hasattr(terms.model, "parent"):
        for path in ("parent", "parent__parent", "parent__parent__parent"):
            wanted |= models.Q(**{f"{path}__code__in": codes})
    return terms.filter(wanted)


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class Digest(Func):
    """`digest_of` in the database."""

    function = "SHA256"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
        return self.as_sql(compiler, connection, template=template, **context)


class RenderedTextQuerySet(models.QuerySet):
    def of(self, sources: Iterable[str]) -> Self:
        """The HTML by this version of the renderer, for the texts with these digests."""
        return self.filter(version=RENDERER, source__in=list(sources))

    def html_of(self, texts: Iterable[str]) -> dict[str, SafeString]:
        """The HTML of each text, by one query. Text without stored HTML is rendered now."""
        texts = set(texts)
        digests = {text: digest_of(text) for text in texts if text.strip()}
        kept = dict(self.of(digests.values()).values_list("source", "html")) if digests else {}
        found = {
            text: mark_safe(kept[digest]) if digest in kept else render_markdown(text)
            for text, digest in digests.items()
        }
        return dict.fromkeys(texts, SafeString()) | found

    def html_in(self, column: str) -> Subquery:
        """An annotation: the stored HTML of a Markdown column of the outer query, with the digest of its text before
        it. Null where no HTML is stored."""
        kept = self.filter(version=RENDERER, source=Digest(OuterRef(column)))
        return Subquery(kept.values_list(Concat("source", "html", output_field=models.TextField()))[:1])


class WorkQuerySet(HasSubjectQuerySet):
    def published(self) -> Self:
        """Works with a live page, with their live pages: three queries."""
        live = related_model(self.model, "pages")._base_manager.filter(live=True)
        pages = live.select_related("locale").prefetch_related("areas").order_by("pk")
        return self.filter(Exists(live.filter(work=OuterRef("pk")))).prefetch_related(
            models.Prefetch("pages", pages)
        )


class FileQuerySet(HasSubjectQuerySet, DocumentQuerySet):
    pass


class KnowledgePageQuerySet(NarrowedQuerySet, PageQuerySet):
    def visible_to(self, viewer: Viewer) -> Self:
        """Live pages whose work the viewer may see."""
        return self.live().filter(work__subject__audience__meets=viewer.tokens)

    def in_language(self, language: str) -> Self:
        """Live pages in the language, and those that are live only in another."""
        there = self.model._base_manager.filter(
            live=True, locale__language_code=language, translation_key=OuterRef("translation_key")
        )
        return self.live().filter(models.Q(locale__language_code=language) | ~Exists(there))

    def sorted_by(self, sort: str) -> Self:
        """In an order of `PAGE_SORTS`."""
        orders: dict[str, Any] = {
            "newest": "-first_published_at",
            "name": by_name("title"),
            "updated": models.F("last_published_at").desc(nulls_last=True),
            "confirmed": models.F("last_confirmed").desc(nulls_last=True),
        }
        return self.order_by(orders[sort], "-pk")

    def written_by(self, member_id: int) -> Self:
        """Pages that the member wrote and is still an author of."""
        pages = self.filter(owner_id=member_id)
        for left in works_left(member_id):
            pages = pages.exclude(work__in=left)
        return pages

    def drafts_of(self, member_id: int) -> Self:
        """The member's pages that are not published yet; last changed first."""
        return self.written_by(member_id).filter(live=False).order_by("-latest_revision_created_at")

    def published_of(self, member_id: int, language: str) -> Self:
        """The member's published pages, each once: in the language, else in another."""
        works = self.written_by(member_id).live().order_by().values("work")
        return self.filter(work__in=works).in_language(language)

    def for_cards(self) -> Self:
        """Specific pages with everything a card shows, newest first. Four queries, or two for pages of one type."""
        is_of_one_type = getattr(self.model, "kind", "")
        pages = (
            self.select_related("locale") if is_of_one_type else self.specific().prefetch_related("locale")
        )
        return pages.prefetch_related("areas").order_by("-first_published_at", "-pk")


class PlainPageQuerySet(PageQuerySet):
    def with_code(self, code: str, language: str) -> Any:
        """The live page with that code in the language, else in another; None where editors have unpublished it."""
        pages = self.live().filter(code=code).select_related("locale").order_by("path")
        return min(pages, key=lambda page: page.locale.language_code != language, default=None)


class PolicyTextQuerySet(models.QuerySet):
    def latest_of_each_date(self) -> Self:
        """The last published wording for each code, language and date in force; newest date first."""
        newest = self.order_by().values("code", "language", "in_force").annotate(newest=models.Max("pk"))
        return self.filter(pk__in=newest.values("newest")).order_by("-in_force", "-pk")

    def of_date(self, code: str, in_force: date, language: str) -> Any:
        """The text in force from that date, in the language if it was written in it, else in another; or None."""
        texts: Iterable[Any] = self.filter(code=code, in_force=in_force).latest_of_each_date()
        return min(texts, key=lambda text: text.language != language, default=None)

    def standing(self) -> Self:
        """Leave out texts that were announced for a future date and replaced before that date by another one."""
        over = self.model._default_manager.filter(
            code=models.OuterRef("code"),
            language=models.OuterRef("language"),
            pk__gt=models.OuterRef("pk"),
            published_at__date__lt=models.OuterRef("in_force"),
        ).exclude(in_force=models.OuterRef("in_force"))
        return self.exclude(models.Exists(over))

    def published(self, today: date) -> tuple[dict[str, date], dict[str, date]]:
        """Return two dictionaries by code: the date since when the present version is in force, and the date from when
        the next announced version will be. One query."""
        present: dict[str, date] = {}
        coming: dict[str, date] = {}
        for code, day in sorted(self.standing().order_by().values_list("code", "in_force").distinct()):
            if day <= today:
                present[code] = day
            else:
                coming.setdefault(code, day)
        return present, coming

    def versions(self, today: date) -> str:
        """The present version of each of the terms in one line: `privacy:2026-11-22 terms:2026-11-22`."""
        return one_line(self.published(today)[0])


def one_line(versions: dict[str, date]) -> str:
    return " ".join(f"{code}:{since}" for code, since in sorted(versions.items()))


class PlaceQuerySet(models.QuerySet):
    def swedish(self) -> Self:
        """Län and kommuner, by name: the choices of a Swedish organisation."""
        return self.filter(kind__in=["lan", "kommun"]).order_by(by_name("label_sv"))


class TreeQuerySet(models.QuerySet):
    def top(self) -> Self:
        return self.filter(parent=None)

    def in_order(self) -> Self:
        return self.order_by(by_label())

    def with_broader(self) -> Self:
        """Read the broader terms too. Areas and technologies have at most three levels."""
        return self.select_related("parent__parent")

    def choosable(self, kept: list[str]) -> Self:
        """The terms that a form offers: the broad terms, and those already `kept` (codes)."""
        return self.filter(models.Q(parent=None) | models.Q(code__in=kept) | self.extra_choices()).order_by(
            by_label()
        )

    def extra_choices(self) -> models.Q:
        return models.Q(pk__in=[])


class TechnologyQuerySet(TreeQuerySet):
    def extra_choices(self) -> models.Q:
        """Members also choose among the kinds of AI, not only “AI”."""
        return models.Q(parent__code="ai")
