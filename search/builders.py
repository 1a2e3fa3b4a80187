"""From an object of a room below to its record. Pure: what a builder reads, `search.sources` has fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import override

from community.organisations.models import Kind, Organisation
from community.projects.models import Project
from core.rich_text import plain_text
from knowledge.models import ArticlePage, GuidePage, KnowledgePage, Place, Story, UseCasePage, Work
from knowledge.models.taxonomy import Term, Tree
from search.records import LANGUAGES, SearchRecord, Text


def build_project(project: Project) -> SearchRecord:
    language = _known(project.language)
    organisation = project.organisation
    place = project.place or organisation.place or organisation.country
    taking_part = [one.organisation.name for one in project.subject.participations.all()]
    areas, technologies = _codes(project.areas.all()), _codes(project.technologies.all())
    tags = [item.tag.name for item in project.tagged_items.all()]
    told = [project.description, project.stop_reason, *_story(project)]
    return SearchRecord(
        kind="project",
        id=project.pk,
        texts={
            language: Text(
                title=project.title,
                summary=project.benefit,
                body="\n\n".join(plain_text(text) for text in told if text),
                offers=plain_text(project.offers),
                seeks=plain_text(project.seeks),
            )
        },
        language=language,
        audience=project.audience,
        urls=_addresses(project),
        record_id=project.provenance.record_id if hasattr(project, "provenance") else "",
        keywords=_keywords(
            [*areas, *technologies, *project.themes.all(), *_line(place)],
            organisation.kind,
            [*tags, *taking_part],
        ),
        areas=tuple(term.code for term in areas),
        technologies=tuple(term.code for term in technologies),
        themes=tuple(theme.code for theme in project.themes.all()),
        tags=tuple(tags),
        stage=project.stage,
        country=_country(place),
        places=tuple(one.code for one in _line(place)),
        where=_where(place),
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        reference=project.is_reference,
        published=project.first_published_at or project.created_at,
        updated=project.last_published_at or project.updated_at,
    )


def build_organisation(organisation: Organisation) -> SearchRecord:
    place = organisation.place or organisation.country
    language = "sv" if _country(place) in ("SE", "") else "en"
    statements = list(organisation.statements.all())
    areas = _codes(area for statement in statements for area in statement.areas.all())
    technologies = _codes(
        technology for statement in statements for technology in statement.technologies.all()
    )
    in_english = organisation.description_en or any(statement.text_en for statement in statements)
    languages = {language, "en"} if in_english else {language}
    says_something = bool(statements or organisation.description or organisation.description_en)
    return SearchRecord(
        kind="organisation",
        id=organisation.pk,
        texts={
            told_in: Text(
                title=organisation.name,
                summary=plain_text(
                    (told_in == "en" and organisation.description_en) or organisation.description
                ),
                body=_stated(statements, "does", told_in),
                offers=_stated(statements, "offers", told_in),
                seeks=_stated(statements, "seeks", told_in),
            )
            for told_in in sorted(languages)
        },
        language=language,
        audience=organisation.audience,
        urls=_addresses(organisation),
        keywords=_keywords([*areas, *technologies, *_line(place)], organisation.kind, [])
        if says_something
        else {},
        areas=tuple(term.code for term in areas),
        technologies=tuple(term.code for term in technologies),
        country=_country(place),
        places=tuple(one.code for one in _line(place)),
        where=_where(place),
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        reference=organisation.is_reference,
        published=organisation.created_at,
        updated=organisation.updated_at,
    )


def build_work(work: Work) -> SearchRecord:
    """One record of all live translations; what they do not agree on is the oldest page's."""
    pages: list[KnowledgePage] = sorted(work.pages.all(), key=lambda page: page.pk)
    original = pages[0]
    owner = next(
        iter(sorted(work.subject.participations.all(), key=lambda one: (one.role != "owner", one.pk))), None
    )
    organisation = owner.organisation if owner else None
    place = getattr(original, "place", None) or (organisation.place if organisation else None)
    areas = _codes(area for page in pages for area in page.areas.all())
    technologies = _codes(technology for page in pages for technology in page.technologies.all())
    themes = {theme.code: theme for page in pages for theme in page.themes.all()}
    tags = dict.fromkeys(item.tag.name for page in pages for item in page.tagged_items.all())
    return SearchRecord(
        kind=work.kind,
        id=work.pk,
        texts={
            _known(page.language): Text(title=page.title, summary=page.summary, body="\n\n".join(_told(page)))
            for page in pages
        },
        language=_known(original.language),
        audience=work.audience,
        urls={_known(page.language): page.url or "" for page in pages},
        keywords=_keywords(
            [*areas, *technologies, *themes.values(), *_line(place)],
            organisation.kind if organisation else "",
            [*tags, *(one.organisation.name for one in work.subject.participations.all())],
        ),
        areas=tuple(term.code for term in areas),
        technologies=tuple(term.code for term in technologies),
        themes=tuple(themes),
        tags=tuple(tags),
        stage=getattr(original, "stage", ""),
        country=_country(place),
        places=tuple(one.code for one in _line(place)),
        where=_where(place),
        organisation_id=organisation.pk if organisation else None,
        organisation_name=organisation.name if organisation else "",
        organisation_kind=organisation.kind if organisation else "",
        published=min((page.first_published_at for page in pages if page.first_published_at), default=None),
        updated=max((page.last_published_at for page in pages if page.last_published_at), default=None),
    )


def _known(language: str) -> str:
    """A language words are read in; English stands for those we have no words of."""
    return language if language in LANGUAGES else "en"


def _told(page: KnowledgePage) -> Iterator[str]:
    if isinstance(page, UseCasePage):
        yield from (plain_text(text) for text in _story(page))
    elif isinstance(page, ArticlePage):
        yield strip_tags(page.body.replace("<", " <"))
    elif isinstance(page, GuidePage):
        yield from page.chapters.stream_block.get_searchable_content(page.chapters)


def _story(subject: Story) -> list[str]:
    return [text for name in Story.STORY_FIELDS if (text := getattr(subject, name))]


def _stated(statements: Iterable[Any], kind: str, language: str) -> str:
    of_kind = (statement for statement in statements if statement.kind == kind)
    return "\n".join((language == "en" and one.text_en) or one.text for one in of_kind)


def _line(place: Place | None) -> list[Tree]:
    return list(place.line()) if place else []


def _codes(terms: Iterable[Tree]) -> list[Tree]:
    """The terms and all broader ones, each once."""
    return list({broader.code: broader for term in terms for broader in term.line()}.values())


def _country(place: Place | None) -> str:
    return next((one.code for one in _line(place) if one.kind == Place.COUNTRY), "")  # type: ignore[attr-defined]


def _where(place: Place | None) -> Mapping[str, str]:
    line = _line(place)
    ends = line if len(line) < 2 else [line[0], line[-1]]
    return {language: ", ".join(_label(one, language) for one in ends) for language in LANGUAGES if ends}


def _label(term: Term, language: str) -> str:
    return term.label_en if language == "en" else term.label_sv


def _keywords(terms: Iterable[Term], kind: str, words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    terms, words = list(terms), list(words)
    keywords = {}
    for language in LANGUAGES:
        with override(language):
            kind_label = [str(Kind(kind).label)] if kind in Kind.values else []
        keywords[language] = tuple(
            dict.fromkeys([*(_label(term, language) for term in terms), *kind_label, *words])
        )
    return keywords


def _addresses(subject: Project | Organisation) -> Mapping[str, str]:
    addresses = {}
    for language in LANGUAGES:
        with override(language):
            addresses[language] = subject.get_absolute_url()
    return addresses
