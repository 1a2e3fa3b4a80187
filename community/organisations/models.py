from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel

from community.organisations.names import name_key
from community.organisations.querysets import (
    MembershipQuerySet,
    MergeCandidateQuerySet,
    OrganisationQuerySet,
)
from core.fields import NameField
from core.mail_addresses import DomainField, fold_domain
from core.sorting import by_name
from core.text_fields import MarkdownField
from knowledge.models import Area, Place, ShowsMarkdown, Technology
from subjects.models import HasSubject


class Kind(models.TextChoices):
    MUNICIPALITY = "municipality", _("Municipality")
    MUNICIPAL_ASSOCIATION = "municipal_association", _("Municipal association")
    REGION = "region", _("Region")
    AGENCY = "agency", _("Government agency")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    COMPANY = "company", _("Company")
    MUNICIPAL_COMPANY = "municipal_company", _("Municipal company")
    ACADEMIA = "academia", _("University or institute")
    EUROPEAN = "european", _("European body")
    OTHER = "other", _("Other")


PUBLIC_KINDS = frozenset(
    {
        Kind.MUNICIPALITY,
        Kind.MUNICIPAL_ASSOCIATION,
        Kind.REGION,
        Kind.AGENCY,
        Kind.MUNICIPAL_COMPANY,
        Kind.EUROPEAN,
    }
)
"""Kinds of public bodies. Staff must confirm the member who adds one, because readers trust such a name."""


def validate_kind(code: str) -> None:
    if code not in Kind.values:
        raise ValidationError(_("“%(code)s” is not a kind of organisation."), params={"code": code})


class Organisation(HasSubject, ShowsMarkdown, ClusterableModel):
    """A body that does, offers or seeks something. It is unclaimed until its first member is confirmed."""

    name = NameField(_("name"), max_length=250)
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    key = models.CharField(
        max_length=250, db_index=True, editable=False, help_text="name_key(name), for matching"
    )
    kind = models.CharField(_("kind"), max_length=30, db_index=True, validators=[validate_kind])
    place = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("place"),
    )
    country = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("country")
    )
    code = models.CharField(_("public code"), max_length=20, unique=True, null=True, blank=True)
    description = MarkdownField(_("about"), blank=True)
    description_en = MarkdownField(_("about, in English"), blank=True)
    website = models.URLField(_("website"), blank=True)
    email_domain = DomainField(_("e-mail domain"), max_length=100, blank=True, db_index=True)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True, editable=False)
    is_reference = models.BooleanField(
        _("reference"), default=False, help_text=_("Known only from an inventory.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    wagtail_reference_index_ignore = True
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = [by_name()]
        indexes = [
            models.Index(fields=["key", "country"], name="organisation_match"),
            models.Index(by_name(), "id", name="organisation_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organisations:organisation", args=[self.slug])

    def clean(self) -> None:
        self.key = name_key(self.name)

    @property
    def awaits_staff(self) -> bool:
        """Whether it is new and named like a public body. Until staff confirm it, only they and its members see it."""
        return not self.subject.is_out

    @property
    def about(self) -> str:
        """The description, in the reader's language where it exists in both."""
        return self.description_en if self.description_en and get_language() == "en" else self.description

    @property
    def about_html(self) -> SafeString:
        is_english = self.description_en and get_language() == "en"
        return self.rendered["description_en" if is_english else "description"]

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)


class PlannedOrganisation(models.Model):
    """The organisation that a new member named at sign-up, stored until the member's address is confirmed.

    Either an existing one (`known`), which the member then asks to join, or a new one, which is then created. One for
    each member; it is deleted with the account.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="planned_organisation"
    )
    name = NameField(_("name"), max_length=250)
    kind = models.CharField(_("kind"), max_length=30, blank=True, validators=[validate_kind])
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    known = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="planned"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    ADMIN = "admin", _("Administrator")
    MEMBER = "member", _("Member")


class Membership(models.Model):
    """A member speaks for an organisation once confirmed, by its e-mail domain or by an administrator."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, default=Role.MEMBER)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True
    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "member"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.member} – {self.organisation}"

    @property
    def administers(self) -> bool:
        return self.role == Role.ADMIN and self.confirmed_at is not None

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether the member's address is outside the organisation's own domain. False where it has no domain."""
        domain = fold_domain(self.organisation.email_domain)
        return bool(domain) and fold_domain(self.member.email.rpartition("@")[2]) != domain


class Statement(ClusterableModel):
    """Replaced by `community.statements`: neither read nor written. Its table goes in the next release, since the one
    before reads it during an upgrade."""

    organisation = ParentalKey(Organisation, on_delete=models.CASCADE, related_name="earlier_statements")
    kind = models.CharField(_("kind"), max_length=10)
    text = NameField(_("text"), max_length=300)
    text_en = NameField(_("text in English"), max_length=300, blank=True)
    areas = ParentalManyToManyField(Area, blank=True, related_name="+", verbose_name=_("areas of society"))
    technologies = ParentalManyToManyField(
        Technology, blank=True, related_name="+", verbose_name=_("technologies")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["kind", "pk"]
        indexes = [models.Index(fields=["organisation", "kind"], name="statement_of")]

    def __str__(self) -> str:
        return self.text


class Alias(models.Model):
    """Another name of an organisation: an exonym, or the name of one that was merged into it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="aliases")
    name = NameField(_("name"), max_length=250)
    key = models.CharField(
        max_length=250, db_index=True, editable=False, help_text="name_key(name), for matching"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="alias_once")]

    def __str__(self) -> str:
        return self.name


class MergeCandidate(models.Model):
    """Two organisations that may be one; staff decide."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="merge_candidates")
    other = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    likeness = models.FloatField(_("similarity"), help_text=_("From 0 to 1."))
    dismissed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True
    objects = MergeCandidateQuerySet.as_manager()

    class Meta:
        ordering = ["-likeness", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "other"], name="merge_candidate_once")]

    def __str__(self) -> str:
        return f"{self.organisation} ≈ {self.other}"
