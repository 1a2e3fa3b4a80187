from __future__ import annotations

from typing import Any
from uuid import uuid4

from allauth.account.forms import SignupForm
from allauth.core import context
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.members.forms import PASSWORD_HELP, EntranceForm
from community.members.models import Member
from community.members.services import accept_terms
from community.organisations import naming, services
from community.organisations.models import Kind, Organisation
from community.organisations.names import name_key
from core import topics
from core.audience import ANONYMOUS
from core.fields import NameFormField, PersonNameFormField
from core.forms import RequiredMessageMixin, refusals_in_form
from core.requests import SiteRequest
from knowledge.forms import PlaceField
from knowledge.models import PolicyText


class OrganisationByName(NameFormField):
    """The full name of an organisation, with suggestions while the user types. Cleans to the name on one line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"list": "organisation-names", "autocomplete": "off"})
        )
        super().__init__(max_length=250, **kwargs)

    def clean(self, value: Any) -> str:
        name = super().clean(value)
        if name and not name_key(name):
            raise forms.ValidationError(_("Write the organisation's name using letters."))
        return name


def organisation_named_in(request: SiteRequest) -> str:
    """The name of the organisation from whose page the reader comes: `?organisation=<slug>`; else empty."""
    slug = request.GET.get("organisation", "")
    found = Organisation.objects.visible_to(request.viewer).filter(slug=slug).first() if slug else None
    return found.name if found else ""


class KindField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        choices = [("", _("Choose a kind")), *Kind.choices]
        super().__init__(label=_("Kind of organisation"), choices=choices, **kwargs)


class SignUpForm(EntranceForm, SignupForm):
    """Sign-up for an account and for the member's organisation, in one step."""

    first_name = PersonNameFormField(
        label=_("First name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = PersonNameFormField(
        label=_("Last name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    organisation = OrganisationByName(
        label=_("Your organisation"),
        help_text=_(
            "Start typing and choose from the list. All Swedish municipalities and regions are included."
        ),
    )
    is_new = forms.BooleanField(label=_("My organisation is not in the list: add it"), required=False)
    kind = KindField(required=False, help_text=_("Needed only if you add a new organisation."))
    place = PlaceField()
    accepts = forms.BooleanField(
        label=_("I have read how personal data is handled, and I accept the terms of use")
    )

    field_order = [
        *("first_name", "last_name", "email", "password1"),
        *("organisation", "is_new", "kind", "place", "accepts"),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Work e-mail address")
        self.fields["password1"].help_text = PASSWORD_HELP
        self.fields["organisation"].initial = organisation_named_in(context.request)
        self.fields["accepts"].error_messages["required"] = _("Read the two texts and tick the box to join.")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        name = data.get("organisation")
        if not name:
            return data
        seen = Organisation.objects.visible_to(ANONYMOUS)
        data["known"] = None if data.get("is_new") else seen.named(name)
        if not data.get("is_new"):
            if data["known"] is None:
                self.add_error(
                    "organisation",
                    _(
                        "We could not find an organisation with that name. Choose one from the list, or tick "
                        "the box below to add yours."
                    ),
                )
            return data
        if not data.get("kind"):
            self.add_error("kind", _("Choose what kind of organisation it is."))
        with refusals_in_form(self, "organisation"):
            naming.require_name_not_seen(name, naming.country_of(data.get("place")), ANONYMOUS)
        return data

    def try_save(self, request: HttpRequest) -> tuple[Member | None, Any]:
        """Do the same work for an address that is taken, and roll it back: the response time must reveal nothing."""
        if self.account_already_exists:
            self.save_and_take_back(request)
        return super().try_save(request)

    def save_and_take_back(self, request: HttpRequest) -> None:
        email = self.cleaned_data["email"]
        self.account_already_exists, self.cleaned_data["email"] = False, f"{uuid4().hex}@taken.invalid"
        with transaction.atomic():
            self.save(request)
            transaction.set_rollback(True)
        # A new account invalidates these topics when its name is saved. Without this call, the time of a later page
        # view would reveal that the address is taken.
        topics.invalidate(topics.NAMES)
        self.account_already_exists, self.cleaned_data["email"] = True, email

    @transaction.atomic
    def save(self, request: HttpRequest) -> Member:
        """Create the account with its membership, or neither."""
        return super().save(request)

    def signup(self, request: HttpRequest, user: Member) -> None:
        data = self.cleaned_data
        user.first_name, user.last_name = data["first_name"], data["last_name"]
        user.save(update_fields=["first_name", "last_name"])
        accept_terms(member=user, versions=PolicyText.objects.versions(timezone.localdate()))
        new = {} if data["known"] else {"kind": data["kind"], "place": data["place"]}
        services.plan_organisation(member=user, name=data["organisation"], known=data["known"], **new)


class JoinForm(RequiredMessageMixin, forms.Form):
    organisation = OrganisationByName(label=_("Organisation"))


class CreateOrganisationForm(RequiredMessageMixin, forms.Form):
    """A new organisation, added by a member with an account."""

    name = OrganisationByName(label=_("Name of the organisation"), widget=forms.TextInput)
    kind = KindField()
    place = PlaceField()


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["description", "description_en", "website"]
        widgets = {
            "description": forms.Textarea(attrs={"lang": "sv"}),
            "description_en": forms.Textarea(attrs={"lang": "en"}),
        }
