from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.members.requests import MemberRequest
from community.organisations.models import Membership, Organisation
from community.statements import limits, policies, services
from community.statements.forms import StatementForm
from community.statements.models import Statement, StatementKind
from core import topics
from core.audience import organisation_token
from core.forms import form_page, refusals_as_messages, refusals_in_form
from core.numbers import row_number
from core.requests import SiteRequest
from knowledge.vocabulary import read_list
from subjects.models import Subject, Visibility

PAGE_SIZE = 20
FACETS = ("statement_kind", "capability", "area", "technology", "place")
SORTS = ("newest", "ending")


def statements(request: SiteRequest) -> HttpResponse:
    """The current statements of organisations. Those of published inventories are found by search."""
    topics.page_uses(topics.listing("statement"))
    kinds = {"statement_kind": StatementKind.choices}
    asked, filters = read_list(request.GET, facets=FACETS, sorts=SORTS, fixed=kinds)
    own = Statement.objects.visible_to(request.viewer).current().filter(is_reference=False)
    found = own.narrowed(asked.chosen).for_list().sorted_by(asked.sort)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    with_subjects(page.object_list)
    context = {"page": page, "filters": filters, "own": request.viewer.organisation_ids}
    return render(request, "statements/statements.html", context)


def with_subjects(found: Iterable[Any]) -> None:
    """Set `belongs_to` on each statement: the object it is about, or None. A few queries for all."""
    found = list(found)
    ids = {one.about_id for one in found if one.about_id}
    objects = Subject.objects.filter(pk__in=ids).loaded() if ids else {}
    for one in found:
        one.belongs_to = objects.get(one.about_id)


def statement(request: SiteRequest, pk: int) -> HttpResponse:
    visible = Statement.objects.visible_to(request.viewer).for_list()
    found: Any = get_object_or_404(
        visible.select_related("about", "contact").prefetch_related("technologies"), pk=pk
    )
    topics.page_uses(topics.subject("statement", pk))
    with_subjects([found])
    can_change = policies.can_change(request.viewer, found)
    speaks = Membership.objects.confirmed().filter(member=found.contact_id or 0)
    context = {
        "statement": found,
        "can_change": can_change,
        "shows_visibility": found.ended_at is None
        and (found.visibility != Visibility.PUBLIC or can_change.allowed),
        "contact_speaks": speaks.filter(organisation=found.organisation_id).exists(),
        "earlier": found.earlier_texts.select_related("replaced_by") if can_change else [],
    }
    return render(request, "statements/statement.html", context)


@login_required
def write(request: MemberRequest, slug: str) -> HttpResponse:
    """Write a statement of an organisation. `?about=<subject>` is the subject that it belongs to."""
    visible = Organisation.objects.visible_to(request.viewer).select_related("subject")
    organisation = get_object_or_404(visible, slug=slug)
    about = None
    if asked := request.GET.get("about", ""):
        seen = Subject.objects.visible_to(request.viewer)
        about = get_object_or_404(seen, pk=row_number(asked) or 0)
    policies.can_write(request.viewer, organisation, about).require()
    form = StatementForm(
        request.POST or None,
        member=request.user,
        organisation=organisation,
        about=about,
        initial={"kind": request.GET.get("kind") or StatementKind.OFFERS},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            limits.STATING.apply(request, organisation_token(organisation.pk))
            services.write_statement(
                actor=request.user, organisation=organisation, about=about, said=form.said()
            )
            messages.success(request, _("Added. It is now shown on the page."))
            return redirect(about.object if about else organisation)
    context = {
        "heading": _("What do you offer or seek?"),
        "organisation": organisation,
        "belongs_to": about.object if about else None,
    }
    return form_page(request, "statements/write.html", form, context)


@login_required
def change(request: MemberRequest, pk: int) -> HttpResponse:
    found = own_statement(request, pk)
    form = StatementForm(
        request.POST or None,
        member=request.user,
        organisation=found.organisation,
        about=found.about,
        kept=found,
        initial=StatementForm.initial_of(found),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            limits.STATING.apply(request, organisation_token(found.organisation_id))
            services.change_statement(actor=request.user, statement=found, said=form.said())
            messages.success(request, _("Saved. The earlier text is kept below."))
            return redirect(found)
    context = {"heading": _("Change it"), "organisation": found.organisation, "statement": found}
    return form_page(request, "statements/write.html", form, context)


@login_required
@require_POST
def end(request: MemberRequest, pk: int) -> HttpResponse:
    """End a statement. Its page then offers to undo that."""
    found = own_statement(request, pk)
    with refusals_as_messages(request):
        limits.STATING.apply(request, organisation_token(found.organisation_id))
        services.end_statement(actor=request.user, statement=found)
        messages.success(request, _("Ended. It is no longer shown to others, and you can reopen it here."))
    return redirect(found)


@login_required
@require_POST
def reopen(request: MemberRequest, pk: int) -> HttpResponse:
    found = own_statement(request, pk)
    with refusals_as_messages(request):
        limits.STATING.apply(request, organisation_token(found.organisation_id))
        services.reopen_statement(actor=request.user, statement=found)
        messages.success(request, _("Reopened. It is shown again."))
    return redirect(found)


@login_required
@require_POST
def renew(request: MemberRequest, pk: int) -> HttpResponse:
    found = own_statement(request, pk)
    with refusals_as_messages(request):
        limits.STATING.apply(request, organisation_token(found.organisation_id))
        until = services.renew_statement(actor=request.user, statement=found)
        messages.success(request, _("It stands until %(day)s.") % {"day": date_format(until, "j F Y")})
    return redirect(found)


def own_statement(request: MemberRequest, pk: int) -> Statement:
    """The statement, where the viewer may change it. Raises Http404 or `NotAllowed`."""
    visible = Statement.objects.visible_to(request.viewer)
    related = visible.select_related("subject", "organisation__subject", "about", "capability")
    found = get_object_or_404(related, pk=pk)
    policies.can_change(request.viewer, found).require()
    return found
