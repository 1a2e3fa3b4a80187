"""Stores published cards as projects, in the same tables as members' own. Each chunk is one transaction.

How a chunk is stored. `Store.write` first finds or creates everything that the cards refer to: organisations (by
`OrganisationResolver`) and tags. `create` inserts new projects and their `ImportedRecord`, which has the origin of the
project and by which a second import finds it again. `change` stores the present state of changed records in
`ImportedChange`, for undoing, deletes their imported relations and writes the new fields. `relate` then inserts terms,
tags, participations and statements of new and changed projects alike.

All writes are bulk statements, which send no signals. So `create_subjects` and `derive_audiences` are called here, the
page cache is invalidated, and one state signal announces all projects of the chunk. Participations that members added
have `is_reference` False and are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from community.inventories.models import ImportedChange, ImportedRecord, ImportRun
from community.inventories.project_rows import (
    RECORD,
    STATED,
    TEXTS,
    add_statements,
    add_terms,
    clear,
    imported_participation,
    imported_statement,
    in_language,
    save,
)
from community.inventories.published import TERMS, Published
from community.inventories.states import states
from community.inventories.vocabulary import Vocabulary
from community.organisations.matching import OrganisationQuery, OrganisationResolver
from community.organisations.models import Organisation
from community.participation.models import Participation, Role
from community.projects.models import Project, TaggedProject
from community.projects.signals import ProjectsChanged, projects_changed
from community.projects.topics import invalidate_references
from community.statements.splitting import sentences_in
from core.signals import send_state
from knowledge.models import Tag
from subjects.services import create_subjects


class Store:
    """Writes the cards of one run. It caches organisations and tags between chunks; call `forget` if a chunk fails."""

    def __init__(self, run: ImportRun, vocabulary: Vocabulary) -> None:
        self.run = run
        self.vocabulary = vocabulary
        self.register: OrganisationResolver | None = None
        self.tags: dict[str, int] = {}

    @transaction.atomic
    def write(self, new: Sequence[Published], changed: Sequence[tuple[ImportedRecord, Published]]) -> None:
        """Store new and changed cards, all or none."""
        cards = [*new, *(card for _record, card in changed)]
        organisations = self.resolve_or_create(cards, {card.record_id for card in new})
        self.look_up_tags(cards)
        created = self.create(new, organisations)
        owners = {record.project.organisation_id for record, _card in changed}
        self.change(changed, organisations)
        projects = [*created, *(record.project for record, _card in changed)]
        self.relate(dict(zip((project.pk for project in projects), cards, strict=True)), organisations)
        invalidate_references(projects, {*owners, *(each.pk for each in organisations.values())})
        send_state(projects_changed, ProjectsChanged(tuple(project.pk for project in projects)))

    def forget(self) -> None:
        """Empty the caches after a rollback: they may name rows that no longer exist."""
        self.register = None
        self.tags = {}

    # Organisations and tags

    def resolve_or_create(
        self, cards: Sequence[Published], new: set[str]
    ) -> dict[OrganisationQuery, Organisation]:
        if self.register is None:
            self.register = OrganisationResolver()
        wanted = [sought for card in cards for sought in (self.owner(card), *self.others(card).values())]
        ids, created = self.register.resolve_or_create(wanted)
        self.run.organisations.add(*created)
        rows = Organisation.objects.select_related("place").in_bulk(set(ids.values()))
        return {sought: rows[pk] for sought, pk in ids.items()}

    def owner(self, card: Published) -> OrganisationQuery:
        return self.sought(card, card.organisation, card.organisation_kind, card.organisation_code)

    def others(self, card: Published) -> dict[tuple[str, str], OrganisationQuery]:
        return {(role, name): self.sought(card, name) for role, name in card.participants}

    def sought(self, card: Published, name: str, kind: str = "other", code: str = "") -> OrganisationQuery:
        return OrganisationQuery(
            name, self.vocabulary.ids["places"].get(card.organisation_country), kind, code
        )

    def look_up_tags(self, cards: Iterable[Published]) -> None:
        """Read the cards' tags into `self.tags`, by their folded name, and create missing ones."""
        wanted = {tag.casefold(): tag for card in cards for tag in card.tags}
        if unknown := {key: tag for key, tag in wanted.items() if key not in self.tags}:
            if not self.tags:
                self.tags = {name.casefold(): pk for pk, name in Tag.objects.values_list("pk", "name")}
            slugs = set(Tag.objects.values_list("slug", flat=True))
            missing = []
            for key, name in unknown.items():
                if key not in self.tags:
                    slug = free(slugify(name) or "tag", slugs)
                    slugs.add(slug)
                    missing.append(Tag(name=name, slug=slug))
            self.tags |= {tag.name.casefold(): tag.pk for tag in Tag.objects.bulk_create(missing)}

    # Projects

    def create(
        self, cards: Sequence[Published], organisations: dict[OrganisationQuery, Organisation]
    ) -> list[Project]:
        now = timezone.now()
        projects = []
        for card in cards:
            organisation = organisations[self.owner(card)]
            project = Project(
                organisation=organisation,
                is_reference=True,
                live=True,
                last_published_at=now,
            )
            self.fill(project, card, now)
            projects.append(project)
        create_subjects(projects)
        created = Project.objects.bulk_create(projects)
        ImportedRecord.objects.bulk_create(
            [
                ImportedRecord(
                    project=project,
                    source=self.run.source,
                    record_key=card.key,
                    created_in=self.run,
                    **provenance(card),
                )
                for project, card in zip(created, cards, strict=True)
            ]
        )
        return created

    def change(
        self,
        changed: Sequence[tuple[ImportedRecord, Published]],
        organisations: dict[OrganisationQuery, Organisation],
    ) -> None:
        """Store the present state of the records for undoing, then write the published values."""
        if not changed:
            return
        records = [record for record, _card in changed]
        projects = [record.project for record in records]
        ImportedChange.objects.bulk_create(
            [
                ImportedChange(run=self.run, record=record, before=state)
                for record, state in states(records).items()
            ]
        )
        now = timezone.now()
        for record, card in changed:
            if record.owner != card.owner:
                record.project.organisation = organisations[self.owner(card)]
            self.fill(record.project, card, now)
            record.project.last_published_at = now
            for name, value in provenance(card).items():
                setattr(record, name, value)
        clear(projects)
        save(projects, records)

    def fill(self, project: Project, card: Published, now: datetime) -> None:
        """Set the plain fields. The owner's own place is used where it lies in the published one."""
        project.title, project.stage, project.language = card.title, card.stage, card.language
        for name in TEXTS:
            setattr(project, name, card.texts.get(name, ""))
        project.facts = dict(card.facts)
        project.place_id = self.vocabulary.ids["places"].get(card.place)
        own = project.organisation.place
        if own and self.vocabulary.lies_in(own.code, card.place):
            project.place_id = own.pk
        if card.published:
            at = datetime.combine(date.fromisoformat(card.published), time(12), UTC)
            project.first_published_at = min(at, now)
        elif project.first_published_at is None:
            project.first_published_at = now

    def relate(
        self, cards: dict[int, Published], organisations: dict[OrganisationQuery, Organisation]
    ) -> None:
        """Insert terms, tags, participations and statements of projects that have none from imports."""
        rows = Project.objects.filter(pk__in=cards).select_related("subject", "organisation__subject")
        projects = rows.in_bulk()
        owners = {pk: (row.subject_id, row.organisation_id) for pk, row in projects.items()}
        for name in TERMS:
            ids = self.vocabulary.ids[name]
            add_terms(name, [(pk, ids[code]) for pk, card in cards.items() for code in getattr(card, name)])
        TaggedProject.objects.bulk_create(
            [
                TaggedProject(content_object_id=pk, tag_id=self.tags[tag.casefold()])
                for pk, card in cards.items()
                for tag in card.tags
            ]
        )
        Participation.objects.bulk_create(
            [
                imported_participation(owners[pk][0], organisation_id, role, since, stage)
                for pk, card in cards.items()
                for organisation_id, role, since, stage in [
                    (owners[pk][1], Role.OWNER, card.since or None, card.stage),
                    *(
                        (organisations[sought].pk, role, None, "")
                        for (role, _n), sought in self.others(card).items()
                    ),
                ]
            ],
            ignore_conflicts=True,
        )
        add_statements(
            [
                imported_statement(projects[pk], kind, *in_language(text, card.language))
                for pk, card in cards.items()
                for kind in STATED
                for text in sentences_in(card.texts.get(kind, ""))
            ]
        )


def provenance(card: Published) -> dict[str, str]:
    return {name: getattr(card, name) for name in RECORD}


def free(slug: str, taken: set[str]) -> str:
    """Return the slug, with the first number that makes it unused where it is taken."""
    base, number = slug[:90], 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
