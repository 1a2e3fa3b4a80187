"""Views of pages in Wagtail's admin that replace Wagtail's own."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.pages.copy import CopyView
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.workflow import CollectWorkflowActionDataView, WorkflowActionView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.forms import TaskStateCommentForm
from wagtail.models import Page

from core.numbers import row_number
from core.text import has_visible_sign


def lock_parent(request: HttpRequest, parent_page: Page) -> None:
    """Prevent other pages from being added below the same parent until the transaction ends.

    Wagtail checks that the address is free before it adds the page. Without the lock a second request could take the
    address in between, and the first would end in a server error instead of an error at the field.
    """
    parent = row_number(request.POST.get("new_parent_page", "")) or parent_page.pk
    Page.objects.select_for_update().filter(pk=parent).first()
    # `numchild` was read before the lock. Where it is 0, Wagtail does not look for a child with the same address.
    parent_page.refresh_from_db(fields=["numchild"])


class CreatePageView(CreateView):
    """Switches off Wagtail's autosave. Autosave would create the page, and a "Publish" that the editor sends before the
    browser knows of it would create it a second time."""

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lock_parent(request, self.parent_page)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "autosave_enabled": False}


class CopyPageView(CopyView):
    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lock_parent(request, self.parent_page)
        return super().post(request, *args, **kwargs)


class ReasonForm(TaskStateCommentForm):
    """The reason for which a reviewer sends a page back."""

    comment = forms.CharField(
        label=_("What should the author change?"),
        help_text=_("The author reads it on the site and by e-mail."),
        error_messages={"required": _("Write what the author should change.")},
        max_length=2_000,
        widget=forms.Textarea({"rows": 4}),
    )

    def clean_comment(self) -> str:
        """Refuse a reason without a visible character, like a missing one."""
        reason: str = self.cleaned_data["comment"]
        if not has_visible_sign(reason):
            raise forms.ValidationError(self.fields["comment"].error_messages["required"])
        return reason


class ReviewView(WorkflowActionView):
    """Wagtail's dialogue for a reviewer's answer. A page is not sent back without a reason."""

    def get_form_class(self) -> type[forms.Form]:
        return ReasonForm if self.action_name == "reject" else super().get_form_class()


class CollectReasonView(CollectWorkflowActionDataView):
    """The same dialogue, opened from the editor."""

    def get_form_class(self) -> type[forms.Form]:
        return ReasonForm if self.action_name == "reject" else super().get_form_class()


class EditPageView(EditView):
    def perform_workflow_action(self) -> HttpResponse:
        """Refuse a page that is sent back without a reason, by a request that did not come from the dialogue."""
        collected = self.collected()
        if self.workflow_action == "reject":
            reason = ReasonForm(collected)
            if not reason.is_valid():
                self.form.add_error(None, reason.errors["comment"])
                return self.form_invalid(self.form)
        return super().perform_workflow_action()

    def collected(self) -> dict[str, Any]:
        """Return the dialogue's data. Wagtail uses it unchecked, so invalid data is answered here with status 400."""
        try:
            data = json.loads(self.request.POST.get("workflow-action-extra-data", "{}"))
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict) or data.keys() - {"comment"}:
            raise BadRequest
        return data


class PagesViewSet(PageViewSet):
    model = Page
    add_view_class = CreatePageView
    copy_view_class = CopyPageView
    edit_view_class = EditPageView
    workflow_action_view_class = ReviewView
    collect_workflow_action_data_view_class = CollectReasonView
