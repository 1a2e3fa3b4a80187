from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from community.members.models import Member
from community.participation.models import Measure, Participation, Role, StageChange
from community.participation.services import ResultInput, add_result
from community.projects.cards import Card
from community.projects.models import Project
from community.projects.services import adopt, post_project
from demonstration.entries import Entry, entries
from demonstration.load.knowledge import work_by_key
from demonstration.load.members import administrators, by_email
from demonstration.load.organisations import by_key as organisations_by_key
from demonstration.load.terms import Terms
from knowledge.models import Story

SAID = ("title", "stage", "benefit", "stop_reason", "offers", "seeks", "language", "description", "tags")


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


def date_project(project: Project, posted: datetime) -> None:
    Project.objects.filter(pk=project.pk).update(
        created_at=posted, updated_at=posted, first_published_at=posted, last_published_at=posted
    )
    project.revisions.update(created_at=posted)
    project.subject.participations.update(created_at=posted)
    StageChange.objects.filter(subject=project.subject).update(date=posted.date())


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
        StageChange.objects.filter(
            subject=participation.subject_id, organisation=participation.organisation_id
        ).update(date=said.date())
        added += 1
    return added


def load_results() -> int:
    """Add the measured results to participations that have none."""
    actors, projects, works = administrators(), by_key(), work_by_key()
    measures = {measure.code: measure for measure in Measure.objects.all()}
    measuring = Participation.objects.filter(role__in=[Role.OWNER, Role.ADOPTER], measured_results=None)
    without = {
        (each.organisation.slug, each.subject_id): each for each in measuring.select_related("organisation")
    }
    added = 0
    for entry in entries("result"):
        subject = projects[entry["project"]] if "project" in entry else works[entry["work"]]
        participation = without.get((entry["organisation"], subject.subject_id))
        if participation is None:
            continue
        add_result(
            actor=actors[entry["organisation"]],
            participation=participation,
            given=result_of(entry, measures),
        )
        added += 1
    return added


def result_of(entry: Entry, measures: dict[str, Measure]) -> ResultInput:
    said: Entry = {name: value for name, value in entry.items() if name in ResultInput.__dataclass_fields__}
    said |= {name: Decimal(str(said[name])) for name in ("value", "low", "high") if name in said}
    said["measure"] = measures.get(entry.get("measure", ""))
    return ResultInput(**said)


def load_history() -> int:
    """Add the earlier stages of works whose only recorded stage is the present one, in the order of the entries."""
    works = work_by_key()
    histories: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries("stage_change"):
        histories[works[entry["work"]].subject_id].append(entry)
    added = 0
    for subject_id, changes in histories.items():
        recorded = StageChange.objects.of_subject_itself(subject_id)
        if recorded.count() != 1:
            continue
        recorded.delete()
        added += len(
            StageChange.objects.bulk_create(
                StageChange(subject_id=subject_id, stage=change["stage"], date=change["date"])
                for change in changes
            )
        )
    return added
