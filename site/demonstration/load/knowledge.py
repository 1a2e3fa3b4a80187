from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.text import slugify
from wagtail.models import Page

from community.members.models import Member
from community.participation.models import Participation, Role, StageChange
from core.rich_text import render_markdown
from demonstration.entries import Entry, entries, read
from demonstration.load.members import administrators, editor
from demonstration.load.organisations import by_key as organisations_by_key
from demonstration.load.terms import Terms
from knowledge.models import (
    ArticlePage,
    GuidePage,
    HomePage,
    KnowledgePage,
    OperatorInfo,
    PlainCode,
    PlainPage,
    SectionPage,
    UseCasePage,
    Work,
)

LANGUAGES = ("sv", "en")
MODELS: tuple[type[KnowledgePage], ...] = (UseCasePage, GuidePage, ArticlePage)


def load_home() -> int:
    """Fill in the texts of the home page and the sections that have none. Return how many were filled."""
    added = 0
    for language, text in read("home").items():
        added += fill(HomePage.objects.filter(lead=""), language, **home_fields(text))
        for kind in (model.kind for model in MODELS):
            said = text[f"{kind}s"]
            added += fill(SectionPage.objects.filter(lists=kind, intro=""), language, **said)
        added += say_what_this_is(text["about"], language)
    return added


def load_facts() -> int:
    """Fill in an invented operator, if there is none yet. Its addresses reach no one."""
    facts = OperatorInfo.load()
    if facts.operator:
        return 0
    for name, value in read("facts").items():
        setattr(facts, name, value)
    facts.save()
    return 1


def say_what_this_is(said: dict[str, str], language: str) -> int:
    """On the page about the site, that none of it is real."""
    section = "<h2>{heading}</h2><p>{text}</p>".format(**said)
    page = PlainPage.objects.with_code(PlainCode.ABOUT, language)
    if page is None or section in page.body:
        return 0
    page.body += section
    page.save_revision().publish()
    return 1


def home_fields(text: Entry) -> dict[str, str]:
    return {
        "title": text["title"],
        "lead": text["lead"],
        "intro": text["intro"].strip(),
        "example_searches": "\n".join(text["examples"]),
    }


def fill(pages: Any, language: str, **fields: str) -> int:
    page = pages.filter(locale__language_code=language).first()
    if page is None:
        return 0
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return 1


def work_by_key() -> dict[str, Work]:
    """By "kind:key": an entry's key is the slug of its Swedish page."""
    pages = KnowledgePage.objects.filter(locale__language_code="sv").select_related("work")
    return {f"{page.work.kind}:{page.slug}": page.work for page in pages}


def load_pages(terms: Terms, now: datetime) -> int:
    known, organisations, authors, responsible = (
        work_by_key(),
        organisations_by_key(),
        administrators(),
        editor(),
    )
    added = 0
    for model in MODELS:
        sections = SectionPage.objects.filter(lists=model.kind).select_related("locale")
        section_in = {section.locale.language_code: section for section in sections}
        for entry in sorted(entries(model.kind), key=lambda entry: -entry["days_ago"]):
            if f"{model.kind}:{entry['key']}" in known:
                continue
            author = authors[entry["organisation"]] if model is UseCasePage else responsible
            page: Any = None
            for language in LANGUAGES:
                page = new_page(model, entry, language, terms, translation_of=page)
                page.owner, page.editor = author, responsible
                if "confirmed_days_ago" in entry:
                    page.last_confirmed = (now - timedelta(days=entry["confirmed_days_ago"])).date()
                publish(page, section_in[language], author, now - timedelta(days=entry["days_ago"]))
                added += 1
            if model is UseCasePage:
                Participation.objects.create(
                    subject=page.work.subject,
                    organisation=organisations[entry["organisation"]],
                    role=Role.OWNER,
                    stage=entry["stage"],
                    author=author,
                )
    return added


def new_page(
    model: type[KnowledgePage],
    entry: Entry,
    language: str,
    terms: Terms,
    translation_of: KnowledgePage | None,
) -> KnowledgePage:
    text = entry[language]
    page: Any = model(
        title=text["title"],
        slug=slugify(text["title"])[:80].strip("-") if translation_of else entry["key"],
        summary=text["summary"],
        live=False,
    )
    if translation_of:
        page.translation_key = translation_of.translation_key
    for name, chosen in terms.of(entry).items():
        getattr(page, name).set(chosen)
    page.tags.set(entry["tags"])
    if model is GuidePage:
        page.chapters = [("chapter", chapter_of(chapter)) for chapter in text["chapters"]]
    elif model is ArticlePage:
        page.body = render_markdown(text["body"])
    elif model is UseCasePage:
        page.stage, page.place = entry["stage"], terms.places[entry["place"]]
        for name in ("stop_reason", *UseCasePage.STORY_FIELDS):
            setattr(page, name, text.get(name, ""))
        page.facts = {**entry.get("facts", {}), **text.get("facts", {})}
    return page


def chapter_of(chapter: Entry) -> dict[str, Any]:
    lists = {name: chapter.get(name, []) for name in ("steps", "checklist")}
    return {"heading": chapter["heading"], "body": render_markdown(chapter["body"]), **lists}


def publish(page: KnowledgePage, section: SectionPage, author: Member, published: datetime) -> None:
    page.locale = section.locale
    section.add_child(instance=page)
    page.save_revision(user=author).publish()
    Page.objects.filter(pk=page.pk).update(
        first_published_at=published, last_published_at=published, latest_revision_created_at=published
    )
    page.revisions.update(created_at=published)
    StageChange.objects.filter(subject__work__pages=page.pk).update(date=published.date())
