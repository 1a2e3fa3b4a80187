"""The shared vocabulary: codes with Swedish and English labels, seeded from `knowledge/taxonomy/*.csv`."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from taggit.models import TagBase

from core.fields import NameField
from knowledge.querysets import PlaceQuerySet, TechnologyQuerySet, TreeQuerySet
from knowledge.tags import is_tag


class Term(models.Model):
    """A code with a label in each language. Codes are text and never change; editors may change the labels."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    label_sv = NameField(_("label in Swedish"), max_length=200)
    label_en = NameField(_("label in English"), max_length=200)

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the active language, or in Swedish where the other is empty."""
        return self.label_en if (get_language() or "").startswith("en") else self.label_sv


class Tree(Term):
    """A term below a broader one."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )

    class Meta(Term.Meta):
        abstract = True

    def line(self) -> list[Self]:
        """This term and all broader ones, narrowest first. One query a level unless parents are prefetched."""
        term: Any = self
        line: list[Self] = []
        while term is not None:
            line.append(term)
            term = term.parent
        return line


class Area(Tree):
    """Area of society: COFOG division ("09") or group ("09.1")."""

    objects = TreeQuerySet.as_manager()

    class Meta(Tree.Meta):
        verbose_name = _("area of society")
        verbose_name_plural = _("areas of society")

    def get_absolute_url(self) -> str:
        return reverse("area", args=[self.code, slugify(self.label) or self.code])

    @property
    def division(self) -> str:
        return self.code[:2]


class Theme(Term):
    """A subject that cuts across areas: procurement, law, security …"""

    class Meta(Term.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")


class Capability(Term):
    """Something that one organisation can lend, give or show another: data, a test site, a lecture …"""

    class Meta(Term.Meta):
        verbose_name = _("capability")
        verbose_name_plural = _("capabilities")


class Technology(Tree):
    objects = TechnologyQuerySet.as_manager()

    class Meta(Tree.Meta):
        verbose_name = _("technology")
        verbose_name_plural = _("technologies")

    def get_absolute_url(self) -> str:
        return reverse("technology", args=[self.code])


class Place(Tree):
    """A country (ISO 3166: "SE"), NUTS region ("SE110"), län ("01") or kommun ("0180")."""

    COUNTRY, LAN, KOMMUN = "country", "lan", "kommun"

    kind = models.CharField(_("kind"), max_length=10, db_index=True)

    objects = PlaceQuerySet.as_manager()

    class Meta(Tree.Meta):
        verbose_name = _("place")
        verbose_name_plural = _("places")


def check_tag(name: str) -> None:
    if name and not is_tag(name):
        raise ValidationError(_("A tag needs a letter or a digit."), code="no_word")


class TagNameField(NameField):
    check_name = staticmethod(check_tag)

    def formfield(self, **kwargs: Any) -> Any:
        return models.CharField.formfield(self, **kwargs)


class Tag(TagBase):
    """A free keyword. All packages share this model."""

    name = TagNameField(_("name"), unique=True, max_length=100)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
