"""Creates the vocabulary and the basic page tree in an empty database. Idempotent.

It runs on `post_migrate` and not in a migration, because tests that flush the tables would lose a migration's rows.
"""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from wagtail.coreutils import find_available_slug
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from core.csv_files import read_rows
from core.rich_text import render_markdown
from knowledge.models import (
    TERMS_CODES,
    Area,
    Capability,
    Code,
    HomePage,
    OperatorInfo,
    Place,
    PlainCode,
    PlainPage,
    SectionPage,
    Technology,
    Theme,
)
from knowledge.models.taxonomy import Term, Tree

DATA = Path(__file__).parent / "taxonomy"
LISTS: list[tuple[type[Term], str]] = [
    (Area, "areas.csv"),
    (Theme, "themes.csv"),
    (Capability, "capabilities.csv"),
    (Technology, "technologies.csv"),
    (Place, "places.csv"),
]
SECTIONS = [
    ("use_case", {"sv": ("Användningsfall", "anvandningsfall"), "en": ("Use cases", "use-cases")}),
    ("guide", {"sv": ("Guider", "guider"), "en": ("Guides", "guides")}),
    ("article", {"sv": ("Artiklar", "artiklar"), "en": ("Articles", "articles")}),
]
PLAIN_PAGES = {
    PlainCode.ABOUT: {"sv": "om", "en": "about"},
    PlainCode.CONTACT: {"sv": "kontakt", "en": "contact"},
    PlainCode.ACCESSIBILITY: {"sv": "tillganglighet", "en": "accessibility"},
    PlainCode.TERMS: {"sv": "villkor", "en": "terms"},
    PlainCode.PRIVACY: {"sv": "personuppgifter", "en": "privacy"},
    PlainCode.COOKIES: {"sv": "kakor", "en": "cookies"},
}
TEXTS = Path(__file__).parent / "texts"
EDITORS = "Redaktörer"


def seed_taxonomy() -> None:
    """Add the missing codes. Existing labels belong to the editors and are not changed."""
    for model, name in LISTS:
        rows = read_rows(DATA / name)
        known = set(model._default_manager.values_list("code", flat=True))
        fields = {field.name for field in model._meta.fields} & {"code", "label_sv", "label_en", "kind"}
        missing = [row for row in rows if row["code"] not in known]
        model._default_manager.bulk_create(
            [model(**{field: row[field] for field in fields}) for row in missing], batch_size=500
        )
        if missing and issubclass(model, Tree):
            adopt(model, {row["code"]: row["parent"] for row in missing if row.get("parent")})
    seed_codes()


def seed_codes() -> None:
    """Add the missing codes of facts, in the order of the file."""
    known = set(Code.objects.values_list("list", "code"))
    Code.objects.bulk_create(
        [
            Code(**{name: row[name] for name in ("list", "code", "head", "label_sv", "label_en")})
            for row in read_rows(DATA / "codes.csv")
            if (row["list"], row["code"]) not in known
        ]
    )


def adopt(model: type[Tree], parents: dict[str, str]) -> None:
    """Set the parents of new terms; `parents` is code → parent's code."""
    ids = dict(model._default_manager.values_list("code", "pk"))
    children = list(model._default_manager.filter(code__in=parents))
    for child in children:
        child.parent_id = ids[parents[child.code]]  # type: ignore[attr-defined]  # Of an abstract model.
    model._default_manager.bulk_update(children, ["parent"], batch_size=200)


def seed_site() -> None:
    """Create languages, the root, a home page in each language, the editors' group and its approval workflow."""
    if HomePage.objects.exists():
        return
    swedish, _ = Locale.objects.get_or_create(language_code="sv")
    english, _ = Locale.objects.get_or_create(language_code="en")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root", locale=swedish)
    root.get_children().filter(slug="home").delete()
    root.refresh_from_db()

    home = root.add_child(instance=HomePage(title="Samverka", slug="sv", locale=swedish))
    translation = home.copy_for_translation(english)
    translation.title, translation.slug, translation.live = "Samverka", "en", True
    translation.save_revision().publish()
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"hostname": "localhost", "port": 80, "root_page": home, "site_name": "Samverka"},
    )
    seed_approval(root)


def seed_sections() -> None:
    """Create missing sections, also on a site that is older than their kind. A section that editors unpublished exists
    and is left alone."""
    home = HomePage.objects.filter(locale__language_code="sv").first()
    english = Locale.objects.get(language_code="en")
    known = set(SectionPage.objects.values_list("lists", flat=True))
    for kind, names in SECTIONS:
        if home is None or kind in known:
            continue
        title, slug = names["sv"]
        section = home.add_child(
            instance=SectionPage(
                title=title, slug=find_available_slug(home, slug), lists=kind, locale=home.locale
            )
        )
        other = section.copy_for_translation(english)
        other.title, other.live = names["en"][0], True
        other.slug = find_available_slug(other.get_parent(), names["en"][1])
        other.save_revision().publish()


def seed_plain_pages() -> None:
    """Create the missing pages that every site needs. A page that editors unpublished is not missing."""
    home = HomePage.objects.filter(locale__language_code="sv").first()
    english = Locale.objects.get(language_code="en")
    known = set(PlainPage.objects.values_list("code", flat=True))
    OperatorInfo.load()
    for code, slugs in PLAIN_PAGES.items():
        if home is None or code in known:
            continue
        in_force = timezone.localdate() if code in TERMS_CODES else None
        page = home.add_child(
            instance=PlainPage(
                **plain_text(code, "sv"), code=code, slug=slugs["sv"], locale=home.locale, in_force=in_force
            )
        )
        page.save_revision().publish()
        other = page.copy_for_translation(english)
        for field, value in plain_text(code, "en").items():
            setattr(other, field, value)
        other.slug, other.live = slugs["en"], True
        other.save_revision().publish()


def plain_text(name: str, language: str) -> dict[str, str]:
    """Return title, summary and text of a page from its Markdown file: heading, first paragraph, the rest."""
    title, summary, body = (TEXTS / f"{name}.{language}.md").read_text(encoding="utf-8").split("\n\n", 2)
    html = render_markdown(body).replace("h4>", "h2>").replace(' rel="nofollow ugc noopener noreferrer"', "")
    return {"title": title.removeprefix("# "), "summary": summary, "body": html}


def seed_approval(root: Page) -> None:
    """Create one approval task by the editors for all pages, in place of Wagtail's default."""
    editors, _ = Group.objects.get_or_create(name=EDITORS)
    task, _ = GroupApprovalTask.objects.get_or_create(name="Redaktionen granskar")
    task.groups.add(editors)
    workflow, _ = Workflow.objects.get_or_create(name="Granskning och publicering")
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    grant_editing(editors, root)


def grant_editing(editors: Group, root: Page) -> None:
    """Grant the editors' permissions: open the admin, and add, change, publish, lock and unlock pages."""
    from_admin = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    editors.permissions.add(*from_admin)
    for codename in ("add_page", "change_page", "publish_page", "lock_page", "unlock_page"):
        permission = Permission.objects.filter(
            content_type__app_label="wagtailcore", codename=codename
        ).first()
        if permission:
            GroupPagePermission.objects.get_or_create(group=editors, page=root, permission=permission)
