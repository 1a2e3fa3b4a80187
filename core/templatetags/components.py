"""Components of the site (`templates/cotton`) that are rendered once for the same values.

A component such as an icon or a row of a list depends on nothing but its attributes, its slots and the language. Its
HTML is remembered by these in the process, so that a list renders only what has changed.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from threading import Lock
from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.utils.translation import get_language
from django_cotton.templatetags._component import CottonComponentNode, cotton_component

register = template.Library()

REMEMBERED = frozenset(
    {
        *("icon", "area-mark", "avatar", "logo", "quilt", "tag", "section-head", "who-row", "card", "result"),
        *("stage-badge", "stage-name", "stage-track", "written-in", "not-stated", "freshness", "fact"),
    }
)
"""Components that read nothing of the page they are in: no variable without a default in `<c-vars>`, no request."""
MOST = 2000
LONGEST = 20_000
"""Of the values together, in characters: a longer component is rendered each time."""
NOT_VALUES = ("attrs", "cotton_data")
PLAIN = (str, int, float, date, type(None))


class RenderedHtml:
    """HTML by component, language and values; the least recently used goes first. Any thread may use it."""

    def __init__(self) -> None:
        self.html: OrderedDict[Any, str] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Any) -> str | None:
        with self.lock:
            if key in self.html:
                self.html.move_to_end(key)
            return self.html.get(key)

    def set(self, key: Any, html: str) -> None:
        with self.lock:
            self.html[key] = html
            if len(self.html) > MOST:
                self.html.popitem(last=False)


rendered = RenderedHtml()


class RememberedTemplate:
    """A component's template. Has of a template what cotton asks for."""

    def __init__(self, template: Any) -> None:
        self.template, self.nodelist = template, template.nodelist

    def render(self, context: Context) -> str:
        key = self.key(context.dicts[-1])
        if key is None:
            return str(self.template.render(context))
        html = rendered.get(key)
        if html is None:
            html = self.template.render(context)
            rendered.set(key, html)
        return html

    def key(self, values: dict[str, Any]) -> Any:
        """None where a value is not plain. A safe string differs from a string with the same characters."""
        plain = {name: value for name, value in values.items() if name not in NOT_VALUES}
        if not all(isinstance(value, PLAIN) for value in plain.values()):
            return None
        if sum(len(value) for value in plain.values() if isinstance(value, str)) > LONGEST:
            return None
        return (
            self,
            get_language(),
            tuple((name, type(plain[name]), plain[name]) for name in sorted(plain)),
        )


class RememberedNode(CottonComponentNode):
    def _get_cached_template(self, context: Context, attrs: Any) -> RememberedTemplate:
        found = super()._get_cached_template(context, attrs)
        if not hasattr(found, "remembered"):
            found.remembered = RememberedTemplate(found)
        return found.remembered


@register.tag("cotton")
def component(parser: Parser, token: Token) -> CottonComponentNode:
    node = cotton_component(parser, token)
    if node.component_name in REMEMBERED and not node.only:
        node.__class__ = RememberedNode
    return node
