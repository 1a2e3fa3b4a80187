"""Components of the site (`templates/cotton`) that are rendered once for the same values.

A component such as an icon or a row of a list depends only on its attributes, its slots and the language. The process
remembers its HTML by these, so that a list renders only the rows that changed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django_cotton.templatetags._component import CottonComponentNode, cotton_component

from core.listing import Option

register = template.Library()

REMEMBERED = frozenset(
    {
        *("icon", "area-mark", "avatar", "logo", "quilt", "tag", "section-head", "who-row", "card", "result"),
        *(
            "stage-badge",
            "stage-name",
            "stage-track",
            "written-in",
            "not-stated",
            "freshness",
            "fact",
            "facet",
        ),
        *("search-field", "search-row"),
    }
)
"""Components that read nothing of the page they are in: no variable without a default in `<c-vars>`, no request."""
MOST = 2000
LONGEST = 20_000
"""The most characters that the values may have together. A component with longer values is rendered each time."""
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


def key_of(owner: object, values: dict[str, Any]) -> Any:
    """Return a cache key for `owner` with these values, or None where a value is not plain, or they are too long. A
    safe string differs from a plain string with the same characters."""
    length, parts = 0, []
    for name, value in values.items():
        if isinstance(value, list) and all(isinstance(each, Option) for each in value):
            value = tuple(value)
        elif not isinstance(value, PLAIN):
            return None
        elif isinstance(value, str):
            length += len(value)
        parts.append((name, type(value), value))
    return (owner, get_language(), tuple(parts)) if length <= LONGEST else None


def render_once(owner: object, values: dict[str, Any], render: Callable[[], str]) -> str:
    key = key_of(owner, values)
    html = rendered.get(key) if key else None
    if html is None:
        html = render()
        if key:
            rendered.set(key, html)
    return html


class RememberedTemplate:
    """A component's template, with the attributes of a template that cotton uses."""

    def __init__(self, template: Any) -> None:
        self.template, self.nodelist = template, template.nodelist

    def render(self, context: Context) -> str:
        values = {name: value for name, value in context.dicts[-1].items() if name not in NOT_VALUES}
        return render_once(self, values, lambda: self.template.render(context))


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


class RememberNode(Node):
    def __init__(self, nodelist: NodeList, expressions: list[FilterExpression]) -> None:
        self.nodelist, self.expressions = nodelist, expressions

    def render(self, context: Context) -> SafeString:
        values = {each.token: each.resolve(context, ignore_failures=True) for each in self.expressions}
        return mark_safe(render_once(self, values, lambda: self.nodelist.render(context)))  # noqa: S308


@register.tag
def remember(parser: Parser, token: Token) -> RememberNode:
    """`{% remember title url %}…{% endremember %}` renders its content once for the named values. The content must
    depend on nothing else."""
    nodelist = parser.parse(("endremember",))
    parser.delete_first_token()
    return RememberNode(nodelist, [parser.compile_filter(each) for each in token.split_contents()[1:]])
