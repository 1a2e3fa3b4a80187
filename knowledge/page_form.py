from __future__ import annotations

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm

from core.forms import RequiredMessageMixin


class KnowledgePageForm(RequiredMessageMixin, WagtailAdminPageForm):
    """The admin's form of an editorial page. A draft may lack the summary; what is published or sent in may not:
    lists and search show it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "summary" in self.fields:
            self.fields["summary"].required = True
