"""The base of all editorial pages, the work behind their translations, home and section indexes."""

from __future__ import annotations

from copy import copy
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import ItemBase
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page, PageManager, PageViewRestriction
from wagtail.url_routing import RouteResult
from wagtail_localize.fields import TranslatableField

from core import topics
from core.fields import check_name
from core.page_cache import cached_until_changed
from core.text import one_line
from core.text_fields import BoundedRichTextField, BoundedTextField
from knowledge.models.taxonomy import Area, Tag, Technology, Term, Theme
from knowledge.models.translation import TEXTS, SharedTerms, shared
from knowledge.page_form import KnowledgePageForm
from knowledge.querysets import KnowledgePageQuerySet, PlainPageQuerySet, PolicyTextQuerySet, WorkQuerySet
from knowledge.vocabulary import read_list
from subjects.models import HasSubject


class NoPagePrivacyMixin:
    """Mixed into a page: switches off Wagtail's page privacy. The audience of its work decides who may see a page."""

    private_page_options: list[str] = []

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        return PageViewRestriction.objects.none()


class VisibleTitle:
    """Mixed into a page: its title is one line with at least one visible character."""

    title: str

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        try:
            check_name(self.title)
        except ValidationError as error:
            raise ValidationError({"title": error}) from error
        self.title = one_line(self.title)
        super().full_clean(*args, **kwargs)  # type: ignore[misc]  # Of the page it is mixed into.


class Work(HasSubject):
    """One editorial work in all its languages. Other packages refer to a work, never to the id of a page.

    `knowledge.receivers` derives its kind and its audience from its pages.
    """

    translation_key = models.UUIDField(unique=True)
    kind = models.CharField(max_length=20)

    wagtail_reference_index_ignore = True
    objects = WorkQuerySet.as_manager()

    def __str__(self) -> str:
        page = self.page
        return page.title if page else f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        page = self.page
        return (page.url if page else None) or ""

    @property
    def page(self) -> KnowledgePage | None:
        """The page in the active language, else in another; live before draft. Prefetch `pages__locale` for lists."""
        prefetch_related_objects([self], "pages__locale")
        active = get_language()
        return min(
            self.pages.all(), key=lambda page: (not page.live, page.language != active, page.pk), default=None
        )


class TaggedPage(ItemBase):
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_pages")
    content_object = ParentalKey(
        "knowledge.KnowledgePage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class KnowledgePage(VisibleTitle, NoPagePrivacyMixin, Page):
    """The fields of every editorial page, whatever its kind."""

    kind = ""

    work = models.ForeignKey(
        Work,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="pages",
        verbose_name=_("work"),
    )
    summary = models.CharField(
        _("summary"), max_length=300, blank=True, help_text=_("One sentence: who benefits, and how.")
    )
    areas = ParentalManyToManyField(Area, blank=True, verbose_name=_("areas of society"))
    technologies = ParentalManyToManyField(Technology, blank=True, verbose_name=_("technologies"))
    themes = ParentalManyToManyField(Theme, blank=True, verbose_name=_("themes"))
    tags = ClusterTaggableManager(through=TaggedPage, blank=True)
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible editor"),
    )
    last_confirmed = models.DateField(
        _("last confirmed"),
        null=True,
        blank=True,
        help_text=_("When someone last checked that this is still true."),
    )

    TERMS = ("areas", "technologies", "themes")
    REQUIRED_OUTSIDE_DRAFTS = ("summary",)
    base_form_class = KnowledgePageForm

    objects = PageManager.from_queryset(KnowledgePageQuerySet)()

    terms_panel = MultiFieldPanel(
        [FieldPanel("areas"), FieldPanel("technologies"), FieldPanel("themes"), FieldPanel("tags")],
        heading=_("What it is about"),
    )
    care_panel = MultiFieldPanel(
        [FieldPanel("editor"), FieldPanel("last_confirmed")], heading=_("Kept up to date by")
    )

    translatable_fields = [
        *TEXTS,
        TranslatableField("summary"),
        *shared("editor", "last_confirmed", "tagged_items"),
        SharedTerms(),
    ]

    is_creatable = False

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if self.work_id:
            topics.page_uses(topics.subject("work", self.work_id))
        return super().get_context(request, *args, **kwargs)

    @property
    def language(self) -> str:
        return self.locale.language_code

    @property
    def other_language(self) -> str:
        """The page's language where it is not the active one, for a mark in lists; else empty."""
        return "" if self.language == get_language() else self.language

    @property
    def missing(self) -> list[str]:
        """The names of the fields that lists and search need and that are empty. Only a draft may lack them."""
        return [name for name in self.REQUIRED_OUTSIDE_DRAFTS if not getattr(self, name).strip()]

    @property
    def shared_terms(self) -> dict[str, list[Term]]:
        """The terms of each vocabulary, by the name of the field."""
        return {name: list(getattr(self, name).all()) for name in self.TERMS}

    @shared_terms.setter
    def shared_terms(self, terms: dict[str, list[Term]]) -> None:
        for name, chosen in terms.items():
            getattr(self, name).set(chosen)

    @classmethod
    def of_kind(cls, kind: str) -> type[KnowledgePage]:
        return next((model for model in cls.__subclasses__() if model.kind == kind), cls)


class HomePage(VisibleTitle, NoPagePrivacyMixin, Page):
    """The home page in one language."""

    lead = models.CharField(
        _("lead"), max_length=200, blank=True, help_text=_("One sentence about what this is.")
    )
    intro = BoundedTextField(_("introduction"), max_length=2_000, blank=True)
    example_searches = BoundedTextField(
        _("example searches"), max_length=500, blank=True, help_text=_("One per line, three at most.")
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("intro"),
        FieldPanel("example_searches"),
    ]
    translatable_fields = [
        *TEXTS,
        *(TranslatableField(name) for name in ("lead", "intro", "example_searches")),
    ]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["knowledge.SectionPage", "knowledge.PlainPage"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        topics.page_uses()  # The frame or template tags read everything that the page shows.
        return super().get_context(request, *args, **kwargs)

    @property
    def examples(self) -> list[str]:
        return [line.strip() for line in self.example_searches.splitlines() if line.strip()][:3]

    def section(self, slug: str) -> SectionPage | None:
        """Return the live section below this page, as cached until the frame changes."""
        found = cached_until_changed(
            f"sections:{self.pk}",
            lambda: {page.slug: page for page in SectionPage.objects.child_of(self).live()},
            topics.FRAME,
        )
        return copy(found.get(slug))

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Route as Wagtail does, with the section from the cache where Wagtail takes two queries."""
        section = self.section(path_components[0]) if path_components else None
        return (
            section.route(request, path_components[1:])
            if section
            else super().route(request, path_components)
        )


class PlainCode(models.TextChoices):
    """The pages that every site needs, so that forms, the footer and checks can find them."""

    ABOUT = "about", _("About")
    CONTACT = "contact", _("Contact")
    ACCESSIBILITY = "accessibility", _("Accessibility statement")
    TERMS = "terms", _("Terms of use")
    PRIVACY = "privacy", _("Personal data")
    COOKIES = "cookies", _("Cookies")


TERMS_CODES = (PlainCode.PRIVACY, PlainCode.TERMS)
"""The terms that members accept before they join, and again when a new version comes into force."""


class PlainPage(VisibleTitle, NoPagePrivacyMixin, Page):
    """A page in the footer: about, accessibility, personal data."""

    code = models.CharField(max_length=20, choices=PlainCode, blank=True, editable=False)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    body = BoundedRichTextField(_("text"), blank=True)
    in_force = models.DateField(
        _("in force from"),
        null=True,
        blank=True,
        help_text=_(
            "For the terms and the text on personal data: a new date makes a new version, which "
            "every member is asked to read. Until that day the page shows the text in force and "
            "announces the new one. A version announced earlier, for another future date, no "
            "longer applies. Leave the date unchanged if you only correct the wording."
        ),
    )

    objects = PageManager.from_queryset(PlainPageQuerySet)()

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("body"),
        FieldPanel("in_force"),
    ]
    translatable_fields = [
        *TEXTS,
        TranslatableField("summary"),
        TranslatableField("body"),
        *shared("in_force"),
    ]
    parent_page_types = ["knowledge.HomePage"]
    subpage_types: list[str] = []

    def clean(self) -> None:
        super().clean()
        if self.code in TERMS_CODES and not self.in_force:
            raise ValidationError({"in_force": _("State when this text comes into force.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """`text` is the text to show: for terms the version in force, in the editors' preview the page's own."""
        topics.page_uses(topics.FRAME)
        is_preview = getattr(request, "is_preview", False)
        text = None if is_preview else self.text_in_force
        return {**super().get_context(request, *args, **kwargs), "text": text or self}

    @property
    def texts(self) -> PolicyTextQuerySet:
        texts = PolicyText.objects.filter(code=self.code, language=self.locale.language_code)
        return texts.standing().latest_of_each_date()

    @property
    def text_in_force(self) -> PolicyText | None:
        """The version in force today; None for a page without terms."""
        return self.texts.filter(in_force__lte=timezone.localdate()).first() if self.in_force else None

    @property
    def coming(self) -> PolicyText | None:
        """The version announced for a future date."""
        return self.texts.filter(in_force__gt=timezone.localdate()).last()

    @property
    def earlier(self) -> list[PolicyText]:
        """The versions before the one in force, newest first."""
        return list(self.texts.filter(in_force__lte=timezone.localdate())[1:])


class PolicyText(models.Model):
    """The terms of use, or the text on personal data, as published. A row is written once and never changed.

    Several rows of the same date differ in wording only. A member has accepted one of them.
    """

    code = models.CharField(max_length=20, choices=PlainCode)
    language = models.CharField(max_length=10)
    in_force = models.DateField()
    title = models.CharField(max_length=255)
    summary = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    published_at = models.DateTimeField(auto_now_add=True)

    objects = PolicyTextQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-in_force", "-pk"]
        indexes = [models.Index(fields=["code", "in_force"])]

    def __str__(self) -> str:
        return f"{self.title} {self.in_force}"

    def get_absolute_url(self) -> str:
        return reverse("policy", args=[self.code, self.in_force])

    @property
    def is_standing(self) -> bool:
        return PolicyText.objects.standing().filter(pk=self.pk).exists()

    @property
    def is_coming(self) -> bool:
        return self.in_force > timezone.localdate()


class SectionPage(VisibleTitle, NoPagePrivacyMixin, Page):
    """A list of all pages of one kind, newest first by default."""

    PAGE_SIZE = 24
    FACETS = ("area", "technology", "theme")
    FACETS_OF_USE_CASES = ("area", "technology", "stage", "place")
    SORTS = ("newest", "name", "updated")

    lists = models.CharField(_("kind of pages listed"), max_length=20)
    intro = BoundedTextField(_("introduction"), max_length=2_000, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("lists")]
    translatable_fields = [*TEXTS, TranslatableField("intro"), *shared("lists")]
    parent_page_types = ["knowledge.HomePage"]
    subpage_types = ["knowledge.GuidePage", "knowledge.UseCasePage", "knowledge.ArticlePage"]

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Route as Wagtail does, with one query where Wagtail takes two: the section's kind is the type of a child."""
        listed = KnowledgePage.of_kind(self.lists).objects.child_of(self)
        found = listed.select_related("work__subject")
        page = path_components and found.filter(slug=path_components[0]).first()
        return page.route(request, path_components[1:]) if page else super().route(request, path_components)

    def listed(self) -> KnowledgePageQuerySet:
        """The section's pages, and pages of its translations that do not exist in this section's language."""
        sections = self.get_translations(inclusive=True).values_list("path", flat=True)
        below = reduce(or_, (Q(path__startswith=path) for path in [self.path, *sections]))
        pages = KnowledgePage.of_kind(self.lists).objects.in_language(self.locale.language_code)
        return pages.filter(below)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        topics.page_uses(topics.listing("work"))
        of_use_cases = self.lists == "use_case"
        asked, filters = read_list(
            request.GET,
            facets=self.FACETS_OF_USE_CASES if of_use_cases else self.FACETS,
            sorts=(*self.SORTS, "confirmed") if of_use_cases else self.SORTS,
        )
        pages = self.listed().narrowed(asked.chosen).for_cards().sorted_by(asked.sort)
        paginator = Paginator(pages, self.PAGE_SIZE)
        names = pages.model._meta
        return {
            **super().get_context(request, *args, **kwargs),
            "filters": filters,
            "pages": paginator.get_page(request.GET.get("page")),
            "noun": names.verbose_name if paginator.count == 1 else names.verbose_name_plural,
        }
