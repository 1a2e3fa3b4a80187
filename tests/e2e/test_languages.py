"""A page has one language, declares it, and links to itself in the other language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polib
import pytest
from bs4 import BeautifulSoup, Comment, Tag

from tests.e2e.conftest import Scene
from tests.e2e.test_pages import PAGES
from tests.support.translations import CATALOGUE, ROOT

pytestmark = pytest.mark.browser

SPOKEN = ("title", "aria-label", "placeholder", "alt")
# Frequent words of one language that do not exist in the other.
TELLTALES = {
    "sv": re.compile(r"\b(the|your|you|with|this|please)\b", re.IGNORECASE),
    "en": re.compile(r"\b(inte|ditt|du|är|att|eller|här|din)\b", re.IGNORECASE),
}
# Left out: code, which cannot be marked in parts, and posts, whose language is unknown.
NOT_SPOKEN = "script, style, template, code, head, textarea, .post-body"


def interface() -> dict[str, frozenset[str]]:
    """Return language → words that occur only in the other language's interface."""
    translated = [one for one in polib.pofile(str(ROOT / CATALOGUE)) if one.msgstr]
    english, swedish = frozenset(one.msgid for one in translated), frozenset(one.msgstr for one in translated)
    return {"sv": english - swedish, "en": swedish - english}


INTERFACE = interface()
# The page of components is for developers of templates, in English.
TRANSLATED = [page for page in PAGES if page[1] != "/components/"]


def spoken(html: str) -> Iterator[tuple[str, str]]:
    """Yield (language, words) of each text and each attribute that screen readers read."""
    page = BeautifulSoup(html, "html.parser")
    for element in page.select(NOT_SPOKEN):
        element.decompose()
    for mark in page("mark"):
        mark.unwrap()
    page.smooth()
    for text in page.find_all(string=True):
        if not isinstance(text, Comment) and text.parent:
            yield language_of(text.parent), " ".join(text.split())
    for element in page.find_all(True):
        for name in SPOKEN:
            if name in element.attrs:
                yield language_of(element), str(element[name])


def language_of(element: Tag) -> str:
    said = element if element.has_attr("lang") else element.find_parent(lang=True)
    return str(said["lang"]) if said else ""


def foreign(html: str) -> list[str]:
    """Return texts in another language than the one they are marked with."""
    return [
        f"{language}: {words}"
        for language, words in spoken(html)
        if language in TELLTALES and (words in INTERFACE[language] or TELLTALES[language].search(words))
    ]


def links(html: str) -> dict[str, str]:
    """Return language → address in the header's language switch."""
    switch = BeautifulSoup(html, "html.parser").select(".masthead-links .languages a")
    return {str(link["hreflang"]): str(link["href"]) for link in switch}


@pytest.mark.parametrize(("role", "path"), TRANSLATED)
def test_a_page_has_one_language_and_links_to_itself_in_the_other(scene: Scene, role: str, path: str) -> None:
    client, path = scene.contexts[role].request, scene.path(path)
    this, other = ("en", "sv") if path.startswith("/en/") else ("sv", "en")
    page = client.get(scene.site + path)
    assert foreign(page.text()) == []
    translation = links(page.text())[other]
    there = client.get(scene.site + translation)
    assert there.status == page.status
    assert foreign(there.text()) == []
    if translation != path:
        assert f'<html lang="{other}">' in there.text()
        assert links(there.text())[this] == path
