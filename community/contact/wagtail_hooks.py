from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from community.contact.models import ContactMessage


class ReadOnlyPanel(FieldPanel):
    """Shows a field without an input. `empty_text` stands in place of an empty value."""

    def __init__(self, field_name: str, *, empty_text: Any = "", **kwargs: Any) -> None:
        super().__init__(field_name, **{"read_only": True, **kwargs})
        self.empty_text = empty_text

    def clone_kwargs(self) -> dict[str, Any]:
        return {**super().clone_kwargs(), "empty_text": self.empty_text}

    def format_value_for_display(self, value: Any) -> Any:
        if not value:
            return self.empty_text
        if self.field_name == "email":
            return format_html('<a href="mailto:{}">{}</a>', value, _("Answer %(email)s") % {"email": value})
        return super().format_value_for_display(value)


class AnswerColumn(Column):
    def get_value(self, instance: ContactMessage) -> Any:
        day = instance.answered_at
        return date_format(localtime(day), "j F Y") if day else _("Unanswered")


class ContactMessageViewSet(SnippetViewSet):
    """Staff read a message, and note when it was answered and what was done. They cannot change the message."""

    model = ContactMessage
    icon = "mail"
    menu_label = _("Messages")
    menu_order = 230
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "opening",
        "kind",
        Column("sender", label=_("From")),
        "page",
        "sent_at",
        AnswerColumn("answered_at", label=_("Answered"), sort_key="answered_at"),
    ]
    list_filter = ["kind", "answered_at"]
    ordering = [F("answered_at").desc(nulls_first=True), "-sent_at"]
    inspect_view_enabled = True
    panels = [
        ReadOnlyPanel("kind"),
        ReadOnlyPanel("text"),
        ReadOnlyPanel("page", empty_text=_("Not stated")),
        ReadOnlyPanel("email", empty_text=_("Does not want an answer")),
        ReadOnlyPanel("member", empty_text=_("Not signed in")),
        ReadOnlyPanel("sent_at"),
        FieldPanel("answered_at"),
        FieldPanel("note"),
    ]


register_snippet(ContactMessageViewSet)
