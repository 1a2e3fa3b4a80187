"""Which fields of a page are translated, and which are the same in every language, in terms of wagtail-localize.

Each page type lists both in `translatable_fields`; the system check `knowledge.E002` names a field that is in neither.
"""

from __future__ import annotations

from django.db import models
from wagtail_localize.fields import SynchronizedField, TranslatableField

TEXTS = [TranslatableField(name) for name in ("title", "slug", "seo_title", "search_description")]
"""Wagtail's own fields that a translator writes."""


def shared(*names: str) -> list[SynchronizedField]:
    """Fields that are the same in every language: a translation copies them from its source page."""
    return [SynchronizedField(name, overridable=False) for name in names]


class SharedTerms(SynchronizedField):
    """All terms of a page at once, through `KnowledgePage.shared_terms`.

    wagtail-localize copies a many-to-many field only while it has a value. A translation would keep the last term when
    it is removed (its issue 820 is about the same lines).
    """

    def __init__(self) -> None:
        super().__init__("shared_terms", overridable=False)
        self.attname = self.field_name

    def get_field(self, model: type[models.Model]) -> SharedTerms:
        return self
