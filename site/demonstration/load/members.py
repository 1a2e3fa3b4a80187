from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from community.members.models import Member
from community.members.services import accept_terms
from demonstration.accounts import PASSWORD
from demonstration.entries import entries
from knowledge.models import PolicyText
from knowledge.seeding import EDITORS


def load_members() -> int:
    """People with confirmed addresses. They share one password, hashed once: that alone would else take a minute."""
    known = set(Member.objects.values_list("email", flat=True))
    password = make_password(PASSWORD)
    added = []
    for entry in entries("member"):
        if entry["email"] in known:
            continue
        first_name, _, last_name = entry["name"].partition(" ")
        added.append(
            Member(
                email=entry["email"],
                first_name=first_name,
                last_name=last_name,
                title=entry["title"],
                is_staff=entry.get("is_staff", False),
                password=password,
            )
        )
    Member.objects.bulk_create(added)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=member, email=member.email, verified=True, primary=True) for member in added
    )
    versions = PolicyText.objects.versions(timezone.localdate())
    for member in added:
        accept_terms(member=member, versions=versions)
    for member in added:
        if member.is_staff:
            TOTP.activate(member, generate_totp_secret())
            RecoveryCodes.activate(member)
    Group.objects.get(name=EDITORS).user_set.add(*(member for member in added if member.is_staff))
    return len(added)


def by_email() -> dict[str, Member]:
    return {member.email: member for member in Member.objects.filter(email__endswith=".example")}


def editor() -> Member:
    """The first of staff, in whose name the editorial pages stand."""
    return Member.objects.get(
        email=next(entry["email"] for entry in entries("member") if entry.get("is_staff"))
    )


def administrators() -> dict[str, Member]:
    """By organisation's key: the member who speaks for it."""
    people = by_email()
    employed = (entry for entry in entries("member") if entry.get("role") == "admin")
    return {entry["organisation"]: people[entry["email"]] for entry in employed}
