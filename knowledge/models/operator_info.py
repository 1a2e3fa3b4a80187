"""Facts that only the operators of a site know: one setting, which every text that needs them reads."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from core.text_fields import BoundedTextField


class Compliance(models.TextChoices):
    """How far the site meets the act on accessibility, in the three levels of the act."""

    FULL = "full", _("Fully compliant")
    PARTIAL = "partial", _("Partially compliant")
    NONE = "none", _("Not compliant")


class LegalBasis(models.TextChoices):
    """The legal basis for handling personal data (article 6 of the General Data Protection Regulation)."""

    PUBLIC_INTEREST = "public_interest", _("A task in the public interest (article 6.1 e)")
    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interests (article 6.1 f)")
    CONTRACT = "contract", _("A contract: the terms of use (article 6.1 b)")


@register_setting(icon="info-circle", order=10)
class OperatorInfo(BaseGenericSetting):
    operator = models.CharField(
        _("who runs the site"),
        max_length=200,
        blank=True,
        help_text=_("The organisation responsible for it, also as the controller of personal data."),
    )
    address = BoundedTextField(_("postal address"), max_length=1_000, blank=True)
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("Shown to everyone. An e-mail is sent here when someone writes to the site."),
    )
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    data_protection_email = models.EmailField(
        _("e-mail address of the data protection officer"), blank=True, help_text=_("If there is one.")
    )
    security_email = models.EmailField(
        _("e-mail address for security problems"),
        blank=True,
        help_text=_("Shown in security.txt. Without it, the address above is."),
    )
    legal_basis = models.CharField(_("legal basis"), max_length=20, choices=LegalBasis, blank=True)
    processors = BoundedTextField(
        _("processors"),
        max_length=5_000,
        blank=True,
        help_text=_("Who runs servers and e-mail for you, by name and country, one per line."),
    )
    compliance = models.CharField(
        _("how far the site complies with the accessibility act"),
        max_length=10,
        choices=Compliance,
        default=Compliance.PARTIAL,
    )
    assessed_on = models.DateField(_("last assessed for accessibility"), null=True, blank=True)
    assessed_by = models.CharField(
        _("assessed by"),
        max_length=200,
        blank=True,
        help_text=_("Yourselves, or the name of the body that did it for you."),
    )

    panels = [
        MultiFieldPanel(
            [FieldPanel("operator"), FieldPanel("address"), FieldPanel("email"), FieldPanel("phone")],
            heading=_("Who is responsible for the site"),
        ),
        MultiFieldPanel(
            [FieldPanel("legal_basis"), FieldPanel("processors"), FieldPanel("data_protection_email")],
            heading=_("Personal data"),
        ),
        MultiFieldPanel(
            [FieldPanel("compliance"), FieldPanel("assessed_on"), FieldPanel("assessed_by")],
            heading=_("Accessibility"),
        ),
        FieldPanel("security_email"),
    ]

    class Meta:
        verbose_name = _("facts of the site")
        verbose_name_plural = _("facts of the site")

    @property
    def missing(self) -> list[str]:
        """The names of the missing facts that the texts required by law need."""
        return [name for name in ("operator", "address", "email", "legal_basis") if not getattr(self, name)]
