from __future__ import annotations

from dataclasses import replace

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.members.models import Member
from community.members.requests import MemberRequest
from community.organisations import limits, naming, policies, services
from community.organisations.answers import Answer
from community.organisations.forms import (
    CreateOrganisationForm,
    JoinForm,
    OrganisationForm,
    organisation_named_in,
)
from community.organisations.models import (
    PUBLIC_KINDS,
    Kind,
    Membership,
    Organisation,
    PlannedOrganisation,
    Role,
)
from core import topics
from core.forms import form_page, refusals_as_messages, refusals_in_form
from core.listing import address
from core.requests import SiteRequest
from knowledge.vocabulary import read_list

PAGE_SIZE = 30
SUGGESTED = 6
FACETS = ("kind", "place", "area", "technology")
SORTS = ("joined", "name")
NAMES_OFFERED = 12


def organisations(request: SiteRequest) -> HttpResponse:
    """All organisations that the viewer may see; those that take part first."""
    topics.page_uses(topics.listing("organisation"))
    asked, filters = read_list(request.GET, facets=FACETS, sorts=SORTS, fixed={"kind": Kind.choices})
    found = Organisation.objects.visible_to(request.viewer).narrowed(asked.chosen).with_place().with_counts()
    found = found.sorted_by("name" if asked.letter else asked.sort)
    if asked.letter:
        found = found.beginning_with(asked.letter)
    if asked.text:
        found = found.matching(asked.text)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "asked": asked,
        "filters": filters,
        "unlettered": not (asked.letter or asked.text),
        "all_letters": address(replace(asked, letter="")),
    }
    return render(request, "organisations/organisations.html", context)


def suggestions(request: SiteRequest) -> HttpResponse:
    """Organisations whose names contain the text, as options for the list below a search field."""
    limits.LOOKING_UP.apply(request)
    text = " ".join(request.GET.get("q", "").split())[:100]
    found = Organisation.objects.visible_to(request.viewer).matching(text)[:SUGGESTED] if text else []
    options = [{"href": one.get_absolute_url(), "text": one.name, "about": one.kind_label} for one in found]
    return render(request, "partials/suggestions.html", {"suggestions": options})


def organisation(request: SiteRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Organisation.objects.visible_to(request.viewer).with_place(), slug=slug)
    topics.page_uses(topics.subject("organisation", found.pk))
    context = {
        "organisation": found,
        "people": found.memberships.people(),
        "can_edit": policies.can_edit(request.viewer, found),
        "can_speak": policies.can_speak_for(request.viewer, found),
        "own_membership": found.memberships.filter(member_id=request.viewer.member_id or 0).first(),
    }
    if context["can_edit"]:
        context["waiting"] = found.memberships.asking()
        context["answered"] = undoable(request, found)
    return render(request, "organisations/organisation.html", context)


def undoable(request: SiteRequest, organisation: Organisation) -> dict[str, object] | None:
    """The answer that was just given, as the query string holds it; None where it can no longer be undone."""
    seal = request.GET.get("answered", "")
    answer = Answer.opened(seal) if seal else None
    if answer is None or answer.organisation_id != organisation.pk or not answer.stands:
        return None
    return {"answer": answer, "member": Member.objects.get(pk=answer.member_id), "seal": seal}


def names(request: SiteRequest) -> HttpResponse:
    """Names that begin with or contain the text, as options for a data list."""
    limits.LOOKING_UP.apply(request)
    text = request.GET.get("organisation", "")[:100]
    known = Organisation.objects.visible_to(request.viewer).with_place()
    found = known.matching(text)[:NAMES_OFFERED] if len(text) > 1 else []
    return render(request, "organisations/names.html", {"organisations": found})


@login_required
def edit(request: MemberRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Organisation.objects.visible_to(request.viewer), slug=slug)
    policies.can_edit(request.viewer, found).require()
    form = OrganisationForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        limits.EDITING.apply(request)
        services.edit_organisation(actor=request.user, organisation=found, **form.cleaned_data)
        messages.success(request, _("The organisation's page has been saved."))
        return redirect(found)
    return form_page(request, "organisations/edit.html", form, {"organisation": found})


@login_required
def mine(request: MemberRequest) -> HttpResponse:
    """The member's own organisation; a list where there are several, or the form to join one where there is none."""
    found = list(Organisation.objects.joined_by(request.user.pk).with_place().with_counts())
    if len(found) > 1:
        return render(request, "organisations/mine.html", {"organisations": found})
    return redirect(found[0] if found else "organisations:join")


@login_required
def join(request: MemberRequest) -> HttpResponse:
    """Ask to speak for another organisation."""
    form = JoinForm(request.POST or None, initial={"organisation": organisation_named_in(request)})
    if request.method == "POST" and form.is_valid():
        found = Organisation.objects.visible_to(request.viewer).named(form.cleaned_data["organisation"])
        if found is None:
            form.add_error(
                "organisation",
                _("We could not find an organisation with that name. Choose one from the list."),
            )
        else:
            limits.JOINING.apply(request)
            services.join_organisation(actor=request.user, organisation=found)
            messages.success(request, _("You have asked to represent %(name)s.") % {"name": found.name})
            return redirect(found)
    return form_page(request, "organisations/join.html", form)


@login_required
def add(request: MemberRequest) -> HttpResponse:
    """Add a new organisation. The form starts with the one named at sign-up, where it is not created yet."""
    policies.can_create_organisation(request.viewer).require()
    plan = PlannedOrganisation.objects.filter(member=request.user).first()
    planned = {"name": plan.name, "kind": plan.kind, "place": plan.place} if plan else None
    form = CreateOrganisationForm(request.POST or None, initial=planned)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form, "name"):
            limits.CREATING.apply(request)
            added = services.create_organisation(actor=request.user, **form.cleaned_data)
            messages.success(request, _("%(name)s has been added.") % {"name": added.name})
            return redirect(added)
    return form_page(request, "organisations/add.html", form)


@login_required
def welcome(request: MemberRequest) -> HttpResponse:
    """The next steps for a member who has just joined."""
    membership = request.user.memberships.select_related("organisation").order_by("pk").first()
    verified = EmailAddress.objects.filter(user=request.user, verified=True).exists()
    plan = PlannedOrganisation.objects.filter(member=request.user).select_related("place", "known").first()
    seen = Organisation.objects.visible_to(request.viewer)
    done = [verified, bool(membership and membership.confirmed_at)]
    context = {
        "membership": membership,
        "plan": plan,
        "refusal": naming.refusal_of(plan) if plan and verified else None,
        "twin": seen.taking_name(plan.name, public=PUBLIC_KINDS).first() if plan else None,
        "verified": verified,
        "left": 1 + done.count(False),
        "admins": membership.organisation.memberships.administrators() if membership else [],
    }
    return render(request, "organisations/welcome.html", context)


@login_required
@require_POST
def answer_request(request: MemberRequest, pk: int) -> HttpResponse:
    """Confirm a waiting colleague, or decline the request. Both can be undone."""
    seen = Organisation.objects.visible_to(request.viewer)
    memberships = Membership.objects.filter(organisation__in=seen).select_related("organisation", "member")
    asked = memberships.filter(pk=pk).first()
    lets_in = request.POST.get("answer") == "yes"
    if asked is None or (asked.confirmed_at and not lets_in):
        messages.info(request, _("This request has already been answered. The page shows the current state."))
        return redirect(get_object_or_404(seen, slug=request.POST.get("organisation")))
    answer, response = Answer.awaited(asked), redirect(asked.organisation)
    with refusals_as_messages(request):
        if lets_in:
            services.confirm_membership(actor=request.user, membership=asked)
        else:
            services.decline_membership(actor=request.user, membership=asked)
        if asked.member_id == request.user.pk and not lets_in:
            names = {"name": asked.organisation.name}
            messages.success(request, _("You have withdrawn your request to represent %(name)s.") % names)
        else:
            answer = replace(answer, confirmed_at=asked.confirmed_at)
            response["Location"] += f"?answered={answer.sealed()}"
    return response


@login_required
def membership(request: MemberRequest, slug: str, pk: int) -> HttpResponse:
    """A colleague who speaks for the organisation: change their role, or end their membership."""
    found = get_object_or_404(Organisation.objects.visible_to(request.viewer), slug=slug)
    theirs = get_object_or_404(found.memberships.confirmed().select_related("member", "organisation"), pk=pk)
    policies.can_decline(request.viewer, theirs).require()
    is_own = theirs.member_id == request.user.pk
    if said := changed(request, theirs, is_own=is_own):
        messages.success(request, said % {"who": theirs.member.name, "name": found.name})
        return redirect(found)
    context = {
        "membership": theirs,
        "is_own": is_own,
        "is_last": theirs.administers and found.memberships.administrators().count() == 1,
        "can_give_role": policies.can_give_role(request.viewer, theirs),
    }
    return render(request, "organisations/membership.html", context)


def changed(request: MemberRequest, theirs: Membership, *, is_own: bool) -> str:
    """Do what the form asks for, if anything, and return the message for the next page."""
    match request.POST.get("change"):
        case Role.ADMIN:
            services.give_role(actor=request.user, membership=theirs, role=Role.ADMIN)
            return _("%(who)s is now an administrator of %(name)s.")
        case Role.MEMBER:
            services.give_role(actor=request.user, membership=theirs, role=Role.MEMBER)
            return _("%(who)s is no longer an administrator of %(name)s.")
        case "end":
            services.decline_membership(actor=request.user, membership=theirs)
            return (
                _("You no longer represent %(name)s.")
                if is_own
                else _("%(who)s no longer represents %(name)s.")
            )
    return ""


@login_required
@require_POST
def undo_answer(request: MemberRequest) -> HttpResponse:
    """Undo an answer, so that the request waits again."""
    answer = Answer.opened(request.POST.get("answered", ""))
    if answer is None:
        raise services.AnsweredSince
    found = get_object_or_404(Organisation.objects.visible_to(request.viewer), pk=answer.organisation_id)
    with refusals_as_messages(request):
        services.undo_answer(actor=request.user, answer=answer)
        messages.success(request, _("Undone. The request waits for an answer again."))
    return redirect(found)
