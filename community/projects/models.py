from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase
from wagtail.models import DraftStateMixin, LockableMixin, RevisionMixin

from community.organisations.models import Organisation
from community.projects.audiences import Visibility, audience_of
from community.projects.querysets import ParticipationQuerySet, ProjectQuerySet
from foundation.audience import AudienceField, organisation_token
from foundation.fields import NameField
from foundation.sorting import by_name
from foundation.text_fields import MarkdownField
from knowledge.models import Area, Place, Stage, Story, Tag, Technology, Theme, Work
from knowledge.models.story import StageField

OWN = Q(is_reference=False)


class TaggedProject(ItemBase):
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_projects")
    content_object = ParentalKey("projects.Project", on_delete=models.CASCADE, related_name="tagged_items")


class Project(DraftStateMixin, LockableMixin, RevisionMixin, ClusterableModel, Story):
    """What an organisation does, from idea to retired: the two-minute card, and the story when there is time.

    `organisation` answers for the record; everybody who takes part, it too, has a `Participation`.
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
    offers = MarkdownField(_("we can share"), blank=True)
    seeks = MarkdownField(_("we look for"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="sv")
    description = MarkdownField(_("description"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="projects",
    )
    begun_from = models.ForeignKey(
        Work, on_delete=models.SET_NULL, null=True, editable=False, related_name="begun_projects"
    )
    is_reference = models.BooleanField(_("reference"), default=False, editable=False)
    visibility = models.CharField(
        _("who may see it"),
        max_length=12,
        choices=Visibility,
        default=Visibility.PUBLIC,
        db_default=Visibility.PUBLIC,
        editable=False,
    )
    audience = AudienceField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="project")

    # What a restored version never brings back: whose it is, and who may see it.
    BEYOND_VERSIONS = (
        "organisation",
        "author",
        "begun_from",
        "is_reference",
        "visibility",
        "audience",
        "created_at",
    )

    # What is not checked when a version is saved: `Card` holds the place and the contact as rows that were read, and
    # no form asks for the others.
    NOT_CHECKED = (*BEYOND_VERSIONS, "latest_revision", "live_revision", "place", "contact")

    wagtail_reference_index_ignore = True
    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        indexes = [
            models.Index(fields=["-first_published_at", "-id"], name="project_newest"),
            # The list of members' projects, in each of its orders.
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
        kept = {name: getattr(self, self._meta.get_field(name).attname) for name in self.BEYOND_VERSIONS}
        return super().with_content_json({**content, **kept})

    @property
    def revisions(self) -> models.Manager:
        return self._revisions

    @property
    def slug(self) -> str:
        return slugify(self.title)[:60].strip("-") or "projekt"

    @property
    def stage_label(self) -> str:
        return str(Stage(self.stage).label)

    @property
    def is_private(self) -> bool:
        """Whether it is a draft that only its author sees, written while waiting for a membership."""
        return not self.live and organisation_token(self.organisation_id) not in self.audience

    def audience_when(self, *, is_out: bool, is_taken_down: bool = False) -> frozenset[str]:
        """Return who sees it once it is published, or once it is a draft again."""
        return audience_of(
            visibility=self.visibility,
            is_out=is_out,
            organisation_id=self.organisation_id,
            is_taken_down=is_taken_down,
        )


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    PARTNER = "partner", _("Partner")
    ADOPTER = "adopter", _("Adopter")
    SUPPLIER = "supplier", _("Supplier")
    RESEARCH = "research", _("Research")
    FUNDER = "funder", _("Funder")


class Participation(models.Model):
    """An organisation takes part in a project or a work. “We do this too” is the role adopter.

    A plain foreign key to the project on purpose: publishing an older draft would destroy a parental child.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, null=True, blank=True, related_name="participations"
    )
    work = models.ForeignKey(
        Work, on_delete=models.CASCADE, null=True, blank=True, related_name="participations"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="participations")
    role = models.CharField(_("role"), max_length=10)
    stage = StageField(blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    results = models.CharField(_("results"), max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    is_reference = models.BooleanField(_("reference"), default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True
    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False, work__isnull=True)
                | Q(project__isnull=True, work__isnull=False),
                name="participation_in_one_subject",
            ),
            models.UniqueConstraint(
                fields=["project", "organisation", "role"], name="participation_in_project_once"
            ),
            models.UniqueConstraint(
                fields=["work", "organisation", "role"], name="participation_in_work_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.role}"

    def clean(self) -> None:
        if self.role not in Role.values:
            raise ValidationError({"role": _("Choose a role.")})

    @property
    def subject(self) -> Project | Work | None:
        return self.project or self.work

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)


class ImportRun(models.Model):
    """One import of a published inventory, kept so that it can be undone."""

    source = models.CharField(_("source"), max_length=60, db_index=True)
    file_name = models.CharField(_("file"), max_length=250)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    organisations = models.ManyToManyField(
        Organisation, related_name="+", help_text="Those this run created."
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.source} {self.started_at:%Y-%m-%d %H:%M}"


class ImportLease(models.Model):
    """The import or undoing of a source that is under way: see `inventories.locking`."""

    source = models.CharField(max_length=60, primary_key=True)
    holder = models.UUIDField()
    ends_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return self.source


class ImportedRecord(models.Model):
    """Where an imported project comes from: shown on its page, and how a second import finds it again."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="provenance")
    source = models.CharField(_("source"), max_length=60)
    record_id = models.CharField(_("published record id"), max_length=250, db_index=True)
    record_key = models.CharField(
        max_length=250, editable=False, help_text="id_key(record_id): look-alikes share it."
    )
    owner = models.CharField(
        max_length=300, editable=False, help_text="The organisation as published, for matching."
    )
    digest = models.CharField(
        max_length=64, help_text="Of the record as published: the same again changes nothing."
    )
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    attribution = models.CharField(_("attribution"), max_length=300, blank=True)
    contact = models.CharField(
        _("contact"), max_length=200, blank=True, help_text=_("Never an e-mail address.")
    )
    url = models.URLField(_("published at"), max_length=500, blank=True)
    created_in = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="created_records")

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "record_key"], name="imported_record_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.record_id}"


class ImportedChange(models.Model):
    """What a later run changed in an imported record: the record as it was, for undoing."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="changes")
    record = models.ForeignKey(ImportedRecord, on_delete=models.CASCADE, related_name="changes")
    before = models.JSONField()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "record"], name="imported_change_once")]

    def __str__(self) -> str:
        return f"{self.record} · {self.run}"
