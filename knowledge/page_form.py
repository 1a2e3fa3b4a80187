from __future__ import annotations

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm

from core.forms import RequiredMessageMixin


class KnowledgePageForm(RequiredMessageMixin, WagtailAdminPageForm):
    """The admin's form of an editorial page. A draft may lack some fields; publishing and submitting for review require
    them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & set(self.instance.REQUIRED_OUTSIDE_DRAFTS):
            self.fields[name].required = True
