from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from community.members.models import Member
from community.participation.models import Participation, Role
from community.projects.cards import Card
from community.projects.models import Project
from community.projects.services import adopt, post_project
from community.statements.inputs import StatementInput
from community.statements.splitting import sentences_in
from demonstration.entries import Entry, entries
from demonstration.load.knowledge import work_by_key
from demonstration.load.members import administrators, by_email
from demonstration.load.organisations import by_key as organisations_by_key
from demonstration.load.terms import Terms
from knowledge.models import Story

SAID = ("title", "stage", "benefit", "stop_reason", "language", "description", "tags")


def by_key() -> dict[str, Project]:
    """A project is known by its organisation and its title."""
    projects = Project.objects.select_related("organisation")
    known = {(project.organisation.slug, project.title): project for project in projects}
    named = {entry["key"]: (entry["organisation"], entry["title"]) for entry in entries("project")}
    return {key: known[name] for key, name in named.items() if name in known}


def load_projects(terms: Terms, now: datetime) -> int:
    known, people, organisations = by_key(), by_email(), organisations_by_key()
    # Oldest first, as they would have come.
    added = sorted(
        (entry for entry in entries("project") if entry["key"] not in known),
        key=lambda entry: -entry["days_ago"],
    )
    for entry in added:
        contact = people[entry["contact"]]
        project = post_project(
            actor=contact,
            organisation=organisations[entry["organisation"]],
            card=card_of(entry, contact, terms),
            statements=statements_of(entry, contact, terms, now),
        )
        Participation.objects.bulk_create(
            Participation(
                subject=project.subject,
                organisation=organisations[partner["organisation"]],
                role=partner["role"],
                author=contact,
            )
            for partner in entry.get("partners", [])
        )
        date_project(project, now - timedelta(days=entry["days_ago"]))
    return len(added)


def card_of(entry: Entry, contact: Member, terms: Terms) -> Card:
    said: dict[str, Any] = {name: entry[name] for name in SAID if name in entry}
    return Card(
        **said,
        **terms.of(entry),
        place=terms.places[entry["place"]],
        contact=contact,
        story={name: entry[name] for name in Story.STORY_FIELDS if name in entry},
    )


def statements_of(entry: Entry, contact: Member, terms: Terms, now: datetime) -> list[StatementInput]:
    """The statements about the project. Those that seek something end after some months."""
    is_english = entry["language"] == "en"
    return [
        StatementInput(
            kind=kind,
            capability=terms.capabilities[entry[f"{kind}_capability"]],
            until=(now + timedelta(days=180 - entry["days_ago"] % 60)).date() if kind == "seeks" else None,
            contact=contact,
            text="" if is_english else text,
            text_en=text if is_english else "",
            **terms.of(entry, ("areas", "technologies")),
        )
        for kind in ("offers", "seeks")
        for text in sentences_in(entry.get(kind, ""))
    ]


def date_project(project: Project, posted: datetime) -> None:
    Project.objects.filter(pk=project.pk).update(
        created_at=posted, updated_at=posted, first_published_at=posted, last_published_at=posted
    )
    project.revisions.update(created_at=posted)
    project.subject.participations.update(created_at=posted)
    project.subject.statements.update(created_at=posted, updated_at=posted)


def load_adoptions(now: datetime) -> int:
    organisations, actors, projects, works = organisations_by_key(), administrators(), by_key(), work_by_key()
    adopted = Participation.objects.filter(role=Role.ADOPTER)
    known = set(adopted.values_list("organisation__slug", "subject"))
    added = 0
    for entry in entries("adoption"):
        subject = projects[entry["project"]] if "project" in entry else works[entry["work"]]
        if (entry["organisation"], subject.subject_id) in known:
            continue
        participation = adopt(
            actor=actors[entry["organisation"]],
            organisation=organisations[entry["organisation"]],
            subject=subject,
            **{name: entry[name] for name in ("stage", "note", "results", "since") if name in entry},
        )
        said = min(now, timezone.make_aware(datetime.combine(entry["since"], time(9))))
        Participation.objects.filter(pk=participation.pk).update(created_at=said)
        added += 1
    return added
