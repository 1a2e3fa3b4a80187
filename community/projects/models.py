from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase
from wagtail.models import DraftStateMixin, LockableMixin, Revision, RevisionMixin

from community.organisations.models import Organisation
from community.projects.querysets import ProjectQuerySet
from core.fields import NameField
from core.model_fields import field_of
from core.sorting import by_name
from core.text_fields import BoundedTextField, MarkdownField
from knowledge.models import Area, Facts, Place, Stage, Story, Tag, Technology, Theme, Work
from knowledge.models.story import StageField
from subjects.models import HasSubject

OWN = Q(is_reference=False)


class TaggedProject(ItemBase):
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_projects")
    content_object = ParentalKey("projects.Project", on_delete=models.CASCADE, related_name="tagged_items")


class Project(HasSubject, DraftStateMixin, LockableMixin, RevisionMixin, ClusterableModel, Story, Facts):
    """Something that an organisation does, from idea to retired: a short card, and a longer story.

    `organisation` is responsible for the record. It and all others who take part have a `Participation`.
    """

    title = NameField(
        _("title"), max_length=250, help_text=_("Start with a verb: “Answer questions about …”.")
    )
    benefit = models.CharField(
        _("benefit"), max_length=300, blank=True, help_text=_("One sentence: who benefits, and how.")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="projects", verbose_name=_("organisation")
    )
    stage = StageField()
    stop_reason = models.CharField(
        _("why it stopped"),
        max_length=300,
        blank=True,
        help_text=_("It helps others more than most success stories."),
    )
    areas = ParentalManyToManyField(
        Area, blank=True, related_name="projects", verbose_name=_("areas of society")
    )
    technologies = ParentalManyToManyField(
        Technology, blank=True, related_name="projects", verbose_name=_("technologies")
    )
    themes = ParentalManyToManyField(Theme, blank=True, related_name="projects", verbose_name=_("themes"))
    tags = ClusterTaggableManager(through=TaggedProject, blank=True, verbose_name=_("tags"))
    place = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("place"),
    )
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    # Replaced by `community.statements`: neither read nor written. They go in the next release.
    offers = BoundedTextField(_("we can share"), blank=True)
    seeks = BoundedTextField(_("we look for"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="sv")
    description = MarkdownField(_("description"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="projects",
    )
    derived_from = models.ForeignKey(
        Work, on_delete=models.SET_NULL, null=True, editable=False, related_name="derived_projects"
    )
    is_reference = models.BooleanField(_("reference"), default=False, editable=False)
    is_private = models.BooleanField(
        default=False,
        editable=False,
        help_text="A draft of a member who waits to be confirmed: the author's alone.",
    )
    unpublished_by_staff = models.BooleanField(
        default=False, editable=False, help_text="In the admin, where staff and editors can publish it again."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="project")

    # Fields that a restored version does not change: its owner, and who may see it.
    BEYOND_VERSIONS = (
        "organisation",
        "author",
        "derived_from",
        "is_reference",
        "subject",
        "is_private",
        "unpublished_by_staff",
        "created_at",
    )

    # Fields that are not validated when a version is saved: `Card` holds the place and the contact as rows that were
    # read, and no form asks for the others.
    NOT_CHECKED = (*BEYOND_VERSIONS, "latest_revision", "live_revision", "place", "contact")

    wagtail_reference_index_ignore = True
    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        indexes = [
            models.Index(fields=["-first_published_at", "-id"], name="project_newest"),
            # For the list of members' projects, in each of its orders.
            models.Index(fields=["-first_published_at", "-id"], condition=OWN, name="project_own_newest"),
            models.Index(fields=["-last_published_at", "-id"], condition=OWN, name="project_own_updated"),
            models.Index(by_name("title"), models.F("id").desc(), condition=OWN, name="project_own_by_name"),
            models.Index(fields=["stage", "-first_published_at"], name="project_stage_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("projects:project", args=[self.pk, self.slug])

    def with_content_json(self, content: dict[str, Any]) -> Project:
        kept = {name: getattr(self, field_of(self, name).attname) for name in self.BEYOND_VERSIONS}
        version = super().with_content_json({**content, **kept})
        version.subject = self.subject
        return version

    @property
    def revisions(self) -> models.Manager:
        return self._revisions

    @property
    def slug(self) -> str:
        return slugify(self.title)[:60].strip("-") or "projekt"

    @property
    def stage_label(self) -> str:
        return str(Stage(self.stage).label)

    def has_version(self, revision: Revision) -> bool:
        """Whether the revision is one of this project."""
        content_type = ContentType.objects.get_for_model(self)
        # Wagtail's key is text, but a number until the revision is read again.
        return (revision.content_type_id, str(revision.object_id)) == (content_type.pk, str(self.pk))
