from __future__ import annotations

from community.members.models import Member
from community.organisations.models import Membership, Organisation
from community.organisations.services import confirm_by_address, create_organisation, join_organisation
from community.statements.inputs import StatementInput
from community.statements.models import StatementKind
from community.statements.services import write_statement
from demonstration.entries import Entry, entries
from demonstration.load.members import administrators, by_email
from demonstration.load.terms import Terms

FIELDS = ("slug", "description", "description_en", "website", "email_domain")


def by_key() -> dict[str, Organisation]:
    """An entry's key is its organisation's slug."""
    keys = [entry["key"] for entry in entries("organisation")]
    return {organisation.slug: organisation for organisation in Organisation.objects.filter(slug__in=keys)}


def load_organisations(terms: Terms) -> int:
    known, founders = by_key(), administrators()
    added = [entry for entry in entries("organisation") if entry["key"] not in known]
    for entry in added:
        add_organisation(entry, founders[entry["key"]], terms)
    return len(added)


def add_organisation(entry: Entry, founder: Member, terms: Terms) -> None:
    organisation = create_organisation(
        name=entry["name"], kind=entry["kind"], place=terms.places[entry["place"]], actor=founder
    )
    organisation.slug = entry["key"]
    organisation.description, organisation.description_en = entry["description_sv"], entry["description_en"]
    organisation.website = entry["website"]
    organisation.email_domain = founder.email.rpartition("@")[2]
    organisation.save(
        update_fields=["slug", "description", "description_en", "website", "email_domain", "updated_at"]
    )
    confirm_by_address(member=founder)
    for kind in StatementKind:
        for entry_said in entry[kind]:
            said = StatementInput(
                kind=kind,
                text=entry_said["sv"],
                text_en=entry_said["en"],
                capability=terms.capabilities.get(entry_said.get("capability", "")),
                contact=founder,
                **terms.of(entry_said, ("areas", "technologies")),
            )
            write_statement(actor=founder, organisation=organisation, said=said)


def load_memberships() -> int:
    """Those who belong nowhere yet join their organisation, by the domain of their address."""
    people, organisations = by_email(), by_key()
    settled = set(Membership.objects.values_list("member__email", flat=True))
    joining = [
        entry for entry in entries("member") if "organisation" in entry and entry["email"] not in settled
    ]
    for entry in joining:
        join_organisation(actor=people[entry["email"]], organisation=organisations[entry["organisation"]])
    return len(joining)
